#include "06_robot_behind_udp/udp_robot.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>

namespace carriage {
namespace {

TEST(NewestTest, TakesEachMessageOnceAndInOrder) {
  Newest newest;
  EXPECT_EQ(newest.session(), 0U);
  EXPECT_TRUE(newest.take({.session = 7, .sequence = 1}));
  EXPECT_FALSE(newest.take({.session = 7, .sequence = 1})) << "a copy";
  EXPECT_TRUE(newest.take({.session = 7, .sequence = 4})) << "two were lost";
  EXPECT_FALSE(newest.take({.session = 7, .sequence = 3})) << "a straggler";
  EXPECT_EQ(newest.session(), 7U);
}

TEST(NewestTest, HearsASenderThatWasRestartedAtOnceAndNotItsLastLife) {
  Newest newest;
  EXPECT_TRUE(newest.take({.session = 7, .sequence = 1000}));
  EXPECT_TRUE(newest.take({.session = 5, .sequence = 1})) << "its clock was set back";
  EXPECT_FALSE(newest.take({.session = 7, .sequence = 1001})) << "still under way";
  EXPECT_TRUE(newest.take({.session = 5, .sequence = 2}));
  EXPECT_TRUE(newest.take({.session = 9, .sequence = 1}));
  EXPECT_EQ(newest.session(), 9U);
}

/// A plant's end of the wire.
class Plant {
 public:
  Plant(const UdpRobot& robot, std::uint64_t session) : state_{.at_rest = 1, .origin = {.session = session}} {
    socket_.set_peer(robot.port());
  }
  void send(double position, std::int64_t steps) {
    ++state_.origin.sequence;
    state_.position = position;
    state_.steps_begun = state_.steps_done = steps;
    ASSERT_TRUE(socket_.send(state_));
  }
  /// Whether a command arrived that is for this life of the plant.
  bool hears() {
    bool mine = false;
    for (CommandMessage command; socket_.receive(command);) mine = command.to == state_.origin.session;
    return mine;
  }

 private:
  Socket socket_;
  StateMessage state_;
};

class UdpRobotTest : public testing::Test {
 protected:
  [[nodiscard]] bool read() { return robot_.read(0, observation_); }
  void write() { ASSERT_TRUE(robot_.write({.action = action_})); }

  UdpRobot robot_;
  std::array<double, 1> state_{}, action_{1.0};
  ripen::Observation observation_{.state = state_};
};

TEST_F(UdpRobotTest, TheNewestStateIsRead) {
  Plant plant(robot_, 1);
  EXPECT_FALSE(read());
  plant.send(0.2, 0);
  plant.send(0.3, 2);
  ASSERT_TRUE(read());
  EXPECT_EQ(state_[0], 0.3);
  EXPECT_EQ(observation_.steps_done, 2);
  EXPECT_FALSE(read()) << "nothing newer";
  write();
  EXPECT_TRUE(plant.hears());
}

TEST_F(UdpRobotTest, APlantThatWasRestartedIsHeardOnceItIsAdopted) {
  Plant before(robot_, 1), after(robot_, 2);
  for (int step = 0; step < 100; ++step) before.send(0.01 * step, step);
  ASSERT_TRUE(read());
  after.send(0.2, 0);
  EXPECT_FALSE(read()) << "its steps are not those that the plan counts";
  write();
  EXPECT_FALSE(after.hears()) << "what was meant for the old plant is not the new one's";

  robot_.adopt();
  after.send(0.25, 1);
  ASSERT_TRUE(read());
  EXPECT_EQ(state_[0], 0.25);
  EXPECT_EQ(observation_.steps_done, 1);
  before.send(9.0, 100);
  EXPECT_FALSE(read()) << "still under way";
  write();
  EXPECT_TRUE(after.hears());
}

TEST_F(UdpRobotTest, APositionThatIsNotFiniteIsNotRead) {
  Plant plant(robot_, 1);
  plant.send(std::nan(""), 0);
  EXPECT_FALSE(read());
}

}  // namespace
}  // namespace carriage
