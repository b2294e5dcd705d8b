#pragma once
// What posteriors of binned slots should be, many at once.

#include <torch/torch.h>

#include "ripen/token_layout.hpp"

namespace ripen::train {

/// Targets of binned slots (put_target()), [N, vocabulary]. tokens: [N]; beside: how far from the bins' centres the
/// values lie [bins], or undefined for the centres.
torch::Tensor smeared(const Slot& slot, const torch::Tensor& tokens, const torch::Tensor& beside);

}  // namespace ripen::train
