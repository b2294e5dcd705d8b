#pragma once
// Between the robot's channels (doubles with units) and the plan's tokens.

#include <span>

#include "ripen/export.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

/// Encodes observations and decodes commands. A categorical channel carries its token as a number; a continuous one is
/// cut into equal bins, and a Fraction says where in its bin a value lies. All calls but the constructor are
/// real-time safe.
class RIPEN_EXPORT Tokenizer {
 public:
  /// Keeps its own copy of the layout.
  explicit Tokenizer(TokenLayout layout);

  /// state: [states] channel values; tokens: [states]. Values outside a continuous range go to the nearest bin.
  /// Returns false, and leaves `tokens` alone, if a value is not finite or is not a category of its slot.
  [[nodiscard]] bool encode_state(std::span<const double> state, std::span<Token> tokens) const noexcept;

  /// tokens: [actions]; action: [actions] channel values; fractions: [actions], or empty for the bins' centres. A
  /// masked token decodes to NaN.
  void decode_action(std::span<const Token> tokens, std::span<double> action,
                     std::span<const Fraction> fractions = {}) const noexcept;

  /// The token of one channel value; kMask if it is not finite or not a category.
  [[nodiscard]] Token encode(int slot, double value) const noexcept;
  /// The same, and where in the bin the value lies; 0 for a category.
  [[nodiscard]] Token encode(int slot, double value, Fraction& fraction) const noexcept;
  /// The value of one token: the category, or the centre of the bin and so much beside it; NaN for kMask.
  [[nodiscard]] double decode(int slot, Token token, Fraction fraction = 0) const noexcept;
  [[nodiscard]] const TokenLayout& layout() const noexcept { return layout_; }

 private:
  TokenLayout layout_;
};

}  // namespace ripen
