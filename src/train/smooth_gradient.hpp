#pragma once
// Embeddings of binned channels stay smooth functions of the value.

#include "ripen/torch/step_model.hpp"

namespace ripen::train {

/// What one bin learns, its neighbours learn too: gradients of binned slots' embeddings are averaged along the bins.
/// Without it a bin that few demonstrations meet stays as random as it began.
class SmoothGradient {
 public:
  SmoothGradient(const TokenLayout& layout, const torch::Device& device);

  /// Between backward() and the optimiser's step.
  void apply(StepModel& model) const;
  /// The same for a part of a gradient, whose columns are a slot's values; without its mask. Nothing for a category.
  void average(torch::Tensor columns, int slot) const;

 private:
  TokenLayout layout_;
  std::vector<torch::Tensor> kernels_;  // by slot, [vocabulary, vocabulary]; undefined for a category
};

}  // namespace ripen::train
