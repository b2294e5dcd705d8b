#pragma once
// Named tensors between a network and a safetensors file.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/safetensors.hpp"
#include "ripen/model_file.hpp"
#include "util/problems.hpp"

namespace ripen {

using Tensors = std::map<std::string, Tensor>;
using Shapes = std::map<std::string, std::vector<std::int64_t>>;

/// All of a file, in float32.
[[nodiscard]] Tensors tensors_of(const Safetensors& file);

/// A file of these in float16, without metadata. data: takes the bytes, and must outlive what is returned. Throws Error
/// naming the tensor and the value if one is beyond float16.
[[nodiscard]] Safetensors half_tensors(const Tensors& tensors, std::string& data);

/// Adds what is wrong with tensors for a network of these shapes: missing, of another shape, not finite, or of no use.
void check_tensors(const Tensors& tensors, const Shapes& network, Problems& problems);

}  // namespace ripen
