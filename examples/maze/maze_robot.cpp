#include "maze/maze_robot.hpp"

#include <algorithm>
#include <cmath>

#include "maze/tokens.hpp"

namespace maze {

MazeRobot::MazeRobot(const Maze& maze, const Problem& problem, int max_steps, std::uint64_t seed)
    : world_(maze, seed), goal_(problem.goal), seen_(problem.start), max_steps_(max_steps) {
  world_.place(problem.start);
  actions_.reserve(static_cast<std::size_t>(max_steps));
  path_.reserve(static_cast<std::size_t>(max_steps));
}

bool MazeRobot::read(std::int64_t tick, ripen::Observation& observation) noexcept {
  advance_to(tick);
  observation.fresh = tick % kStepTicks == 0;
  observation.state[0] = seen_.x;
  observation.state[1] = seen_.y;
  return true;
}

bool MazeRobot::write(const ripen::Command& command) noexcept {
  advance_to(command.tick);
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (command.action.size() != 2 || !std::ranges::all_of(command.action, is_finite)) return false;
  action_ = {std::clamp(command.action[0], -1.0, 1.0), std::clamp(command.action[1], -1.0, 1.0)};
  return true;
}

void MazeRobot::advance_to(std::int64_t tick) {
  while (steps() < tick && !done()) {
    seen_ = world_.act(action_);
    actions_.push_back(action_);
    path_.push_back(seen_);
    succeeded_ = distance(seen_, goal_) <= kReached;
  }
}

}  // namespace maze
