#include "ripen/control_loop.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

#include "ripen/error.hpp"
#include "support/loop_rig.hpp"

namespace ripen::test {
namespace {

using namespace std::chrono_literals;

TEST(ControlLoopTest, ReadsAndWritesOnceInEveryTick) {
  LoopRig rig(LineRobot(3, 4), 200);
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  ASSERT_EQ(rig.robot.written.size(), 200U);
  std::vector<std::int64_t> ticks(200);
  std::iota(ticks.begin(), ticks.end(), 0);
  EXPECT_EQ(rig.robot.reads, ticks) << "the read of reset is tick 0's";
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(rig.robot.written[i].tick, ticks[i]);
}

TEST(ControlLoopTest, GetsToTheGoalAndStaysThere) {
  for (const int start : {0, 7, 19, 20, 21, 31}) {
    for (const int step_ticks : {1, 3}) {
      LoopRig rig(LineRobot(start, step_ticks), 100);
      ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
      rig.loop.run({});
      EXPECT_EQ(rig.robot.place(), kLineGoal) << "from " << start << ", " << step_ticks << " ticks a step";
      EXPECT_TRUE(rig.loop.report().goal_reached);
      EXPECT_EQ(rig.loop.report().source, CommandSource::kFresh);
      EXPECT_EQ(rig.robot.written.back().action, 0.0);
      EXPECT_FALSE(rig.recorder.reports.back().disturbed);
    }
  }
}

TEST(ControlLoopTest, ActsInTickZero) {
  LoopRig rig(LineRobot(3), 1);
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  EXPECT_EQ(rig.robot.written[0].action, 1.0);
  EXPECT_EQ(rig.robot.written[0].source, CommandSource::kFresh);
  EXPECT_LE(rig.loop.report().passes, 8);
  EXPECT_GT(rig.loop.report().passes, 0);
}

TEST(ControlLoopTest, WritesIdleAsPartialWhenNothingWasDecidedInTime) {
  LoopRig rig(LineRobot(3), 5, {.budget = Budget{.passes = 0}});
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  for (const auto& written : rig.robot.written) {
    EXPECT_EQ(written.source, CommandSource::kPartial);
    EXPECT_EQ(written.action, 0.0);
    EXPECT_TRUE(std::isnan(written.next));
  }
}

TEST(ControlLoopTest, GoesBeyondTheOptimumOnlyAsLongAsTheActionDueIsNotDecided) {
  for (const ControlLoopOptions& options :
       {ControlLoopOptions{.budget = Budget{.passes = 0}, .most = Budget{.passes = 5}, .step_ticks = 1},
        ControlLoopOptions{
            .period = 10s, .budget = Budget{.time = 0ns}, .most = Budget{.time = 8s}, .step_ticks = 1}}) {
    LoopRig rig(LineRobot(3, 1, true), 60, options);
    rig.robot.on_write = [&](std::int64_t tick) {
      if (tick == 30) rig.robot.push_to(25);
    };
    ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
    rig.loop.run({});
    for (const TickReport& report : rig.recorder.reports) {
      EXPECT_EQ(report.source, CommandSource::kFresh) << report.tick;
      EXPECT_LE(report.passes, 2) << report.tick;
    }
    EXPECT_EQ(rig.robot.place(), kLineGoal);
    EXPECT_GT(rig.loop.statistics().passes, 0);
  }
}

TEST(ControlLoopTest, NoBudgetReachesIntoTheReserve) {
  ControlLoopOptions options{
      .period = 10ms, .budget = Budget{.time = 6ms}, .most = Budget{.time = 8ms}, .reserve = 2ms};
  EXPECT_EQ(options.validate(), "");
  options.reserve = 3ms;
  EXPECT_EQ(options.validate(), "control loop: most.time [ns] 8000000 is outside [6000000, 7000000]");
  options.most = {};
  options.reserve = 5ms;
  EXPECT_EQ(options.validate(), "control loop: budget.time [ns] 6000000 is outside [0, 5000000]");
  options.budget = Budget{.passes = 3};
  EXPECT_EQ(options.validate(), "") << "passes are not limited in time";
  options.most = Budget{.passes = 2};
  EXPECT_NE(options.validate().find("most.passes 2"), std::string::npos);
}

TEST(ControlLoopTest, CountsMissedTicksExactlyAndKeepsTheGrid) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  LoopRig rig(LineRobot(3, 1, true), 10, options);
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 5) rig.clock.advance(35ms);  // to the middle of tick 8
    if (tick == 9) rig.clock.advance(5ms);   // within its period
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  std::vector<std::int64_t> ticks, missed;
  for (const TickReport& report : rig.recorder.reports) {
    ticks.push_back(report.tick);
    missed.push_back(report.missed);
  }
  EXPECT_EQ(ticks, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 8, 9, 10, 11}));
  EXPECT_EQ(missed, (std::vector<std::int64_t>{0, 0, 0, 0, 0, 0, 2, 0, 0, 0}));
  EXPECT_EQ(rig.recorder.reports[6].wake_up, 0ms) << "nobody slept: the tick before lasted too long";
  EXPECT_EQ(rig.recorder.reports[6].slack, 5ms) << "of its 10 ms, 5 had passed";
  EXPECT_EQ(rig.recorder.reports[7].wake_up, 0ms);
  EXPECT_EQ(rig.loop.statistics().missed, 2);
  EXPECT_EQ(rig.loop.statistics().ticks, 10);
  EXPECT_EQ(rig.clock.now(), TimePoint(110ms));
}

TEST(ControlLoopTest, OverrunOfFixedStepsShiftsThePlanByMissedPlusOne) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  LoopRig rig(LineRobot(3, 1, true), 40, options);
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 5) rig.clock.advance(35ms);
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  for (const auto& written : rig.robot.written) EXPECT_EQ(written.step, written.tick);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
  EXPECT_EQ(rig.planner.report().head, rig.recorder.reports.back().tick);
}

TEST(ControlLoopTest, OverrunLongerThanTheHorizonRecovers) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  LoopRig rig(LineRobot(3, 1, true), 200, options);
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 5) rig.clock.advance(1s);
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  EXPECT_EQ(rig.loop.statistics().missed, 99);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, FixedStepsOfSeveralTicksHoldTheirAction) {
  LoopRig rig(LineRobot(3, 4, true), 100, fixed_steps(4));
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(rig.robot.written[i].step, rig.robot.written[i].tick / 4);
    EXPECT_EQ(rig.robot.written[i].action, rig.robot.written[i - i % 4].action) << "tick " << i;
  }
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, GoesOnWithTheRobotsCountOfStepsAfterReset) {
  LoopRig rig(LineRobot(3, 2), 10);  // at rest after that
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  rig.robot.push_to(30);
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  for (int i = 1; i <= 60; ++i) rig.loop.step(rig.clock.now() + i * 5ms);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, ReportsADisturbanceAndTurnsAround) {
  LoopRig rig(LineRobot(3, 1, true), 80, fixed_steps(1));
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 6) rig.robot.push_to(28);
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  for (const TickReport& report : rig.recorder.reports) EXPECT_EQ(report.disturbed, report.tick == 7) << report.tick;
  EXPECT_EQ(rig.robot.written[7].action, -1.0) << "the first command after it is already the right one";
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, AJumpOfManyMillionTicksIsOneTick) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  LoopRig rig(LineRobot(3, 1, true), 60, options);
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 5) rig.clock.advance(100000s);
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  EXPECT_EQ(rig.loop.statistics().missed, 10'000'000 - 1);
  EXPECT_EQ(rig.planner.report().head, rig.loop.report().tick);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, GuardLimitsWhatThePlanWants) {
  ControlLoopOptions options = fixed_steps(1);
  options.limits = {{.low = -0.5, .high = 0.5, .rate = kUnlimited, .acceleration = kUnlimited}};
  LoopRig rig(LineRobot(3, 1, true), 5, options);
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(rig.robot.written[i].action, 0.5);
    EXPECT_TRUE(std::isnan(rig.robot.written[i].next)) << "what is out of limits is not offered";
    EXPECT_EQ(rig.recorder.reports[i].faults, kLimited);
  }
}

TEST(ControlLoopTest, OffersNoNextThatTheRateLimitForbids) {
  ControlLoopOptions options{.period = 10ms, .budget = Budget{.passes = 8}};
  options.limits = {{.rate = 30.0, .acceleration = kUnlimited}};  // 0.3 a tick
  LoopRig rig(LineRobot(17, 3), 60, options);
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  int offered = 0;
  for (const auto& written : rig.robot.written) {
    if (std::isnan(written.next)) continue;
    ++offered;
    EXPECT_LE(std::abs(written.next - written.action), 0.3 + 1e-9) << "tick " << written.tick;
  }
  EXPECT_GT(offered, 0);
}

TEST(ControlLoopTest, SameSeedAndPassesGiveTheSameCommands) {
  const auto commands = [] {
    LoopRig rig(LineRobot(3, 2), 150, {.budget = Budget{.passes = 2}});
    rig.robot.on_write = [&](std::int64_t tick) {
      if (tick % 31 == 30) rig.robot.push_to(static_cast<int>(tick * 7 % kPlaces));
    };
    EXPECT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
    rig.loop.run({});
    return rig.robot.written;
  };
  EXPECT_EQ(commands(), commands());
}

TEST(ControlLoopTest, StopsWhenAskedAndGoesOnLater) {
  LoopRig rig(LineRobot(3), 1000);
  std::stop_source stop;
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 6) stop.request_stop();
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  EXPECT_EQ(rig.loop.run(stop.get_token()), RunResult::kStopRequested);
  EXPECT_EQ(rig.robot.written.size(), 7U);
  rig.clock.advance(1h);
  rig.loop.step(rig.clock.now());
  EXPECT_EQ(rig.loop.report().tick, 7) << "the pause is on no grid";
  EXPECT_EQ(rig.loop.report().missed, 0);
}

TEST(ControlLoopTest, FirmwareOwnsTheGrid) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  LoopRig rig(LineRobot(3, 1, true), 1000, options);
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  const TimePoint start(123s);
  const auto tick_at = [&](std::chrono::nanoseconds since) {
    EXPECT_EQ(rig.loop.step(start + since), StepResult::kDone);
    return rig.loop.report().tick;
  };
  EXPECT_EQ(tick_at(0ms), 0);
  EXPECT_EQ(tick_at(12ms), 1);
  EXPECT_EQ(rig.loop.report().wake_up, 2ms);
  EXPECT_EQ(tick_at(19ms), 2) << "early, but the next one";
  EXPECT_EQ(rig.loop.report().wake_up, 0ms);
  EXPECT_EQ(tick_at(51ms), 5);
  EXPECT_EQ(rig.loop.report().missed, 2);
}

TEST(ControlLoopTest, BeginsFromAStateThatIsGiven) {
  LoopRig rig(LineRobot(3), 40);
  rig.robot.blind = [](std::int64_t tick) { return tick < 3; };
  ASSERT_EQ(rig.loop.reset(kTask, std::array{3.0}), ResetResult::kOk);
  EXPECT_TRUE(rig.robot.reads.empty());
  rig.loop.run({});
  EXPECT_EQ(rig.robot.written[0].action, 1.0);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, StatisticsAddUp) {
  LoopRig rig(LineRobot(3, 2), 100);
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  const LoopStatistics& all = rig.loop.statistics();
  EXPECT_EQ(all.ticks, 100);
  EXPECT_EQ(std::accumulate(all.sources.begin(), all.sources.end(), std::int64_t{0}), 100);
  for (const Histogram* histogram : {&all.wake_up, &all.compute, &all.slack, &all.observation_to_action}) {
    EXPECT_EQ(histogram->count(), 100);
  }
  std::int64_t passes = 0, with_passes = 0;
  for (const TickReport& report : rig.recorder.reports) {
    passes += report.passes;
    with_passes += report.passes > 0 ? 1 : 0;
    EXPECT_GE(report.compute, report.observation_to_action);
    EXPECT_EQ(report.slack, 5ms - report.wake_up - report.compute);
  }
  EXPECT_EQ(all.passes, passes);
  EXPECT_EQ(all.overshoot.count(), with_passes);
}

TEST(ControlLoopTest, ListsEveryProblemOfItsOptions) {
  const ControlLoopOptions options{.period = 0ns,
                                   .budget = Budget{.time = -1ns, .passes = -1},
                                   .step_ticks = -1,
                                   .interpolate = true,
                                   .fallback = {.undecided = Fallback::kPlan},
                                   .max_read_failure = -1ns,
                                   .max_write_failure = -1ns,
                                   .max_stale = -1ns,
                                   .max_stuck = -1ns,
                                   .max_bad_model = -1ns,
                                   .max_out_of_range = -1ns,
                                   .max_frozen = -1ns};
  const std::string problems = options.validate();
  for (const char* name :
       {"period", "budget.time", "budget.passes", "step_ticks", "interpolate", "undecided", "max_read_failure",
        "max_write_failure", "max_stale", "max_stuck", "max_bad_model", "max_out_of_range", "max_frozen"}) {
    EXPECT_NE(problems.find(name), std::string::npos) << name << " is not in: " << problems;
  }
  EXPECT_THROW(LoopRig(LineRobot(3), 1, options), OptionsError);
  EXPECT_EQ(ControlLoopOptions{}.validate(), "");
  EXPECT_NE(ControlLoopOptions{.period = 2h}.validate(), "") << "the grid would run out of the clock";
}

}  // namespace
}  // namespace ripen::test
