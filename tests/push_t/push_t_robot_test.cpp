#include "push_t/push_t_robot.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "push_t/episodes.hpp"
#include "push_t/starts.hpp"
#include "push_t/tokens.hpp"

namespace ripen::push_t {
namespace {

/// What a robot reports in a tick.
struct Seen {
  std::array<double, kStates> channels{};
  Observation observation;
};

Seen read(PushTRobot& robot, std::int64_t tick) {
  Seen seen;
  seen.observation.state = seen.channels;
  EXPECT_TRUE(robot.read(tick, seen.observation));
  return seen;
}

void write(PushTRobot& robot, std::int64_t tick, Point target) {
  const std::array<double, kActions> action{target.x, target.y};
  ASSERT_TRUE(robot.write({.tick = tick, .step = tick, .action = action}));
}

Point towards(std::int64_t tick) { return {100.0 + 37.0 * static_cast<double>(tick % 9), 250.0}; }

TEST(PushTRobot, MovesTheWorldOneStepATick) {
  const State start = start_of(7);
  PushTRobot robot(start, {});
  World world;
  world.reset(start);
  for (std::int64_t tick = 0; tick < 30; ++tick) {
    const Seen seen = read(robot, tick);
    EXPECT_TRUE(seen.observation.fresh);
    EXPECT_EQ(seen.observation.state_step, tick);
    EXPECT_EQ(seen.observation.steps_done, tick);
    std::array<double, kStates> expected{};
    to_channels(world.state(), expected);
    EXPECT_EQ(seen.channels, expected) << tick;
    write(robot, tick, towards(tick));
    world.act(towards(tick));
  }
}

TEST(PushTRobot, PointsAreHiddenWholeAndAsOftenAsAsked) {
  PushTRobot robot(start_of(7), {.occlusion_rate = 0.3, .seed = 5});
  int hidden = 0;
  constexpr int kTicks = 290;
  for (std::int64_t tick = 0; tick < kTicks; ++tick) {
    std::array<bool, kStates> shown{};
    shown.fill(true);
    Seen seen;
    seen.observation.state = seen.channels;
    seen.observation.seen = shown;
    ASSERT_TRUE(robot.read(tick, seen.observation));
    for (std::size_t channel = 0; channel < kStates; channel += 2) {
      EXPECT_EQ(shown[channel], shown[channel + 1]) << "tick " << tick << ", channel " << channel;
      EXPECT_TRUE(tick > 0 || shown[channel]) << "at the beginning all is seen";
      hidden += shown[channel] ? 0 : 1;
    }
    write(robot, tick, towards(tick));
  }
  EXPECT_NEAR(hidden / (kTicks * kStates / 2.0), 0.3, 0.06);
}

TEST(PushTRobot, SensesLate) {
  PushTRobot robot(start_of(7), {.sensor_latency_ticks = 3});
  PushTRobot prompt(start_of(7), {});
  std::vector<Seen> truth;
  for (std::int64_t tick = 0; tick < 20; ++tick) {
    truth.push_back(read(prompt, tick));
    const Seen late = read(robot, tick);
    EXPECT_EQ(late.observation.fresh, tick >= 3) << tick;
    if (tick >= 3) {
      EXPECT_EQ(late.observation.state_step, tick - 3);
      EXPECT_EQ(late.channels, truth[static_cast<std::size_t>(tick - 3)].channels) << tick;
    }
    write(prompt, tick, towards(tick));
    write(robot, tick, towards(tick));
  }
}

TEST(PushTRobot, FollowsTheLastTargetThroughMissedTicks) {
  PushTRobot robot(start_of(7), {});
  World world;
  world.reset(start_of(7));
  write(robot, 0, {300, 300});
  for (int i = 0; i < 5; ++i) world.act({300, 300});
  EXPECT_EQ(read(robot, 5).observation.state_step, 5);
  EXPECT_EQ(robot.state(), world.state());
}

TEST(PushTRobot, FaultsDependOnSeedAndTickAlone) {
  const PushTRobotOptions faulty{.disturb_rate = 0.2, .drop_rate = 0.3, .seed = 5};
  PushTRobot robot(start_of(3), faulty), again(start_of(3), faulty);
  int dropped = 0;
  for (std::int64_t tick = 0; tick < 200; ++tick) {
    const Seen seen = read(robot, tick);
    const Seen other = read(again, tick);
    EXPECT_EQ(seen.observation.fresh, other.observation.fresh) << tick;
    EXPECT_EQ(seen.channels, other.channels) << tick;
    dropped += seen.observation.fresh ? 0 : 1;
    write(robot, tick, towards(tick));
    write(again, tick, towards(tick));
  }
  EXPECT_NEAR(dropped, 60, 25);
  EXPECT_GT(robot.disturbances(), 20);
  EXPECT_LT(robot.disturbances(), 60);
  PushTRobot calm(start_of(3), {});
  EXPECT_TRUE(read(calm, 299).observation.fresh);
  EXPECT_EQ(calm.disturbances(), 0);
}

TEST(PushTRobot, ShovesLeaveTheBlockOnTheTable) {
  PushTRobot robot(start_of(3), {.disturb_rate = 1.0, .max_steps = 2000});
  for (std::int64_t tick = 0; tick < 2000 && !robot.done(); ++tick) {
    const Seen seen = read(robot, tick);
    for (const double channel : seen.channels) {
      ASSERT_GT(channel, -10.0) << tick;
      ASSERT_LT(channel, 522.0) << tick;
    }
    write(robot, tick, towards(tick));
  }
}

TEST(PushTRobot, KeepsTheScoreOfADemonstration) {
  // The first demonstration ends with more than 0.9 of the goal covered.
  const auto episodes = read_episodes(RIPEN_TEST_DATA "/first_4_demonstrations.npz");
  PushTRobot robot(start_of(0), {.max_steps = static_cast<int>(episodes[0].targets.size())});
  for (std::size_t i = 0; i < episodes[0].targets.size(); ++i) {
    read(robot, static_cast<std::int64_t>(i));
    write(robot, static_cast<std::int64_t>(i), episodes[0].targets[i]);
  }
  EXPECT_FALSE(robot.done());
  read(robot, static_cast<std::int64_t>(episodes[0].targets.size()));
  EXPECT_TRUE(robot.done());
  EXPECT_GT(robot.score(), 0.9);
  EXPECT_DOUBLE_EQ(robot.score(), reward_of(robot.best_coverage()));
}

TEST(PushTRobot, RefusesWhatIsNoTarget) {
  PushTRobot robot(start_of(7), {});
  const Point before = robot.target();
  const std::array<double, kActions> broken{1.0, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_FALSE(robot.write({.action = broken}));
  EXPECT_FALSE(robot.write({.action = std::span(broken).first(1)}));
  EXPECT_EQ(robot.target(), before);
  EXPECT_THROW(PushTRobot(start_of(7), {.sensor_latency_ticks = -1}), std::invalid_argument);
  EXPECT_EQ((PushTRobotOptions{.disturb_rate = 2.0, .max_steps = 0}).validate(),
            "Push-T robot: disturb_rate 2.000000 is outside [0.000000, 1.000000]\n"
            "Push-T robot: max_steps 0 is outside [1, 1000000]");
}

}  // namespace
}  // namespace ripen::push_t
