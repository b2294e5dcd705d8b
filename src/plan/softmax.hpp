#pragma once
// From logits to probabilities, in loops that compilers turn into vectors for any processor.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>

namespace ripen {

/// e^x for x <= 0, within 4e-7 of it; 0 below -87, and of NaN. x = n ln 2 + r with a small r (Cody and Waite, 1980),
/// e^r by its series, and n goes into the exponent. Real-time safe.
[[nodiscard]] inline float exp_of_negative(float x) noexcept {
  constexpr float kLeast = -87.0F, kLog2E = 1.44269504F, kRound = 12582912.0F;  // 1.5 * 2^23: the last bit is worth 1
  constexpr float kLn2High = 0.693359375F, kLn2Low = -2.12194440e-4F;  // The first has few bits: n times it is exact.
  const float shifted = x * kLog2E + kRound;
  const float n = shifted - kRound;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  const float series =
      1.0F + r * (1.0F + r * (0.5F + r * (1.0F / 6 + r * (1.0F / 24 + r * (1.0F / 120 + r * (1.0F / 720))))));
  const auto exponent = (std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(kRound) + 127U) << 23U;
  const auto bits = std::bit_cast<std::uint32_t>(series * std::bit_cast<float>(exponent));
  return std::bit_cast<float>(bits & (0U - std::uint32_t{x >= kLeast}));  // A branch would not become a vector's.
}

/// Probabilities at a temperature above 0; NaN becomes impossible, and logits that say nothing are all as likely.
/// logits, probabilities: as many. Returns the highest of the probabilities. Real-time safe.
inline float softmax(std::span<const float> logits, double temperature, std::span<float> probabilities) noexcept {
  constexpr std::size_t kLanes = 8;  // Sums of a lane each: the order of a sum is the program's, not the compiler's.
  const std::size_t whole = logits.size() / kLanes * kLanes;
  std::array<float, kLanes> lanes;
  lanes.fill(-INFINITY);
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) lanes[l] = std::max(lanes[l], logits[i + l]);  // NaN is not above.
  }
  for (std::size_t i = whole; i < logits.size(); ++i) lanes[0] = std::max(lanes[0], logits[i]);
  const float highest = *std::ranges::max_element(lanes);
  if (!std::isfinite(highest)) {  // A broken model.
    std::ranges::fill(probabilities, 1.0F / static_cast<float>(logits.size()));
    return probabilities[0];
  }
  const auto sharpness = static_cast<float>(1.0 / temperature);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    probabilities[i] = exp_of_negative((logits[i] - highest) * sharpness);
  }
  lanes.fill(0.0F);
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) lanes[l] += probabilities[i + l];
  }
  float sum = 0.0F;
  for (std::size_t i = whole; i < logits.size(); ++i) sum += probabilities[i];
  for (const float lane : lanes) sum += lane;
  const float each = 1.0F / sum;
  for (float& p : probabilities) p *= each;
  return each;  // e^0, divided by the sum.
}

}  // namespace ripen
