#pragma once
// Where in their bins values lie.

#include <algorithm>
#include <cmath>
#include <span>

#include "ripen/token_layout.hpp"

namespace ripen {

/// Of a value that lies so far from its bin's centre [bins]. Real-time safe.
inline Fraction fraction_of(double off_centre) noexcept {
  constexpr long kMost = kFractions / 2;
  return static_cast<Fraction>(std::clamp(std::lround(off_centre * kFractions), -kMost, kMost - 1));
}

/// Copies as many as `to` takes; if there are not as many, the values are at their bins' centres. Real-time safe.
inline void copy_fractions(std::span<const Fraction> from, std::span<Fraction> to) noexcept {
  if (from.size() == to.size()) {
    std::ranges::copy(from, to.begin());
  } else {
    std::ranges::fill(to, Fraction{0});
  }
}

}  // namespace ripen
