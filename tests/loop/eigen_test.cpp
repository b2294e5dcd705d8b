#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "ripen/eigen/vectors.hpp"
#include "ripen/robot.hpp"

namespace ripen {
namespace {

TEST(EigenTest, AVectorIsTheObservationsOwnMemory) {
  std::array<double, 3> state{};
  const Observation observation{.state = state};
  as_vector(observation.state) = Eigen::Vector3d(1.0, 2.0, 3.0) * 2.0;
  EXPECT_EQ(state, (std::array{2.0, 4.0, 6.0}));
  const Command command{.action = state};
  EXPECT_EQ(as_vector(command.action).sum(), 12.0);
}

TEST(EigenTest, NanIsAChannelOfWhichATaskSaysNothing) {
  const Task task{.goal = channel_values(Eigen::Vector3d(0.5, NAN, -1.0))};
  EXPECT_EQ(task.goal, (std::vector<ChannelValue>{0.5, {}, -1.0}));
}

}  // namespace
}  // namespace ripen
