#pragma once
// A model on disk: safetensors, with the token layout and the network's sizes in the metadata.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ripen/token_layout.hpp"

namespace ripen {

/// Sizes of the step denoiser (docs: models/README.md).
struct ModelConfig {
  int width = 512;        ///< features of a step in the step encoder
  int blocks = 3;         ///< residual blocks of the step encoder
  int mixer_width = 192;  ///< features of a step in the temporal mixer; 0 leaves the mixer out
  int mixer_layers = 2;   ///< transformer layers over the steps of a window
  int mixer_heads = 6;    ///< attention heads; divides mixer_width
  int window = 16;        ///< [steps] longest window of the mixer
  int value_bins = 64;    ///< steps to the goal that the value head tells apart: 0 ... value_bins - 1
  bool tables = true;  ///< per-slot dynamics, for tasks of few joint actions; false leaves the mixer alone to predict

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
  bool operator==(const ModelConfig&) const = default;
};

/// A dense tensor in float32, row-major.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

/// A model as loaded from, or to be written to, one safetensors file.
struct ModelFile {
  TokenLayout layout;
  ModelConfig config;
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> notes;  ///< free metadata: how it was made

  /// Reads and checks a file: header, sizes, types (F32, F16), layout, configuration, shape of every tensor the
  /// configuration asks for, hash of the data, finite values. Throws ModelError naming the file, the field and
  /// the value.
  [[nodiscard]] static ModelFile load(const std::string& path);
  /// The same from a file's bytes. Throws std::exception naming the field and the value.
  [[nodiscard]] static ModelFile from_bytes(std::string_view bytes);

  /// Writes float16, first beside the file and then over it, so that a reader never sees half a file. Throws
  /// ModelError naming the file.
  void save(const std::string& path) const;

  /// Name and shape of every tensor the network has.
  [[nodiscard]] static std::map<std::string, std::vector<std::int64_t>> expected(const TokenLayout& layout,
                                                                                 const ModelConfig& config);
};

}  // namespace ripen
