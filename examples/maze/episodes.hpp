#pragma once
// The data of OGBench's PointMaze, made anew by its published recipe: a noisy walker that knows the map.

#include <cstdint>
#include <vector>

#include "maze/maze.hpp"

namespace maze {

enum class Data : std::uint8_t {
  kNavigate,  ///< from goal to goal, all over the maze, for a long time
  kStitch,    ///< four cells far, and no further
};

/// A walk: where the point was before each control step, and what it did then.
struct Episode {
  std::vector<Point> positions;  ///< [steps + 1]
  std::vector<Point> actions;    ///< [steps]
};

/// `episodes` of them, of the numbers from `first` on; as many and as long as the published ones are unless given.
/// The map is read here to make data, as the benchmark's authors did, and nowhere else.
[[nodiscard]] std::vector<Episode> make_episodes(const Maze& maze, Data data, std::uint64_t seed, int episodes = 0);

}  // namespace maze
