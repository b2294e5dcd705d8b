#pragma once
// What a batch costs, and what the model gets right on it.

#include "ripen/torch/step_model.hpp"
#include "ripen/train/trainer.hpp"
#include "train/batch.hpp"

namespace ripen::train {

/// The training loss of one batch, a scalar on the model's device.
torch::Tensor loss_of(StepModel& model, const Batch& batch);

/// Shares and errors on one batch.
Evaluation score(StepModel& model, const Batch& batch);

}  // namespace ripen::train
