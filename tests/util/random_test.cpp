#include "ripen/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

namespace ripen {
namespace {

TEST(RandomTest, IsSplitMix64) {
  Random random(1234567);  // The sequence that is published with the generator.
  for (const std::uint64_t expected : {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
                                       4593380528125082431ULL, 16408922859458223821ULL}) {
    EXPECT_EQ(random.next(), expected);
  }
}

TEST(RandomTest, EqualSeedsAreEqualAndOthersAreNot) {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Random one(seed), same(seed);
    const std::uint64_t draw = one.next();
    EXPECT_EQ(draw, same.next());
    first.insert(draw);
  }
  EXPECT_EQ(first.size(), 1000U);
}

TEST(RandomTest, AStreamDoesNotDependOnWhatOthersDrew) {
  std::vector<std::uint64_t> alone;
  Random third(5, 3);
  for (int i = 0; i < 100; ++i) alone.push_back(third.next());
  Random first(5, 1), again(5, 3), other_seed(6, 3);
  for (int i = 0; i < 1000; ++i) (void)first.next();
  int same_as_first = 0, same_as_other = 0;
  for (const std::uint64_t draw : alone) {
    EXPECT_EQ(again.next(), draw);
    same_as_first += first.next() == draw ? 1 : 0;
    same_as_other += other_seed.next() == draw ? 1 : 0;
  }
  EXPECT_EQ(same_as_first + same_as_other, 0);
}

/// Chi square of counts that should all be the same; for n cells it is about n, and above n + 5 sqrt(2 n) never.
double chi_square(const std::vector<int>& counts) {
  double all = 0.0, sum = 0.0;
  for (const int count : counts) all += count;
  const double expected = all / static_cast<double>(counts.size());
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST(RandomTest, BelowIsUniformAndNeverReachesItsBound) {
  for (const int bound : {1, 2, 3, 7, 10, 64, 1000}) {
    Random random(static_cast<std::uint64_t>(bound));
    std::vector<int> counts(static_cast<std::size_t>(bound));
    for (int i = 0; i < 200 * bound; ++i) {
      const int draw = random.below(bound);
      ASSERT_GE(draw, 0);
      ASSERT_LT(draw, bound);
      ++counts[static_cast<std::size_t>(draw)];
    }
    EXPECT_LT(chi_square(counts), bound + 5.0 * std::sqrt(2.0 * bound)) << "bound " << bound;
  }
  Random random(9);
  const int large = (1 << 30) + (1 << 29);  // A remainder alone would prefer the lower half.
  int lower = 0;
  for (int i = 0; i < 100'000; ++i) lower += random.below(large) < large / 2 ? 1 : 0;
  EXPECT_NEAR(lower, 50'000, 5 * std::sqrt(25'000.0));
}

TEST(RandomTest, UniformIsInTheUnitIntervalAndFillsIt) {
  Random random(3);
  std::vector<int> counts(100);
  for (int i = 0; i < 100'000; ++i) {
    const double draw = random.uniform();
    ASSERT_GE(draw, 0.0);
    ASSERT_LT(draw, 1.0);
    ++counts[static_cast<std::size_t>(draw * 100.0)];
  }
  EXPECT_LT(chi_square(counts), 100 + 5.0 * std::sqrt(200.0));
}

TEST(RandomTest, NormalHasItsMomentsAndIsFinite) {
  Random random(4);
  constexpr int kDraws = 200'000;
  std::array<double, 4> moments{};
  int beyond_two = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double draw = random.normal();
    ASSERT_TRUE(std::isfinite(draw));
    double power = 1.0;
    for (double& moment : moments) moment += (power *= draw) / kDraws;
    beyond_two += std::abs(draw) > 2.0 ? 1 : 0;
  }
  const double error = 1.0 / std::sqrt(kDraws);
  EXPECT_NEAR(moments[0], 0.0, 5 * error);
  EXPECT_NEAR(moments[1], 1.0, 5 * std::sqrt(2.0) * error);
  EXPECT_NEAR(moments[2], 0.0, 5 * std::sqrt(15.0) * error);
  EXPECT_NEAR(moments[3], 3.0, 5 * std::sqrt(96.0) * error);
  EXPECT_NEAR(beyond_two, 0.0455 * kDraws, 5 * std::sqrt(0.0455 * kDraws));
}

}  // namespace
}  // namespace ripen
