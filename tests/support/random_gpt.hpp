#pragma once
// A GPT-style model of random weights.

#include <cmath>

#include "opponents/gpt/gpt_model.hpp"
#include "util/random.hpp"

namespace ripen::test {

/// Two state slots, one of them binned, and two action slots, the same.
inline TokenLayout mixed_layout() {
  return TokenLayout({{"x", SlotRole::kState, 30, -1.0, 1.0},
                      {"y", SlotRole::kState, 3},
                      {"u", SlotRole::kAction, 70, 0.0, 3.0},
                      {"v", SlotRole::kAction, 4}});
}

inline opponents::GptFile random_gpt(const opponents::GptConfig& config, const train::GoalSlots& goal,
                                     std::uint64_t seed, const TokenLayout& layout = mixed_layout()) {
  Random random(seed);
  opponents::GptFile file{.layout = layout, .goal = goal, .config = config, .tensors = {}, .notes = {}};
  for (const auto& [name, shape] : opponents::GptFile::expected(layout, goal, config)) {
    std::size_t count = 1;
    for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
    const bool is_norm = name.ends_with("norm.weight");
    const double scale = shape.size() < 2 ? 0.1 : name.starts_with("embed") ? 0.5 : 1.0 / std::sqrt(shape[1]);
    Tensor& tensor = file.tensors[name];
    tensor.shape = shape;
    for (std::size_t i = 0; i < count; ++i) {
      tensor.values.push_back(static_cast<float>((is_norm ? 1.0 : 0.0) + scale * random.normal()));
    }
  }
  return file;
}

}  // namespace ripen::test
