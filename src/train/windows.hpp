#pragma once
// What a network says of whole windows.

#include <utility>

#include "ripen/torch/step_model.hpp"
#include "train/batch.hpp"

namespace ripen::train {

/// Logits of the actions, [windows, steps, action logits], and of the states, [windows, steps, states, widest]. values:
/// [windows or more][steps][slots], kMask where nothing is shown; steps: at most the network's window.
std::pair<torch::Tensor, torch::Tensor> mix_windows(StepModel& model, const Values& values, std::int64_t windows,
                                                    std::int64_t steps);

/// Columns of one slot's logits at every position, [windows, steps, vocabulary], of what mix_windows() returned.
torch::Tensor of_slot(const TokenLayout& layout, const std::pair<torch::Tensor, torch::Tensor>& mixed, int slot);

}  // namespace ripen::train
