#include "loop/lookout.hpp"

#include <gtest/gtest.h>

namespace ripen {
namespace {

using namespace std::chrono_literals;

TEST(Lookout, WaitsUntilShortlyBeforeWhatComesRegularlyIsDue) {
  Lookout lookout(100us);
  for (int tick = 0; tick < 5; ++tick) lookout.found(TimePoint(tick * 5ms));
  EXPECT_LT(lookout.wait(TimePoint(20ms)), 4900us);
  EXPECT_GT(lookout.wait(TimePoint(20ms)), 4500us);
  EXPECT_LT(lookout.wait(TimePoint(22ms)), 2900us);
  EXPECT_EQ(lookout.wait(TimePoint(24600us)), 100us);
}

TEST(Lookout, LooksEverMoreSeldomForWhatDoesNotCome) {
  Lookout lookout(100us);
  for (int tick = 0; tick < 5; ++tick) lookout.found(TimePoint(tick * 5ms));
  TimePoint now(20ms);
  int looks = 0;
  for (; now < TimePoint(1020ms); ++looks) now += lookout.wait(now);
  EXPECT_LT(looks, 120);
  EXPECT_EQ(lookout.wait(now), lookout.longest());
  lookout.found(now);
  EXPECT_LE(lookout.wait(now), 4900us) << "a pause says nothing of what comes after it";
}

TEST(Lookout, KnowsNothingAtFirstAndLooksOften) {
  Lookout lookout(100us);
  lookout.found(TimePoint(1h));
  EXPECT_EQ(lookout.wait(TimePoint(1h)), 100us);
  EXPECT_LE(lookout.wait(TimePoint(1h + 1ms)), 1100us);
  EXPECT_EQ(Lookout(1s).longest(), 1s) << "no shorter than what is asked for";
  EXPECT_EQ(Lookout(1s).wait(TimePoint(5s)), 1s);
}

}  // namespace
}  // namespace ripen
