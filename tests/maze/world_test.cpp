// The plain motion that data are made with, beside the engine that the benchmark uses.

#include "maze/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "maze/episodes.hpp"
#include "maze/point.hpp"

namespace maze {
namespace {

/// How many walls a point would be in.
int touched(const Maze& maze, Point p) {
  int count = 0;
  for (int row = 0; row < maze.rows; ++row) {
    for (int column = 0; column < maze.columns; ++column) {
      if (maze.is_free({row, column})) continue;
      const Point block = centre_of({row, column});
      const double half = kUnit / 2;
      const Point nearest{std::clamp(p.x, block.x - half, block.x + half),
                          std::clamp(p.y, block.y - half, block.y + half)};
      if (distance(p, nearest) < kRadius) ++count;
    }
  }
  return count;
}

const Maze& medium() { return *find_maze("medium"); }
const Maze& teleport() { return *find_maze("teleport"); }

TEST(World, PlainMotionIsTheEngines) {
  constexpr std::uint64_t kSeed = 3;
  constexpr int kSteps = 2500;
  for (const Maze& maze : mazes()) {
    World world(maze, kSeed);
    ripen::Random random(kSeed);
    int steps[3] = {};
    Point p, action;
    for (int i = 0; i < kSteps; ++i) {
      if (i % 7 == 0) {  // Straight on for a while, so that it runs into walls.
        const double x = 2.0 * random.uniform() - 1.0;
        action = {x, 2.0 * random.uniform() - 1.0};
      }
      if (is_in_teleport(maze, p)) p = teleported(maze, p, random.below(static_cast<int>(maze.ways_out.size())));
      world.place(p);
      const int walls = std::min(2, touched(maze, {p.x + kStride * action.x, p.y + kStride * action.y}));
      const Point engine = world.act(action), plain = moved(maze, p, action);
      const double off = distance(engine, plain);
      const double most = walls == 0 ? 0.0 : walls == 1 ? 2e-5 : 0.065;  // 1.4e-5 where the disc is hardly in the wall.
      ASSERT_LE(off, most) << maze.name << ", step " << i << ": from " << p.x << ", " << p.y << " by " << action.x
                           << ", " << action.y << ", " << walls << " walls";
      ++steps[walls];
      p = engine;
    }
    EXPECT_GT(steps[0], kSteps / 3) << maze.name;
    EXPECT_GT(steps[1], kSteps / 20) << maze.name;
    EXPECT_GT(steps[2], kSteps / 100) << maze.name;
  }
}

TEST(World, PushingIntoAWallSettlesAndSlidesFreely) {
  World world(medium(), 1);  // The wall to the left begins 2 from the first cell's centre.
  for (int i = 0; i < 60; ++i) (void)world.act({-1.0, 0.0});
  EXPECT_NEAR(world.position().x, -2.0 + kRadius - 0.0431, 1e-3);
  const Point before = world.position();
  (void)world.act({-1.0, 0.5});
  EXPECT_NEAR(world.position().y - before.y, 0.1, 1e-9);
}

TEST(World, ActionsAreClipped) {
  World world(medium(), 1);
  EXPECT_EQ(world.act({3.0, -0.5}).x, kStride);
  EXPECT_EQ(world.position().y, -0.1);
}

TEST(World, ATeleportIsSeenAStepLate) {
  World world(teleport(), 1);
  const Point in = centre_of(teleport().ways_in[0]);
  for (int i = 0; i < 20; ++i) {
    world.place({in.x, in.y - 1.6});
    const Point seen = world.act({0.0, 1.0});
    EXPECT_NEAR(distance(seen, in), 1.4, 1e-9);
    const auto is_here = [&](Cell cell) { return distance(world.position(), centre_of(cell)) == 0.0; };
    EXPECT_TRUE(std::ranges::any_of(teleport().ways_out, is_here)) << world.position().x << ", " << world.position().y;
    EXPECT_LE(distance(world.act({}), centre_of(teleport().ways_out[0])), 60.0);
  }
}

TEST(World, TeleportsLeadToAllWaysOutByTheSeed) {
  const Point in = centre_of(teleport().ways_in[1]);
  const auto ways = [&](std::uint64_t seed) {
    World world(teleport(), seed);
    std::vector<double> places;
    for (int i = 0; i < 30; ++i) {
      world.place(in);
      (void)world.act({});
      places.push_back(world.position().x + 100.0 * world.position().y);
    }
    return places;
  };
  auto places = ways(1);
  EXPECT_EQ(places, ways(1));
  EXPECT_NE(places, ways(2));
  std::ranges::sort(places);
  EXPECT_EQ(std::unique(places.begin(), places.end()) - places.begin(), std::ssize(teleport().ways_out));
}

TEST(World, TheSameActionsLeadToTheSamePlaces) {
  World one(*find_maze("giant"), 1), other(*find_maze("giant"), 1);
  ripen::Random random(9);
  for (int i = 0; i < 300; ++i) {
    const double x = 2.0 * random.uniform() - 1.0;
    const Point action{x, 2.0 * random.uniform() - 1.0}, here = one.act(action), there = other.act(action);
    ASSERT_EQ(here.x, there.x) << i;
    ASSERT_EQ(here.y, there.y) << i;
  }
}

}  // namespace
}  // namespace maze
