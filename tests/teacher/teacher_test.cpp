#include "cube_solver/teacher/teacher.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <set>
#include <vector>

#include "cube_solver/facelets.hpp"
#include "teacher/shared_teacher.hpp"

namespace ripen::cube {
namespace {

TEST(Teacher, SolvedCubeHolds) {
  const auto [phase, distance, good] = teacher().advise(Cube());
  EXPECT_EQ(phase, 2);
  EXPECT_EQ(distance, 0);
  EXPECT_EQ(good, 1U << kHold);
}

TEST(Teacher, OneTurnIsUndoneInOne) {
  for (int move = 0; move < kTurns; ++move) {
    Cube cube;
    cube.apply(static_cast<Move>(move));
    const auto [phase, distance, good] = teacher().advise(cube);
    EXPECT_EQ(phase, static_cast<int>(kDominoMoves >> move & 1U)) << move;
    EXPECT_EQ(distance, 1) << move;
    EXPECT_TRUE(good >> inverse(static_cast<Move>(move)) & 1U) << move;
  }
}

TEST(Teacher, NoShorterWayIsFoundThanItsDistance) {
  // Every cube that four turns reach, by depth-first search.
  const auto search = [](const auto& self, const Cube& cube, int turns, int last_face) -> void {
    const auto [phase, distance, good] = teacher().advise(cube);
    ASSERT_LE(distance, turns) << to_facelets(cube);
    if (turns == 4) return;
    for (int move = 0; move < kTurns; ++move) {
      if (face_of(static_cast<Move>(move)) == last_face) continue;
      Cube turned = cube;
      turned.apply(static_cast<Move>(move));
      const auto after = teacher().advise(turned);
      // A move of the phase changes the turns to go by one at most, and a good one by one exactly.
      const bool of_phase = phase == 0 || (kDominoMoves >> move & 1U) != 0;
      if (after.phase == phase) {
        ASSERT_LE(std::abs(after.distance - distance), of_phase ? 1 : 20) << to_facelets(cube) << " then " << move;
        ASSERT_EQ(of_phase && after.distance == distance - 1, (good >> move & 1U) != 0)
            << to_facelets(cube) << " then " << move;
      }
      self(self, turned, turns + 1, face_of(static_cast<Move>(move)));
    }
  };
  search(search, Cube(), 0, -1);
}

/// The counts, of cubes as far as the first phase tells them apart: D. T. Winter, Cube-Lovers mailing list, 28 May
/// 1992.
TEST(Teacher, FirstPhaseHasTheKnownNumberOfCubesAtEachDistance) {
  const auto key = [](const Cube& cube) {
    std::array<std::uint8_t, kCubies> seen{};  // By position; every corner belongs everywhere, an edge in one of two.
    for (int i = 0; i < kCubies; ++i) {
      const bool of_slice = i >= kCorners + 8;
      seen[static_cast<std::size_t>((i < kCorners ? 0 : kCorners) + cube.position(i))] =
          static_cast<std::uint8_t>(2 * cube.orientation(i) + (of_slice ? 1 : 0));
    }
    return seen;
  };
  std::set<std::array<std::uint8_t, kCubies>> met = {key(Cube())};
  std::vector<Cube> at = {Cube()};
  int distance = 0;
  for (const std::size_t count : {1U, 4U, 50U, 592U, 7156U, 87236U}) {
    ASSERT_EQ(at.size(), count) << distance;
    std::vector<Cube> next;
    for (const Cube& cube : at) {
      const auto advice = teacher().advise(cube);
      ASSERT_EQ(advice.phase == 0 ? advice.distance : 0, distance) << to_facelets(cube);
      for (int move = 0; move < kTurns; ++move) {
        Cube turned = cube;
        turned.apply(static_cast<Move>(move));
        if (met.insert(key(turned)).second) next.push_back(turned);
      }
    }
    at = std::move(next);
    ++distance;
  }
}

/// H. Kociemba's bounds: the first phase takes 12 turns at most, the second 18.
TEST(Teacher, SolvesRandomCubesInTheKnownNumberOfTurns) {
  const int cubes = 2000;
  Random random(9);
  double phase_sum[2] = {};
  int worst = 0;
  for (int i = 0; i < cubes; ++i) {
    const Cube start = random_cube(random);
    Cube cube = start;
    int turns = 0;
    for (; turns < 50; ++turns) {
      const auto [phase, distance, good] = teacher().advise(cube);
      if (distance == 0) break;
      ASSERT_LE(distance, phase == 0 ? 12 : 18) << to_facelets(cube);
      // Every move it calls good must do what it promises.
      int chosen = random.below(std::popcount(good));
      Cube after = cube;
      for (std::uint32_t left = good; left != 0; left &= left - 1, --chosen) {
        Cube turned = cube;
        turned.apply(static_cast<Move>(std::countr_zero(left)));
        const auto next = teacher().advise(turned);
        ASSERT_TRUE(distance == 1 ? next.phase > phase : next.phase == phase && next.distance == distance - 1)
            << to_facelets(start) << " after " << turns;
        if (chosen == 0) after = turned;
      }
      cube = after;
      ++phase_sum[phase];
    }
    ASSERT_TRUE(cube.is_solved()) << to_facelets(start);
    worst = std::max(worst, turns);
  }
  EXPECT_LE(worst, 30);
  EXPECT_NEAR(phase_sum[0] / cubes, 9.5, 0.1);
  EXPECT_NEAR(phase_sum[1] / cubes, 13.6, 0.15);
}

}  // namespace
}  // namespace ripen::cube
