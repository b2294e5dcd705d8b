#pragma once
// The live view in a terminal.

#include <string>

#include "maze/frame.hpp"
#include "shared/live_view.hpp"

namespace maze {

/// Everything the view shows of one instant.
struct Snapshot {
  const Maze* maze = nullptr;  ///< null: nothing has happened yet
  int task = 0;
  int episode = 1, episodes = 1;  ///< the first is 1
  Point goal;
  bool succeeded = false;
  Frame frame;
  double step_us = 0.0;
  std::int64_t missed = 0, passes = 0;  ///< since the episode began
  int step_passes = 0;                  ///< in the last control step
  double compute_us = 0.0;              ///< of the last control step
  double longest_us = 0.0;              ///< since the episode began
};

/// The view of one instant: the maze as large as there is room for, with the goal (G), the plan (the paler the less
/// sure) and the point, and figures.
[[nodiscard]] std::string draw(const Snapshot& snapshot, const ripen::examples::Terminal& terminal);

}  // namespace maze
