#include "plan/guide.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace ripen {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// Remembers what it was shown.
class Listener : public Cost {
 public:
  [[nodiscard]] double of(const PlanView& plan) const noexcept override {
    steps = plan.steps();
    first.assign(plan.state(0).begin(), plan.state(0).end());
    last.assign(plan.action(steps - 1).begin(), plan.action(steps - 1).end());
    return answer;
  }
  mutable int steps = 0;
  mutable std::vector<double> first, last;
  double answer = 0.0;
};

class GuideTest : public testing::Test {
 protected:
  GuideTest() {
    for (std::int64_t step = 0; step < 4; ++step) {
      const auto tokens = buffer.tokens(1, step);
      tokens[0] = static_cast<Token>(10 + step);
      tokens[1] = 2;
      tokens[2] = static_cast<Token>(50 + step);
      buffer.fractions(1, step)[0] = 64;
      buffer.fractions(1, step)[2] = -128;
    }
  }

  const TokenLayout layout{{{"place", SlotRole::kState, 100, 0.0, 100.0},
                            {"grip", SlotRole::kState, 3},
                            {"target", SlotRole::kAction, 100, 0.0, 100.0}}};
  PlanBuffer buffer{layout, 2, 8, 2};
  PlannerOptions options{.horizon = 8, .value_weight = 2.0, .likelihood_weight = 0.5};
  Listener cost;
};

TEST_F(GuideTest, AddsStepsToTheGoalAndSurprise) {
  Guide guide(layout, options, nullptr);
  EXPECT_DOUBLE_EQ(guide.score(buffer, {.row = 1, .first = 0, .steps = 4, .surprise = 6.0, .to_go = 3.0F}),
                   2.0 * (4 + 3) + 0.5 * 6.0);
}

TEST_F(GuideTest, APlanThatArrivesIsAsFarAsItsArrival) {
  Guide guide(layout, options, nullptr);
  EXPECT_DOUBLE_EQ(
      guide.score(buffer, {.row = 1, .first = 0, .steps = 4, .surprise = 0.0, .to_go = 30.0F, .arrival = 2}), 4.0);
}

TEST_F(GuideTest, AUserSeesThePlanInTheRobotsUnitsBetweenTheBins) {
  Guide guide(layout, options, &cost);
  cost.answer = 7.0;
  EXPECT_DOUBLE_EQ(guide.score(buffer, {.row = 1, .first = 1, .steps = 3, .arrival = 0}), 7.0);
  EXPECT_EQ(cost.steps, 3);
  ASSERT_EQ(cost.first.size(), 2U);
  EXPECT_DOUBLE_EQ(cost.first[0], 11.75) << "bin 11, a quarter above its centre";
  EXPECT_DOUBLE_EQ(cost.first[1], 2.0) << "a category is a number";
  ASSERT_EQ(cost.last.size(), 1U);
  EXPECT_DOUBLE_EQ(cost.last[0], 53.0) << "bin 53, at its lower edge";
}

TEST_F(GuideTest, ALinkThatNoRobotCanGoCostsMoreThanAnyPlan) {
  const Guide::Seen whole{.row = 1, .first = 0, .steps = 4, .surprise = 200.0, .arrival = 3};
  options.strides = {1.5, 1.0};
  EXPECT_DOUBLE_EQ(Guide(layout, options, nullptr).score(buffer, whole), 2.0 * 3 + 0.5 * 200.0) << "a place a step";
  options.strides = {0.9, 1.0};
  const double worst = Guide(layout, options, nullptr).score(buffer, whole);
  buffer.tokens(1, 2)[0] = 11;  // It stands, and jumps by two places.
  options.strides = {1.5, 1.0};
  const double jump = Guide(layout, options, nullptr).score(buffer, whole);
  EXPECT_GT(jump, 1000.0);
  EXPECT_GT(worst, jump) << "three broken links are worse than one";
  options.strides = {2.0, 1.0};
  EXPECT_LT(Guide(layout, options, nullptr).score(buffer, whole), 1000.0);
  buffer.tokens(1, 2)[0] = kMask;
  options.strides = {1.5, 1.0};
  EXPECT_LT(Guide(layout, options, nullptr).score(buffer, whole), 1000.0) << "what is not known could be anywhere";
  buffer.tokens(1, 2)[1] = 0;  // Another grip.
  EXPECT_LT(Guide(layout, options, nullptr).score(buffer, whole), 1000.0) << "a category may become any other";
}

TEST_F(GuideTest, WhatIsNoNumberIsInfinitelyBad) {
  Guide guide(layout, options, &cost);
  for (const double bad : {std::nan(""), kInfinite, -kInfinite}) {
    cost.answer = bad;
    EXPECT_EQ(guide.score(buffer, {.row = 1, .first = 0, .steps = 4}), kInfinite) << bad;
  }
}

}  // namespace
}  // namespace ripen
