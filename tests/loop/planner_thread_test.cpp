#include "ripen/planner_thread.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "loop/real_time_section.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/error.hpp"
#include "ripen/recorder.hpp"
#include "support/line_world.hpp"
#include "support/planner_calls.hpp"

namespace ripen {
namespace {

using namespace std::chrono_literals;
using test::kLineGoal;
using test::LineRobot;

using test::kGoal;
using test::kIdle;
using test::kTask;
using test::with_limits;

PlannerOptions small_plans(PlanMethod method = PlanMethod::kBeam) {
  return {.method = method, .horizon = 24, .history = 4, .candidates = 4, .pass_windows = 4};
}

/// Waits after each tick until the planner has seen it, if told to: then time is the planner's, not the machine's.
class Pace : public TickObserver {
 public:
  Pace(PlannerThread& plan, std::int64_t ticks, bool waits) : plan_(plan), ticks_(ticks), waits_(waits) {
    reports.reserve(static_cast<std::size_t>(ticks));
  }
  bool on_tick(const Tick& tick) noexcept override {
    reports.push_back(tick.report);
    while (waits_ && !plan_.caught_up()) std::this_thread::yield();
    return std::ssize(reports) < ticks_;
  }
  std::vector<TickReport> reports;

 private:
  PlannerThread& plan_;
  std::int64_t ticks_;
  bool waits_;
};

/// Hangs in a pass while told to.
class HangingDenoiser : public test::LineDenoiser {
 public:
  std::atomic<bool> hangs = false, hung = false;
  void run(const DenoiseBatch& batch) noexcept override {
    for (; hangs; std::this_thread::sleep_for(10us)) hung = true;
    LineDenoiser::run(batch);
  }
};

/// In virtual time ticks may be over long before the thread has had its turn. Unless a test says otherwise, that is not
/// stuck.
ControlLoopOptions patient(ControlLoopOptions options) {
  if (options.max_stuck == ControlLoopOptions{}.max_stuck) options.max_stuck = kNever;
  return with_limits(options);
}

struct Rig {
  Rig(LineRobot made, std::int64_t ticks, const ControlLoopOptions& options, bool waits = true)
      : robot(std::move(made)), pace(plan, ticks, waits), loop(plan, robot, clock, patient(options), {&pace}) {}

  HangingDenoiser denoiser;
  Planner planner{denoiser, small_plans()};
  PlannerThread plan{planner, {.poll = 10us}};
  LineRobot robot;
  ManualClock clock;
  Pace pace;
  ControlLoop loop;
};

TEST(PlannerThreadTest, GetsToTheGoalAndStaysThere) {
  for (const int start : {0, 7, 19, 20, 21, 31}) {
    for (const int step_ticks : {1, 3}) {
      for (const bool fixed : {false, true}) {
        Rig rig(LineRobot(start, step_ticks, fixed), 120, {.step_ticks = fixed ? step_ticks : 0});
        ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
        rig.loop.run({});
        EXPECT_EQ(rig.robot.place(), kLineGoal) << "from " << start << ", " << step_ticks << " ticks a step";
        EXPECT_TRUE(rig.loop.report().goal_reached);
        EXPECT_EQ(rig.loop.report().source, CommandSource::kFresh);
        EXPECT_EQ(rig.robot.written.back().action, 0.0);
      }
    }
  }
}

TEST(PlannerThreadTest, IdlesUntilThereIsAPlanAndThenActs) {
  Rig rig(LineRobot(3, 1, true), 10, {.step_ticks = 1});
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  // Whether tick 0 has a plan is the machine's affair.
  EXPECT_EQ(rig.robot.written[0].action, rig.pace.reports[0].source == CommandSource::kFresh ? 1.0 : 0.0);
  for (std::size_t tick = 1; tick < 10; ++tick) {
    EXPECT_EQ(rig.pace.reports[tick].source, CommandSource::kFresh) << tick;
    EXPECT_EQ(rig.robot.written[tick].action, 1.0) << tick;
  }
}

TEST(PlannerThreadTest, TurnsAroundOnePlanAfterADisturbance) {
  Rig rig(LineRobot(3, 1, true), 80, {.step_ticks = 1});
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick == 6) rig.robot.push_to(28);
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  // Seen in tick 7, whose action is from before; known to the plan of tick 8.
  EXPECT_EQ(rig.robot.written[7].action, 1.0);
  EXPECT_EQ(rig.robot.written[8].action, -1.0);
  for (const TickReport& report : rig.pace.reports) EXPECT_EQ(report.disturbed, report.tick == 8) << report.tick;
  EXPECT_EQ(rig.robot.place(), kLineGoal);
}

TEST(PlannerThreadTest, StepsOfSeveralTicksHoldTheirActionHoweverThePlanChanges) {
  Rig rig(LineRobot(3, 4, true), 400, {.step_ticks = 4}, false);
  rig.robot.on_write = [&](std::int64_t tick) {
    if (tick % 31 == 30) rig.robot.push_to(static_cast<int>(tick * 7 % test::kPlaces));
    std::this_thread::sleep_for(20us);  // lets plans come at any instant
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  for (std::size_t i = 0; i < 400; ++i) {
    EXPECT_EQ(rig.robot.written[i].step, rig.robot.written[i].tick / 4);
    EXPECT_EQ(rig.robot.written[i].action, rig.robot.written[i - i % 4].action) << "tick " << i;
  }
}

TEST(PlannerThreadTest, UnobservedTicksKeepWhatWentOut) {
  Rig rig(LineRobot(3, 1000), 60, {.max_read_failure = 500ms}, false);
  rig.robot.fails = [](std::int64_t tick) { return tick >= 2; };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  for (std::size_t i = 3; i < 60; ++i) EXPECT_EQ(rig.robot.written[i].action, rig.robot.written[2].action);
}

TEST(PlannerThreadTest, AHangingPlannerLeavesValidCommandsDownTheLadderUntilReset) {
  Rig rig(LineRobot(0, 1, true), 200, {.step_ticks = 1, .max_stuck = 200ms}, false);
  const auto step = [&](int tick) {
    rig.loop.step(TimePoint(tick * 5ms));
    while (!rig.denoiser.hangs && !rig.plan.caught_up()) std::this_thread::yield();
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  for (int tick = 0; tick < 10; ++tick) step(tick);
  rig.denoiser.hangs = true;
  while (!rig.denoiser.hung) std::this_thread::yield();
  step(10);
  std::vector<double> expected;  // from tick 10 on: what was planned, then idle
  for (int i = 0; i <= 50; ++i) expected.push_back(rig.plan.step(i).action[0] - test::kStay);
  for (int tick = 11; tick < 60; ++tick) step(tick);
  for (std::size_t tick = 10; tick < 60; ++tick) {
    const TickReport& report = rig.pace.reports[tick];
    const auto source = tick == 10   ? CommandSource::kFresh
                        : tick <= 50 ? CommandSource::kHeld
                                     : CommandSource::kStopped;
    EXPECT_EQ(report.source, source) << tick;
    EXPECT_EQ(report.faults, tick == 51 ? kStuck : 0U) << tick;
    EXPECT_EQ(rig.robot.written[tick].action, tick <= 50 ? expected[tick - 10] : 0.0) << tick;
  }
  EXPECT_EQ(expected.back(), 0.0);
  rig.denoiser.hangs = false;
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  for (int tick = 60; tick < 100; ++tick) step(tick);
  EXPECT_EQ(rig.robot.place(), kLineGoal);
  EXPECT_EQ(rig.loop.report().source, CommandSource::kFresh);
}

TEST(PlannerThreadTest, ARecorderKeepsWhatTheTicksSawOfThePlan) {
  test::LineDenoiser denoiser;
  Planner planner(denoiser, small_plans());
  PlannerThread plan(planner, {.poll = 10us});
  LineRobot robot(3, 1, true);
  ManualClock clock;
  Pace pace(plan, 40, true);
  Recorder recorder(plan, {.ticks = 40, .ticks_after = 0, .plan_steps = 24});
  ControlLoop loop(plan, robot, clock, patient({.step_ticks = 1}), {&recorder, &pace});
  ASSERT_EQ(loop.reset(kTask), ResetResult::kOk);
  loop.run({});
  const Recording kept = recorder.kept();
  ASSERT_EQ(kept.ticks.size(), 40U);
  for (std::size_t tick = 1; tick < 40; ++tick) {
    ASSERT_EQ(kept.ticks[tick].plan.size(), 24U * 2);
    EXPECT_TRUE(kept.layout.valid(std::span(kept.ticks[tick].plan).first(1), true));
    EXPECT_EQ(kept.ticks[tick].plan[1] - test::kStay, kept.ticks[tick].action[0]) << "tick " << tick;
  }
}

TEST(PlannerThreadTest, BeginsAgainAfterReset) {
  Rig rig(LineRobot(3, 1), 60, {});
  for (const int start : {0, 30, 5, 31}) {
    rig.robot.push_to(start);
    rig.pace.reports.clear();
    ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
    rig.loop.run({});
    EXPECT_EQ(rig.robot.place(), kLineGoal) << "from " << start;
  }
  EXPECT_EQ(rig.loop.reset({.goal = {99.0}, .rest = {0.0}}), ResetResult::kBadGoal);
  EXPECT_EQ(rig.loop.reset({.goal = {20.0}, .rest = {2.0}}), ResetResult::kBadRest);
}

TEST(PlannerThreadTest, RipensByWindowsToo) {
  /// Leaves the planner's thread the time that a real tick would.
  struct Patience : TickObserver {
    int left = 100;
    bool on_tick(const Tick&) noexcept override {
      const RobotSection section;  // A robot that takes its time.
      std::this_thread::sleep_for(2ms);
      return --left > 0;
    }
  };
  test::LineDenoiser denoiser;
  PlannerOptions options = small_plans(PlanMethod::kDenoise);
  options.candidates = 1;  // This model knows no plan that is unlikely enough to choose by.
  Planner planner(denoiser, options);
  PlannerThread plan(planner);
  LineRobot robot(3, 1, true);
  ManualClock clock;
  Patience patience;
  ControlLoop loop(plan, robot, clock, patient({.step_ticks = 1}), {&patience});
  ASSERT_EQ(loop.reset(kTask), ResetResult::kOk);
  loop.run({});
  EXPECT_EQ(robot.place(), kLineGoal);
  EXPECT_GT(loop.statistics().passes, 0);
}

/// Counts what it was asked.
class CountingDenoiser : public test::LineDenoiser {
 public:
  void run(const DenoiseBatch& batch) noexcept override {
    ++runs;
    LineDenoiser::run(batch);
  }
  std::atomic<int> runs = 0;
};

/// Ticks with this state of this step, until the planner has read it and settled. Returns their reports, added up.
PlanReport settle(PlannerThread& plan, Token place, std::int64_t step) {
  PlanReport sums;
  const auto add = [&] {
    const PlanReport& report = plan.report();
    sums.passes += report.passes;
    sums.revised += report.revised;
    sums.revealed += report.revealed;
    sums.chosen += report.chosen;
    sums.surprise += report.surprise;
  };
  plan.observe({.state = std::array{place}, .state_step = step, .started = step, .done = step});
  add();
  plan.sent(1, step);
  for (int looks = 0; looks < 10'000; ++looks) {
    const bool is_read = plan.caught_up();  // Of what is reported then, the report says whether it is settled.
    plan.observe({.started = step, .done = step});
    add();
    if (is_read && plan.report().settled) break;
    std::this_thread::sleep_for(100us);
  }
  EXPECT_TRUE(plan.report().settled) << "step " << step;
  return sums;
}

TEST(PlannerThreadTest, TheTicksHearWhatEveryPassWasFor) {
  CountingDenoiser denoiser;
  Planner planner(denoiser, small_plans(PlanMethod::kDenoise));
  PlannerThread plan(planner, {.poll = 10us});
  ASSERT_EQ(plan.reset(std::array<Token, 1>{3}, kGoal, kIdle), PlanReset::kOk);
  const PlanReport first = settle(plan, 3, 0);
  EXPECT_EQ(first.passes, denoiser.runs);
  EXPECT_EQ(first.passes, first.revised + first.revealed + first.chosen);
  EXPECT_GT(first.revised, 0);
  EXPECT_GT(first.revealed, 0);
  EXPECT_GT(first.chosen, 0);
  EXPECT_LT(settle(plan, 4, 1).surprise, 1.0F) << "as planned";
  EXPECT_GT(settle(plan, 15, 2).surprise, 1.0F) << "somebody pushed it";
}

TEST(PlannerThreadTest, NothingRunsOnceThePlanIsSettledUntilSomethingNewIsSeen) {
  CountingDenoiser denoiser;
  Planner planner(denoiser, small_plans(PlanMethod::kDenoise));
  PlannerThread plan(planner, {.poll = 10us});
  ASSERT_EQ(plan.reset(std::array<Token, 1>{3}, kGoal, kIdle), PlanReset::kOk);
  settle(plan, 3, 0);
  const int settled = denoiser.runs;
  for (int tick = 0; tick < 100; ++tick) settle(plan, 3, 0);
  EXPECT_EQ(denoiser.runs, settled);
  settle(plan, 9, 0);
  EXPECT_GT(denoiser.runs, settled);
}

TEST(PlannerThreadTest, ARobotThatRestsCostsAPassAWindowAndStep) {
  CountingDenoiser denoiser;
  PlannerOptions options = small_plans(PlanMethod::kDenoise);
  options.temperature =
      0.0;  // A draft that is off would be news. This model is unsure enough for that to happen still.
  Planner planner(denoiser, options);
  PlannerThread plan(planner, {.poll = 10us});
  ASSERT_EQ(plan.reset(kGoal, kGoal, kIdle), PlanReset::kOk);
  settle(plan, kGoal[0], 0);
  constexpr int kSteps = 100;
  const int before = denoiser.runs;
  for (std::int64_t step = 1; step <= kSteps; ++step) settle(plan, kGoal[0], step);
  // Two windows hold the horizon. Looking for other plans in each step would take 18 passes more.
  EXPECT_LT(denoiser.runs - before, 5 * kSteps);
  EXPECT_GT(settle(plan, kGoal[0] - 5, kSteps + 1).chosen, 0) << "it is elsewhere";
}

TEST(PlannerThreadTest, GoesOnFromWhatWentOutWhateverItWouldDo) {
  test::LineDenoiser denoiser;
  for (const PlanMethod method : {PlanMethod::kBeam, PlanMethod::kDenoise}) {
    Planner planner(denoiser, small_plans(method));
    ASSERT_EQ(planner.reset(std::array<Token, 1>{3}, kGoal, kIdle), PlanReset::kOk);
    test::refine(planner, {.state = {}}, {.passes = 50});
    EXPECT_EQ(planner.step(0).action[0], test::kRight);
    planner.started(0, std::array{test::kLeft});
    planner.started(5, std::array{test::kLeft});   // not the next one
    planner.started(1, std::array<Token, 1>{77});  // no action
    EXPECT_EQ(planner.step(0).action[0], test::kLeft);
    test::refine(planner, {.state = {}, .started = 1}, {.passes = 50});
    test::shift(planner, 1);
    EXPECT_EQ(planner.step(0).action[0], test::kRight);
    if (method == PlanMethod::kBeam) {
      EXPECT_EQ(planner.buffer().state(0, 1)[0], 2);
      EXPECT_EQ(test::refine(planner, {.state = {}, .started = 1}, {.passes = 0}).steps_to_goal, kLineGoal - 2);
    }
  }
}

TEST(PlannerThreadTest, TheTicksHearOfAModelThatGivesNoNumbers) {
  class NanDenoiser : public test::LineDenoiser {
   public:
    void run(const DenoiseBatch& batch) noexcept override {
      LineDenoiser::run(batch);
      if (runs++ == 3) batch.logits[0] = std::nanf("");
    }
    int runs = 0;
  };
  NanDenoiser denoiser;
  Planner planner(denoiser, small_plans());
  PlannerThread plan(planner, {.poll = 10us});
  LineRobot robot(3, 1, true);
  ManualClock clock;
  Pace pace(plan, 60, true);
  ControlLoop loop(plan, robot, clock, patient({.step_ticks = 1}), {&pace});
  ASSERT_EQ(loop.reset(kTask), ResetResult::kOk);
  loop.run({});
  const auto bad = [](const TickReport& report) { return (report.faults & kBadModel) != 0; };
  EXPECT_EQ(std::ranges::count_if(pace.reports, bad), 1);
  EXPECT_EQ(robot.place(), kLineGoal);
}

TEST(PlannerThreadTest, AModelThatNeverGivesNumbersIsNotAskedAllTheTime) {
  class NanDenoiser : public test::LineDenoiser {
   public:
    void run(const DenoiseBatch& batch) noexcept override {
      LineDenoiser::run(batch);
      batch.logits[0] = std::nanf("");
      ++runs;
    }
    std::atomic<int> runs = 0;
  };
  NanDenoiser denoiser;
  Planner planner(denoiser, small_plans());
  PlannerThread plan(planner, {.poll = 1s});
  ASSERT_EQ(plan.reset(std::array<Token, 1>{3}, kGoal, kIdle), PlanReset::kOk);
  while (denoiser.runs == 0) std::this_thread::yield();
  std::this_thread::sleep_for(20ms);
  EXPECT_LT(denoiser.runs, 20) << "a thread that spins has asked thousands of times";
  plan.observe({.state = std::array<Token, 1>{3}});
  EXPECT_FALSE(plan.step(0).decided);
}

TEST(PlannerThreadTest, IsLeftBehindWhenADenoiserNeverReturns) {
  const auto sink = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(8);
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
  static HangingDenoiser* const denoiser = new HangingDenoiser;  // The thread that is left behind may still use them.
  static Planner* const planner = new Planner(*denoiser, small_plans());
  denoiser->hangs = true;
  {
    PlannerThread plan(*planner, {.poll = 10us, .join_timeout = 20ms});
    ASSERT_EQ(plan.reset(std::array<Token, 1>{3}, kGoal, kIdle), PlanReset::kOk);
    while (!denoiser->hung) std::this_thread::yield();
  }
  spdlog::set_default_logger(before);
  ASSERT_EQ(sink->last_formatted().size(), 1U);
  EXPECT_NE(sink->last_formatted()[0].find("left behind"), std::string::npos);
  denoiser->hangs = false;
}

TEST(PlannerThreadTest, HangingThreadsCostNoLogger) {
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(nullptr);
  static HangingDenoiser* const denoiser = new HangingDenoiser;
  static Planner* const planner = new Planner(*denoiser, small_plans());
  denoiser->hangs = true;
  {
    PlannerThread plan(*planner, {.poll = 10us, .join_timeout = 0ns});
    ASSERT_EQ(plan.reset(std::array<Token, 1>{3}, kGoal, kIdle), PlanReset::kOk);
    while (!denoiser->hung) std::this_thread::yield();
  }
  spdlog::set_default_logger(before);
  denoiser->hangs = false;
}

TEST(PlannerThreadTest, BudgetsThatNoTickCouldKeepAreRefusedOnlyWhereTheTickPlans) {
  const ControlLoopOptions options{.period = 5ms,
                                   .budget = Budget{.time = 6ms, .passes = -1},
                                   .most = Budget{.time = 1ms},
                                   .reserve = 7ms,
                                   .step_ticks = 1,
                                   .limits = {kUnlimitedChannel}};
  test::LineDenoiser denoiser;
  Planner planner(denoiser, small_plans());
  LineRobot robot(3, 1, true);
  ManualClock clock;
  EXPECT_THROW(ControlLoop(planner, robot, clock, options), OptionsError);
  Rig rig(LineRobot(3, 1, true), 60, options);
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  EXPECT_EQ(rig.robot.place(), kLineGoal);
  ControlLoopOptions other = options;
  other.period = 0ms;
  EXPECT_THROW(ControlLoop(rig.plan, robot, clock, with_limits(other)), OptionsError) << "the rest is still checked";
}

TEST(PlannerThreadTest, SaysWhyItDoesNotReset) {
  test::LineDenoiser denoiser;
  Planner planner(denoiser, small_plans());
  PlannerThread plan(planner);
  EXPECT_EQ(plan.reset(std::array<Token, 1>{99}, kGoal, kIdle), PlanReset::kBadState);
  EXPECT_EQ(plan.reset(std::array<Token, 1>{3}, std::array<Token, 1>{kMask}, kIdle), PlanReset::kNoGoal);
  EXPECT_EQ(plan.reset(std::array<Token, 1>{3}, kGoal, std::array<Token, 1>{kMask}), PlanReset::kBadHold);
}

TEST(PlannerThreadTest, RefusesBadOptions) {
  test::LineDenoiser denoiser;
  Planner planner(denoiser, small_plans());
  EXPECT_THROW(PlannerThread(planner, {.poll = 0ns}), OptionsError);
  EXPECT_THROW(PlannerThread(planner, {.join_timeout = -1ns}), OptionsError);
  EXPECT_THROW(PlannerThread(planner, {.real_time = RealTimeOptions{.fifo_priority = 1000}}), OptionsError);
}

}  // namespace
}  // namespace ripen
