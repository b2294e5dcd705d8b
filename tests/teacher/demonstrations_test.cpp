#include "cube_solver/teacher/demonstrations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "cube_solver/facelets.hpp"
#include "teacher/shared_teacher.hpp"

namespace ripen::cube {
namespace {

const Demonstrations& demonstrations() {
  static const Demonstrations shared(teacher());
  return shared;
}

Cube cube_at(const train::Trajectory& trajectory, int step) {
  const auto slots = static_cast<std::size_t>(demonstrations().layout().slots());
  Cube cube;
  EXPECT_TRUE(from_tokens(std::span(trajectory.tokens).subspan(static_cast<std::size_t>(step) * slots, kCubies), cube));
  return cube;
}

int cubies_at_home(const Cube& cube) {
  int home = 0;
  for (std::size_t i = 0; i < kCubies; ++i) home += cube.places[i] == Cube().places[i] ? 1 : 0;
  return home;
}

TEST(Demonstrations, EachStepIsAGoodOneAndCountsDownToTheGoal) {
  const auto slots = static_cast<std::size_t>(demonstrations().layout().slots());
  train::Trajectory made;
  for (std::uint64_t number = 0; number < 300; ++number) {
    demonstrations().make(number, made);
    ASSERT_EQ(made.tokens.size(), slots * static_cast<std::size_t>(made.steps));
    for (int step = 0; step < made.steps; ++step) {
      const auto i = static_cast<std::size_t>(step);
      Cube cube = cube_at(made, step);
      const auto move = static_cast<Move>(made.tokens[i * slots + kCubies]);
      ASSERT_TRUE(made.good_actions[i] >> move & 1U) << "trajectory " << number << " step " << step;
      ASSERT_EQ(made.to_goal[i] == 0.0F, cube.is_solved()) << to_facelets(cube);
      ASSERT_EQ(move == kHold, cube.is_solved()) << to_facelets(cube);
      if (step + 1 == made.steps) break;
      cube.apply(move);
      ASSERT_EQ(cube, cube_at(made, step + 1)) << "trajectory " << number << " step " << step;
      ASSERT_EQ(made.to_goal[i + 1], std::max(0.0F, made.to_goal[i] - 1))
          << "trajectory " << number << " step " << step;
    }
    EXPECT_TRUE(cube_at(made, made.steps - 1).is_solved()) << "trajectory " << number;
  }
}

TEST(Demonstrations, BeginFromRandomCubesAndFromOnesThatLookNearlyDone) {
  // Of a random cube less than one cubie is at home, on average; ten of them in one of 50 million.
  int scattered = 0, nearly_done = 0, nearly_done_but_far = 0;
  train::Trajectory made;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    demonstrations().make(number, made);
    const int home = cubies_at_home(cube_at(made, 0));
    scattered += home <= 3 ? 1 : 0;
    nearly_done += home >= 10 ? 1 : 0;
    nearly_done_but_far += home >= 10 && made.to_goal[0] >= 12 ? 1 : 0;
  }
  EXPECT_GT(scattered, 500);
  EXPECT_GT(nearly_done, 100);
  EXPECT_GT(nearly_done_but_far, 50);
}

TEST(Demonstrations, ANumberAlwaysGivesTheSame) {
  train::Trajectory first, again;
  demonstrations().make(7, first);
  demonstrations().make(8, again);
  EXPECT_NE(first.tokens, again.tokens);
  demonstrations().make(7, again);
  EXPECT_EQ(first.tokens, again.tokens);
  EXPECT_EQ(first.to_goal, again.to_goal);
}

}  // namespace
}  // namespace ripen::cube
