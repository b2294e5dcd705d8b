#pragma once
// Windows that hold what the model itself would have planned.

#include "ripen/torch/step_model.hpp"
#include "train/batch.hpp"
#include "util/random.hpp"

namespace ripen::train {

/// Puts the model's own decisions, some of them masked again, where a batch's first `windows` windows had corrupted
/// tokens, and half of the time moves the head on by a step, as the next tick would: the model learns how far to trust
/// a plan that it made itself. Can be repeated. Step-unrolled denoising (Savinov et al. 2022, arXiv 2112.06749).
void unroll(StepModel& model, int windows, Random& random, Batch& batch);

}  // namespace ripen::train
