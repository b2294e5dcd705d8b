#pragma once
// The maps of OGBench's PointMaze (Park et al., ICLR 2025): walls, tasks, teleports.

#include <array>
#include <cmath>
#include <span>
#include <string_view>
#include <vector>

namespace maze {

struct Point {
  double x = 0.0, y = 0.0;
};

[[nodiscard]] inline double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

/// A square of the map: a row from the top, a column from the left.
struct Cell {
  int row = 0, column = 0;
  bool operator==(const Cell&) const = default;
};

inline constexpr double kUnit = 4.0;           // Side of a cell.
inline constexpr double kRadius = 0.7;         // Of the point, which is a disc.
inline constexpr double kStride = 0.2;         // What an action of 1 moves the point by in a control step.
inline constexpr double kReached = 1.0;        // From the goal: success.
inline constexpr double kTeleportReach = 1.5;  // From the centre of a way in.

/// The centre of a cell; y grows downwards.
[[nodiscard]] inline Point centre_of(Cell cell) { return {kUnit * (cell.column - 1), kUnit * (cell.row - 1)}; }
[[nodiscard]] inline Cell cell_of(Point p) {
  return {static_cast<int>(std::floor((p.y + 1.5 * kUnit) / kUnit)),
          static_cast<int>(std::floor((p.x + 1.5 * kUnit) / kUnit))};
}

struct StartAndGoal {
  Cell start, goal;
};

struct Maze {
  std::string_view name;
  int rows = 0, columns = 0;
  std::string_view walls;  ///< row after row; '1' is a wall
  std::array<StartAndGoal, 5> tasks = {};
  std::span<const Cell> ways_in = {}, ways_out = {};    ///< of teleports: from any way in to any way out
  int navigate_episodes = 1000, navigate_steps = 1000;  ///< of the published data

  [[nodiscard]] bool is_free(Cell cell) const {
    return cell.row >= 0 && cell.row < rows && cell.column >= 0 && cell.column < columns &&
           walls[static_cast<std::size_t>(cell.row * columns + cell.column)] == '0';
  }
  /// [row * columns + column] of cells: unique numbers below rows * columns.
  [[nodiscard]] int index(Cell cell) const { return cell.row * columns + cell.column; }
  [[nodiscard]] std::vector<Cell> free_cells() const;
};

/// medium, large, giant, teleport; null for another name.
[[nodiscard]] const Maze* find_maze(std::string_view name);
[[nodiscard]] std::span<const Maze> mazes();

/// Where a teleport's way in leads from here, `choice` in [0, ways_out) telling which way out; `p` itself elsewhere.
[[nodiscard]] Point teleported(const Maze& maze, Point p, int choice);
/// Whether the point stands in a way in.
[[nodiscard]] bool is_in_teleport(const Maze& maze, Point p);

}  // namespace maze
