#pragma once
// The point as a robot of the control loop.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "maze/events.hpp"
#include "maze/starts.hpp"
#include "maze/world.hpp"
#include "ripen/clock.hpp"
#include "ripen/robot.hpp"
#include "shared/thread_clock.hpp"

namespace maze {

/// What the robot is like; fixed at construction.
struct MazeRobotOptions {
  Event event = {};
  int max_steps = 1000;                    ///< control steps after which it is done
  std::uint64_t seed = 1;                  ///< of where teleports and shoves lead
  std::chrono::nanoseconds period = {};    ///< of the loop's ticks, by `clock`
  const ripen::Clock* clock = nullptr;     ///< the loop's; null: no command is ever late
  ripen::examples::ThreadClock* own = {};  ///< paused while the world moves, if not null
};

/// Senses where the point is, and moves it. A tick is a control step of the world, whatever time the loop gives it: the
/// world does not wait. An action is done from the control step in which it is written until the next is written: what
/// comes periods late has no say in those, nor in the ticks that were missed.
///
/// A step of the plan begins with a command and lasts kStepTicks control steps. It ends early where the point is not
/// where its action leads, as after a shove or a teleport, and where it gets another goal. What is sensed is fresh as a
/// step ends: tokens speak of those instants. The point is at rest until something is written. Once it has arrived, or
/// is out of control steps, nothing moves.
///
/// Channels: tokens.hpp. Not thread-safe. The physics engine may allocate, so calls are for a simulation.
class MazeRobot : public ripen::Robot {
 public:
  MazeRobot(const Maze& maze, const Problem& problem, const MazeRobotOptions& options);
  MazeRobot(const MazeRobot&) = delete;
  MazeRobot& operator=(const MazeRobot&) = delete;

  [[nodiscard]] bool read(std::int64_t tick, ripen::Observation& observation) noexcept override;
  /// Returns false, keeping the last action, if the action is not two finite numbers.
  [[nodiscard]] bool write(const ripen::Command& command) noexcept override;

  /// Ends the step that has begun with the next read(), so that it brings a fresh state.
  void end_step() noexcept { is_over_ = true; }

  [[nodiscard]] Point goal() const noexcept { return goal_; }
  /// What is sensed: where the last control step led. If that is a teleport's way in, it is elsewhere already.
  [[nodiscard]] Point seen() const noexcept { return seen_; }
  [[nodiscard]] std::int64_t steps() const noexcept { return static_cast<std::int64_t>(path_.size()); }
  /// After some control step the point was within kReached of the goal.
  [[nodiscard]] bool succeeded() const noexcept { return succeeded_; }
  [[nodiscard]] bool done() const noexcept { return succeeded_ || steps() >= options_.max_steps; }
  /// Whether the event has happened, and where it put what it moved: the point, the goal or the wall.
  [[nodiscard]] bool event_happened() const noexcept { return event_happened_; }
  [[nodiscard]] Point event_place() const noexcept { return event_place_; }
  /// Called as the goal jumps, from read() or write(). Must not allocate.
  std::function<void()> on_goal;
  /// What was done in each control step, and where that led. [steps]
  [[nodiscard]] const std::vector<Point>& actions() const noexcept { return actions_; }
  [[nodiscard]] const std::vector<Point>& path() const noexcept { return path_; }

 private:
  void advance_to(std::int64_t tick);
  void compare(Point expected) noexcept;

  [[nodiscard]] std::int64_t periods_since_read() const noexcept;

  void happen();
  const Maze& blocked(const Event& event);

  MazeRobotOptions options_;
  std::string walls_;  // One more than the maze has, if a cell is blocked.
  Maze maze_;
  ripen::Random random_;
  bool event_happened_ = false;
  Point event_place_;
  World world_;
  Point goal_, seen_, action_;
  std::int64_t steps_done_ = 0;  // Of the plan.
  std::int64_t begun_at_ = -1;   // [control steps] with which the one that is done began; -1: none has.
  bool is_over_ = false;         // It ends before its time.
  ripen::TimePoint read_at_;
  bool succeeded_ = false;
  std::vector<Point> actions_, path_;
};

}  // namespace maze
