#include "ripen_check/wake_up.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "ripen/error.hpp"

namespace ripen::check {
namespace {

using namespace std::chrono_literals;

TEST(WakeUpTest, EveryInstantIsMetOrMissed) {
  const WakeUps wake_ups = measure(1ms, 100ms, {.lock_memory = false, .policy = RealTimePolicy::kIgnore});
  EXPECT_GE(wake_ups.late.count() + wake_ups.missed, 99) << "more if the last was late";
  EXPECT_TRUE(wake_ups.refused.empty());
  EXPECT_GT(wake_ups.late.max(), 0ns);
}

TEST(WakeUpTest, RefusesBadOptionsAndTellsWhatTheSystemRefused) {
  EXPECT_THROW((void)measure(1ms, 10ms, {.fifo_priority = 100}), ripen::OptionsError);
  const WakeUps wake_ups =
      measure(1ms, 10ms, {.cpus = {1000}, .lock_memory = false, .policy = RealTimePolicy::kIgnore});
  ASSERT_EQ(wake_ups.refused.size(), 1U);
  EXPECT_FALSE(judge(wake_ups, 1ms).credible);
}

TEST(VerdictTest, IsAboutTheWorst) {
  WakeUps wake_ups;
  EXPECT_FALSE(judge(wake_ups, 5ms).credible) << "nothing was measured";
  for (int i = 0; i < 1000; ++i) wake_ups.late.record(100us);
  wake_ups.late.record(1ms);
  EXPECT_TRUE(judge(wake_ups, 5ms).credible);
  EXPECT_EQ(judge(wake_ups, 5ms).why,
            "the latest wake-up, 1000 us, is within the reserve of 1000 us (20 % of the period)");
  EXPECT_FALSE(judge(wake_ups, 4ms).credible);
  wake_ups.missed = 2;
  EXPECT_FALSE(judge(wake_ups, 5ms).credible);
  EXPECT_EQ(judge(wake_ups, 5ms).why, "2 ticks were missed");
}

}  // namespace
}  // namespace ripen::check
