// Goals between bins, and other goals in mid-run, through the loop and through a planner's thread.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <thread>
#include <vector>

#include "ripen/control_loop.hpp"
#include "ripen/planner_thread.hpp"

namespace ripen {
namespace {

constexpr int kBins = 64, kSteps = 6;
constexpr double kFine = 2.0 / 256.0;  // Goal and command are each known so finely [bins].

/// A channel is to be where a slot says it is wanted; the posterior's mean is exactly there.
class FollowDenoiser : public Denoiser {
 public:
  [[nodiscard]] const TokenLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int max_windows() const noexcept override { return 8; }
  [[nodiscard]] int max_steps() const noexcept override { return kSteps; }

  void run(const DenoiseBatch& batch) noexcept override {
    const std::ptrdiff_t logits = layout_.logits();
    for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(batch.windows) * batch.steps; ++i) {
      const Token wanted = batch.tokens[3 * i + 1];
      const double part = std::abs(batch.fractions[3 * i + 1]) / 256.0;
      const int beside = wanted + (batch.fractions[3 * i + 1] < 0 ? -1 : 1);
      float* out = batch.logits + i * logits;
      std::fill(out, out + logits, -30.0F);
      out[0] = out[kBins] = 0.0F;
      float* target = out + std::ptrdiff_t{2} * kBins;
      if (wanted == kMask) {
        target[0] = 0.0F;
        continue;
      }
      target[wanted] = static_cast<float>(std::log(1.0 - part));
      if (part > 0.0 && beside >= 0 && beside < kBins) target[beside] = static_cast<float>(std::log(part));
    }
  }

 private:
  TokenLayout layout_{{{"place", SlotRole::kState, kBins, 0.0, 64.0},
                       {"wanted", SlotRole::kState, kBins, 0.0, 64.0},
                       {"target", SlotRole::kAction, kBins, 0.0, 64.0}}};
};

/// Sees where it is, never what is wanted.
class FollowRobot : public Robot {
 public:
  std::vector<double> sent;
  [[nodiscard]] bool read(std::int64_t tick, Observation& observation) noexcept override {
    observation.fresh = true;
    observation.state[0] = place_;
    observation.state[1] = 0.5;
    observation.seen[1] = tick == 0;  // A plan begins with all of a state.
    return true;
  }
  [[nodiscard]] bool write(const Command& command) noexcept override {
    place_ = command.action[0];
    sent.push_back(place_);
    return true;
  }

 private:
  double place_ = 5.0;
};

struct AimRig : TickObserver {
  explicit AimRig(bool on_thread) {
    if (on_thread) thread = std::make_unique<PlannerThread>(planner);
    loop = std::make_unique<ControlLoop>(
        thread ? static_cast<PlanSource&>(*thread) : planner, robot, clock,
        ControlLoopOptions{.budget = Budget{.passes = 50},
                           .step_ticks = 1,
                           .limits = {{.rate = kUnlimited, .acceleration = kUnlimited, .measured_by = 0}},
                           .max_stuck = kNever,
                           .max_frozen = kNever},
        std::vector<TickObserver*>{this});
  }
  bool on_tick(const Tick&) noexcept override {
    while (thread && !thread->caught_up()) std::this_thread::yield();
    return --left > 0;
  }
  void run(int ticks) {
    left = ticks;
    EXPECT_EQ(loop->run({}), RunResult::kEnded);
  }

  FollowDenoiser denoiser;
  Planner planner{denoiser, {.horizon = kSteps, .history = 4, .window_history = 0, .goal_clamp = GoalClamp::kAlways}};
  FollowRobot robot;
  ManualClock clock;
  std::unique_ptr<PlannerThread> thread;
  std::unique_ptr<ControlLoop> loop;
  int left = 0;
};

class Aim : public testing::TestWithParam<bool> {};

TEST_P(Aim, CommandsGoWhereTheGoalIsBetweenBins) {
  for (const double goal : {20.3, 20.5, 20.501, 20.999, 63.2}) {
    AimRig rig(GetParam());
    ASSERT_EQ(rig.loop->reset({.goal = {{}, goal}}), ResetResult::kOk);
    rig.run(10);
    EXPECT_NEAR(rig.robot.sent.back(), goal, kFine);
  }
}

TEST_P(Aim, AnotherGoalIsFollowedFromTheTickAfterNext) {
  AimRig rig(GetParam());
  ASSERT_EQ(rig.loop->reset({.goal = {{}, 20.3}}), ResetResult::kOk);
  rig.run(10);
  ASSERT_EQ(rig.loop->aim(std::array<ChannelValue, 2>{ChannelValue{}, 40.71}), ResetResult::kOk);
  rig.run(3);
  EXPECT_NEAR(rig.robot.sent.back(), 40.71, kFine);
  EXPECT_EQ(rig.loop->statistics().sources[static_cast<std::size_t>(CommandSource::kStopped)], 0);
}

TEST_P(Aim, WhatIsNoGoalIsRefusedAndTheOldOneKept) {
  AimRig rig(GetParam());
  EXPECT_EQ(rig.loop->aim(std::array<ChannelValue, 2>{ChannelValue{}, 40.0}), ResetResult::kPlannerRefused)
      << "before the first reset";
  ASSERT_EQ(rig.loop->reset({.goal = {{}, 20.3}}), ResetResult::kOk);
  rig.run(10);
  for (const double bad : {-1.0, 64.5, std::nan(""), HUGE_VAL}) {
    EXPECT_EQ(rig.loop->aim(std::array<ChannelValue, 2>{ChannelValue{}, bad}), ResetResult::kBadGoal) << bad;
  }
  EXPECT_EQ(rig.loop->aim(std::array<ChannelValue, 1>{30.0}), ResetResult::kBadGoal);
  rig.run(10);
  EXPECT_NEAR(rig.robot.sent.back(), 20.3, kFine);
}

INSTANTIATE_TEST_SUITE_P(Where, Aim, testing::Bool(),
                         [](const auto& where) { return where.param ? "OnAThread" : "InTheTick"; });

}  // namespace
}  // namespace ripen
