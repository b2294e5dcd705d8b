#include "train/corruption.hpp"

#include <algorithm>

namespace ripen::train {

namespace {
/// Of the tokens that are not kept, how many are replaced instead of masked.
constexpr double kWrong = 0.15;
/// Of the windows, how many have a stale plan behind the first state.
constexpr double kStale = 0.15;
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

void Corruption::apply(std::span<Token> window, std::span<const Token> stale, Random& random) {
  const int slots = layout_.slots();
  const int steps = static_cast<int>(window.size()) / slots;
  const int states = layout_.states();
  if (random.uniform() < kStale) {
    std::copy(stale.begin() + states, stale.end(), window.begin() + states);
  }
  set_levels(steps, random);
  // The first state is what was just observed in three windows of four.
  const bool observed = random.uniform() < 0.75;
  for (int i = 0; i < steps; ++i) {
    for (int s = 0; s < slots; ++s) {
      if (i == 0 && s < states && observed) continue;
      if (random.uniform() >= levels_[static_cast<std::size_t>(i)]) continue;
      Token& token = window[static_cast<std::size_t>(i * slots + s)];
      token = random.uniform() < kWrong ? static_cast<Token>(random.below(layout_.slot(s).vocabulary)) : kMask;
    }
  }
}

}  // namespace ripen::train
