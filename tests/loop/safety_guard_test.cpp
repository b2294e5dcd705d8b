#include "ripen/error.hpp"
#include "ripen/safety_guard.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "ripen/random.hpp"
#include "ripen/tick_report.hpp"

namespace ripen {
namespace {

using namespace std::chrono_literals;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A continuous "speed" in [-2, 2] and a "gear" of 4.
TokenLayout layout() {
  return TokenLayout({{.name = "seen", .role = SlotRole::kState, .vocabulary = 2},
                      {.name = "speed", .role = SlotRole::kAction, .vocabulary = 8, .low = -2.0, .high = 2.0},
                      {.name = "gear", .role = SlotRole::kAction, .vocabulary = 4}});
}

SafetyGuard guard(double low = -1.0, double high = 1.0, double rate = kInfinity) {
  SafetyGuard made(layout(), {.channels = {{low, high, rate}, {}}}, 100ms);
  made.set_safe(std::array{0.0, 3.0});
  return made;
}

TEST(SafetyGuardTest, LetsGoodCommandsThroughUnchanged) {
  SafetyGuard g = guard();
  std::array action{0.7, 2.0};
  EXPECT_EQ(g.apply(action), 0U);
  EXPECT_EQ(action, (std::array{0.7, 2.0}));
}

TEST(SafetyGuardTest, ClampsToTheTighterOfLayoutAndOptions) {
  SafetyGuard tight = guard(-1.0, 1.0);
  std::array action{1.5, 0.0};
  EXPECT_EQ(tight.apply(action), kLimited);
  EXPECT_EQ(action[0], 1.0);
  SafetyGuard loose = guard(-100.0, 100.0);
  action = {-50.0, 0.0};
  EXPECT_EQ(loose.apply(action), kLimited);
  EXPECT_EQ(action[0], -2.0);
}

TEST(SafetyGuardTest, LimitsTheRateFromTheSecondCommandOn) {
  SafetyGuard g = guard(-1.0, 1.0, 2.0);  // 0.2 a command
  std::array action{-1.0, 0.0};
  EXPECT_EQ(g.apply(action), 0U);
  for (const double expected : {-0.8, -0.6, -0.4}) {
    action = {5.0, 0.0};
    EXPECT_EQ(g.apply(action), kLimited | kRateLimited);
    EXPECT_NEAR(action[0], expected, 1e-12);
  }
}

TEST(SafetyGuardTest, SaysWhatMayFollow) {
  SafetyGuard g = guard(-1.0, 1.0, 2.0);  // 0.2 a command
  EXPECT_TRUE(g.may_follow(std::array{1.0, 0.0})) << "the first is free of the rate limit";
  std::array action{0.5, 0.0};
  ASSERT_EQ(g.apply(action), 0U);
  EXPECT_TRUE(g.may_follow(std::array{0.6, 3.0})) << "categories have no rate";
  EXPECT_FALSE(g.may_follow(std::array{0.2, 0.0}));
  EXPECT_FALSE(g.may_follow(std::array{kNan, 0.0}));
  EXPECT_FALSE(g.may_follow(std::array{0.5, 4.0}));
}

TEST(SafetyGuardTest, NotFiniteBecomesTheLastValueAndNoCategoryTheSafeOne) {
  SafetyGuard g = guard();
  std::array action{0.5, 1.0};
  ASSERT_EQ(g.apply(action), 0U);
  for (const double speed : {kNan, kInfinity, -kInfinity}) {
    for (const double gear : {kNan, kInfinity, -1.0, 4.0, 0.5}) {
      action = {speed, gear};
      EXPECT_EQ(g.apply(action), kReplaced);
      EXPECT_EQ(action, (std::array{0.5, 3.0})) << speed << " " << gear;
    }
  }
}

TEST(SafetyGuardTest, FirstCommandThatIsNotFiniteBecomesTheSafeOne) {
  SafetyGuard g = guard();
  g.set_safe(std::array{0.25, 1.0});
  std::array action{kNan, kNan};
  EXPECT_EQ(g.apply(action), kReplaced);
  EXPECT_EQ(action, (std::array{0.25, 1.0}));
}

TEST(SafetyGuardTest, UnusableSafeCommandIsReplaced) {
  SafetyGuard g = guard(0.5, 1.0);
  g.set_safe(std::array{kNan, 17.0});
  EXPECT_EQ(g.safe()[0], 0.5);
  EXPECT_EQ(g.safe()[1], 3.0);
}

TEST(SafetyGuardTest, NothingUnsafePassesWhateverComes) {
  Random random(5);
  SafetyGuard g = guard(-1.0, 0.5, 1.0);
  double last = kNan;
  for (int i = 0; i < 200000; ++i) {
    // Any bits at all: subnormals, infinities, NaNs; and every other time something ordinary.
    const auto any = [&] {
      return i % 2 == 0 ? std::bit_cast<double>(random.next()) : static_cast<double>(random.below(1000)) / 100.0 - 5.0;
    };
    std::array action{any(), any()};
    const std::array given = action;
    (void)g.apply(action);
    ASSERT_TRUE(g.within_limits(action)) << "from " << given[0] << " " << given[1];
    ASSERT_TRUE(std::isnan(last) || std::abs(action[0] - last) <= 0.1 + 1e-12) << "from " << given[0];
    last = action[0];
  }
}

TEST(SafetyGuardTest, ListsEveryProblem) {
  const SafetyGuardOptions options{.channels = {{1.0, -1.0, 0.0}, {kNan, 1.0, kNan}, {}}};
  const std::string problems = options.validate();
  EXPECT_NE(problems.find("channels[0].low"), std::string::npos) << problems;
  EXPECT_NE(problems.find("channels[0].rate"), std::string::npos) << problems;
  EXPECT_NE(problems.find("channels[1].low"), std::string::npos) << problems;
  EXPECT_NE(problems.find("channels[1].rate"), std::string::npos) << problems;
  try {
    SafetyGuard made(layout(), options, 0ns);
    FAIL();
  } catch (const OptionsError& error) {
    EXPECT_NE(std::string(error.what()).find("3 entries"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("period"), std::string::npos) << error.what();
  }
}

TEST(SafetyGuardTest, RefusesLimitsThatLeaveNothing) { EXPECT_THROW(guard(3.0, 4.0), OptionsError); }

}  // namespace
}  // namespace ripen
