#pragma once
// A model on disk: safetensors, with the token layout and the network's sizes in the metadata.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ripen/export.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

/// Sizes of the step denoiser (docs: models/README.md; what each tensor is: src/model/WEIGHTS.md).
struct RIPEN_EXPORT ModelConfig {
  int width = 512;        ///< features of a step in the step encoder; a multiple of 16, best of 64
  int blocks = 3;         ///< residual blocks of the step encoder
  int mixer_width = 192;  ///< features of a step in the temporal mixer; 0 leaves the mixer out
  int mixer_layers = 2;   ///< transformer layers over the steps of a window
  int mixer_heads = 6;    ///< attention heads; mixer_width is a multiple of 16 x mixer_heads, best of 64 too
  int window = 16;        ///< [steps] longest window of the mixer
  int least_window = 0;   ///< [steps] shortest window that may end with the goal; 0: that is `window` alone
  int value_bins = 64;    ///< steps to the goal that the value head tells apart: 0 ... value_bins - 1
  bool tables = true;  ///< per-slot dynamics, for tasks of few joint actions; false leaves the mixer alone to predict
  /// Embeddings of a binned channel are read between the rows of its bins, so that a value is seen as finely as its
  /// Fraction says; false sees bins alone, as files of before the field was there.
  bool fractions = true;

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
struct RIPEN_EXPORT ModelFile {
  TokenLayout layout;
  ModelConfig config;
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> notes;  ///< free metadata: how it was made

  /// Tells files apart: of the file that this was read from, 0 if it was made otherwise. It is in the file's metadata
  /// and covers everything else there, and every tensor's name, type, shape and bytes. Files of before ("format":
  /// "ripen-1") have a hash of the tensors' bytes alone: nothing notices that two tensors of one shape were exchanged.
  std::uint64_t hash = 0;

  /// Every problem, one a line; empty if there is none: of the configuration, of tensors that the network needs and
  /// that are missing, have another shape or values that are not finite, of tensors that it has no use for.
  [[nodiscard]] std::string validate() const;

  /// Reads and checks a file: the container as safetensors' own reader does (every byte belongs to one tensor), types
  /// (F16, F32), layout, configuration, name and shape of every tensor that the configuration asks for and no other,
  /// hash, finite values. Throws ModelError naming the file, the field and the value.
  [[nodiscard]] static ModelFile load(const std::string& path);
  /// The same from a file's bytes. Throws Error naming the field and the value.
  [[nodiscard]] static ModelFile from_bytes(std::string_view bytes);

  /// Writes float16. A file that is there is replaced in one step, so that a reader never sees half of one; links are
  /// followed. Throws ModelError naming the file, and writes nothing, if it cannot be written, or load() would refuse
  /// it: a tensor is missing or has another shape, a value is not finite or beyond float16 (65,504), a note has the
  /// name of metadata ("format", "hash", "layout", "model").
  void save(const std::string& path) const;
  /// What save() writes. Throws Error for the same reasons.
  [[nodiscard]] std::string to_bytes() const;

  /// Name and shape of every tensor the network has.
  [[nodiscard]] static std::map<std::string, std::vector<std::int64_t>> expected(const TokenLayout& layout,
                                                                                 const ModelConfig& config);
};

}  // namespace ripen
