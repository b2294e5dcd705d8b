#include "ripen/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "util/random.hpp"

namespace ripen {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

TEST(HistogramTest, EmptyIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.percentile(0.5), 0ns);
  EXPECT_EQ(histogram.max(), 0ns);
  EXPECT_EQ(histogram.mean(), 0.0);
}

TEST(HistogramTest, OneValueIsEveryPercentile) {
  for (const std::int64_t value : {0L, 1L, 127L, 128L, 129L, 5'000'000L, 999'999'999'999L}) {
    Histogram histogram;
    histogram.record(nanoseconds(value));
    for (const double fraction : {0.0, 0.5, 0.99, 1.0}) {
      EXPECT_EQ(histogram.percentile(fraction).count(), value) << "fraction " << fraction;
    }
    EXPECT_EQ(histogram.mean(), static_cast<double>(value));
  }
}

TEST(HistogramTest, PercentilesAreWithinOnePercentUpToAThousandSeconds) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    Histogram histogram;
    std::vector<std::int64_t> values;
    for (int i = 0; i < 5000; ++i) {
      values.push_back(static_cast<std::int64_t>(std::exp(random.uniform() * std::log(1e12))));
      histogram.record(nanoseconds(values.back()));
    }
    std::ranges::sort(values);
    for (const double fraction : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
      const auto rank = static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(values.size())));
      const auto exact = static_cast<double>(values[std::max<std::size_t>(1, rank) - 1]);
      EXPECT_NEAR(static_cast<double>(histogram.percentile(fraction).count()), exact, 0.01 * exact)
          << "seed " << seed << " fraction " << fraction;
    }
    EXPECT_EQ(histogram.max().count(), values.back());
  }
}

TEST(HistogramTest, SmallValuesAreExact) {
  Histogram histogram;
  for (int value = 1; value <= 100; ++value) histogram.record(nanoseconds(value));
  for (int percent = 1; percent <= 100; ++percent) {
    EXPECT_EQ(histogram.percentile(percent / 100.0).count(), percent);
  }
}

TEST(HistogramTest, NegativeCountsAsZeroAndHugeAsTheLastBucket) {
  Histogram histogram;
  histogram.record(-5ms);
  EXPECT_EQ(histogram.max(), 0ns);
  histogram.record(nanoseconds::max());
  EXPECT_EQ(histogram.max(), nanoseconds::max());
  EXPECT_EQ(histogram.percentile(0.5), 0ns);
  EXPECT_EQ(histogram.count(), 2);
}

TEST(HistogramTest, MergingIsRecordingBoth) {
  Random random(3);
  Histogram both, first, second;
  for (int i = 0; i < 2000; ++i) {
    const nanoseconds value(random.below(10'000'000));
    both.record(value);
    (i % 3 == 0 ? first : second).record(value);
  }
  first.merge(second);
  EXPECT_EQ(first.count(), both.count());
  EXPECT_EQ(first.max(), both.max());
  EXPECT_DOUBLE_EQ(first.mean(), both.mean());
  for (const double fraction : {0.1, 0.5, 0.99}) EXPECT_EQ(first.percentile(fraction), both.percentile(fraction));
  first.clear();
  EXPECT_EQ(first.count(), 0);
  EXPECT_EQ(first.percentile(1.0), 0ns);
}

}  // namespace
}  // namespace ripen
