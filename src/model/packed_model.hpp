#pragma once
// A model's weights as the native denoiser reads them.

#include <cstddef>
#include <string>
#include <vector>

#include "model/kernels.hpp"
#include "model/linear.hpp"
#include "model/table_layout.hpp"
#include "ripen/model_file.hpp"
#include "ripen/native_denoiser.hpp"

namespace ripen {

/// Packed once for one set of kernels and one precision, and never changed: any number of denoisers, each on its own
/// thread, read it at once. Its calls are real-time safe.
struct PackedModel {
  PackedModel(const ModelFile& model, Precision precision, const kernels::Kernels& kernels);

  /// The first layer of a step's features. states, fractions: [states], fractions may be null; out: [width]
  void embed_states(const Token* states, const Fraction* fractions, float* out) const noexcept;
  /// What a step's actions add in the mixer. step, fractions: [slots], fractions may be null; out: [mixer width]
  void embed_actions(const Token* step, const Fraction* fractions, float* out) const noexcept;

  // Rows of the tables for one step's states, written or added to its logits: what the step before, the step after and
  // its own tokens say.
  void put_dynamics(const Token* before, float* logits) const noexcept;
  void add_dynamics(const Token* before, float* logits) const noexcept;
  void add_inverse(const Token* step, const Token* after, float* logits) const noexcept;
  void add_copy(const Token* step, float* logits) const noexcept;

  [[nodiscard]] std::size_t memory() const noexcept;  ///< [bytes]

  struct Block {
    Linear up, down;
  };
  struct Layer {
    Linear qkv, out, up, down;
  };

  TokenLayout layout;
  ModelConfig config;
  Precision precision;
  const kernels::Kernels* kernels;
  TableLayout tables;

  std::vector<float> embed_table, embed_bias;  // [state rows][width]
  std::vector<Block> blocks;
  Linear action_head, value_head;
  std::vector<float> dynamics_table, inverse_table;  // [pair rows][widest]
  std::vector<float> copy_table;                     // [state rows][widest]
  Linear mixer_in, mixer_head;
  std::vector<float> action_table, action_bias;  // [action rows][mixer width]
  std::vector<float> positions;                  // [window][mixer width]
  std::vector<Layer> layers;

 private:
  /// The rows of an embedding for the slots from first to last, added to start.
  void embed(const std::vector<float>& table, const std::vector<float>& start, const Token* step,
             const Fraction* fractions, int first, int last, int width, float* out) const noexcept;
};

}  // namespace ripen
