#include "maze/starts.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace maze {
namespace {

bool is_near(Point p, Point centre) { return std::max(std::abs(p.x - centre.x), std::abs(p.y - centre.y)) <= 1.0; }

TEST(Starts, TasksAreThePublishedCells) {
  const auto cells = [](const char* maze, int task) {
    return find_maze(maze)->tasks[static_cast<std::size_t>(task - 1)];
  };
  EXPECT_EQ(cells("giant", 3).start, (Cell{8, 14}));
  EXPECT_EQ(cells("giant", 3).goal, (Cell{1, 1}));
  EXPECT_EQ(cells("large", 2).start, (Cell{5, 4}));
  EXPECT_EQ(cells("teleport", 5).goal, (Cell{7, 1}));
  for (const Maze& maze : mazes()) {
    for (const StartAndGoal& task : maze.tasks)
      EXPECT_TRUE(maze.is_free(task.start) && maze.is_free(task.goal)) << maze.name;
  }
}

TEST(Starts, OfStockAreWithinOneOfTheCentres) {
  const Maze& maze = *find_maze("giant");
  double least = 0.0, most = 0.0;
  for (int number = 0; number < 200; ++number) {
    const Problem problem = problem_of_task(maze, 4, Protocol::kStock, 1, number);
    const Point start = centre_of(maze.tasks[3].start), goal = centre_of(maze.tasks[3].goal);
    ASSERT_TRUE(is_near(problem.start, start)) << number;
    ASSERT_TRUE(is_near(problem.goal, goal)) << number;
    least = std::min(least, problem.goal.y - goal.y);
    most = std::max(most, problem.goal.y - goal.y);
  }
  EXPECT_LT(least, -0.9);
  EXPECT_GT(most, 0.9);
}

TEST(Starts, OfMctdAreTheCentres) {
  const Maze& maze = *find_maze("large");
  const Problem problem = problem_of_task(maze, 1, Protocol::kMctd, 1, 7);
  EXPECT_EQ(distance(problem.start, {0.0, 0.0}), 0.0);
  EXPECT_EQ(distance(problem.goal, {36.0, 24.0}), 0.0);
}

TEST(Starts, ProtocolsSayHowLongAnEpisodeLasts) {
  for (const Maze& maze : mazes()) EXPECT_EQ(max_steps(maze, Protocol::kStock), 1000) << maze.name;
  EXPECT_EQ(max_steps(*find_maze("medium"), Protocol::kMctd), 500);
  EXPECT_EQ(max_steps(*find_maze("large"), Protocol::kMctd), 500);
  EXPECT_EQ(max_steps(*find_maze("giant"), Protocol::kMctd), 1000);
}

TEST(Starts, FreeOnesAreInTwoFreeCellsAllOverTheMaze) {
  for (const Maze& maze : mazes()) {
    std::set<int> starts, goals;
    for (int number = 0; number < 2000; ++number) {
      const Problem problem = free_problem(maze, kChoosingSeed, number);
      const Cell start = cell_of(problem.start), goal = cell_of(problem.goal);
      ASSERT_TRUE(maze.is_free(start) && maze.is_free(goal) && !(start == goal)) << maze.name << ", " << number;
      ASSERT_TRUE(is_near(problem.start, centre_of(start))) << maze.name << ", " << number;
      starts.insert(maze.index(start));
      goals.insert(maze.index(goal));
    }
    EXPECT_EQ(starts.size(), maze.free_cells().size()) << maze.name;
    EXPECT_EQ(goals.size(), maze.free_cells().size()) << maze.name;
  }
}

TEST(Starts, FollowFromTheSeedAndTheNumber) {
  const Maze& maze = *find_maze("medium");
  const auto x = [&](std::uint64_t seed, int number) {
    return problem_of_task(maze, 1, Protocol::kStock, seed, number).start.x;
  };
  EXPECT_EQ(x(1, 3), x(1, 3));
  EXPECT_NE(x(1, 3), x(2, 3));
  EXPECT_NE(x(1, 3), x(1, 4));
}

}  // namespace
}  // namespace maze
