#pragma once
// What there is to see of an episode at an instant.

#include <cstdint>
#include <vector>

#include "maze/maze.hpp"
#include "maze/maze_robot.hpp"
#include "ripen/planner.hpp"

namespace maze {

/// Where the plan expects the point to be as one of its steps begins.
struct ExpectedPoint {
  Point at;
  float level = 1.0F;  ///< in [0, 1]: how unsure that is; 0 was seen
};

struct Frame {
  std::int64_t steps = 0;                      ///< control steps so far
  Point at;                                    ///< as sensed
  std::vector<ExpectedPoint> plan;             ///< what is followed, from the present on, as far as anything is planned
  std::vector<std::vector<Point>> candidates;  ///< the others that compete, of the rolling planner

  /// Takes the memory that an Onlooker needs of it, and its copies. plans: the one that is followed among them.
  void reserve(int horizon, int plans);
};

/// Frames in their order, one for each step of the plan. Memory is taken at construction.
class Recording {
 public:
  Recording(int max_steps, const ripen::PlannerOptions& options);

  /// The next frame, to be filled; null if all are.
  [[nodiscard]] Frame* next() noexcept { return used_ < frames_.size() ? &frames_[used_++] : nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return used_; }
  [[nodiscard]] const Frame& operator[](std::size_t index) const noexcept { return frames_[index]; }

 private:
  std::vector<Frame> frames_;
  std::size_t used_ = 0;
};

/// Looks at a robot and at the plan that it follows.
class Onlooker {
 public:
  /// Takes references: both must outlive it.
  Onlooker(const MazeRobot& robot, const ripen::PlanSource& plan);

  /// Fills a frame that has reserved its memory; takes no heap.
  void look(Frame& frame) const noexcept;

 private:
  [[nodiscard]] bool decode(int row, std::int64_t step, Point& to) const noexcept;

  const MazeRobot& robot_;
  const ripen::PlanSource& plan_;
  const ripen::Planner* planner_;  // Null if it is somebody else's plan.
  ripen::Tokenizer tokenizer_;
};

}  // namespace maze
