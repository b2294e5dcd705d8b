#pragma once
// How the embeddings of an ordered slot begin.

#include <torch/torch.h>

#include <cmath>
#include <numbers>

namespace ripen {

/// Makes the columns of an embedding, [width, vocabulary], smooth functions of the value: neighbours mean nearly the
/// same. Their deviation stays. To be called without
/// gradients.
inline void fill_with_waves(torch::Tensor& columns) {
  constexpr int kOctaves = 5;  // The longest wave is twice the range, each next half as long.
  const auto at = torch::linspace(0.0, 1.0, columns.size(1));
  auto sum = torch::zeros_like(columns);
  for (int octave = 0; octave < kOctaves; ++octave) {
    const auto phase = torch::rand({columns.size(0), 1}) + at * 0.5 * std::exp2(octave);
    sum += torch::randn({columns.size(0), 1}) * torch::cos(2.0 * std::numbers::pi * phase);
  }
  columns.copy_(sum * columns.std() / sum.std());
}

}  // namespace ripen
