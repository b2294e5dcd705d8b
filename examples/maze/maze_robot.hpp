#pragma once
// The point as a robot of the control loop.

#include <chrono>
#include <cstdint>
#include <vector>

#include "maze/starts.hpp"
#include "maze/world.hpp"
#include "ripen/clock.hpp"
#include "ripen/robot.hpp"
#include "shared/thread_clock.hpp"

namespace maze {

/// What the robot is like; fixed at construction.
struct MazeRobotOptions {
  int max_steps = 1000;                    ///< control steps after which it is done
  std::uint64_t seed = 1;                  ///< of where teleports lead
  std::chrono::nanoseconds period = {};    ///< of the loop's ticks, by `clock`
  const ripen::Clock* clock = nullptr;     ///< the loop's; null: no command is ever late
  ripen::examples::ThreadClock* own = {};  ///< paused while the world moves, if not null
};

/// Senses where the point is, and moves it. A tick is a control step of the world, whatever time the loop gives it: the
/// world does not wait. An action is done from the control step in which it is written until the next is written: what
/// comes periods late has no say in those, nor in the ticks that were missed.
///
/// What is sensed is fresh as a step of the plan begins, every kStepTicks ticks: its tokens speak of those instants.
/// The point is at rest until something is written. Once it has arrived, or is out of control steps, nothing moves.
///
/// Channels: tokens.hpp. Not thread-safe. The physics engine may allocate, so calls are for a simulation.
class MazeRobot : public ripen::Robot {
 public:
  MazeRobot(const Maze& maze, const Problem& problem, const MazeRobotOptions& options);

  [[nodiscard]] bool read(std::int64_t tick, ripen::Observation& observation) noexcept override;
  /// Returns false, keeping the last action, if the action is not two finite numbers.
  [[nodiscard]] bool write(const ripen::Command& command) noexcept override;

  [[nodiscard]] Point goal() const noexcept { return goal_; }
  /// What is sensed: where the last control step led. If that is a teleport's way in, it is elsewhere already.
  [[nodiscard]] Point seen() const noexcept { return seen_; }
  [[nodiscard]] std::int64_t steps() const noexcept { return static_cast<std::int64_t>(path_.size()); }
  /// After some control step the point was within kReached of the goal.
  [[nodiscard]] bool succeeded() const noexcept { return succeeded_; }
  [[nodiscard]] bool done() const noexcept { return succeeded_ || steps() >= options_.max_steps; }
  /// What was done in each control step, and where that led. [steps]
  [[nodiscard]] const std::vector<Point>& actions() const noexcept { return actions_; }
  [[nodiscard]] const std::vector<Point>& path() const noexcept { return path_; }

 private:
  void advance_to(std::int64_t tick);

  [[nodiscard]] std::int64_t periods_since_read() const noexcept;

  MazeRobotOptions options_;
  World world_;
  Point goal_, seen_, action_;
  ripen::TimePoint read_at_;
  bool succeeded_ = false;
  std::vector<Point> actions_, path_;
};

}  // namespace maze
