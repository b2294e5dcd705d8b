#include "maze/starts.hpp"

#include "util/random.hpp"

namespace maze {

namespace {

/// The number of an episode's stream: free starts are task 0.
ripen::Random stream_of(std::uint64_t seed, int task, int number) {
  return {seed, (static_cast<std::uint64_t>(task) << 32) + static_cast<std::uint64_t>(number)};
}

Point near(Point centre, ripen::Random& random) {
  const double x = centre.x + 2.0 * random.uniform() - 1.0;
  return {x, centre.y + 2.0 * random.uniform() - 1.0};
}

}  // namespace

Problem problem_of_task(const Maze& maze, int task, Protocol protocol, std::uint64_t seed, int number) {
  const StartAndGoal cells = maze.tasks[static_cast<std::size_t>(task - 1)];
  Problem problem{centre_of(cells.start), centre_of(cells.goal)};
  if (protocol == Protocol::kMctd) return problem;
  ripen::Random random = stream_of(seed, task, number);
  problem.start = near(problem.start, random);
  problem.goal = near(problem.goal, random);
  return problem;
}

Problem free_problem(const Maze& maze, std::uint64_t seed, int number) {
  ripen::Random random = stream_of(seed, 0, number);
  const std::vector<Cell> cells = maze.free_cells();
  const int count = static_cast<int>(cells.size());
  const int start = random.below(count), further = 1 + random.below(count - 1);  // Two cells.
  const Point begins = near(centre_of(cells[static_cast<std::size_t>(start)]), random);
  return {begins, near(centre_of(cells[static_cast<std::size_t>((start + further) % count)]), random)};
}

int max_steps(const Maze& maze, Protocol protocol) {
  const bool is_short = maze.name == "medium" || maze.name == "large";
  return protocol == Protocol::kMctd && is_short ? 500 : 1000;
}

}  // namespace maze
