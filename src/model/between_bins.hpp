#pragma once
// A value between the centres of two bins: how much of it is whose.

#include <cstdlib>

#include "ripen/token_layout.hpp"

namespace ripen {

/// The bin beside a token's on the side of its fraction: the token itself at the centre, at an end of the range, and
/// for a category. Real-time safe.
[[nodiscard]] inline int neighbour_of(const Slot& slot, Token token, Fraction fraction) noexcept {
  if (fraction == 0 || !slot.continuous()) return token;
  const int other = token + (fraction > 0 ? 1 : -1);
  return other < 0 || other >= slot.vocabulary ? token : other;
}

/// How much of a value is the neighbour's, in [0, 0.5]; the rest is its own bin's. Real-time safe.
[[nodiscard]] inline float share_of_neighbour(Fraction fraction) noexcept {
  return static_cast<float>(std::abs(int{fraction})) / kFractions;
}

}  // namespace ripen
