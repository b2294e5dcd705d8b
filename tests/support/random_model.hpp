#pragma once
// A model of uniformly random weights in [-0.5, 0.5].

#include "ripen/model_file.hpp"
#include "util/random.hpp"

namespace ripen {

inline ModelFile random_model(const TokenLayout& layout, const ModelConfig& config, std::uint64_t seed = 11) {
  ModelFile model{.layout = layout, .config = config, .tensors = {}, .notes = {}};
  Random random(seed);
  for (const auto& [name, shape] : ModelFile::expected(layout, config)) {
    std::size_t count = 1;
    for (const auto size : shape) count *= static_cast<std::size_t>(size);
    Tensor& tensor = model.tensors[name] = {.shape = shape, .values = std::vector<float>(count)};
    for (float& value : tensor.values) value = static_cast<float>(random.uniform() - 0.5);
  }
  return model;
}

}  // namespace ripen
