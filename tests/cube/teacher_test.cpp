#include "cube_solver/teacher.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "cube_solver/facelets.hpp"

namespace ripen::cube {
namespace {

const Teacher& teacher() {
  static const Teacher shared;
  return shared;
}

TEST(Teacher, TablesHaveTheKnownSizes) {
  EXPECT_EQ(teacher().cosets(0), 2048U);
  EXPECT_EQ(teacher().cosets(1), 1082565U);
  EXPECT_EQ(teacher().cosets(2), 29400U);
  EXPECT_EQ(teacher().cosets(3), 663552U);
}

TEST(Teacher, SolvedCubeHolds) {
  EXPECT_EQ(teacher().phase(Cube()), 4);
  EXPECT_EQ(teacher().distance(Cube()), 0);
  EXPECT_EQ(teacher().good_moves(Cube()), 1U << kHold);
}

TEST(Teacher, OneTurnIsUndoneInOne) {
  for (int move = 0; move < kTurns; ++move) {
    Cube cube;
    cube.apply(static_cast<Move>(move));
    EXPECT_EQ(teacher().distance(cube), 1) << move;
    EXPECT_TRUE(teacher().good_moves(cube) >> inverse(static_cast<Move>(move)) & 1U) << move;
  }
}

TEST(Teacher, SolvesRandomCubesInTheKnownNumberOfTurns) {
  const int cubes = 2000;
  Random random(9);
  double phase_sum[5] = {};
  int worst = 0;
  for (int i = 0; i < cubes; ++i) {
    const Cube start = random_cube(random);
    Cube cube = start;
    int turns = 0;
    for (; !cube.is_solved() && turns < 50; ++turns) {
      const int phase = teacher().phase(cube);
      const int distance = teacher().distance(cube);
      // Every move it calls good must do what it promises.
      std::uint32_t good = teacher().good_moves(cube);
      int chosen = random.below(std::popcount(good));
      Cube after = cube;
      for (; good != 0; good &= good - 1, --chosen) {
        Cube turned = cube;
        turned.apply(static_cast<Move>(std::countr_zero(good)));
        ASSERT_TRUE(distance == 1 ? teacher().phase(turned) > phase
                                  : teacher().phase(turned) == phase && teacher().distance(turned) == distance - 1)
            << to_facelets(start) << " after " << turns;
        if (chosen == 0) after = turned;
      }
      cube = after;
      ++phase_sum[phase];
    }
    ASSERT_TRUE(cube.is_solved()) << to_facelets(start);
    worst = std::max(worst, turns);
  }
  EXPECT_LE(worst, 45);
  EXPECT_NEAR(phase_sum[0] / cubes, 4.6, 0.15);
  EXPECT_NEAR(phase_sum[1] / cubes, 7.8, 0.15);
  EXPECT_NEAR(phase_sum[2] / cubes, 8.8, 0.15);
  EXPECT_NEAR(phase_sum[3] / cubes, 10.1, 0.2);
}

}  // namespace
}  // namespace ripen::cube
