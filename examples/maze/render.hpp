#pragma once
// An episode as a moving picture.

#include <string>

#include "maze/frame.hpp"
#include "maze/result.hpp"

namespace maze {

/// An animated SVG, five times as fast as the maze's own time: walls and teleports, the goal, the point and the way
/// that it has come (blue), the plan ahead (orange, the paler and thinner the less sure), and the candidates (grey).
/// Browsers play it, also inside another page. A recording without a frame gives an empty maze.
[[nodiscard]] std::string to_svg(const Maze& maze, const Result& result, const Recording& recording);

}  // namespace maze
