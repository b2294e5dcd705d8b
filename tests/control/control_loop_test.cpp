#include "ripen/control_loop.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "support/line_world.hpp"

namespace ripen {
namespace {

using namespace std::chrono_literals;
using test::kLineGoal;
using test::LineRobot;

constexpr std::array kGoal{kLineGoal};
constexpr std::array kIdle{test::kStay};

/// Keeps the reports; ends the loop after some ticks.
class Recorder : public TickObserver {
 public:
  explicit Recorder(std::int64_t ticks) : ticks_(ticks) {
    reports.reserve(2000);  // more than any test ticks: a tick takes nothing from the heap
  }
  bool on_tick(const TickReport& report) noexcept override {
    reports.push_back(report);
    return std::ssize(reports) < ticks_;
  }
  std::vector<TickReport> reports;

 private:
  std::int64_t ticks_;
};

/// Everything a loop needs, in virtual time.
struct Rig {
  explicit Rig(LineRobot made, std::int64_t ticks, const ControlLoopOptions& options = {.budget = Budget{.passes = 8}})
      : robot(std::move(made)), recorder(ticks), loop(planner, robot, clock, options, &recorder) {}

  [[nodiscard]] std::vector<CommandSource> sources() const {
    std::vector<CommandSource> all;
    for (const auto& written : robot.written) all.push_back(written.source);
    return all;
  }

  test::LineDenoiser denoiser;
  Planner planner{denoiser, {.horizon = 24, .history = 4, .candidates = 4, .pass_windows = 4}};
  LineRobot robot;
  ManualClock clock;
  Recorder recorder;
  ControlLoop loop;
};

ControlLoopOptions fixed_steps(int step_ticks) { return {.budget = Budget{.passes = 8}, .step_ticks = step_ticks}; }

TEST(ControlLoopTest, ReadsAndWritesOnceInEveryTick) {
  Rig rig(LineRobot(3, 4), 200);
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
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
      Rig rig(LineRobot(start, step_ticks), 100);
      ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
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
  Rig rig(LineRobot(3), 1);
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  EXPECT_EQ(rig.robot.written[0].action, 1.0);
  EXPECT_EQ(rig.robot.written[0].source, CommandSource::kFresh);
  EXPECT_LE(rig.loop.report().passes, 8);
  EXPECT_GT(rig.loop.report().passes, 0);
}

TEST(ControlLoopTest, WritesIdleAsPartialWhenNothingWasDecidedInTime) {
  Rig rig(LineRobot(3), 5, {.budget = Budget{.passes = 0}});
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
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
    Rig rig(LineRobot(3, 1, true), 60, options);
    rig.robot.on_write = [&](std::int64_t tick) {
      if (tick == 30) rig.robot.push_to(25);
    };
    ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
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
  Rig rig(LineRobot(3, 1, true), 10, options);
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 5) rig.clock.advance(35ms);  // to the middle of tick 8
    if (tick == 9) rig.clock.advance(5ms);   // within its period
  };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  std::vector<std::int64_t> ticks, missed;
  for (const TickReport& report : rig.recorder.reports) {
    ticks.push_back(report.tick);
    missed.push_back(report.missed);
  }
  EXPECT_EQ(ticks, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 8, 9, 10, 11}));
  EXPECT_EQ(missed, (std::vector<std::int64_t>{0, 0, 0, 0, 0, 0, 2, 0, 0, 0}));
  EXPECT_EQ(rig.recorder.reports[6].wake_up, 5ms);
  EXPECT_EQ(rig.recorder.reports[7].wake_up, 0ms);
  EXPECT_EQ(rig.loop.statistics().missed, 2);
  EXPECT_EQ(rig.loop.statistics().ticks, 10);
  EXPECT_EQ(rig.clock.now(), TimePoint(110ms));
}

TEST(ControlLoopTest, OverrunOfFixedStepsShiftsThePlanByMissedPlusOne) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  Rig rig(LineRobot(3, 1, true), 40, options);
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 5) rig.clock.advance(35ms);
  };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  for (const auto& written : rig.robot.written) EXPECT_EQ(written.step, written.tick);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
  EXPECT_EQ(rig.planner.head(), rig.recorder.reports.back().tick);
}

TEST(ControlLoopTest, OverrunLongerThanTheHorizonRecovers) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  Rig rig(LineRobot(3, 1, true), 200, options);
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 5) rig.clock.advance(1s);
  };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  EXPECT_EQ(rig.loop.statistics().missed, 99);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, FixedStepsOfSeveralTicksHoldTheirAction) {
  Rig rig(LineRobot(3, 4, true), 100, fixed_steps(4));
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(rig.robot.written[i].step, rig.robot.written[i].tick / 4);
    EXPECT_EQ(rig.robot.written[i].action, rig.robot.written[i - i % 4].action) << "tick " << i;
  }
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, BridgesFailedReadsWithThePlan) {
  Rig rig(LineRobot(3, 1, true), 40, fixed_steps(1));
  rig.robot.fails = [](std::int64_t tick) { return tick >= 4 && tick < 10; };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
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

TEST(ControlLoopTest, StopsAfterTooManyFailedReadsUntilReset) {
  Rig rig(LineRobot(3, 2), 20, {.budget = Budget{.passes = 8}, .max_read_failures = 3});
  rig.robot.fails = [](std::int64_t tick) { return tick >= 5 && tick < 12; };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
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
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.step(rig.clock.now() + 5ms);
  EXPECT_EQ(rig.loop.report().tick, 20);
  EXPECT_EQ(rig.loop.report().source, CommandSource::kFresh);
  EXPECT_EQ(rig.robot.written.back().action, 1.0);
  EXPECT_EQ(rig.loop.statistics().sources[static_cast<std::size_t>(CommandSource::kStopped)], 12);
}

TEST(ControlLoopTest, GoesOnWithTheRobotsCountOfStepsAfterReset) {
  Rig rig(LineRobot(3, 2), 10);  // at rest after that
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  rig.robot.push_to(30);
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  for (int i = 1; i <= 60; ++i) rig.loop.step(rig.clock.now() + i * 5ms);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, SlowsDownBeforeItStops) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  options.max_read_failures = 0;
  options.guard.channels = {{.rate = 30.0}};  // 0.3 a tick
  Rig rig(LineRobot(3, 1, true), 12, options);
  rig.robot.fails = [](std::int64_t tick) { return tick >= 5; };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  const std::vector expected{0.7, 0.4, 0.1, 0.0, 0.0};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(rig.robot.written[5 + i].action, expected[i], 1e-9);
    EXPECT_EQ(rig.robot.written[5 + i].source, i < 3 ? CommandSource::kRamping : CommandSource::kStopped);
  }
}

TEST(ControlLoopTest, TreatsStatesThatAreNotFiniteAsNotRead) {
  Rig rig(LineRobot(3, 1, true), 30, fixed_steps(1));
  rig.robot.broken = [](std::int64_t tick) { return tick == 4; };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  EXPECT_EQ(rig.recorder.reports[4].faults, kBadObservation);
  EXPECT_EQ(rig.recorder.reports[4].source, CommandSource::kHeld);
  EXPECT_EQ(rig.recorder.reports[5].source, CommandSource::kFresh);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, NothingSensedInATickIsNoFault) {
  Rig rig(LineRobot(3), 60);
  rig.robot.blind = [](std::int64_t tick) { return tick % 3 != 0; };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  for (const TickReport& report : rig.recorder.reports) {
    EXPECT_EQ(report.faults, 0U);
    EXPECT_EQ(report.source, CommandSource::kFresh);
  }
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, ReportsADisturbanceAndTurnsAround) {
  Rig rig(LineRobot(3, 1, true), 80, fixed_steps(1));
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 6) rig.robot.push_to(28);
  };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  for (const TickReport& report : rig.recorder.reports) EXPECT_EQ(report.disturbed, report.tick == 7) << report.tick;
  EXPECT_EQ(rig.robot.written[7].action, -1.0) << "the first command after it is already the right one";
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, ReportsCommandsThatCouldNotBeDelivered) {
  Rig rig(LineRobot(3), 3);
  rig.robot.accepts = false;
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  for (const TickReport& report : rig.recorder.reports) EXPECT_EQ(report.faults, kWriteFailed);
}

TEST(ControlLoopTest, StopsAfterTooManyFailedWritesUntilReset) {
  Rig rig(LineRobot(3, 2), 20, {.budget = Budget{.passes = 8}, .max_write_failures = 3});
  rig.robot.on_write = [&](std::int64_t tick) { rig.robot.accepts = tick < 2 || tick == 5 || tick > 12; };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  // Of the writes 2 to 4 and 6 to 12 failed: the fourth of the second row is tick 9.
  for (std::size_t tick = 0; tick < 20; ++tick) {
    EXPECT_EQ(rig.sources()[tick], tick < 10 ? CommandSource::kFresh : CommandSource::kStopped) << "tick " << tick;
  }
  EXPECT_EQ(rig.recorder.reports[9].faults, kWriteFailed);
  EXPECT_EQ(rig.recorder.reports[19].faults, 0U) << "a write that works again lifts no stop";
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.step(rig.clock.now() + 5ms);
  EXPECT_EQ(rig.loop.report().source, CommandSource::kFresh);
}

TEST(ControlLoopTest, StopsARobotThatSensesNothingAnyMore) {
  Rig rig(LineRobot(3, 1, true), 30, {.budget = Budget{.passes = 8}, .step_ticks = 1, .max_stale_ticks = 5});
  rig.robot.blind = [](std::int64_t tick) { return (tick > 2 && tick < 8) || tick > 10; };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  for (std::size_t tick = 0; tick < 30; ++tick) {
    EXPECT_EQ(rig.sources()[tick], tick < 16 ? CommandSource::kFresh : CommandSource::kStopped) << "tick " << tick;
    EXPECT_EQ(rig.recorder.reports[tick].faults, tick < 16 ? 0U : std::uint32_t{kStale}) << "tick " << tick;
  }
  rig.robot.blind = nullptr;
  rig.loop.step(rig.clock.now() + 5ms);
  EXPECT_EQ(rig.loop.report().source, CommandSource::kStopped) << "seeing again lifts no stop";
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.step(rig.clock.now() + 10ms);
  EXPECT_EQ(rig.loop.report().source, CommandSource::kFresh);
  EXPECT_EQ(rig.loop.report().faults, 0U);
}

TEST(ControlLoopTest, MissedTicksBroughtNoStateEither) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  options.max_stale_ticks = 5;
  Rig rig(LineRobot(3, 1, true), 10, options);
  rig.robot.blind = [](std::int64_t tick) { return tick >= 4; };
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 4) rig.clock.advance(50ms);
  };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  EXPECT_EQ(rig.recorder.reports[5].tick, 9);
  EXPECT_EQ(rig.recorder.reports[5].source, CommandSource::kStopped);
}

TEST(ControlLoopTest, TheSeverestReasonNamesTheSource) {
  // Two budgets: with passes the head is decided, without it is not. Not being observed is worse than either.
  for (const int passes : {0, 8}) {
    ControlLoopOptions options{.period = 10ms, .budget = Budget{.passes = passes}, .max_read_failures = 2};
    options.guard.channels = {{.rate = 30.0}};  // 0.3 a tick
    Rig rig(LineRobot(3, 1), 14, options);
    rig.robot.fails = [](std::int64_t tick) { return tick >= 4 && tick < 10; };
    ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
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

TEST(ControlLoopTest, AJumpOfManyMillionTicksIsOneTick) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  Rig rig(LineRobot(3, 1, true), 60, options);
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 5) rig.clock.advance(100000s);
  };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  EXPECT_EQ(rig.loop.statistics().missed, 10'000'000 - 1);
  EXPECT_EQ(rig.planner.head(), rig.loop.report().tick);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, GuardLimitsWhatThePlanWants) {
  ControlLoopOptions options = fixed_steps(1);
  options.guard.channels = {{.low = -0.5, .high = 0.5}};
  Rig rig(LineRobot(3, 1, true), 5, options);
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run({});
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(rig.robot.written[i].action, 0.5);
    EXPECT_TRUE(std::isnan(rig.robot.written[i].next)) << "what is out of limits is not offered";
    EXPECT_EQ(rig.recorder.reports[i].faults, kLimited);
  }
}

TEST(ControlLoopTest, OffersNoNextThatTheRateLimitForbids) {
  ControlLoopOptions options{.period = 10ms, .budget = Budget{.passes = 8}};
  options.guard.channels = {{.rate = 30.0}};  // 0.3 a tick
  Rig rig(LineRobot(17, 3), 60, options);
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
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
    Rig rig(LineRobot(3, 2), 150, {.budget = Budget{.passes = 2}});
    rig.robot.on_write = [&](std::int64_t tick) {
      if (tick % 31 == 30) rig.robot.push_to(static_cast<int>(tick * 7 % test::kPlaces));
    };
    EXPECT_TRUE(rig.loop.reset(kGoal, kIdle));
    rig.loop.run({});
    return rig.robot.written;
  };
  EXPECT_EQ(commands(), commands());
}

TEST(ControlLoopTest, StopsWhenAskedAndGoesOnLater) {
  Rig rig(LineRobot(3), 1000);
  std::stop_source stop;
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 6) stop.request_stop();
  };
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  rig.loop.run(stop.get_token());
  EXPECT_EQ(rig.robot.written.size(), 7U);
  rig.clock.advance(1h);
  rig.loop.step(rig.clock.now());
  EXPECT_EQ(rig.loop.report().tick, 7) << "the pause is on no grid";
  EXPECT_EQ(rig.loop.report().missed, 0);
}

TEST(ControlLoopTest, FirmwareOwnsTheGrid) {
  ControlLoopOptions options = fixed_steps(1);
  options.period = 10ms;
  Rig rig(LineRobot(3, 1, true), 1000, options);
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
  const TimePoint start(123s);
  const auto tick_at = [&](std::chrono::nanoseconds since) {
    EXPECT_TRUE(rig.loop.step(start + since));
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

TEST(ControlLoopTest, DoesNothingBeforeReset) {
  Rig rig(LineRobot(3), 5);
  rig.loop.run({});
  EXPECT_FALSE(rig.loop.step(TimePoint(0s)));
  EXPECT_TRUE(rig.robot.written.empty());
}

TEST(ControlLoopTest, RefusesToBeginFromNothing) {
  Rig rig(LineRobot(3), 5);
  rig.robot.blind = [](std::int64_t) { return true; };
  EXPECT_FALSE(rig.loop.reset(kGoal, kIdle));
  rig.robot.blind = nullptr;
  rig.robot.fails = [](std::int64_t) { return true; };
  EXPECT_FALSE(rig.loop.reset(kGoal, kIdle));
  rig.robot.fails = nullptr;
  EXPECT_FALSE(rig.loop.reset(std::array<Token, 1>{99}, kIdle));
  EXPECT_FALSE(rig.loop.reset(kGoal, std::array<Token, 1>{kMask}));
  EXPECT_TRUE(rig.loop.reset(kGoal, kIdle));
}

TEST(ControlLoopTest, BeginsFromAStateThatIsGiven) {
  Rig rig(LineRobot(3), 40);
  rig.robot.blind = [](std::int64_t tick) { return tick < 3; };
  ASSERT_TRUE(rig.loop.reset(std::array<Token, 1>{3}, kGoal, kIdle));
  EXPECT_TRUE(rig.robot.reads.empty());
  rig.loop.run({});
  EXPECT_EQ(rig.robot.written[0].action, 1.0);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(ControlLoopTest, StatisticsAddUp) {
  Rig rig(LineRobot(3, 2), 100);
  ASSERT_TRUE(rig.loop.reset(kGoal, kIdle));
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
                                   .max_read_failures = -1,
                                   .max_write_failures = -1,
                                   .max_stale_ticks = -1,
                                   .guard = {.channels = {{.rate = 0.0}}}};
  const std::string problems = options.validate();
  for (const char* name : {"period", "budget.time", "budget.passes", "step_ticks", "max_read_failures",
                           "max_write_failures", "max_stale_ticks", "rate"}) {
    EXPECT_NE(problems.find(name), std::string::npos) << name << " is not in: " << problems;
  }
  EXPECT_THROW(Rig(LineRobot(3), 1, options), std::invalid_argument);
  EXPECT_EQ(ControlLoopOptions{}.validate(), "");
  EXPECT_NE(ControlLoopOptions{.period = 2h}.validate(), "") << "the grid would run out of the clock";
}

}  // namespace
}  // namespace ripen
