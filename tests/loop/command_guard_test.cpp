#include "loop/command_guard.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "ripen/error.hpp"
#include "ripen/tick_report.hpp"
#include "util/random.hpp"

namespace ripen {
namespace {

using namespace std::chrono_literals;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A continuous "speed" in [-2, 2] and a "gear" of 4.
TokenLayout layout() {
  return TokenLayout({{.name = "seen", .role = SlotRole::kState, .vocabulary = 8, .low = -9.0, .high = 9.0},
                      {.name = "speed", .role = SlotRole::kAction, .vocabulary = 8, .low = -2.0, .high = 2.0},
                      {.name = "gear", .role = SlotRole::kAction, .vocabulary = 4}});
}

/// Commands come every 0.1 s; the gear rests at 3.
CommandGuard guard(const ChannelLimits& limits) {
  CommandGuard made(layout(), {limits, {}}, 100ms);
  made.set_rest(std::array{ChannelValue(), ChannelValue(3.0)});
  return made;
}
ChannelLimits within(double low, double high, double rate = kUnlimited, double acceleration = kUnlimited) {
  return {.low = low, .high = high, .rate = rate, .acceleration = acceleration};
}

struct Given {
  std::array<double, 2> command;
  std::uint32_t faults;
};
Given apply(CommandGuard& guard, Setpoint speed, Setpoint gear = {}) {
  Given given{};
  given.faults = guard.apply(std::array{speed, gear}, given.command);
  return given;
}

TEST(CommandGuardTest, LetsGoodCommandsThroughUnchanged) {
  CommandGuard g = guard(kUnlimitedChannel);
  const Given given = apply(g, {0.7}, {2.0});
  EXPECT_EQ(given.faults, 0U);
  EXPECT_EQ(given.command, (std::array{0.7, 2.0}));
}

TEST(CommandGuardTest, ClampsToTheTighterOfLayoutAndOptions) {
  CommandGuard tight = guard(within(-1.0, 1.0));
  EXPECT_EQ(apply(tight, {1.5}).faults, kLimited);
  EXPECT_EQ(tight.last(0), 1.0);
  CommandGuard loose = guard(within(-100.0, 100.0));
  EXPECT_EQ(apply(loose, {-50.0}).faults, kLimited);
  EXPECT_EQ(loose.last(0), -2.0);
}

TEST(CommandGuardTest, LimitsTheRateFromTheSecondCommandOn) {
  CommandGuard g = guard(within(-1.0, 1.0, 2.0));  // 0.2 a command
  EXPECT_EQ(apply(g, {-1.0}).faults, 0U);
  for (const double expected : {-0.8, -0.6, -0.4}) {
    const Given given = apply(g, {5.0});
    EXPECT_EQ(given.faults, kLimited | kRateLimited);
    EXPECT_NEAR(given.command[0], expected, 1e-12);
  }
}

TEST(CommandGuardTest, AFirstCommandStartsFromWhatWasMeasured) {
  CommandGuard g = guard(within(-1.0, 1.0, 2.0, 10.0));  // 0.2 a command, and 0.1 more in each
  ASSERT_TRUE(g.start_at(0, 0.5));
  EXPECT_NEAR(apply(g, {-1.0}).command[0], 0.4, 1e-12) << "a jump from 0.5 to -1 is never sent";
  EXPECT_NEAR(apply(g, {-1.0}).command[0], 0.2, 1e-12);
}

TEST(CommandGuardTest, StartsNowhereThatIsOutOfItsLimits) {
  CommandGuard g = guard(within(-1.0, 1.0, 2.0, 10.0));
  EXPECT_FALSE(g.start_at(0, 1.2));
  EXPECT_FALSE(g.start_at(0, kNan));
  EXPECT_FALSE(g.begun(0));
  ASSERT_TRUE(g.start_at(0, 1.05)) << "a command may move that far";
  EXPECT_EQ(g.last(0), 1.0);
}

TEST(CommandGuardTest, GetsToAStepSoonestAndWithoutOvershoot) {
  CommandGuard g = guard(within(-2.0, 2.0, 3.0, 5.0));  // 0.3 a command, and 0.05 more or less in each
  ASSERT_TRUE(g.start_at(0, 0.0));
  double last = 0.0, change = 0.0, fastest = 0.0;
  int commands = 0;
  while (g.last(0) != 1.5 && commands < 100) {
    const double now = apply(g, {1.5}).command[0];
    EXPECT_LE(std::abs(now - last - change), 0.05 + 1e-12) << "command " << commands;
    EXPECT_LE(now, 1.5);
    change = now - last;
    fastest = std::max(fastest, change);
    last = now;
    ++commands;
  }
  // 0.05, 0.1, 0.15, 0.2, 0.25 and back again: 1.5 in ten commands.
  EXPECT_EQ(commands, 10);
  EXPECT_NEAR(fastest, 0.25, 1e-9);
  EXPECT_EQ(apply(g, {1.5}).faults, 0U);
}

TEST(CommandGuardTest, FollowsATargetThatMovesWithinTheLimitsWithoutLag) {
  CommandGuard g = guard(within(-2.0, 2.0, 3.0, 5.0));
  ASSERT_TRUE(g.start_at(0, 0.0));
  double target = 0.0;
  for (int i = 0; i < 12; ++i) {  // speeding up, then slowing down
    target += 0.04 * (i < 6 ? i + 1 : 12 - i - 1);
    const Given given = apply(g, {target});
    EXPECT_EQ(given.command[0], target) << "command " << i;
    EXPECT_EQ(given.faults, 0U) << "command " << i;
  }
}

TEST(CommandGuardTest, StopsBeforeTheEndOfItsRangeWhateverIsWanted) {
  CommandGuard g = guard(within(-1.0, 1.0, 3.0, 2.0));  // 0.3 a command, and 0.02 more or less in each
  ASSERT_TRUE(g.start_at(0, 0.0));
  double last = 0.0, change = 0.0;
  for (int i = 0; i < 200; ++i) {
    const double now = apply(g, {i / 40 % 2 == 0 ? 9.0 : -9.0}).command[0];
    EXPECT_LE(std::abs(now), 1.0);
    EXPECT_LE(std::abs(now - last - change), 0.02 + 1e-12) << "command " << i << ": it had to brake harder";
    change = now - last;
    last = now;
  }
}

TEST(CommandGuardTest, HoldingSlowsDownAndStays) {
  CommandGuard g = guard(within(-2.0, 2.0, 3.0, 5.0));
  ASSERT_TRUE(g.start_at(0, 0.0));
  for (const double target : {0.05, 0.15, 0.3}) ASSERT_EQ(apply(g, {target}).faults, 0U);  // at 0.15 a command
  const std::array<double, 4> expected{0.4, 0.45, 0.45, 0.45};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Given given = apply(g, {.hold = true}, {.hold = true});
    EXPECT_NEAR(given.command[0], expected[i], 1e-12) << i;
    EXPECT_EQ(given.faults, i < 2 ? std::uint32_t{kRateLimited} : 0U) << i;
    EXPECT_EQ(given.command[1], 3.0) << "a category rests";
  }
}

TEST(CommandGuardTest, SaysWhatCanBeReached) {
  CommandGuard g = guard(within(-1.0, 1.0, 2.0));  // 0.2 a command
  EXPECT_TRUE(g.reaches(std::array{1.0, 0.0}, 1)) << "the first is free of the rate limit";
  ASSERT_EQ(apply(g, {0.5}).faults, 0U);
  EXPECT_TRUE(g.reaches(std::array{0.6, 3.0}, 1)) << "categories have no rate";
  EXPECT_FALSE(g.reaches(std::array{0.2, 0.0}, 1));
  EXPECT_TRUE(g.reaches(std::array{0.2, 0.0}, 2));
  EXPECT_FALSE(g.reaches(std::array{kNan, 0.0}, 9));
  EXPECT_FALSE(g.reaches(std::array{0.5, 4.0}, 9));
  EXPECT_FALSE(g.reaches(std::array{1.5, 0.0}, 9));
}

TEST(CommandGuardTest, NotFiniteIsHeldAndNoCategoryRests) {
  CommandGuard g = guard(within(-1.0, 1.0));
  ASSERT_EQ(apply(g, {0.5}, {1.0}).faults, 0U);
  for (const double speed : {kNan, kInfinity, -kInfinity}) {
    for (const double gear : {kNan, kInfinity, -1.0, 4.0, 0.5}) {
      const Given given = apply(g, {speed}, {gear});
      EXPECT_EQ(given.faults, kReplaced);
      EXPECT_EQ(given.command, (std::array{0.5, 3.0})) << speed << " " << gear;
    }
  }
}

TEST(CommandGuardTest, NothingUnsafePassesWhateverComes) {
  Random random(5);
  CommandGuard g = guard(within(-1.0, 0.5, 1.0, 2.0));  // 0.1 a command, and 0.02 more or less in each
  double last = kNan, change = kNan;
  for (int i = 0; i < 200000; ++i) {
    // Any bits at all: subnormals, infinities, NaNs; and every other time something ordinary.
    const auto any = [&] {
      return i % 2 == 0 ? std::bit_cast<double>(random.next()) : static_cast<double>(random.below(1000)) / 100.0 - 5.0;
    };
    const Setpoint speed{.value = any(), .hold = random.below(5) == 0}, gear{.value = any()};
    const Given given = apply(g, speed, gear);
    ASSERT_TRUE(g.within_limits(given.command)) << "from " << speed.value << " " << gear.value;
    ASSERT_FALSE(std::abs(given.command[0] - last) > 0.1 + 1e-12) << "from " << speed.value << ", call " << i;
    ASSERT_FALSE(std::abs(given.command[0] - last - change) > 0.02 + 1e-12) << "from " << speed.value << ", call " << i;
    change = i > 0 ? given.command[0] - last : 0.0;
    last = given.command[0];
  }
}

TEST(CommandGuardTest, ListsEveryProblem) {
  const auto problems_of = [](const std::vector<ChannelLimits>& limits) -> std::string {
    try {
      CommandGuard made(layout(), limits, 100ms);
    } catch (const OptionsError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(problems_of({}), "limits: [0] (speed) is continuous and has none: give them, or kUnlimitedChannel");
  EXPECT_EQ(problems_of({{}, {}}),
            "limits: [0] (speed) rate is not given: give it, or kUnlimited\n"
            "limits: [0] (speed) acceleration is not given: give it, or kUnlimited");
  EXPECT_EQ(problems_of({{.low = 1.0, .high = -1.0, .rate = 0.0, .acceleration = -1.0, .measured_by = 1}, {}}),
            "limits: [0] (speed) low 1.000000 is above high -1.000000\n"
            "limits: [0] (speed) rate 0.000000 is not positive\n"
            "limits: [0] (speed) acceleration -1.000000 is not positive\n"
            "limits: [0] (speed) measured_by 1 is no state channel\n"
            "limits: [0] (speed) leaves nothing of the slot's range");
  EXPECT_EQ(problems_of({kUnlimitedChannel}), "limits: 1 are given, the layout has 2 actions");
  EXPECT_NE(problems_of({within(3.0, 4.0), {}}).find("leaves nothing"), std::string::npos);
  EXPECT_NE(problems_of({within(kNan, 1.0), {}}).find("low"), std::string::npos);
  EXPECT_EQ(problems_of({kUnlimitedChannel, {}}), "");
}

}  // namespace
}  // namespace ripen
