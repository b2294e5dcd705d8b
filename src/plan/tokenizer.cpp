#include "ripen/tokenizer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace ripen {

Tokenizer::Tokenizer(TokenLayout layout) : layout_(std::move(layout)) {}

Token Tokenizer::encode(int slot, double value) const noexcept {
  const Slot& s = layout_.slot(slot);
  if (!std::isfinite(value)) return kMask;
  if (s.continuous()) {
    const double bin = std::floor((value - s.low) / (s.high - s.low) * s.vocabulary);
    return static_cast<Token>(std::clamp(bin, 0.0, s.vocabulary - 1.0));
  }
  if (value < 0.0 || value >= s.vocabulary || value != std::floor(value)) return kMask;
  return static_cast<Token>(value);
}

double Tokenizer::decode(int slot, Token token) const noexcept {
  const Slot& s = layout_.slot(slot);
  if (token == kMask) return std::numeric_limits<double>::quiet_NaN();
  return s.continuous() ? s.low + (token + 0.5) * (s.high - s.low) / s.vocabulary : token;
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

void Tokenizer::decode_action(std::span<const Token> tokens, std::span<double> action) const noexcept {
  for (std::size_t a = 0; a < tokens.size(); ++a) {
    action[a] = decode(layout_.states() + static_cast<int>(a), tokens[a]);
  }
}

double Tokenizer::mean(int slot, std::span<const float> probabilities) const noexcept {
  double mean = 0.0;
  for (std::size_t bin = 0; bin < probabilities.size(); ++bin) {
    mean += static_cast<double>(probabilities[bin]) * decode(slot, static_cast<Token>(bin));
  }
  return mean;
}

}  // namespace ripen
