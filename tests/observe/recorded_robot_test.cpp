#include "ripen/recorded_robot.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "support/allocation_counter.hpp"
#include "support/line_world.hpp"

namespace ripen {
namespace {

/// The ticks 3, 4 and 7 of a robot with two channels.
Recording three_ticks() {
  Recording recording;
  recording.ticks.resize(3);
  for (std::size_t i = 0; i < 3; ++i) {
    RecordedTick& tick = recording.ticks[i];
    tick.report.tick = std::array{3, 4, 7}[i];
    tick.delivered = i != 1;
    tick.fresh = i != 2;
    tick.state_step = 10 + static_cast<std::int64_t>(i);
    tick.steps_begun = 20 + static_cast<std::int64_t>(i);
    tick.steps_done = 15 + static_cast<std::int64_t>(i);
    tick.state = {0.5 + static_cast<double>(i), -1.0};
    tick.seen = {1, i == 0 ? std::uint8_t{0} : std::uint8_t{1}};
  }
  recording.ticks[2].report.faults = kWriteFailed | kLimited;
  return recording;
}

/// Memory as a loop hands it in.
struct Read {
  std::array<double, 2> state{9.0, 9.0};
  std::array<bool, 2> seen{true, true};
  Observation observation{.state = state, .seen = seen};
  bool delivered = false;

  Read(RecordedRobot& robot, std::int64_t tick) : delivered(robot.read(tick, observation)) {}
  Read(const Read&) = delete;
  Read& operator=(const Read&) = delete;
};

TEST(RecordedRobotTest, GivesWhatWasReadInTheLoopsOwnMemory) {
  const Recording recording = three_ticks();
  RecordedRobot robot(recording);
  const Read read(robot, 3);
  EXPECT_TRUE(read.delivered);
  EXPECT_TRUE(read.observation.fresh);
  EXPECT_EQ(read.observation.state.data(), read.state.data());
  EXPECT_EQ(read.observation.seen.data(), read.seen.data());
  EXPECT_EQ(read.state, (std::array{0.5, -1.0}));
  EXPECT_EQ(read.seen, (std::array{true, false}));
  EXPECT_EQ(read.observation.state_step, 10);
  EXPECT_EQ(read.observation.steps_begun, 20);
  EXPECT_EQ(read.observation.steps_done, 15);
}

TEST(RecordedRobotTest, FailsWhereTheReadFailedAndWhereNothingIsRecorded) {
  const Recording recording = three_ticks();
  RecordedRobot robot(recording);
  for (std::int64_t tick = -2; tick < 12; ++tick) {
    const Read read(robot, tick);
    EXPECT_EQ(read.delivered, tick == 3 || tick == 7) << tick;
    EXPECT_EQ(read.observation.fresh, tick == 3 || tick == 4) << tick;
  }
  EXPECT_TRUE(Read(robot, 3).delivered) << "it may begin again";
  const Recording nothing;
  RecordedRobot empty(nothing);
  EXPECT_FALSE(Read(empty, 0).delivered);
  EXPECT_TRUE(empty.write({.tick = 0}));
}

TEST(RecordedRobotTest, RefusesTheCommandsThatWereRefused) {
  const Recording recording = three_ticks();
  RecordedRobot robot(recording);
  for (std::int64_t tick = 0; tick < 12; ++tick) {
    const Read read(robot, tick);
    EXPECT_EQ(robot.write({.tick = tick}), tick != 7) << tick;
  }
}

TEST(RecordedRobotTest, WritesNeitherBeyondTheLoopsMemoryNorBeyondItsOwn) {
  const Recording recording = three_ticks();
  RecordedRobot robot(recording);
  std::array<double, 3> state{9.0, 9.0, 9.0};
  std::array<bool, 3> seen{true, true, true};
  Observation fewer{.state = std::span(state).first(1), .seen = std::span(seen).first(1)};
  EXPECT_TRUE(robot.read(3, fewer));
  EXPECT_EQ(state, (std::array{0.5, 9.0, 9.0}));
  EXPECT_EQ(seen, (std::array{true, true, true}));
  Observation more{.state = state, .seen = seen};
  EXPECT_TRUE(robot.read(3, more));
  EXPECT_EQ(state, (std::array{0.5, -1.0, 9.0}));
  EXPECT_EQ(seen, (std::array{true, false, true}));
}

TEST(RecordedRobotTest, TakesNothingFromTheHeap) {
  if (!test::AllocationCounter::available()) GTEST_SKIP() << "the sanitizer has a heap of its own";
  const Recording recording = three_ticks();
  RecordedRobot robot(recording);
  const test::AllocationCounter counter;
  for (std::int64_t tick = 0; tick < 100; ++tick) {
    const Read read(robot, tick % 9);
    (void)robot.write({.tick = tick % 9});
  }
  EXPECT_EQ(counter.calls(), 0);
}

}  // namespace
}  // namespace ripen
