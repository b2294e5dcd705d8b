#pragma once
// Reading posteriors: what the planner does with logits.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "ripen/plan_buffer.hpp"

namespace ripen {

/// The likeliest tokens of a step's state slots. logits: [state_logits]; state: [states]. Real-time safe.
inline void decide_state(const TokenLayout& layout, const float* logits, std::span<Token> state) noexcept {
  for (int s = 0; s < layout.states(); ++s) {
    const float* first = logits + layout.offset(s);
    state[static_cast<std::size_t>(s)] =
        static_cast<Token>(std::max_element(first, first + layout.slot(s).vocabulary) - first);
  }
}

/// Turns one slot's logits into log-probabilities, in place. NaN becomes impossible. Real-time safe.
inline void normalize_log(std::span<float> logits) noexcept {
  float highest = -INFINITY;
  for (float& logit : logits) {
    if (std::isnan(logit)) logit = -INFINITY;
    highest = std::max(highest, logit);
  }
  if (!std::isfinite(highest)) {  // A broken model: every value is as good as any other.
    std::ranges::fill(logits, -std::log(static_cast<float>(logits.size())));
    return;
  }
  float sum = 0.0F;
  for (const float logit : logits) sum += std::exp(logit - highest);
  const float shift = highest + std::log(sum);
  for (float& logit : logits) logit -= shift;
}

/// The noise level of a token decided with this probability.
inline NoiseLevel level_of(float probability) noexcept {
  return static_cast<NoiseLevel>(std::lround((1.0F - std::clamp(probability, 0.0F, 1.0F)) * (kFullNoise - 1.0F)));
}

}  // namespace ripen
