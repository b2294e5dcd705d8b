#include "plan/reveal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace ripen {
namespace {

constexpr RevealOrder kOrders[] = {RevealOrder::kRandom, RevealOrder::kCoarseToFine, RevealOrder::kPlan};
constexpr std::int64_t kFirst = 1000;

TEST(Reveal, AShareOfTheDraftIsShownAndNeverHiddenAgain) {
  for (const RevealOrder order : kOrders) {
    for (const int steps : {1, 7, 32, 95}) {
      const Reveal reveal(order, kFirst, steps, 5);
      int before = 0;
      for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
        int shown = 0;
        for (int i = 0; i < steps; ++i) {
          for (int slot = 0; slot < 10; ++slot) shown += reveal.rank(kFirst + i, slot, 128) < share ? 1 : 0;
        }
        EXPECT_GE(shown, before);
        before = shown;
        if (share == 0.0 || share == 1.0 || (order == RevealOrder::kRandom && steps > 30)) {
          EXPECT_NEAR(shown / (10.0 * steps), share, share == 0.0 || share == 1.0 ? 0.0 : 0.1) << steps << " steps";
        }
      }
    }
  }
}

TEST(Reveal, CoarseToFineBeginsInTheMiddleAndHalvesWhatIsLeft) {
  const Reveal reveal(RevealOrder::kCoarseToFine, kFirst, 15, 1);
  const auto rank = [&](int i) { return reveal.rank(kFirst + i, 0, 128); };
  EXPECT_EQ(rank(7), 0.0);
  EXPECT_EQ(rank(3), rank(11));
  EXPECT_LT(rank(7), rank(3));
  EXPECT_LT(rank(3), rank(1));
  EXPECT_LT(rank(5), rank(4));
  EXPECT_EQ(reveal.rank(kFirst + 3, 0, 128), reveal.rank(kFirst + 3, 9, 128)) << "a step is revealed whole";
}

TEST(Reveal, PlanOrderIsTheOrderOfTheStepsAndSurestThatOfTheLevels) {
  const Reveal plan(RevealOrder::kPlan, kFirst, 20, 1), surest(RevealOrder::kSurest, kFirst, 20, 1);
  for (int i = 1; i < 20; ++i) EXPECT_LT(plan.rank(kFirst + i - 1, 0, 128), plan.rank(kFirst + i, 0, 128));
  EXPECT_LT(surest.rank(kFirst + 9, 0, 1), surest.rank(kFirst, 0, 200));
}

TEST(Reveal, DraftsOfOtherSeedsAreRevealedInOtherOrders) {
  std::set<std::vector<int>> orders;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Reveal reveal(RevealOrder::kRandom, kFirst, 12, seed);
    std::vector<int> steps(12);
    for (int i = 0; i < 12; ++i) steps[static_cast<std::size_t>(i)] = i;
    std::ranges::sort(steps, {}, [&](int i) { return reveal.rank(kFirst + i, 0, 128); });
    orders.insert(steps);
  }
  EXPECT_EQ(orders.size(), 20U);
}

}  // namespace
}  // namespace ripen
