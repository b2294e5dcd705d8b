// The data, against what is known of the published ones.

#include "maze/episodes.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace maze {
namespace {

/// Mean and deviation of many values.
class Moments {
 public:
  void add(double value) {
    ++count_;
    sum_ += value;
    squares_ += value * value;
  }
  [[nodiscard]] double mean() const { return sum_ / count_; }
  [[nodiscard]] double deviation() const { return std::sqrt(squares_ / count_ - mean() * mean()); }

 private:
  double count_ = 0.0, sum_ = 0.0, squares_ = 0.0;
};

/// Published means and deviations of a dataset (the MCTD repository, a6f2402, datasets/offline_rl/og_maze2d.py).
struct Published {
  const char* maze;
  Data data;
  Point mean, deviation, speed_deviation, action_deviation;
};

class Episodes : public testing::TestWithParam<Published> {};

TEST_P(Episodes, AreLikeThePublishedOnes) {
  const Published& published = GetParam();
  const Maze& maze = *find_maze(published.maze);
  Moments x, y, speed_x, speed_y, action_x, action_y;
  std::int64_t steps = 0, contacts = 0;
  for (const Episode& episode : make_episodes(maze, published.data, 1)) {
    ASSERT_EQ(episode.positions.size(), episode.actions.size() + 1);
    for (std::size_t i = 0; i < episode.actions.size(); ++i) {
      const Point p = episode.positions[i], next = episode.positions[i + 1], action = episode.actions[i];
      x.add(p.x);
      y.add(p.y);
      action_x.add(action.x);
      action_y.add(action.y);
      if (is_in_teleport(maze, p)) continue;
      // By how much a wall pushed it out, and the speed that this leaves it with for an instant.
      constexpr double kSpeed = 9.2571 / 0.82278;
      const Point pushed{next.x - p.x - kStride * action.x, next.y - p.y - kStride * action.y};
      speed_x.add(kSpeed * pushed.x);
      speed_y.add(kSpeed * pushed.y);
      ++steps;
      contacts += distance(pushed, {}) > 1e-9 ? 1 : 0;
    }
  }
  const auto near = [](double value, double expected, double part) {
    return std::abs(value - expected) <= part * expected;
  };
  EXPECT_TRUE(near(action_x.deviation(), published.action_deviation.x, 0.003)) << action_x.deviation();
  EXPECT_TRUE(near(action_y.deviation(), published.action_deviation.y, 0.003)) << action_y.deviation();
  EXPECT_TRUE(near(x.mean(), published.mean.x, 0.03)) << x.mean();
  EXPECT_TRUE(near(y.mean(), published.mean.y, 0.03)) << y.mean();
  EXPECT_TRUE(near(x.deviation(), published.deviation.x, 0.03)) << x.deviation();
  EXPECT_TRUE(near(y.deviation(), published.deviation.y, 0.03)) << y.deviation();
  // Few steps touch a wall: from seed to seed these differ by a twelfth.
  EXPECT_TRUE(near(speed_x.deviation(), published.speed_deviation.x, 0.15)) << speed_x.deviation();
  EXPECT_TRUE(near(speed_y.deviation(), published.speed_deviation.y, 0.15)) << speed_y.deviation();
  const double share = static_cast<double>(contacts) / static_cast<double>(steps);
  EXPECT_GE(share, 0.0015) << share;
  EXPECT_LE(share, 0.0065) << share;
}

INSTANTIATE_TEST_SUITE_P(
    OfOGBench, Episodes,
    testing::Values(
        Published{"medium", Data::kNavigate, {10.23, 9.57}, {5.834, 5.194}, {0.0395, 0.0393}, {0.7053, 0.7002}},
        Published{"medium", Data::kStitch, {9.56, 10.34}, {5.791, 5.056}, {0.0265, 0.0255}, {0.7089, 0.7083}},
        Published{"large", Data::kNavigate, {16.90, 11.01}, {10.278, 7.008}, {0.0349, 0.0347}, {0.7073, 0.6887}},
        Published{"large", Data::kStitch, {18.23, 10.93}, {11.593, 7.239}, {0.0268, 0.0250}, {0.7041, 0.7093}},
        Published{"giant", Data::kNavigate, {25.19, 17.32}, {14.725, 11.649}, {0.0403, 0.0386}, {0.7028, 0.6977}},
        Published{"giant", Data::kStitch, {26.12, 17.93}, {16.770, 11.946}, {0.0251, 0.0247}, {0.7080, 0.7056}},
        Published{"teleport", Data::kNavigate, {19.77, 5.74}, {9.972, 6.441}, {0.0282, 0.0278}, {0.7106, 0.6963}},
        Published{"teleport", Data::kStitch, {20.53, 9.82}, {11.406, 7.510}, {0.0233, 0.0222}, {0.6944, 0.7118}}),
    [](const auto& of) {
      return std::string(of.param.maze) + (of.param.data == Data::kNavigate ? "Navigate" : "Stitch");
    });

TEST(EpisodesOfSeeds, AreTheSameAgain) {
  const Maze& maze = *find_maze("teleport");
  const auto one = make_episodes(maze, Data::kStitch, 5, 3), other = make_episodes(maze, Data::kStitch, 5, 3),
             third = make_episodes(maze, Data::kStitch, 6, 3);
  ASSERT_EQ(one.size(), 3U);
  EXPECT_EQ(one[2].positions.back().x, other[2].positions.back().x);
  EXPECT_NE(one[2].positions.back().x, third[2].positions.back().x);
  for (const Episode& episode : one) {
    for (const Point action : episode.actions) EXPECT_LE(std::max(std::abs(action.x), std::abs(action.y)), 1.0);
  }
}

}  // namespace
}  // namespace maze
