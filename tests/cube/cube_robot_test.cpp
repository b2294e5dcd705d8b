#include "cube_solver/cube_robot.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include "cube_solver/tokens.hpp"

namespace ripen::cube {
namespace {

using namespace std::chrono_literals;

constexpr double kUndecided = std::numeric_limits<double>::quiet_NaN();

/// Plays the loop's part: one read and one write per tick.
class Rig {
 public:
  explicit Rig(const CubeRobotOptions& options, const Cube& start = Cube()) : robot(start, options) {
    observation.state = state;
  }

  void read(std::int64_t tick) { ASSERT_TRUE(robot.read(tick, observation)); }

  bool write(std::int64_t tick, std::int64_t step, double action, double next = kUndecided) {
    return robot.write({.tick = tick, .step = step, .action = std::span(&action, 1), .next = std::span(&next, 1)});
  }

  /// Commands the moves as steps 0, 1, ... without telling the next one, until all are done; returns the tick.
  std::int64_t play(const std::vector<Move>& moves, std::int64_t max_ticks = 1000000) {
    for (std::int64_t tick = 0; tick < max_ticks; ++tick) {
      read(tick);
      const auto begun = static_cast<std::size_t>(observation.steps_begun);
      if (observation.steps_done == std::ssize(moves) && robot.aligned()) return tick;
      write(tick, observation.steps_begun, begun < moves.size() ? moves[begun] : kHold);
    }
    return -1;
  }

  std::array<double, kCubies> state{};
  Observation observation;
  CubeRobot robot;
};

TEST(CubeRobot, TurnsTakeTheirTimeRoundedUpToTicks) {
  const auto ticks = [](std::chrono::nanoseconds tick, Move move) {
    Rig rig({.tick = tick});
    return rig.play({move});
  };
  EXPECT_EQ(ticks(5ms, kR1), 8);
  EXPECT_EQ(ticks(5ms, kR3), 8);
  EXPECT_EQ(ticks(5ms, kR2), 12);
  EXPECT_EQ(ticks(1ms, kR1), 40);
  EXPECT_EQ(ticks(7ms, kR1), 6);  // 40 / 7 = 5.7
  EXPECT_EQ(ticks(7ms, kR2), 9);  // 60 / 7 = 8.6
  EXPECT_EQ(ticks(100ms, kR2), 1);
}

TEST(CubeRobot, TurnsFollowWithoutAPauseAndDoWhatTheySay) {
  const std::vector<Move> moves = {kR1, kU2, kF3, kU1};
  Rig rig({});
  EXPECT_EQ(rig.play(moves), 8 + 12 + 8 + 8);
  Cube expected;
  expected.apply(moves);
  EXPECT_EQ(rig.robot.cube(), expected);
  ASSERT_EQ(rig.robot.turns().size(), 4U);
  const std::int64_t begins[] = {0, 8, 20, 28};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(rig.robot.turns()[i].move, moves[i]);
    EXPECT_EQ(rig.robot.turns()[i].tick, begins[i]);
    EXPECT_FALSE(rig.robot.turns()[i].by_world);
  }
}

TEST(CubeRobot, OppositeFacesBeginTogetherWhenToldOfBoth) {
  Rig rig({});
  rig.read(0);
  rig.write(0, 0, kU2, kD1);
  rig.read(8);
  EXPECT_EQ(rig.observation.steps_begun, 2);
  EXPECT_EQ(rig.observation.steps_done, 0) << "D is done, but U comes first";
  rig.write(8, 2, kR1);
  rig.read(12);
  EXPECT_EQ(rig.observation.steps_begun, 2) << "R had to wait for U";
  EXPECT_EQ(rig.observation.steps_done, 2);
  Cube expected;
  expected.apply(kU2);
  expected.apply(kD1);
  EXPECT_EQ(rig.robot.cube(), expected);
}

TEST(CubeRobot, AnOppositeFaceMayJoinLater) {
  Rig rig({});
  rig.read(0);
  rig.write(0, 0, kL1);
  rig.read(3);
  rig.write(3, 1, kR2);
  rig.read(4);
  EXPECT_EQ(rig.observation.steps_begun, 2);
  rig.read(8);
  EXPECT_EQ(rig.observation.steps_done, 1);
  EXPECT_FALSE(rig.robot.aligned());
  rig.read(15);
  EXPECT_EQ(rig.observation.steps_done, 2);
  EXPECT_TRUE(rig.robot.aligned());
}

TEST(CubeRobot, OtherFacesWaitUntilAligned) {
  Rig rig({});
  rig.read(0);
  rig.write(0, 0, kU1, kR1);  // not opposite, so the second does not begin
  for (std::int64_t tick = 1; tick < 8; ++tick) {
    rig.read(tick);
    EXPECT_EQ(rig.observation.steps_begun, 1) << tick;
    rig.write(tick, 1, tick % 2 == 0 ? kR1 : kU1);  // neither another axis nor the same face
  }
  rig.read(8);
  EXPECT_EQ(rig.observation.steps_done, 1);
  rig.write(8, 1, kR1);
  rig.read(9);
  EXPECT_EQ(rig.observation.steps_begun, 2);
}

TEST(CubeRobot, HoldAndOtherStepsBeginNothing) {
  Rig rig({});
  rig.read(0);
  EXPECT_TRUE(rig.write(0, 0, kHold, kU1));
  EXPECT_TRUE(rig.write(0, 1, kU1));
  EXPECT_TRUE(rig.write(0, -1, kU1));
  rig.read(1);
  EXPECT_EQ(rig.observation.steps_begun, 0);
  rig.write(1, 0, kU1);
  rig.read(9);
  rig.write(9, 0, kU1);  // begun already
  rig.read(30);
  EXPECT_EQ(rig.observation.steps_begun, 1);
  EXPECT_EQ(rig.observation.steps_done, 1);
}

TEST(CubeRobot, RefusesWhatIsNoMove) {
  Rig rig({});
  rig.read(0);
  for (const double action : {-1.0, 19.0, 0.5, kUndecided, 1e300, -std::numeric_limits<double>::infinity()}) {
    EXPECT_FALSE(rig.write(0, 0, action)) << action;
  }
  EXPECT_FALSE(rig.robot.write({.tick = 0, .step = 0, .action = {}, .next = {}}));
  EXPECT_TRUE(rig.robot.aligned());
}

TEST(CubeRobot, StatesArriveLateWithTheStepTheyWereSensedIn) {
  const int latency = 3;
  Rig rig({.sensor_latency_ticks = latency});
  std::vector<std::int64_t> fresh;
  for (std::int64_t tick = 0; tick < 30; ++tick) {
    rig.read(tick);
    if (tick == 0) rig.write(tick, 0, kR1);
    if (tick == 10) rig.write(tick, 1, kU1);
    if (!rig.observation.fresh) continue;
    fresh.push_back(tick);
    const std::int64_t sensed = tick - latency;
    EXPECT_EQ(rig.observation.state_step, sensed >= 18 ? 2 : sensed >= 8 ? 1 : 0) << tick;
    Cube expected;
    if (sensed >= 8) expected.apply(kR1);
    if (sensed >= 18) expected.apply(kU1);
    for (std::size_t i = 0; i < kCubies; ++i) EXPECT_EQ(rig.state[i], expected.places[i]) << tick;
  }
  // Sensed at rest: in ticks 0, 8 to 10, and from 18 on.
  EXPECT_EQ(fresh, (std::vector<std::int64_t>{3, 11, 12, 13, 21, 22, 23, 24, 25, 26, 27, 28, 29}));
}

TEST(CubeRobot, MissedTicksLoseNoState) {
  Rig rig({.sensor_latency_ticks = 1});
  rig.read(0);
  rig.write(0, 0, kR1);
  rig.read(20);  // the loop slept
  EXPECT_TRUE(rig.observation.fresh);
  EXPECT_EQ(rig.observation.state_step, 1);
  EXPECT_EQ(rig.observation.steps_done, 1);
}

/// A long dance whose turns never join: U R U R ...
std::vector<Move> dance(int turns) {
  std::vector<Move> moves;
  for (int i = 0; i < turns; ++i) moves.push_back(i % 2 == 0 ? kU1 : kR1);
  return moves;
}

/// Standard deviations that a count lies away from its expectation.
double deviation(int count, int trials, double rate) {
  return std::abs(count - trials * rate) / std::sqrt(trials * rate * (1.0 - rate));
}

TEST(CubeRobot, SlippedTurnsTakeTimeButTurnNothing) {
  Rig always({.slip_rate = 1.0});
  EXPECT_EQ(always.play({kR1, kU2}), 20);
  EXPECT_TRUE(always.robot.solved());
  EXPECT_TRUE(always.robot.turns()[0].slipped);

  const int turns = 4000;
  Rig rig({.slip_rate = 0.05, .seed = 3, .log_turns = turns});
  rig.play(dance(turns));
  int slipped = 0;
  Cube expected;
  for (const LoggedTurn& turn : rig.robot.turns()) {
    slipped += turn.slipped ? 1 : 0;
    if (!turn.slipped) expected.apply(turn.move);
  }
  EXPECT_LT(deviation(slipped, turns, 0.05), 4.0) << slipped;
  EXPECT_EQ(rig.robot.cube(), expected);
}

TEST(CubeRobot, TheWorldTurnsFacesAndTheRobotWaits) {
  const int turns = 4000;
  Rig rig({.disturb_rate = 0.05, .seed = 4, .log_turns = 2 * turns});
  const std::int64_t ticks = rig.play(dance(turns));
  EXPECT_EQ(rig.observation.steps_done, turns) << "the world's turns are no steps";
  int by_world = 0;
  std::int64_t time = 0;
  std::array<int, kTurns> moves{};
  Cube expected;
  for (const LoggedTurn& turn : rig.robot.turns()) {
    EXPECT_EQ(turn.tick, time) << "every turn begins when the one before ends";
    time += quarters_of(turn.move) == 2 ? 12 : 8;
    expected.apply(turn.move);
    if (!turn.by_world) continue;
    ++by_world;
    ++moves[turn.move];
  }
  EXPECT_EQ(ticks, time);
  EXPECT_EQ(rig.robot.cube(), expected);
  EXPECT_LT(deviation(by_world, turns, 0.05), 4.0) << by_world;
  for (int move = 0; move < kTurns; ++move) EXPECT_GT(moves[static_cast<std::size_t>(move)], 0) << move;
}

TEST(CubeRobot, TheWorldWaitsForBothOppositeFaces) {
  Rig rig({.disturb_rate = 1.0});
  rig.read(0);
  rig.write(0, 0, kU2, kD1);
  rig.read(9);  // D has finished, U has not
  rig.write(9, 2, kD1);
  EXPECT_EQ(rig.robot.turns().size(), 2U);
  for (std::int64_t tick = 10; rig.robot.turns().size() < 5 && tick < 60; ++tick) {
    rig.read(tick);
    rig.write(tick, 2, kR1);
  }
  const std::span<const LoggedTurn> log = rig.robot.turns();
  ASSERT_EQ(log.size(), 5U);
  EXPECT_TRUE(log[2].by_world && log[3].by_world && !log[4].by_world);
  EXPECT_EQ(log[2].tick, 12);
  EXPECT_EQ(rig.observation.steps_done, 2);
}

TEST(CubeRobot, DroppedStatesAreLost) {
  const int ticks = 4000;
  Rig rig({.drop_rate = 0.2, .seed = 5});
  int lost = 0;
  for (std::int64_t tick = 0; tick < ticks; ++tick) {
    rig.read(tick);
    lost += rig.observation.fresh ? 0 : 1;
  }
  EXPECT_LT(deviation(lost, ticks, 0.2), 4.0) << lost;
}

TEST(CubeRobot, FaultsDependOnTheSeedNotOnTiming) {
  const auto faults = [](std::chrono::nanoseconds tick, std::uint64_t seed) {
    Rig rig({.tick = tick, .slip_rate = 0.1, .disturb_rate = 0.1, .seed = seed});
    rig.play(dance(200));
    std::vector<int> log;
    for (const LoggedTurn& turn : rig.robot.turns()) log.push_back(turn.move * 4 + turn.by_world * 2 + turn.slipped);
    return log;
  };
  EXPECT_EQ(faults(5ms, 8), faults(5ms, 8));
  EXPECT_EQ(faults(5ms, 8), faults(1ms, 8));
  EXPECT_NE(faults(5ms, 8), faults(5ms, 9));
}

TEST(CubeRobot, MotorsSpeedUpAndSlowDown) {
  Rig rig({});
  rig.read(0);
  rig.write(0, 0, kU2, kD3);
  const double right = std::numbers::pi / 2.0;
  EXPECT_NEAR(rig.robot.angle(kFaceU, 0ms), 0.0, 1e-12);
  EXPECT_NEAR(rig.robot.angle(kFaceU, 15ms), right / 4.0, 1e-12);  // a quarter of the time, an eighth of the way
  EXPECT_NEAR(rig.robot.angle(kFaceU, 30ms), right, 1e-12);
  EXPECT_NEAR(rig.robot.angle(kFaceU, 60ms), 2.0 * right, 1e-12);
  EXPECT_NEAR(rig.robot.angle(kFaceD, 40ms), -right, 1e-12);
  EXPECT_EQ(rig.robot.angle(kFaceR, 20ms), 0.0);
  rig.read(12);
  EXPECT_EQ(rig.robot.angle(kFaceU, 60ms), 0.0) << "aligned again";
}

TEST(CubeRobot, TheLogKeepsTheFirstTurns) {
  Rig rig({.log_turns = 3});
  rig.play(dance(10));
  EXPECT_EQ(rig.robot.turns().size(), 3U);
  EXPECT_EQ(rig.robot.turns()[2].tick, 16);
}

TEST(CubeRobot, RefusesOptionsThatMakeNoSense) {
  const CubeRobotOptions bad{
      .tick = 0ms, .half_turn = -1ms, .sensor_latency_ticks = -1, .slip_rate = 1.5, .disturb_rate = kUndecided};
  const std::string problems = bad.validate();
  for (const char* field : {"tick is 0", "half_turn", "sensor_latency_ticks", "slip_rate", "disturb_rate"}) {
    EXPECT_NE(problems.find(field), std::string::npos) << field << " not in\n" << problems;
  }
  EXPECT_EQ(CubeRobotOptions().validate(), "");
  EXPECT_THROW(CubeRobot(Cube(), bad), std::invalid_argument);
  Cube twisted;
  twisted.places[0] = 1;
  EXPECT_THROW(CubeRobot(twisted, {}), std::invalid_argument);
}

}  // namespace
}  // namespace ripen::cube
