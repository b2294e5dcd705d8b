#include "plan/step_time.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/property.hpp"

namespace ripen {
namespace {

using std::chrono::nanoseconds;

constexpr int kMostWindows = 4;

/// A pass of so many windows took so long [ns].
struct Pass {
  int windows;
  std::int64_t cost;
};

/// Passes, and then so many budgets that were too small for one.
struct Case {
  std::vector<Pass> passes;
  int refused;
};

std::ostream& operator<<(std::ostream& out, const Pass& pass) {
  return out << "{" << pass.windows << ", " << pass.cost << "}";
}
std::ostream& operator<<(std::ostream& out, const Case& drawn) {
  return out << "{" << test::listed(drawn.passes) << ", " << drawn.refused << "}";
}

Case draw(Random& random) {
  Case drawn{std::vector<Pass>(static_cast<std::size_t>(random.below(20))), random.below(100)};
  const std::int64_t usual = std::int64_t{1} << random.below(34);  // up to 17 s
  for (Pass& pass : drawn.passes) {
    const double cost = static_cast<double>(usual) * std::exp2(random.normal() * (random.below(8) == 0 ? 6.0 : 0.2));
    pass = {1 + random.below(kMostWindows), 1 + static_cast<std::int64_t>(std::min(cost, 1e12))};
  }
  return drawn;
}

std::string check(const Case& drawn) {
  StepTimePredictor predictor(kMostWindows);
  std::int64_t least[kMostWindows + 1] = {}, most[kMostWindows + 1] = {}, dearest = 0;  // seen of each size
  const auto problem = [&]() -> std::string {
    for (int windows = 1; windows <= kMostWindows; ++windows) {
      const std::int64_t predicted = predictor.predict(windows).count();
      const bool met = most[windows] > 0;
      const std::int64_t low = met ? least[windows] : 0, high = met ? most[windows] : dearest;
      if (predicted < low || predicted > 2 * high) {
        return std::to_string(windows) + " windows: " + std::to_string(predicted) + " ns, but passes took " +
               std::to_string(low) + " to " + std::to_string(high);
      }
    }
    return "";
  };
  if (std::string text = problem(); !text.empty()) return text;
  for (const auto& [windows, cost] : drawn.passes) {
    predictor.observe(windows, nanoseconds(cost));
    most[windows] = std::max(most[windows], cost);
    least[windows] = least[windows] == 0 ? cost : std::min(least[windows], cost);
    dearest = std::max(dearest, cost);
    if (std::string text = problem(); !text.empty()) return text;
  }
  // Whatever was seen, a budget that is long enough for a pass is given one before long: a sixteenth less each time.
  for (int i = 0; i < drawn.refused; ++i) (void)predictor.refused();
  const double limit = 2.0 * (static_cast<double>(dearest) * std::pow(15.0 / 16.0, drawn.refused - 1) + 16.0);
  for (int windows = 1; windows <= kMostWindows; ++windows) {
    const std::int64_t predicted = predictor.predict(windows).count();
    if (predicted < 0 || static_cast<double>(predicted) > limit) {
      return "still " + std::to_string(predicted) + " ns after the refusals";
    }
  }
  return "";
}

using std::chrono::milliseconds;

TEST(StepTime, ASlowFirstPassIsAskedAboutOnceMore) {
  for (const int slow : {10, 100, 1000}) {
    StepTimePredictor predictor(kMostWindows);
    predictor.observe(2, milliseconds(slow));
    EXPECT_TRUE(predictor.refused()) << "the first tick after it runs a pass";
    predictor.observe(2, milliseconds(1));
    EXPECT_LT(predictor.predict(2), milliseconds(2)) << "and so does the one after that, within its budget";
    EXPECT_LT(predictor.predict(1), milliseconds(2)) << "a size that was not met";
  }
}

TEST(StepTime, ASlowPassAmongQuickOnesToo) {
  StepTimePredictor predictor(kMostWindows);
  for (int i = 0; i < 20; ++i) predictor.observe(1, milliseconds(2));
  predictor.observe(1, milliseconds(200));
  ASSERT_GT(predictor.predict(1), milliseconds(3));
  EXPECT_TRUE(predictor.refused());
  predictor.observe(1, milliseconds(2));
  EXPECT_LT(predictor.predict(1), milliseconds(3));
}

TEST(StepTime, ALongSlowSpellIsForgottenWithTheFirstQuickPass) {
  StepTimePredictor predictor(kMostWindows);
  for (int i = 0; i < 100; ++i) predictor.observe(1, milliseconds(50));
  int refusals = 0;
  for (; predictor.predict(1) > milliseconds(4) && !predictor.refused(); ++refusals) continue;
  EXPECT_LT(refusals, 50);
  predictor.observe(1, milliseconds(1));
  EXPECT_LT(predictor.predict(1), milliseconds(2));
}

TEST(StepTime, APassThatIsTooLongIsNotRunInEveryTick) {
  StepTimePredictor predictor(kMostWindows);
  int passes = 0;
  for (int tick = 0; tick < 100; ++tick) {
    if (predictor.predict(1) > milliseconds(4) && !predictor.refused()) continue;
    predictor.observe(1, milliseconds(10));
    ++passes;
  }
  EXPECT_GE(passes, 3) << "what is never run is never seen to be cheap";
  EXPECT_LE(passes, 10);
}

TEST(StepTime, ShorterWindowsTakeLessAndSayNothingOfLongOnes) {
  StepTimePredictor predictor(kMostWindows);
  for (int i = 0; i < 40; ++i) predictor.observe(2, milliseconds(8));
  EXPECT_LT(predictor.predict(2, 0.25), milliseconds(3));
  for (int i = 0; i < 40; ++i) predictor.observe(2, milliseconds(2), 0.25);
  EXPECT_GT(predictor.predict(2), milliseconds(7));
}

TEST(StepTimeProperty, IsWhatPassesTookAndNeverRefusesForGood) { test::check_cases(draw, check); }

}  // namespace
}  // namespace ripen
