#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "plan/fractions.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

Tokenizer::Tokenizer(TokenLayout layout) : layout_(std::move(layout)) {}

Token Tokenizer::encode(int slot, double value) const noexcept {
  Fraction fraction = 0;
  return encode(slot, value, fraction);
}

Token Tokenizer::encode(int slot, double value, Fraction& fraction) const noexcept {
  const Slot& s = layout_.slot(slot);
  fraction = 0;
  if (!std::isfinite(value)) return kMask;
  if (s.continuous()) {
    const double bins = std::clamp((value - s.low) / (s.high - s.low), 0.0, 1.0) * s.vocabulary;
    const double bin = std::min(std::floor(bins), s.vocabulary - 1.0);
    fraction = fraction_of(bins - bin - 0.5);
    return static_cast<Token>(bin);
  }
  if (value < 0.0 || value >= s.vocabulary || value != std::floor(value)) return kMask;
  return static_cast<Token>(value);
}

double Tokenizer::decode(int slot, Token token, Fraction fraction) const noexcept {
  const Slot& s = layout_.slot(slot);
  if (token == kMask) return std::numeric_limits<double>::quiet_NaN();
  if (!s.continuous()) return token;
  return s.low + (token + 0.5 + static_cast<double>(fraction) / kFractions) * (s.high - s.low) / s.vocabulary;
}

bool Tokenizer::encode_state(std::span<const double> state, std::span<Token> tokens) const noexcept {
  for (int s = 0; s < layout_.states(); ++s) {
    if (encode(s, state[static_cast<std::size_t>(s)]) == kMask) return false;
  }
  for (int s = 0; s < layout_.states(); ++s) {
    tokens[static_cast<std::size_t>(s)] = encode(s, state[static_cast<std::size_t>(s)]);
  }
  return true;
}

void Tokenizer::decode_action(std::span<const Token> tokens, std::span<double> action,
                              std::span<const Fraction> fractions) const noexcept {
  for (std::size_t a = 0; a < tokens.size(); ++a) {
    action[a] =
        decode(layout_.states() + static_cast<int>(a), tokens[a], fractions.empty() ? Fraction{0} : fractions[a]);
  }
}

}  // namespace ripen
