#include "ripen/clock.hpp"

#include <gtest/gtest.h>

namespace ripen {
namespace {

using namespace std::chrono_literals;

TEST(ManualClockTest, SleepingAdvancesToTheInstant) {
  ManualClock clock(TimePoint(10ns));
  clock.sleep_until(TimePoint(5ms));
  EXPECT_EQ(clock.now(), TimePoint(5ms));
}

TEST(ManualClockTest, NeverGoesBack) {
  ManualClock clock(TimePoint(7ms));
  clock.sleep_until(TimePoint(5ms));
  EXPECT_EQ(clock.now(), TimePoint(7ms));
  clock.advance(1ms);
  EXPECT_EQ(clock.now(), TimePoint(8ms));
}

TEST(SteadyClockTest, NeverWakesEarly) {
  SteadyClock clock;
  for (int i = 0; i < 20; ++i) {
    const TimePoint instant = clock.now() + 300us;
    clock.sleep_until(instant);
    EXPECT_GE(clock.now(), instant);
  }
}

TEST(SteadyClockTest, ReturnsFromAnInstantThatHasPassed) {
  SteadyClock clock;
  const TimePoint now = clock.now();
  clock.sleep_until(now - 1s);
  clock.sleep_until(TimePoint(-1s));
  EXPECT_GE(clock.now(), now);
}

TEST(SteadyClockTest, SharesTheStandardLibrarysAxis) {
  SteadyClock clock;
  const auto before = std::chrono::steady_clock::now();
  const TimePoint now = clock.now();
  const auto after = std::chrono::steady_clock::now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, after);
}

}  // namespace
}  // namespace ripen
