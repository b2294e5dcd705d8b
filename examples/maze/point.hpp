#pragma once
// The point's motion in plain code: what MuJoCo does to it, but for two walls touched at once (a test says how near).

#include "maze/maze.hpp"

namespace maze {

/// Where the point is a control step of 0.1 s later. action: in [-1, 1] each.
[[nodiscard]] Point moved(const Maze& maze, Point p, Point action);

/// Whether the disc touches a wall there.
[[nodiscard]] bool touches_wall(const Maze& maze, Point p);

}  // namespace maze
