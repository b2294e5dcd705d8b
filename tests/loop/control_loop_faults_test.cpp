// What the loop does when reads, writes or states fail.

#include <gtest/gtest.h>

#include "support/loop_rig.hpp"

namespace ripen::test {
namespace {

using namespace std::chrono_literals;

TEST(ControlLoopFaultsTest, BridgesFailedReadsWithThePlan) {
  LoopRig rig(LineRobot(3, 1, true), 40, fixed_steps(1));
  rig.robot.fails = [](std::int64_t tick) { return tick >= 4 && tick < 10; };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  for (const auto& written : rig.robot.written) {
    const bool failed = written.tick >= 4 && written.tick < 10;
    EXPECT_EQ(written.source, failed ? CommandSource::kHeld : CommandSource::kFresh) << "tick " << written.tick;
    if (written.tick < 17) {
      EXPECT_EQ(written.action, 1.0) << "tick " << written.tick;
    }
  }
  EXPECT_EQ(rig.recorder.reports[4].faults, kReadFailed);
  EXPECT_EQ(rig.recorder.reports[10].faults, 0U);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopFaultsTest, StopsAfterTooManyFailedReadsUntilReset) {
  LoopRig rig(LineRobot(3, 2), 20, {.budget = Budget{.passes = 8}, .max_read_failure = 15ms});
  rig.robot.fails = [](std::int64_t tick) { return tick >= 5 && tick < 12; };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  const auto sources = rig.sources();
  for (std::size_t tick = 0; tick < 20; ++tick) {
    const CommandSource expected = tick < 5   ? CommandSource::kFresh
                                   : tick < 8 ? CommandSource::kHeld
                                              : CommandSource::kStopped;
    EXPECT_EQ(sources[tick], expected) << "tick " << tick;
    if (tick >= 8) {
      EXPECT_EQ(rig.robot.written[tick].action, 0.0);
    }
  }
  rig.robot.fails = nullptr;
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.step(rig.clock.now() + 5ms);
  EXPECT_EQ(rig.loop.report().tick, 20);
  EXPECT_EQ(rig.loop.report().source, CommandSource::kFresh);
  EXPECT_EQ(rig.robot.written.back().action, 1.0);
  EXPECT_EQ(rig.loop.statistics().sources[static_cast<std::size_t>(CommandSource::kStopped)], 12);
}

TEST(ControlLoopFaultsTest, SlowsDownBeforeItStops) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  options.max_read_failure = 0ns;
  options.limits = {{.rate = 30.0, .acceleration = kUnlimited}};  // 0.3 a tick
  LoopRig rig(LineRobot(3, 1, true), 12, options);
  rig.robot.fails = [](std::int64_t tick) { return tick >= 5; };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  const std::vector expected{0.7, 0.4, 0.1, 0.0, 0.0};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(rig.robot.written[5 + i].action, expected[i], 1e-9);
    EXPECT_EQ(rig.robot.written[5 + i].source, i < 3 ? CommandSource::kRamping : CommandSource::kStopped);
  }
}

TEST(ControlLoopFaultsTest, TreatsStatesThatAreNotFiniteAsNotRead) {
  LoopRig rig(LineRobot(3, 1, true), 30, fixed_steps(1));
  rig.robot.broken = [](std::int64_t tick) { return tick == 4; };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  EXPECT_EQ(rig.recorder.reports[4].faults, kBadObservation);
  EXPECT_EQ(rig.recorder.reports[4].source, CommandSource::kHeld);
  EXPECT_EQ(rig.recorder.reports[5].source, CommandSource::kFresh);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopFaultsTest, NothingSensedInATickIsNoFault) {
  LoopRig rig(LineRobot(3), 60);
  rig.robot.blind = [](std::int64_t tick) { return tick % 3 != 0; };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  for (const TickReport& report : rig.recorder.reports) {
    EXPECT_EQ(report.faults, 0U);
    EXPECT_EQ(report.source, CommandSource::kFresh);
  }
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopFaultsTest, ReportsCommandsThatCouldNotBeDelivered) {
  LoopRig rig(LineRobot(3), 3);
  rig.robot.accepts = false;
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  for (const TickReport& report : rig.recorder.reports) EXPECT_EQ(report.faults, kWriteFailed);
}

TEST(ControlLoopFaultsTest, StopsAfterTooManyFailedWritesUntilReset) {
  LoopRig rig(LineRobot(3, 2), 20, {.budget = Budget{.passes = 8}, .max_write_failure = 15ms});
  rig.robot.on_write = [&](std::int64_t tick) { rig.robot.accepts = tick < 2 || tick == 5 || tick > 12; };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  // Of the writes 2 to 4 and 6 to 12 failed: the fourth of the second row is tick 9.
  for (std::size_t tick = 0; tick < 20; ++tick) {
    EXPECT_EQ(rig.sources()[tick], tick < 10 ? CommandSource::kFresh : CommandSource::kStopped) << "tick " << tick;
  }
  EXPECT_EQ(rig.recorder.reports[9].faults, kWriteFailed);
  EXPECT_EQ(rig.recorder.reports[19].faults, 0U) << "a write that works again lifts no stop";
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.step(rig.clock.now() + 5ms);
  EXPECT_EQ(rig.loop.report().source, CommandSource::kFresh);
}

TEST(ControlLoopFaultsTest, StopsARobotThatSensesNothingAnyMore) {
  LoopRig rig(LineRobot(3, 1, true), 30, {.budget = Budget{.passes = 8}, .step_ticks = 1, .max_stale = 25ms});
  rig.robot.blind = [](std::int64_t tick) { return (tick > 2 && tick < 8) || tick > 10; };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  for (std::size_t tick = 0; tick < 30; ++tick) {
    EXPECT_EQ(rig.sources()[tick], tick < 16 ? CommandSource::kFresh : CommandSource::kStopped) << "tick " << tick;
    EXPECT_EQ(rig.recorder.reports[tick].faults, tick < 16 ? 0U : std::uint32_t{kStale}) << "tick " << tick;
  }
  rig.robot.blind = nullptr;
  rig.loop.step(rig.clock.now() + 5ms);
  EXPECT_EQ(rig.loop.report().source, CommandSource::kStopped) << "seeing again lifts no stop";
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.step(rig.clock.now() + 10ms);
  EXPECT_EQ(rig.loop.report().source, CommandSource::kFresh);
  EXPECT_EQ(rig.loop.report().faults, 0U);
}

TEST(ControlLoopFaultsTest, MissedTicksBroughtNoStateEither) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  options.max_stale = 50ms;
  LoopRig rig(LineRobot(3, 1, true), 10, options);
  rig.robot.blind = [](std::int64_t tick) { return tick >= 4; };
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 4) rig.clock.advance(50ms);
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  EXPECT_EQ(rig.recorder.reports[5].tick, 9);
  EXPECT_EQ(rig.recorder.reports[5].source, CommandSource::kStopped);
}

TEST(ControlLoopFaultsTest, TheSeverestReasonNamesTheSource) {
  // Two budgets: with passes the head is decided, without it is not. Not being observed is worse than either.
  for (const int passes : {0, 8}) {
    ControlLoopOptions options{.period = 10ms, .budget = Budget{.passes = passes}, .max_read_failure = 20ms};
    options.limits = {{.rate = 30.0, .acceleration = kUnlimited}};  // 0.3 a tick
    LoopRig rig(LineRobot(3, 1), 14, options);
    rig.robot.fails = [](std::int64_t tick) { return tick >= 4 && tick < 10; };
    ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
    rig.loop.run({});
    using enum CommandSource;
    const CommandSource first = passes == 0 ? kPartial : kFresh;
    const CommandSource slowing = passes == 0 ? kStopped : kRamping;  // the idle command needs no slowing down
    const std::vector expected{first,   first,   first,    first,    kHeld,    kHeld,    slowing,
                               slowing, slowing, kStopped, kStopped, kStopped, kStopped, kStopped};
    EXPECT_EQ(rig.sources(), expected) << passes << " passes";
  }
  EXPECT_LT(CommandSource::kFresh, CommandSource::kPartial);
  EXPECT_LT(CommandSource::kPartial, CommandSource::kHeld);
  EXPECT_LT(CommandSource::kHeld, CommandSource::kRamping);
  EXPECT_LT(CommandSource::kRamping, CommandSource::kStopped);
}

TEST(ControlLoopFaultsTest, DoesNothingBeforeReset) {
  LoopRig rig(LineRobot(3), 5);
  EXPECT_EQ(rig.loop.run({}), RunResult::kNotReset);
  EXPECT_EQ(rig.loop.step(TimePoint(0s)), StepResult::kNotReset);
  EXPECT_TRUE(rig.robot.written.empty());
}

TEST(ControlLoopFaultsTest, RefusesToBeginFromNothing) {
  LoopRig rig(LineRobot(3), 5);
  rig.robot.blind = [](std::int64_t) { return true; };
  EXPECT_EQ(rig.loop.reset(kTask), ResetResult::kNotSensed);
  rig.robot.blind = nullptr;
  rig.robot.fails = [](std::int64_t) { return true; };
  EXPECT_EQ(rig.loop.reset(kTask), ResetResult::kNotRead);
  rig.robot.fails = nullptr;
  rig.robot.broken = [](std::int64_t) { return true; };
  EXPECT_EQ(rig.loop.reset(kTask), ResetResult::kBadState);
  rig.robot.broken = nullptr;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Task& task : {Task{.goal = {99.0}, .rest = {0.0}}, Task{.goal = {nan}, .rest = {0.0}},
                           Task{.goal = {20.0, 3.0}, .rest = {0.0}}}) {
    EXPECT_EQ(rig.loop.reset(task), ResetResult::kBadGoal) << *task.goal[0];
  }
  for (const Task& task : {Task{.goal = {20.0}, .rest = {2.0}}, Task{.goal = {20.0}, .rest = {nan}},
                           Task{.goal = {20.0}, .rest = {0.0, 0.0}}}) {
    EXPECT_EQ(rig.loop.reset(task), ResetResult::kBadRest) << *task.rest[0];
  }
  EXPECT_EQ(rig.loop.reset({.goal = {20.0}}), ResetResult::kNothingToHold);
  EXPECT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
}

}  // namespace
}  // namespace ripen::test
