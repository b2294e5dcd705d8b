#include "shared/thread_clock.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace ripen::examples {
namespace {

using namespace std::chrono_literals;

/// Keeps the processor busy for so long.
void work(std::chrono::nanoseconds duration) {
  const ThreadClock clock;
  for (const TimePoint end = clock.now() + duration; clock.now() < end;) {
  }
}

TEST(ThreadClock, SleepingTakesNoTime) {
  ThreadClock clock;
  const TimePoint late = clock.now() + 1h;
  clock.sleep_until(late);
  EXPECT_GE(clock.now(), late);
  EXPECT_LT(clock.now(), late + 1min);
  clock.sleep_until(late - 1min);
  EXPECT_GE(clock.now(), late) << "it never goes back";
}

TEST(ThreadClock, OnlyItsOwnWorkTakesTime) {
  ThreadClock clock;
  const TimePoint begin = clock.now();
  work(3ms);
  EXPECT_GE(clock.now(), begin + 3ms);
  const TimePoint before = clock.now();
  std::this_thread::sleep_for(50ms);  // As if others had the processor.
  EXPECT_LT(clock.now(), before + 40ms);
}

TEST(ThreadClock, WhatIsDoneInAPauseIsLeftOut) {
  ThreadClock clock;
  clock.pause();
  const TimePoint before = clock.now();
  work(60ms);
  clock.go_on();
  EXPECT_LT(clock.now(), before + 50ms);
  work(3ms);
  EXPECT_GE(clock.now(), before + 3ms);
}

}  // namespace
}  // namespace ripen::examples
