#include "maze/events.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <set>
#include <string>

#include "maze/point.hpp"

namespace maze {
namespace {

/// Whether there is a way from a cell to another.
bool is_way(const Maze& maze, Cell from, Cell to) {
  std::set<int> seen{maze.index(from)};
  for (std::deque<Cell> open{from}; !open.empty(); open.pop_front()) {
    if (open.front() == to) return true;
    for (const Cell by : {Cell{-1, 0}, Cell{1, 0}, Cell{0, -1}, Cell{0, 1}}) {
      const Cell next{open.front().row + by.row, open.front().column + by.column};
      if (maze.is_free(next) && seen.insert(maze.index(next)).second) open.push_back(next);
    }
  }
  return false;
}

TEST(Events, AGoalJumpsToAnotherCell) {
  for (const Maze& maze : mazes()) {
    ripen::Random random(1);
    for (int number = 0; number < 300; ++number) {
      const Problem problem = free_problem(maze, 1, number);
      const Event event = draw_event(maze, problem, EventKind::kGoal, random);
      ASSERT_TRUE(maze.is_free(cell_of(event.goal))) << maze.name << ", " << number;
      ASSERT_FALSE(cell_of(event.goal) == cell_of(problem.goal)) << maze.name << ", " << number;
      ASSERT_FALSE(cell_of(event.goal) == cell_of(problem.start)) << maze.name << ", " << number;
      ASSERT_TRUE(event.step >= 20 && event.step <= 79) << event.step;
    }
  }
}

TEST(Events, ABlockLeavesAnotherWay) {
  for (const Maze& maze : mazes()) {
    ripen::Random random(1);
    int blocked = 0;
    for (int number = 0; number < 300; ++number) {
      const Problem problem = free_problem(maze, 1, number);
      const Event event = draw_event(maze, problem, EventKind::kBlock, random);
      if (event.kind == EventKind::kNone) continue;
      ++blocked;
      ASSERT_TRUE(maze.is_free(event.blocked)) << maze.name << ", " << number;
      std::string walls(maze.walls);
      walls[static_cast<std::size_t>(maze.index(event.blocked))] = '1';
      Maze other = maze;
      other.walls = walls;
      ASSERT_TRUE(is_way(other, cell_of(problem.start), cell_of(problem.goal))) << maze.name << ", " << number;
      ASSERT_EQ(event.step, 0);
    }
    EXPECT_GT(blocked, 100) << maze.name;
  }
}

TEST(Events, AShoveLeavesThePointInTheSameOpenSpace) {
  for (const Maze& maze : mazes()) {
    ripen::Random random(1);
    for (int number = 0; number < 500; ++number) {
      const Point p = free_problem(maze, 2, number).start, to = shoved(maze, p, random);
      const double far = distance(p, to);
      ASSERT_TRUE(far >= 1.0 && far <= 2.0) << maze.name << ", " << number << ": by " << far;
      ASSERT_EQ(distance(moved(maze, to, {}), to), 0.0) << "it touches no wall: " << maze.name << ", " << number;
      for (double part = 0.0; part < 1.0; part += 0.05) {
        ASSERT_TRUE(maze.is_free(cell_of({p.x + part * (to.x - p.x), p.y + part * (to.y - p.y)})))
            << maze.name << ", " << number;
      }
    }
  }
}

}  // namespace
}  // namespace maze
