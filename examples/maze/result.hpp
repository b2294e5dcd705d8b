#pragma once
// What came of one episode.

#include <cstdint>
#include <string_view>
#include <vector>

#include "maze/maze.hpp"
#include "shared/spread.hpp"

namespace maze {

using ripen::examples::Spread;

/// One episode's run.
struct Result {
  std::string_view maze;
  int task = 0;  ///< in [1, 5]; 0: start and goal were anywhere
  Point start, goal;
  bool succeeded = false;
  bool interrupted = false;  ///< the run was ended from outside before anything came of it
  std::int64_t steps = 0;    ///< control steps until then, or all
  std::int64_t ticks = 0;    ///< control steps in which a command was written, and the one that saw the end
  std::int64_t missed = 0;   ///< [control steps]
  std::int64_t passes = 0;
  std::vector<Point> actions;  ///< [steps] what was done
  std::vector<Point> path;     ///< [steps] where that led

  Spread wake_up;                ///< later than the control step's instant
  Spread compute;                ///< all work of a control step
  Spread slack;                  ///< from the end of the work to the next one
  Spread observation_to_action;  ///< from the observation to the command
};

}  // namespace maze
