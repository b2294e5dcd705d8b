#pragma once
// Reading posteriors: what the planner does with logits.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "plan/fractions.hpp"
#include "plan/softmax.hpp"
#include "ripen/plan_buffer.hpp"

namespace ripen {

/// A mode of a binned channel reaches this part of its range to either side.
inline constexpr int kModeShare = 24;

/// [bins] How far a mode reaches to either side; a category's is itself alone. Real-time safe.
inline int reach_of(const Slot& slot) noexcept {
  return slot.continuous() ? std::max(1, slot.vocabulary / kModeShare) : 0;
}

/// Whether two tokens lie in one mode. Real-time safe.
inline bool is_near(const Slot& slot, Token one, Token other) noexcept {
  return std::abs(static_cast<int>(one) - static_cast<int>(other)) <= reach_of(slot);
}

/// The likeliest tokens of a step's state slots. logits: [state_logits]; state: [states]. Real-time safe.
inline void decide_state(const TokenLayout& layout, const float* logits, std::span<Token> state) noexcept {
  for (int s = 0; s < layout.states(); ++s) {
    const float* first = logits + layout.offset(s);
    state[static_cast<std::size_t>(s)] =
        static_cast<Token>(std::max_element(first, first + layout.slot(s).vocabulary) - first);
  }
}

/// Turns one slot's logits, all finite, into log-probabilities, in place. Real-time safe.
inline void normalize_log(std::span<float> logits) noexcept {
  const float highest = std::ranges::max(logits);
  float sum = 0.0F;
  for (const float logit : logits) sum += std::exp(logit - highest);
  const float shift = highest + std::log(sum);
  for (float& logit : logits) logit -= shift;
}

/// A token read off a posterior, and how much of it agrees.
struct Decision {
  Token token = 0;          ///< drawn
  Token mean = 0;           ///< of a binned channel, the posterior's around what was drawn; else what was drawn
  Fraction fraction = 0;    ///< of the mean
  float confidence = 0.0F;  ///< probability of the token; of a binned channel, of the mode around it
};

/// Draws a token. Those less likely than `min_p` of the likeliest are left out: a tail of many bins is rarely meant,
/// but often drawn. highest: the likeliest one's probability. uniform: the random number in [0, 1) that chooses; with
/// the same one, draws at two temperatures lie near each other. fraction: what is left of it, which says where in a bin
/// the value lies. Real-time safe.
inline Token draw_token(std::span<const float> probabilities, float highest, double uniform, double min_p,
                        Fraction& fraction, const SoftmaxKernels& kernels = SoftmaxKernels::best()) noexcept {
  constexpr auto kBlock =
      static_cast<std::size_t>(kSumBlock);  // Sums of blocks are a vector's work, and one of them is searched.
  const auto least = static_cast<float>(min_p) * highest;
  const auto meant = [&](std::size_t v) { return probabilities[v] >= least ? probabilities[v] : 0.0F; };
  std::array<float, kMaxVocabulary / kBlock> sums;
  const std::size_t blocks = probabilities.size() / kBlock;
  kernels.sum_blocks(probabilities.data(), static_cast<int>(blocks), least, sums.data());
  double whole = 0.0;
  for (std::size_t b = 0; b < blocks; ++b) whole += static_cast<double>(sums[b]);
  for (std::size_t v = blocks * kBlock; v < probabilities.size(); ++v) whole += static_cast<double>(meant(v));
  double left = uniform * whole;
  std::size_t block = 0;
  while (block < blocks && left >= static_cast<double>(sums[block])) left -= static_cast<double>(sums[block++]);
  std::size_t last = 0;
  for (std::size_t v = block * kBlock; v < probabilities.size(); ++v) {
    const auto p = static_cast<double>(meant(v));
    if (p == 0.0) continue;
    last = v;
    if (left < p) break;
    left -= p;
  }
  if (probabilities[last] < least)
    last = static_cast<std::size_t>(std::ranges::max_element(probabilities) - probabilities.begin());
  const double share = left / std::max(1e-9, static_cast<double>(probabilities[last]));
  fraction = static_cast<Fraction>(static_cast<int>(std::min(share * kFractions, kFractions - 1.0)) - kFractions / 2);
  return static_cast<Token>(last);
}

/// The likeliest token. Real-time safe.
inline Token likeliest(std::span<const float> probabilities) noexcept {
  return static_cast<Token>(std::ranges::max_element(probabilities) - probabilities.begin());
}

/// The nearest whole number to a value that is at least 0. Real-time safe.
inline int nearest(double value) noexcept { return static_cast<int>(std::floor(value + 0.5)); }

/// Decodes a slot around a token: of a binned channel the posterior's mean in the mode that the token lies in, which is
/// known better than bins are wide. Real-time safe.
inline Decision decode_around(const Slot& slot, std::span<const float> probabilities, Token token) noexcept {
  if (!slot.continuous()) return {token, token, 0, probabilities[token]};
  const int last = static_cast<int>(probabilities.size()) - 1, reach = reach_of(slot);
  float mass = 0.0F;
  double mean = token;
  for (int turn = 0, centre = -1; turn < 2 && centre != nearest(mean); ++turn) {
    centre = nearest(mean);  // First the token, then where that led.
    mass = 0.0F;
    double sum = 0.0;
    for (int v = std::max(0, centre - reach); v <= std::min(last, centre + reach); ++v) {
      const float p = probabilities[static_cast<std::size_t>(v)];
      mass += p;
      sum += static_cast<double>(p) * v;
    }
    if (mass > 0.0F) mean = sum / static_cast<double>(mass);
  }
  const int bin = nearest(mean);
  return {token, static_cast<Token>(bin), fraction_of(mean - bin), mass};
}

/// How likely a value is: of a binned channel, to lie in one mode with the token. Real-time safe.
inline float mass_around(const Slot& slot, std::span<const float> probabilities, Token token) noexcept {
  const int reach = reach_of(slot), last = static_cast<int>(probabilities.size()) - 1;
  float mass = 0.0F;
  for (int v = std::max(0, token - reach); v <= std::min(last, token + reach); ++v) {
    mass += probabilities[static_cast<std::size_t>(v)];
  }
  return mass;
}

/// How likely the likeliest value is, in the same sense. Real-time safe.
inline float best_mass(const Slot& slot, std::span<const float> probabilities) noexcept {
  const auto reach = static_cast<std::size_t>(reach_of(slot));
  float mass = 0.0F, best = 0.0F;
  for (std::size_t v = 0; v < probabilities.size() + reach; ++v) {  // The last value of a window that slides along.
    if (v < probabilities.size()) mass += probabilities[v];
    if (v >= 2 * reach + 1) mass -= probabilities[v - 2 * reach - 1];
    best = std::max(best, mass);
  }
  return best;
}

/// What the model finds so likely costs a plan so much. No probability is taken for less than 1e-6: one impossible
/// token is not to outweigh everything else. Real-time safe.
inline double nats(float probability) noexcept {
  constexpr float kLeast = 1e-6F;
  return -std::log(static_cast<double>(std::max(probability, kLeast)));
}

/// The noise level of a token decided with this probability.
inline NoiseLevel level_of(float probability) noexcept {
  return static_cast<NoiseLevel>(nearest((1.0F - std::clamp(probability, 0.0F, 1.0F)) * (kFullNoise - 1.0F)));
}

}  // namespace ripen
