#include "ripen/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/property.hpp"

namespace ripen {
namespace {

using std::chrono::nanoseconds;

/// Durations [ns] for two histograms that become one, and a fraction to ask for.
struct Case {
  std::vector<std::int64_t> first, second;
  double fraction;
};

std::ostream& operator<<(std::ostream& out, const Case& drawn) {
  return out << "{" << test::listed(drawn.first) << ", " << test::listed(drawn.second) << ", "
             << test::exact(drawn.fraction) << "}";
}

Case draw(Random& random) {
  const auto some = [&] {
    std::vector<std::int64_t> values(static_cast<std::size_t>(random.below(8)));
    for (std::int64_t& value : values) {
      value = static_cast<std::int64_t>(random.next()) >> random.below(64);  // of any magnitude, also negative
    }
    return values;
  };
  return {some(), some(), random.below(4) == 0 ? test::any_number(random) : random.uniform()};
}

std::string check(const Case& drawn) {
  static Histogram one, other;  // 18 KiB each
  one.clear();
  other.clear();
  std::vector<std::int64_t> sorted;
  double sum = 0.0;
  for (const auto* values : {&drawn.first, &drawn.second}) {
    for (const std::int64_t value : *values) {
      (values == &drawn.first ? one : other).record(nanoseconds(value));
      sorted.push_back(std::max<std::int64_t>(0, value));
      sum += static_cast<double>(sorted.back());
    }
  }
  one.merge(other);
  std::ranges::sort(sorted);

  if (one.count() != std::ssize(sorted)) return "count " + std::to_string(one.count());
  if (one.max().count() != (sorted.empty() ? 0 : sorted.back())) return "max " + std::to_string(one.max().count());
  const double mean = sorted.empty() ? 0.0 : sum / static_cast<double>(sorted.size());
  if (std::abs(one.mean() - mean) > 1e-12 * mean) return "mean " + std::to_string(one.mean());
  if (one.percentile(1.0) != one.max()) return "percentile(1) is not the maximum";

  // The least of the values that the fraction did not exceed.
  const std::int64_t found = one.percentile(drawn.fraction).count();
  if (sorted.empty()) return found == 0 ? "" : "a percentile of nothing";
  const double rank = std::ceil(std::clamp(drawn.fraction, 0.0, 1.0) * static_cast<double>(sorted.size()) - 1e-6);
  const std::int64_t exact = sorted[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
  // Beyond the last bucket only the maximum is known.
  constexpr std::int64_t kLast = std::int64_t{1} << 40;
  const bool right = exact < 128     ? found == exact
                     : exact < kLast ? std::abs(static_cast<double>(found - exact)) <= 0.01 * static_cast<double>(exact)
                                     : found == one.max().count() || found >= kLast - kLast / 100;
  return right ? "" : "percentile " + std::to_string(found) + ", not " + std::to_string(exact);
}

TEST(HistogramProperty, IsASortedListWithinOnePercent) { test::check_cases(draw, check); }

}  // namespace
}  // namespace ripen
