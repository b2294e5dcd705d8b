#pragma once
// What a posterior should be, given the value.

#include "model/between_bins.hpp"
#include "ripen/token_layout.hpp"

namespace ripen::train {

/// Adds a bin's target: most on itself, some on the neighbours, which are nearly as right. What would lie beyond an end
/// of the range stays, with its counterpart, on the bin: the mean is the bin's centre everywhere. out: [vocabulary]
inline void add_smeared(int bins, int token, float weight, float* out) {
  constexpr float kSmear[] = {0.40F, 0.24F, 0.06F};  // By the distance.
  out[token] += weight * kSmear[0];
  for (int i = 1; i <= 2; ++i) {
    const bool inside = token - i >= 0 && token + i < bins;
    out[inside ? token - i : token] += weight * kSmear[i];
    out[inside ? token + i : token] += weight * kSmear[i];
  }
}

/// The target of a value, to be added to zeros: of a category its token; of a bin a few bins whose mean is the value,
/// or, beyond the first or last bin's centre, that centre. out: [vocabulary]
inline void put_target(const Slot& slot, Token token, Fraction fraction, float* out) {
  if (!slot.continuous()) {
    out[token] = 1.0F;
    return;
  }
  const int other = neighbour_of(slot, token, fraction);
  const float share = other == token ? 0.0F : share_of_neighbour(fraction);
  add_smeared(slot.vocabulary, token, 1.0F - share, out);
  if (other != token) add_smeared(slot.vocabulary, other, share, out);
}

}  // namespace ripen::train
