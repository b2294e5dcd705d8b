#pragma once
// How well a network forecasts, in the channels' own units.

#include "ripen/torch/step_model.hpp"
#include "ripen/train/trainer.hpp"
#include "train/batch.hpp"

namespace ripen::train {

/// Over a batch's windows, a quarter of each lived through and nothing of the rest known but the goal, where the
/// planner shows it. batch: of the network's window, with fractions. Throws OptionsError on goal slots that are no
/// state slots.
std::vector<Forecast> forecasts(StepModel& model, const GoalSlots& goal, const Batch& batch);

}  // namespace ripen::train
