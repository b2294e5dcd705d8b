#pragma once
// The point as a robot of the control loop.

#include <cstdint>
#include <vector>

#include "maze/starts.hpp"
#include "maze/world.hpp"
#include "ripen/robot.hpp"

namespace maze {

/// Senses where the point is, and moves it. A tick is a control step of the world, whatever time the loop gives it: the
/// world does not wait. The action written in a tick is done until the next, and, if ticks were missed, in those too.
///
/// What is sensed is fresh as a step of the plan begins, every kStepTicks ticks: its tokens speak of those instants.
/// The point is at rest until something is written. Once it has arrived, or is out of control steps, nothing moves.
///
/// Channels: tokens.hpp. Not thread-safe. The physics engine may allocate, so calls are for a simulation.
class MazeRobot : public ripen::Robot {
 public:
  /// seed: of teleports. max_steps: control steps.
  MazeRobot(const Maze& maze, const Problem& problem, int max_steps, std::uint64_t seed);

  [[nodiscard]] bool read(std::int64_t tick, ripen::Observation& observation) noexcept override;
  /// Returns false, keeping the last action, if the action is not two finite numbers.
  [[nodiscard]] bool write(const ripen::Command& command) noexcept override;

  [[nodiscard]] Point goal() const noexcept { return goal_; }
  /// What is sensed: where the last control step led. If that is a teleport's way in, it is elsewhere already.
  [[nodiscard]] Point seen() const noexcept { return seen_; }
  [[nodiscard]] std::int64_t steps() const noexcept { return static_cast<std::int64_t>(path_.size()); }
  /// After some control step the point was within kReached of the goal.
  [[nodiscard]] bool succeeded() const noexcept { return succeeded_; }
  [[nodiscard]] bool done() const noexcept { return succeeded_ || steps() >= max_steps_; }
  /// What was done in each control step, and where that led. [steps]
  [[nodiscard]] const std::vector<Point>& actions() const noexcept { return actions_; }
  [[nodiscard]] const std::vector<Point>& path() const noexcept { return path_; }

 private:
  void advance_to(std::int64_t tick);

  World world_;
  Point goal_, seen_, action_;
  int max_steps_;
  bool succeeded_ = false;
  std::vector<Point> actions_, path_;
};

}  // namespace maze
