#pragma once
// What a sample says of the whole: 95 % intervals.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace ripen::examples {

struct Interval {
  double low = 0.0, high = 0.0;
};

inline constexpr double kDeviations95 = 1.959963984540054;  ///< of a normal variable, within which 95 % lie

/// Of a rate, after so many successes in n trials, n > 0 (Wilson, "Probable inference", JASA 1927).
[[nodiscard]] inline Interval interval_of_rate(std::int64_t successes, std::int64_t n) {
  const double z2 = kDeviations95 * kDeviations95, count = static_cast<double>(n);
  const double rate = static_cast<double>(successes) / count;
  const double centre = (rate + z2 / (2.0 * count)) / (1.0 + z2 / count);
  const double half =
      kDeviations95 / (1.0 + z2 / count) * std::sqrt(rate * (1.0 - rate) / count + z2 / (4.0 * count * count));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

/// Of a mean, from the values' own spread; for some dozens of values and more.
[[nodiscard]] inline Interval interval_of_mean(std::span<const double> values) {
  double mean = 0.0, squares = 0.0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double n = static_cast<double>(values.size());
  const double half = n > 1.0 ? kDeviations95 * std::sqrt(squares / (n - 1.0) / n) : 0.0;
  return {mean - half, mean + half};
}

}  // namespace ripen::examples
