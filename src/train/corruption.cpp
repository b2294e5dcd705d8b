#include "train/corruption.hpp"

#include <algorithm>
#include <cmath>

namespace ripen::train {

namespace {
/// Of the tokens that are not kept, how many are replaced instead of masked.
constexpr double kWrong = 0.15;
/// Of the windows, how many have a stale plan behind the head's state.
constexpr double kStale = 0.15;
/// Of the windows, how many begin with steps that were done and seen.
constexpr double kHistory = 0.5;
/// Of the windows, in how many the head's state was observed.
constexpr double kObserved = 0.75;
/// Spread of a binned token that is kept at full noise, as a share of its range.
constexpr double kSpread = 0.05;
}  // namespace

void Corruption::set_levels(int steps, Random& random) {
  levels_.resize(static_cast<std::size_t>(steps));
  const double shape = random.uniform();
  if (shape < 0.5) {  // A rolling ramp behind a frontier.
    const int frontier = random.below(steps);
    const double length = 1.0 + random.uniform() * steps;
    for (int i = 0; i < steps; ++i) {
      levels_[static_cast<std::size_t>(i)] = std::clamp((i - frontier + 1) / length, 0.0, 1.0);
    }
  } else if (shape < 0.85) {  // Independent levels.
    for (double& level : levels_) level = random.uniform();
  } else {  // A cold start.
    std::fill(levels_.begin(), levels_.end(), 1.0);
  }
}

void Corruption::noise(int slot, Token& token, Fraction& fraction, double level, Random& random) const {
  constexpr double kFractions = 256.0;  // Of a bin.
  const Slot& s = layout_.slot(slot);
  if (random.uniform() < level) {
    token = random.uniform() < kWrong ? static_cast<Token>(random.below(s.vocabulary)) : kMask;
    const bool somewhere = fractions_ && s.continuous() && token != kMask;
    fraction = static_cast<Fraction>(somewhere ? random.below(256) - 128 : 0);
    return;
  }
  if (!s.continuous()) return;
  const double spread = level * kSpread * s.vocabulary;
  const double moved = token + fraction / kFractions + spread * random.normal();
  token = static_cast<Token>(std::clamp(std::round(moved), 0.0, s.vocabulary - 1.0));
  if (fractions_) {
    fraction = static_cast<Fraction>(std::clamp(std::lround((moved - token) * kFractions), -128L, 127L));
  }
}

Corruption::Known Corruption::apply(const Window& window, const Window& stale, Random& random) {
  const int slots = layout_.slots();
  const int steps = static_cast<int>(window.tokens.size()) / slots;
  const int states = layout_.states();
  const int head = random.uniform() < kHistory ? random.below((steps + 1) / 2) : 0;
  if (random.uniform() < kStale) {
    const auto from = static_cast<std::ptrdiff_t>(head * slots + states);
    std::copy(stale.tokens.begin() + from, stale.tokens.end(), window.tokens.begin() + from);
    std::copy(stale.fractions.begin() + from, stale.fractions.end(), window.fractions.begin() + from);
  }
  const bool observed = random.uniform() < kObserved;
  // What is to be seen and what is to be done are not decided alike: each has levels of its own.
  for (const auto& [first, last] : {std::pair(0, states), std::pair(states, slots)}) {
    set_levels(steps - head, random);
    for (int i = head; i < steps; ++i) {
      if (i == head && first == 0 && observed) continue;
      for (int s = first; s < last; ++s) {
        const auto at = static_cast<std::size_t>(i * slots + s);
        noise(s, window.tokens[at], window.fractions[at], levels_[static_cast<std::size_t>(i - head)], random);
      }
    }
  }
  return {head, observed};
}

}  // namespace ripen::train
