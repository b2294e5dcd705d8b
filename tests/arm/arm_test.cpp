#include "arm/arm.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace arm {
namespace {

/// Lets the expert drive, asked in every tick.
void drive(Robot& robot) {
  Point target = robot.target;
  Expert expert(target);
  while (robot.tick < kEpisodeTicks) {
    if (distance(target, robot.target) > 0.0) expert = Expert(target = robot.target);
    robot.move(expert.ahead(robot.joints, kReach));
  }
}

TEST(Arm, StandsWhereItsPosturesSay) {
  ripen::Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const Joints q = random_posture(random);
    EXPECT_NEAR(distance(elbow_of(q), tip_of(q)), kFore, 1e-12);
    EXPECT_GE(clearance(q), 1.25 * kMargin);
    const auto postures = postures_at(tip_of(q));
    ASSERT_FALSE(postures.empty()) << q.shoulder << ' ' << q.elbow;
    double nearest = 10.0;
    for (const Joints found : postures) {
      EXPECT_LT(distance(tip_of(found), tip_of(q)), 1e-9);
      nearest = std::min(nearest, distance(found, q));
    }
    EXPECT_LT(nearest, 1e-6) << q.shoulder << ' ' << q.elbow;
  }
}

TEST(Arm, ServosReachWhatIsSentWithoutOvershoot) {
  Robot robot(1, false, 100.0, 101.0);
  const Joints from = robot.joints, to{std::clamp(from.shoulder + 0.3, kLow.shoulder, kHigh.shoulder), from.elbow};
  double farthest = 0.0;
  for (int i = 0; i < 400; ++i) {
    const double before = robot.joints.shoulder;
    robot.move(to);
    EXPECT_LE(std::abs(robot.joints.shoulder - before), 3.0 * kTick + 1e-12);
    farthest = std::max(farthest, robot.joints.shoulder);
  }
  EXPECT_NEAR(robot.joints.shoulder, to.shoulder, 1e-6);
  EXPECT_LT(farthest, to.shoulder + 1e-3);
}

TEST(Arm, ATouchIsSeenAndNeverForgotten) {
  Robot robot(1, false, 100.0, 101.0);
  const Joints away = robot.joints, at_disc{std::atan2(kDisc.y, kDisc.x), 0.0};
  ASSERT_LT(clearance(at_disc), 0.0);
  for (int i = 0; i < 600; ++i) robot.move(at_disc);
  for (int i = 0; i < 600; ++i) robot.move(away);
  EXPECT_TRUE(robot.touched);
}

TEST(Arm, TheTargetJumpsOnceAndOnePushThrowsTheJointsOff) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Robot robot(seed);
    const Joints held = robot.joints;
    int jumps = 0, pushes = 0;
    Point target = robot.target;
    Joints last = held;
    while (robot.tick < kEpisodeTicks) {
      robot.move(held);
      if (distance(target, robot.target) > 0.0) ++jumps;
      if (distance(last, robot.joints) > 0.02 && robot.tick > 1) ++pushes;
      target = robot.target;
      last = robot.joints;
    }
    EXPECT_EQ(jumps, 1) << "seed " << seed;
    EXPECT_LE(pushes, 1) << "seed " << seed;
    EXPECT_FALSE(robot.touched) << "seed " << seed;
    EXPECT_LT(distance(held, robot.joints), 1e-6) << "seed " << seed;
  }
}

TEST(Expert, SolvesEveryEpisode) {
  for (std::uint64_t seed = 500000; seed < 500020; ++seed) {
    Robot robot(seed);
    drive(robot);
    EXPECT_FALSE(robot.touched) << "seed " << seed;
    EXPECT_GE(robot.arrived, 0) << "seed " << seed;
    EXPECT_LT(robot.error(), 1e-4) << "seed " << seed;
  }
}

TEST(Expert, DemonstrationsRestAtTheTarget) {
  int resting = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (const Shown& shown : demonstration(seed)) {
      ++all;
      resting += shown.to_goal < 0.3 ? 1 : 0;
    }
  }
  EXPECT_GT(resting, all / 4);
}

TEST(Program, TheShippedModelSolvesMost) {
  const std::string json = testing::TempDir() + "arm.json";
  const std::string command = std::string(RIPEN_ARM) + " --random 20 --seed 500000 --virtual-time --json " + json;
  EXPECT_NE(std::system(command.c_str()), -1);
  const std::string count = "test $(grep -c '\"succeeded\":true' " + json + ") -ge 18";
  EXPECT_EQ(std::system(count.c_str()), 0);
  std::filesystem::remove(json);
}

}  // namespace
}  // namespace arm
