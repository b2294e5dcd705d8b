#pragma once
// Between the robot's channels (doubles with units) and the plan's tokens.

#include <span>

#include "ripen/export.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

/// Encodes observations and decodes commands. A categorical channel carries its token as a number; a continuous one is
/// cut into equal bins and decoded at the bin's centre or at the posterior's mean. All calls but the constructor are
/// real-time safe.
class RIPEN_EXPORT Tokenizer {
 public:
  /// Keeps its own copy of the layout.
  explicit Tokenizer(TokenLayout layout);

  /// state: [states] channel values; tokens: [states]. Values outside a continuous range go to the nearest bin.
  /// Returns false, and leaves `tokens` alone, if a value is not finite or is not a category of its slot.
  [[nodiscard]] bool encode_state(std::span<const double> state, std::span<Token> tokens) const noexcept;

  /// tokens: [actions]; action: [actions] channel values. A masked token decodes to NaN.
  void decode_action(std::span<const Token> tokens, std::span<double> action) const noexcept;

  /// The token of one channel value; kMask if it is not finite or not a category.
  [[nodiscard]] Token encode(int slot, double value) const noexcept;
  /// The value of one token: the category, or the centre of the bin; NaN for kMask.
  [[nodiscard]] double decode(int slot, Token token) const noexcept;
  /// The mean of a posterior over a continuous slot's bins. probabilities: [vocabulary], summing to 1.
  [[nodiscard]] double mean(int slot, std::span<const float> probabilities) const noexcept;

  [[nodiscard]] const TokenLayout& layout() const noexcept { return layout_; }

 private:
  TokenLayout layout_;
};

}  // namespace ripen
