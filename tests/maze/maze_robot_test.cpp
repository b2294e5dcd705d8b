#include "maze/maze_robot.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "maze/tokens.hpp"

namespace maze {
namespace {

class MazeRobotTest : public testing::Test {
 protected:
  ripen::ManualClock clock_;
  MazeRobot robot_{*find_maze("medium"),
                   {{0.0, 0.0}, {4.0, 0.0}},
                   {.max_steps = 100, .period = std::chrono::milliseconds(5), .clock = &clock_}};

  ripen::Observation read(std::int64_t tick) {
    ripen::Observation observation;
    observation.state = state_;
    observation.seen = seen_;
    EXPECT_TRUE(robot_.read(tick, observation));
    return observation;
  }
  bool write(std::int64_t tick, double x, double y) {
    const std::array action{x, y};
    return robot_.write({.tick = tick, .action = action});
  }

 private:
  std::array<double, 2> state_{};
  std::array<bool, 2> seen_{true, true};
};

TEST_F(MazeRobotTest, AControlStepIsATickAndAStateIsFreshAsAStepBegins) {
  for (int tick = 0; tick < 25; ++tick) {
    const auto observation = read(tick);
    EXPECT_EQ(observation.fresh, tick % kStepTicks == 0) << tick;
    EXPECT_NEAR(observation.state[1], 0.02 * tick, 1e-12);
    EXPECT_TRUE(write(tick, 0.0, 0.1));
  }
  EXPECT_EQ(robot_.steps(), 24);
}

TEST_F(MazeRobotTest, AStepLastsFromItsFirstCommandOn) {
  (void)read(0);
  clock_.advance(std::chrono::milliseconds(12));
  EXPECT_TRUE(write(0, 0.1, 0.0)) << "two control steps late";
  for (int tick = 3; tick < 24; ++tick) {
    const auto observation = read(tick);
    const bool ends = tick == 2 + kStepTicks || tick == 2 + 2 * kStepTicks;
    EXPECT_EQ(observation.fresh, ends) << tick;
    EXPECT_EQ(observation.steps_done, (tick - 2) / kStepTicks) << tick;
    EXPECT_EQ(observation.steps_begun, observation.steps_done + (ends ? 0 : 1)) << tick;
    EXPECT_EQ(observation.state_step, observation.steps_done) << tick;
    EXPECT_TRUE(write(tick, 0.1, 0.0));
  }
}

TEST_F(MazeRobotTest, AWallEndsNoStep) {
  for (int tick = 0; tick < 40; ++tick) {
    EXPECT_EQ(read(tick).fresh, tick % kStepTicks == 0) << tick;
    EXPECT_TRUE(write(tick, -1.0, -1.0)) << "into a corner";
  }
}

TEST(MazeRobot, AStepEndsAsThePointIsShovedOrGetsAnotherGoal) {
  for (const EventKind kind : {EventKind::kShove, EventKind::kGoal}) {
    MazeRobot robot(*find_maze("medium"), {{0.0, 0.0}, {4.0, 0.0}},
                    {.event = {.kind = kind, .step = 23, .goal = {0.0, 4.0}}});
    std::array<double, 2> state{};
    std::array<bool, 2> seen{};
    ripen::Observation observation;
    observation.state = state;
    observation.seen = seen;
    for (int tick = 0; tick < 29; ++tick) {
      EXPECT_TRUE(robot.read(tick, observation));
      EXPECT_EQ(observation.fresh, tick % kStepTicks == 0 || tick == 23) << tick;
      EXPECT_TRUE(robot.write({.tick = tick, .action = std::array{0.0, 0.01}}));
    }
    robot.end_step();
    EXPECT_TRUE(robot.read(29, observation));
    EXPECT_TRUE(observation.fresh) << "asked for";
    EXPECT_EQ(observation.steps_done, 4);
  }
}

TEST_F(MazeRobotTest, TheWorldDoesNotWait) {
  (void)read(0);
  EXPECT_TRUE(write(0, 0.5, 0.0));
  EXPECT_NEAR(read(5).state[0], 0.5, 1e-12) << "in the ticks that were missed it goes on as it was told";
  EXPECT_EQ(robot_.steps(), 5);
  ASSERT_EQ(robot_.actions().size(), 5U);
  EXPECT_EQ(robot_.actions()[4].x, 0.5);
  EXPECT_NEAR(robot_.path()[3].x, 0.4, 1e-12);
}

TEST_F(MazeRobotTest, AnActionThatComesLateHasNoSayInWhatWasDoneMeanwhile) {
  (void)read(0);
  EXPECT_TRUE(write(0, 0.5, 0.0));
  (void)read(1);
  clock_.advance(std::chrono::milliseconds(4));
  EXPECT_TRUE(write(1, 0.25, 0.0)) << "in time";
  (void)read(2);
  clock_.advance(std::chrono::milliseconds(12));
  EXPECT_TRUE(write(2, -0.5, 0.0)) << "in the control step after the next";
  (void)read(6);
  std::vector<double> done;
  for (const Point action : robot_.actions()) done.push_back(action.x);
  EXPECT_EQ(done, (std::vector{0.5, 0.25, 0.25, 0.25, -0.5, -0.5}));
}

TEST_F(MazeRobotTest, NothingMovesBeforeTheFirstCommand) {
  EXPECT_EQ(read(7).state[0], 0.0);
  EXPECT_EQ(robot_.steps(), 7);
}

TEST_F(MazeRobotTest, ActionsAreClippedAndWhatIsNoNumberIsRefused) {
  (void)read(0);
  EXPECT_TRUE(write(0, 4.0, 0.0));
  (void)read(1);
  EXPECT_EQ(robot_.actions()[0].x, 1.0);
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_FALSE(write(1, bad, 0.0)) << bad;
    EXPECT_FALSE(write(1, 0.0, bad)) << bad;
  }
  EXPECT_FALSE(robot_.write({.tick = 1}));
  (void)read(2);
  EXPECT_EQ(robot_.actions()[1].x, 1.0) << "the last action is kept";
}

TEST_F(MazeRobotTest, ItIsDoneWithinOneOfTheGoal) {
  (void)read(0);
  EXPECT_TRUE(write(0, 1.0, 0.0));
  (void)read(14);
  EXPECT_FALSE(robot_.succeeded()) << "1.2 from it";
  (void)read(60);
  EXPECT_TRUE(robot_.succeeded());
  EXPECT_TRUE(robot_.done());
  EXPECT_LE(robot_.steps(), 16) << "and nothing moves any more";
  EXPECT_LE(distance(robot_.path().back(), robot_.goal()), kReached);
}

TEST_F(MazeRobotTest, ItIsDoneWhenItsControlStepsAreOver) {
  (void)read(1000);
  EXPECT_EQ(robot_.steps(), 100);
  EXPECT_TRUE(robot_.done());
  EXPECT_FALSE(robot_.succeeded());
}

TEST(MazeRobot, AGoalInATeleportIsReachedBeforeItIsLeft) {
  const Maze& teleport = *find_maze("teleport");
  const Point in = centre_of(teleport.ways_in[0]);
  MazeRobot robot(teleport, {{in.x, in.y - 1.1}, in}, {});
  EXPECT_TRUE(robot.write({.tick = 0, .action = std::array{0.0, 1.0}}));
  std::array<double, 2> state{};
  std::array<bool, 2> seen{};
  ripen::Observation observation;
  observation.state = state;
  observation.seen = seen;
  EXPECT_TRUE(robot.read(1, observation));
  EXPECT_TRUE(robot.succeeded());
  EXPECT_NEAR(state[1], in.y - 0.9, 1e-12) << "as it is seen before it is put elsewhere";
}

}  // namespace
}  // namespace maze
