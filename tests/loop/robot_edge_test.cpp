// What reaches a robot whose positions are commanded, when something is wrong.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "support/joint_world.hpp"
#include "support/loop_rig.hpp"

namespace ripen::test {
namespace {

using namespace std::chrono_literals;

/// No command is further from the one before, or changes that faster, than the limits let it.
void expect_smooth(const std::vector<double>& sent, double from) {
  double last = from, change = 0.0;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_LE(std::abs(sent[i] - last), 0.05 + 1e-9) << "tick " << i;
    EXPECT_LE(std::abs(sent[i] - last - change), 0.01 + 1e-9) << "tick " << i;
    change = sent[i] - last;
    last = sent[i];
  }
}

TEST(RobotEdgeTest, TheFirstCommandStartsFromWhatIsMeasured) {
  JointRig rig(1.0, -1.0, {});
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(200);
  EXPECT_NEAR(rig.robot.sent[0], 0.99, 1e-9);
  expect_smooth(rig.robot.sent, 1.0);
  EXPECT_NEAR(rig.robot.sent.back(), -1.0, kAngleBin);
}

TEST(RobotEdgeTest, AStopStandsWithinTheLimitsInsteadOfGoingBack) {
  JointRig rig(-1.5, 1.5, {});
  rig.robot.on_read = [](std::int64_t tick, Observation&) { return tick < 20; };
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(120);
  expect_smooth(rig.robot.sent, -1.5);
  const double stop_from = rig.robot.sent[29];  // reads may fail for 100 ms
  EXPECT_EQ(rig.robot.sources[29], CommandSource::kHeld);
  EXPECT_EQ(rig.robot.sources[30], CommandSource::kRamping);
  EXPECT_EQ(rig.robot.sources.back(), CommandSource::kStopped);
  EXPECT_NEAR(rig.robot.sent.back(), stop_from, 0.05 * 5) << "no further than braking takes";
  EXPECT_EQ(rig.robot.sent.back(), rig.robot.sent[40]) << "and it stays there";
}

TEST(RobotEdgeTest, AStopThatIsAskedForBrakesToo) {
  JointRig rig(-1.5, 1.5, {});
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(20);
  rig.loop.stop();
  rig.run(20);
  expect_smooth(rig.robot.sent, -1.5);
  EXPECT_EQ(rig.robot.sources[20], CommandSource::kRamping);
  EXPECT_EQ(rig.robot.sources.back(), CommandSource::kStopped);
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(5);
  EXPECT_EQ(rig.robot.sources.back(), CommandSource::kFresh) << "until reset";
}

TEST(RobotEdgeTest, EachFallbackIsAPolicyOfItsOwn) {
  struct Case {
    Fallbacks fallback;
    double while_unread, stopped;  // how far it goes from tick 20 to 29, and from 31 on
  };
  for (const Case& given : {Case{{.unread = Fallback::kHold}, 0.1, 0.0}, Case{{.unread = Fallback::kPlan}, 0.45, 0.1},
                            Case{{.unread = Fallback::kPlan, .stopped = Fallback::kPlan}, 0.45, 0.9}}) {
    JointRig rig(-1.5, 1.5, {.fallback = given.fallback});
    rig.robot.on_read = [](std::int64_t tick, Observation&) { return tick < 20; };
    ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
    rig.run(100);
    expect_smooth(rig.robot.sent, -1.5);
    EXPECT_NEAR(rig.robot.sent[29] - rig.robot.sent[20], given.while_unread, 0.1);
    EXPECT_GE(rig.robot.sent[99] - rig.robot.sent[31], given.stopped - 0.1);
    if (given.fallback.stopped != Fallback::kPlan) {
      EXPECT_LE(rig.robot.sent[99] - rig.robot.sent[31], given.stopped + 0.05);
    }
  }
}

TEST(RobotEdgeTest, AModelThatSaysNothingMovesNothingAndStopsTheRobot) {
  for (const bool from_the_start : {true, false}) {
    JointRig rig(0.5, -1.0, {});
    rig.denoiser.broken = from_the_start;
    ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
    rig.run(10);
    rig.denoiser.broken = true;
    rig.robot.angle_ = from_the_start ? 0.5 : 1.0;  // a push: the old plan is no good
    rig.run(60);
    expect_smooth(rig.robot.sent, 0.5);
    EXPECT_EQ(rig.robot.sources.back(), CommandSource::kStopped);
    bool told = false;
    for (const TickReport& report : rig.reports) {
      told = told || (report.faults & kBadModel) != 0;
      if ((report.faults & kBadModel) != 0) {
        EXPECT_NE(report.source, CommandSource::kFresh) << report.tick;
      }
    }
    EXPECT_TRUE(told);
    if (!from_the_start) continue;
    for (const double sent : rig.robot.sent) EXPECT_EQ(sent, 0.5);
    EXPECT_EQ(rig.robot.sources[0], CommandSource::kHeld);
  }
}

TEST(RobotEdgeTest, ChannelsThatWereNotSeenStayWhatThePlanBelieves) {
  JointRig rig(-1.0, 1.0, {});
  rig.robot.on_read = [](std::int64_t tick, Observation& observation) {
    if (tick > 0) {
      observation.seen[1] = false;
      observation.state[1] = std::numeric_limits<double>::quiet_NaN();  // nobody looks at it
    }
    if (tick % 3 == 1) observation.seen[0] = false;
    return true;
  };
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(100);
  EXPECT_NEAR(rig.robot.sent.back(), 1.0, kAngleBin);
  for (const TickReport& report : rig.reports) {
    EXPECT_EQ(report.faults & ~kRateLimited, 0U) << report.tick;
    EXPECT_EQ(report.source, CommandSource::kFresh) << report.tick;
  }
}

TEST(RobotEdgeTest, ResetNeedsAllChannels) {
  JointRig rig(-1.0, 1.0, {});
  rig.robot.on_read = [](std::int64_t, Observation& observation) { return !(observation.seen[1] = false); };
  EXPECT_EQ(rig.loop.reset(rig.task), ResetResult::kNotSensed);
}

TEST(RobotEdgeTest, WhatIsOutOfRangeIsNotBelievedAndStopsTheRobotIfItLasts) {
  JointRig rig(-1.0, 1.0, {});
  rig.robot.on_read = [](std::int64_t tick, Observation& observation) {
    if (tick == 5 || tick >= 30) observation.state[0] = 7.0;
    return true;
  };
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(60);
  expect_smooth(rig.robot.sent, -1.0);
  for (const TickReport& report : rig.reports) {
    EXPECT_EQ((report.faults & kOutOfRange) != 0, report.tick == 5 || report.tick >= 30) << report.tick;
    EXPECT_EQ(report.source >= CommandSource::kRamping, report.tick >= 40) << report.tick;
  }
}

TEST(RobotEdgeTest, ASensorThatShowsNothingNewThoughTheJointMovesStopsTheRobot) {
  JointRig rig(-1.0, 1.0, {.max_frozen = 200ms});
  rig.robot.on_read = [](std::int64_t tick, Observation& observation) {
    if (tick >= 10) observation.state[0] = -0.8;
    return true;
  };
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(80);
  std::int64_t stopped_at = -1;
  for (const TickReport& report : rig.reports) {
    if ((report.faults & kFrozen) != 0 && stopped_at < 0) stopped_at = report.tick;
  }
  EXPECT_GE(stopped_at, 30);
  EXPECT_LE(stopped_at, 36);
  EXPECT_EQ(rig.robot.sources.back(), CommandSource::kStopped);
}

TEST(RobotEdgeTest, AJointThatStandsMayShowTheSameForEver) {
  JointRig rig(1.0, 1.0, {.max_frozen = 200ms});
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(300);
  for (const TickReport& report : rig.reports) EXPECT_EQ(report.faults & kFrozen, 0U) << report.tick;
}

TEST(RobotEdgeTest, MemoryThatIsNotTheLoopsIsRefused) {
  std::array<double, 1> own{0.25};
  for (const bool shorter : {false, true}) {
    JointRig rig(-1.0, 1.0, {});
    rig.robot.on_read = [&](std::int64_t tick, Observation& observation) {
      if (tick < 5) return true;
      observation.state = shorter ? observation.state.first(1) : std::span<double>(own);
      return true;
    };
    ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
    rig.run(40);
    EXPECT_EQ(rig.reports[5].faults & kBadObservation, kBadObservation);
    EXPECT_EQ(rig.reports[5].source, CommandSource::kHeld);
    EXPECT_EQ(rig.robot.sources.back(), CommandSource::kStopped);
  }
}

TEST(RobotEdgeTest, MeasuredFarOutOfItsLimitsItDoesNotBegin) {
  JointRig rig(1.8, 0.0, {.limits = {{.high = 1.5, .rate = 5.0, .acceleration = 100.0, .measured_by = 0}}});
  EXPECT_EQ(rig.loop.reset(rig.task), ResetResult::kOutOfLimits);
}

TEST(RobotEdgeTest, WithSeveralTicksAStepItGoesInAStraightLineToTheNextAction) {
  const ChannelLimits loose{.rate = kUnlimited, .acceleration = kUnlimited, .measured_by = 0};
  JointRig rig(-1.0, 1.0, {.step_ticks = 5, .interpolate = true, .limits = {loose}});
  rig.robot.on_read = [&](std::int64_t tick, Observation& observation) {  // as slow as its model says
    if (tick >= 5) observation.state[0] = rig.robot.sent[static_cast<std::size_t>(tick - 5)];
    return true;
  };
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(80);
  for (std::size_t i = 1; i < 80; ++i) {
    EXPECT_NEAR(rig.robot.sent[i] - rig.robot.sent[i - 1], 0.02, 1e-9) << "tick " << i;  // 0.1 a step
  }
}

TEST(RobotEdgeTest, TheNextActionIsOfferedThoughARateLimitTakesTheWholeStepToGetThere) {
  JointRig rig(-1.0, 1.0, {.step_ticks = 5, .limits = {{.rate = 2.5, .acceleration = kUnlimited, .measured_by = 0}}});
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(80);  // a step's 0.1 rad take 4 ticks of 0.025
  for (std::size_t i = 5; i < 80; ++i) {
    EXPECT_FALSE(std::isnan(rig.robot.offered[i])) << "tick " << i;
  }
}

TEST(RobotEdgeTest, TheAgeOfWhatIsKnownIsReported) {
  JointRig rig(-1.0, 1.0, {});
  rig.robot.on_read = [](std::int64_t tick, Observation& observation) {
    observation.fresh = tick % 6 == 0;
    return true;
  };
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(30);
  for (const TickReport& report : rig.reports) EXPECT_EQ(report.observation_age, report.tick % 6 * 10ms) << report.tick;
}

// --- The grid ---

TEST(RobotEdgeTest, FollowsHardwareWhoseClockIsOff) {
  for (const auto period : {10'001'000ns, 9'999'000ns}) {  // 100 ppm
    JointRig rig(0.0, 0.0, {.grid = Grid::kFollow});
    ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
    rig.ticks = 1'000'000;
    for (int i = 0; i < 3000; ++i) {
      rig.clock.advance(period);
      (void)rig.loop.step(rig.clock.now());
      EXPECT_LT(rig.loop.report().wake_up, 20us) << "tick " << i;
    }
    EXPECT_EQ(rig.loop.report().tick, 2999) << "no tick is missed, none is done twice";
    EXPECT_EQ(rig.loop.statistics().missed, 0);
    EXPECT_EQ(rig.loop.statistics().early, 0);
  }
}

TEST(RobotEdgeTest, AFollowedCallersLateAndMissingCallsAreSeen) {
  JointRig rig(0.0, 0.0, {.grid = Grid::kFollow});
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.ticks = 1'000'000;
  const auto step_at = [&](std::chrono::nanoseconds instant) {
    rig.clock.sleep_until(TimePoint(instant));
    (void)rig.loop.step(rig.clock.now());
    return rig.loop.report();
  };
  (void)step_at(0ms);
  (void)step_at(10ms);
  EXPECT_EQ(step_at(23ms).wake_up, 3ms);
  EXPECT_EQ(step_at(30ms).tick, 3);
  const TickReport after_a_gap = step_at(70ms);
  EXPECT_EQ(after_a_gap.tick, 7);
  EXPECT_EQ(after_a_gap.missed, 3);
  EXPECT_EQ(rig.loop.statistics().early, 0);
  (void)step_at(71ms);
  EXPECT_EQ(rig.loop.statistics().early, 1) << "twice in a tick";
}

TEST(RobotEdgeTest, CallsThatComeTwiceInATickAreCounted) {
  JointRig rig(0.0, 0.0, {});
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.ticks = 1000;
  for (const auto instant : {0ms, 10ms, 19ms, 21ms}) (void)rig.loop.step(TimePoint(instant));
  EXPECT_EQ(rig.loop.statistics().early, 1) << "1 ms early is a timer's jitter, 9 ms is a second call";
}

/// Its sleeps last too long once.
class LateClock : public ManualClock {
 public:
  void sleep_until(TimePoint instant) noexcept override {
    ManualClock::sleep_until(instant);
    if (instant == TimePoint(50ms)) advance(36ms);
  }
};

TEST(RobotEdgeTest, WakingUpLateIsMeasuredFromTheInstantThatWasSleptFor) {
  JointDenoiser denoiser(40);
  Planner planner(denoiser, {.method = PlanMethod::kBeam, .horizon = 16, .candidates = 4, .pass_windows = 4});
  JointRobot robot(0.0);
  LateClock clock;
  ReportKeeper keeper(12);
  ControlLoop loop(planner, robot, clock,
                   {.period = 10ms, .budget = Budget{.passes = 2}, .step_ticks = 1, .limits = {JointRig::kLimits}},
                   {&keeper});
  ASSERT_EQ(loop.reset({.goal = {0.0, {}}}), ResetResult::kOk);
  EXPECT_EQ(loop.run({}), RunResult::kEnded);
  EXPECT_EQ(keeper.reports[5].tick, 8);
  EXPECT_EQ(keeper.reports[5].wake_up, 36ms);
  EXPECT_EQ(keeper.reports[5].missed, 3);
  EXPECT_EQ(loop.statistics().wake_up.max(), 36ms);
  EXPECT_EQ(keeper.reports[6].wake_up, 0ms);
}

/// Its passes take virtual time.
class SlowJoint : public JointDenoiser {
 public:
  SlowJoint(ManualClock& clock, std::chrono::nanoseconds cost) : JointDenoiser(60), clock_(clock), cost_(cost) {}
  void run(const DenoiseBatch& batch) noexcept override {
    if (batch.depth == PassDepth::kStep) clock_.advance(cost_);
    JointDenoiser::run(batch);
  }

 private:
  ManualClock& clock_;
  std::chrono::nanoseconds cost_;
};

TEST(RobotEdgeTest, BudgetsInTimeHoldInVirtualTime) {
  ManualClock clock;
  SlowJoint denoiser(clock, 1ms);
  Planner planner(denoiser, {.method = PlanMethod::kBeam, .horizon = 48, .candidates = 4, .pass_windows = 4}, nullptr,
                  &clock);
  JointRobot robot(-1.0);
  ReportKeeper keeper(60);
  ControlLoop loop(planner, robot, clock,
                   {.period = 10ms, .budget = Budget{.time = 4ms}, .step_ticks = 1, .limits = {JointRig::kLimits}},
                   {&keeper});
  ASSERT_EQ(loop.reset({.goal = {1.0, {}}}), ResetResult::kOk);
  EXPECT_EQ(loop.run({}), RunResult::kEnded);
  std::int64_t passes = 0;
  for (const TickReport& report : keeper.reports) {
    passes += report.passes;
    EXPECT_LE(report.passes, 4) << report.tick;
    EXPECT_LE(report.compute, 4ms) << report.tick;
    EXPECT_EQ(report.missed, 0) << report.tick;
  }
  EXPECT_GT(passes, 60);
}

TEST(RobotEdgeTest, ABudgetLongerThanThePeriodIsRefused) {
  const ControlLoopOptions options{.period = 5ms, .budget = Budget{.time = 6ms}};
  EXPECT_EQ(options.validate(), "control loop: budget.time [ns] 6000000 is outside [0, 5000000]");
}

TEST(RobotEdgeTest, ALoopIsSmallEnoughForAStack) { EXPECT_LE(sizeof(ControlLoop), 64U); }

}  // namespace
}  // namespace ripen::test
