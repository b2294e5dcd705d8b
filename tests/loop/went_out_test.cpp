// What the planner is told of the commands that went out, and what a report says of them.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "loop/real_time_section.hpp"
#include "ripen/planner_thread.hpp"
#include "ripen/token_layout.hpp"
#include "support/joint_world.hpp"
#include "support/line_world.hpp"

namespace ripen::test {
namespace {

using namespace std::chrono_literals;

/// So fast that the joint is where it was told to be one tick later.
constexpr ChannelLimits kQuick{.rate = 1000.0, .acceleration = 1e6, .measured_by = 0};

/// Whatever fails, and for however long.
ControlLoopOptions never_stopped(int step_ticks, Fallback unread) {
  return {.step_ticks = step_ticks,
          .limits = {kQuick},
          .fallback = {.unread = unread},
          .max_read_failure = kNever,
          .max_stale = kNever,
          .max_bad_model = kNever,
          .max_frozen = kNever};
}

/// Right and left in turn, always decided. Notes what it is told.
class ScriptedPlan : public PlanSource {
 public:
  std::vector<std::string> told;
  std::function<bool()> bad_pass = [] { return false; };  // whether the next one gives no numbers

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int horizon() const noexcept override { return 2; }
  [[nodiscard]] PlanReset reset(std::span<const Token> /*state*/, std::span<const Token> /*goal*/,
                                std::span<const Token> /*hold*/) noexcept override {
    return PlanReset::kOk;
  }
  void observe(const TickObservation& observation) noexcept override {
    report_ = {.head = observation.done, .head_is_ripe = true, .decided_steps = 2};
  }
  void refine(const Budget& /*budget*/, const Budget& /*most*/) noexcept override {
    report_.passes = 1;
    report_.bad_model = bad_pass();
  }
  [[nodiscard]] PlannedStep step(int ahead) const noexcept override {
    const bool right = (report_.head + ahead) % 2 == 0;
    return {.action = std::span(&actions_[right ? 1 : 0], 1), .decided = true, .level = 0};
  }
  void sent(int steps, std::int64_t /*started*/) noexcept override {
    const RobotSection section;  // What it notes is on the heap.
    told.push_back("sent " + std::to_string(steps));
  }
  void started(std::int64_t step, std::span<const Token> action,
               std::span<const Fraction> /*fractions*/) noexcept override {
    const RobotSection section;
    told.push_back("step " + std::to_string(step) + " started with " + std::to_string(action[0]));
  }
  [[nodiscard]] const PlanReport& report() const noexcept override { return report_; }

 private:
  const TokenLayout layout_ = line_layout();
  const std::array<Token, 2> actions_{kLeft, kRight};
  PlanReport report_;
};

struct ScriptedRig {
  explicit ScriptedRig(ControlLoopOptions options) : loop(plan, robot, clock, with_limits(std::move(options))) {}
  /// One tick; what the plan was told in it.
  std::vector<std::string> tick() {
    plan.told.clear();
    loop.step(TimePoint(next++ * 5ms));
    return plan.told;
  }

  ScriptedPlan plan;
  LineRobot robot{10};
  ManualClock clock;
  std::int64_t next = 0;
  ControlLoop loop;
};

using Told = std::vector<std::string>;

TEST(WentOutTest, APassThatTurnsOutBadAfterTheCommandLeavesThatFresh) {
  ScriptedRig rig({.fallback = {.unread = Fallback::kHold}});
  bool bad = false;
  rig.plan.bad_pass = [&] { return bad; };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.tick();
  bad = true;
  rig.tick();
  EXPECT_EQ(rig.loop.report().source, CommandSource::kFresh) << "it was decided before";
  EXPECT_EQ(rig.robot.written.back().source, CommandSource::kFresh) << "as the robot was told";
  EXPECT_EQ(rig.robot.written.back().action, -1.0) << "as planned";
  EXPECT_EQ(rig.loop.report().faults, kBadModel) << "and the pass is reported";
  rig.tick();
  EXPECT_EQ(rig.loop.report().source, CommandSource::kHeld);
  EXPECT_EQ(rig.robot.written.back().action, -1.0) << "held, though step 2 goes right";
  bad = false;
  rig.tick();  // Nothing good has come before this tick's command.
  EXPECT_EQ(rig.loop.report().source, CommandSource::kHeld);
  rig.tick();
  EXPECT_EQ(rig.loop.report().source, CommandSource::kFresh);
  EXPECT_EQ(rig.loop.report().faults, 0U);
}

TEST(WentOutTest, AStepThatTheRobotBeganWithAFallbackIsToldWhenItHasBegun) {
  ScriptedRig rig({.fallback = {.unread = Fallback::kHold}});
  bool bad = false;
  rig.plan.bad_pass = [&] { return bad; };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  EXPECT_EQ(rig.tick(), Told({"sent 2"})) << "step 0 goes right, and step 1 was offered too";
  bad = true;
  EXPECT_EQ(rig.tick(), Told({"sent 2"}));
  EXPECT_EQ(rig.tick(), Told({"sent 0"})) << "step 2 would go right, but left is held";
  bad = false;
  EXPECT_EQ(rig.tick(), Told({"step 2 started with 0", "sent 1"})) << "step 3 goes left, as what is held does";
  EXPECT_EQ(rig.tick(), Told({"sent 2"}));
}

TEST(WentOutTest, AFallbackThatNoStepBeganWithIsNotTold) {
  ScriptedRig rig({.fallback = {.unread = Fallback::kRest}});
  bool bad = false;
  rig.plan.bad_pass = [&] { return bad; };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.tick();
  bad = true;
  rig.tick();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(rig.tick(), Told({"sent 0"})) << "the robot does not begin a step with 0";
    EXPECT_EQ(rig.robot.written.back().action, 0.0);
  }
  bad = false;
  EXPECT_EQ(rig.tick(), Told({"sent 0"}));
  EXPECT_EQ(rig.tick(), Told({"sent 2"}));
}

TEST(WentOutTest, WhatWentOutFirstSinceTheLastLookStaysTheStepsAction) {
  ScriptedRig rig({.fallback = {.unread = Fallback::kRest}});
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.tick();
  rig.robot.fails = [](std::int64_t tick) { return tick >= 1 && tick < 4; };
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(rig.tick(), Told({"sent 2"})) << "the robot may have begun steps 0 and 1 as planned";
    EXPECT_EQ(rig.robot.written.back().action, 0.0);
  }
  EXPECT_EQ(rig.tick(), Told({"sent 2"}));
}

TEST(WentOutTest, AHoldWhileNothingIsReadIsNoDisturbanceAfterwards) {
  for (const int step_ticks : {1, 4}) {
    for (const Fallback unread : {Fallback::kHold, Fallback::kPlan}) {
      JointRig rig(-1.5, 1.5, never_stopped(step_ticks, unread));
      const int first = 5 * step_ticks, last = first + 6;
      rig.robot.on_read = [&](std::int64_t tick, Observation&) { return tick < first || tick > last; };
      ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
      rig.run(60 * step_ticks);
      for (const TickReport& report : rig.reports) {
        EXPECT_FALSE(report.disturbed) << "tick " << report.tick << ", " << step_ticks << " a step";
      }
      EXPECT_NEAR(rig.robot.sent.back(), 1.5, kAngleBin);
    }
  }
}

TEST(WentOutTest, AStepOfSeveralTicksGoesOnWithTheFallbackItBeganWith) {
  JointRig rig(-1.5, 1.5, {.step_ticks = 4, .limits = {kQuick}, .fallback = {.unread = Fallback::kHold}});
  rig.robot.on_read = [](std::int64_t tick, Observation&) { return tick != 12 && tick != 22; };
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(40);
  for (std::size_t tick = 12; tick < 16; ++tick) {
    EXPECT_EQ(rig.robot.sent[tick], rig.robot.sent[11]) << tick;
    EXPECT_EQ(rig.robot.sources[tick], CommandSource::kHeld) << tick;
  }
  EXPECT_GT(rig.robot.sent[16], rig.robot.sent[15]);
  for (const std::size_t tick : {16U, 20U, 21U, 23U, 24U}) {
    EXPECT_EQ(rig.robot.sources[tick], CommandSource::kFresh) << tick;
  }
  EXPECT_EQ(rig.robot.sources[22], CommandSource::kHeld) << "a step that had begun: this tick alone";
  EXPECT_EQ(rig.robot.sent[23], rig.robot.sent[21]);
}

/// What a plan does at the goal is older than the way there.
TEST(WentOutTest, AtTheGoalAJointStaysInEveryTickOfAStep) {
  for (const int step_ticks : {1, 2, 4}) {
    for (const bool interpolate : {false, true}) {
      JointRig rig(-1.5, 1.5, {.step_ticks = step_ticks, .interpolate = interpolate, .limits = {kQuick}});
      ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
      rig.run(80 * step_ticks);
      const auto arrived = std::ranges::find_if(rig.robot.sent, [](double angle) { return angle > 1.5 - 1e-9; });
      ASSERT_NE(arrived, rig.robot.sent.end());
      for (auto sent = arrived; sent != rig.robot.sent.end(); ++sent) {
        ASSERT_EQ(*sent, *arrived) << "tick " << sent - rig.robot.sent.begin() << ", " << step_ticks << " a step";
      }
      EXPECT_TRUE(rig.loop.report().goal_reached);
    }
  }
}

TEST(WentOutTest, ThePlannersPastIsWhatWentOutWhateverFails) {
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    for (const Fallback unread : {Fallback::kHold, Fallback::kRest, Fallback::kPlan}) {
      for (const int step_ticks : {1, 3}) {
        SCOPED_TRACE("seed " + std::to_string(seed) + ", unread " + std::to_string(static_cast<int>(unread)) + ", " +
                     std::to_string(step_ticks) + " ticks a step");
        std::mt19937 random(seed);
        JointRig rig(-1.9, 1.9, never_stopped(step_ticks, unread));
        rig.robot.on_read = [&](std::int64_t tick, Observation&) {
          rig.denoiser.broken = random() % 6 == 0;
          if (random() % 8 == 0) rig.robot.angle_ = 0.05 * std::floor(40.0 * (static_cast<double>(random() % 90) / 90));
          return tick == 0 || random() % 4 != 0;
        };
        ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
        const Tokenizer tokenizer(joint_layout());
        for (int tick = 0; tick < 200; ++tick) {
          rig.run(1);
          const std::int64_t past = tick / step_ticks - 1;
          if (past < 0) continue;
          const double began_with = rig.robot.sent[static_cast<std::size_t>(past * step_ticks)];
          ASSERT_EQ(rig.planner.buffer().action(0, past)[0], tokenizer.encode(2, began_with)) << "tick " << tick;
        }
      }
    }
  }
}

TEST(WentOutTest, APlannersThreadHearsOfItToo) {
  struct Pace : TickObserver {
    PlannerThread* plan = nullptr;
    std::size_t ticks = 0;
    std::vector<TickReport> reports;
    bool on_tick(const Tick& tick) noexcept override {
      const RobotSection section;
      reports.push_back(tick.report);
      while (!plan->caught_up()) std::this_thread::yield();
      return reports.size() < ticks;
    }
  };
  for (const int step_ticks : {1, 4}) {
    JointDenoiser denoiser(70);
    Planner planner(
        denoiser,
        {.method = PlanMethod::kBeam, .horizon = 48, .history = 4, .candidates = 1, .pass_windows = 1, .noise = 0.0});
    PlannerThread plan(planner, {.poll = 10us});
    JointRobot robot(-1.5);
    robot.step_ticks = step_ticks;
    const int first = 8 * step_ticks, last = first + 6;
    robot.on_read = [&](std::int64_t tick, Observation&) { return tick < first || tick > last; };
    Pace pace;
    pace.plan = &plan;
    pace.ticks = 60 * static_cast<std::size_t>(step_ticks);
    ManualClock clock;
    ControlLoopOptions options = never_stopped(step_ticks, Fallback::kHold);
    options.period = kJointPeriod;
    options.max_stuck = kNever;
    ControlLoop loop(plan, robot, clock, options, {&pace});
    ASSERT_EQ(loop.reset({.goal = {1.5, {}}}), ResetResult::kOk);
    loop.run({});
    for (const TickReport& report : pace.reports) {
      EXPECT_FALSE(report.disturbed) << "tick " << report.tick << ", " << step_ticks << " a step";
    }
    for (int tick = first; tick <= last; ++tick) {
      EXPECT_EQ(robot.sent[static_cast<std::size_t>(tick)], robot.sent[static_cast<std::size_t>(first - 1)]) << tick;
    }
    const auto arrived = std::ranges::find_if(robot.sent, [](double angle) { return angle > 1.5 - 1e-9; });
    ASSERT_NE(arrived, robot.sent.end());
    for (auto sent = arrived; sent != robot.sent.end(); ++sent) {
      ASSERT_EQ(*sent, *arrived) << "tick " << sent - robot.sent.begin() << ", " << step_ticks << " a step";
    }
  }
}

}  // namespace
}  // namespace ripen::test
