#include "maze/episodes.hpp"

#include <algorithm>
#include <deque>

#include "maze/point.hpp"
#include "util/random.hpp"

namespace maze {

namespace {

constexpr double kNoise = 0.5;  // Of each part of an action.
constexpr int kStitchEpisodes = 5000, kStitchSteps = 200, kStitchCells = 4;

constexpr std::array kNeighbours{Cell{-1, 0}, Cell{0, -1}, Cell{1, 0}, Cell{0, 1}};  // Up, left, down, right.

Cell beside(Cell cell, Cell by) { return {cell.row + by.row, cell.column + by.column}; }

/// Distances on the map, by breadth-first search.
class Distances {
 public:
  explicit Distances(const Maze& maze) : maze_(maze), cells_(static_cast<std::size_t>(maze.rows * maze.columns)) {
    for (const Cell goal : maze.free_cells()) {
      auto& to = cells_[static_cast<std::size_t>(maze.index(goal))];
      to.assign(cells_.size(), -1);
      to[static_cast<std::size_t>(maze.index(goal))] = 0;
      std::deque<Cell> open{goal};
      for (; !open.empty(); open.pop_front()) {
        for (const Cell by : kNeighbours) {
          const Cell next = beside(open.front(), by);
          if (!maze.is_free(next) || to[static_cast<std::size_t>(maze.index(next))] >= 0) continue;
          to[static_cast<std::size_t>(maze.index(next))] = 1 + to[static_cast<std::size_t>(maze.index(open.front()))];
          open.push_back(next);
        }
      }
    }
  }

  /// [cells] from `from` to `goal`; -1 for walls.
  [[nodiscard]] int operator()(Cell from, Cell goal) const {
    return maze_.is_free(from)
               ? cells_[static_cast<std::size_t>(maze_.index(goal))][static_cast<std::size_t>(maze_.index(from))]
               : -1;
  }

  /// What the walker heads for: the centre of the first neighbour that is nearer.
  [[nodiscard]] Point next(Cell from, Cell goal) const {
    Cell best = from;
    for (const Cell by : kNeighbours) {
      const Cell cell = beside(from, by);
      if (maze_.is_free(cell) && (*this)(cell, goal) < (*this)(best, goal)) best = cell;
    }
    return centre_of(best);
  }

 private:
  const Maze& maze_;
  std::vector<std::vector<int>> cells_;  // [goal][from]
};

/// Free cells that are no straight corridor.
std::vector<Cell> vertices_of(const Maze& maze) {
  std::vector<Cell> result;
  for (const Cell cell : maze.free_cells()) {
    std::array<bool, 4> open{};
    for (std::size_t i = 0; i < 4; ++i) open[i] = maze.is_free(beside(cell, kNeighbours[i]));
    const bool is_corridor = open[0] == open[2] && open[1] == open[3] && open[0] != open[1];
    if (!is_corridor) result.push_back(cell);
  }
  return result;
}

template <class T>
const T& any_of(const std::vector<T>& values, ripen::Random& random) {
  return values[static_cast<std::size_t>(random.below(static_cast<int>(values.size())))];
}

Point anywhere_in(Cell cell, ripen::Random& random) {
  const Point centre = centre_of(cell);
  const double x = 2.0 * random.uniform() - 1.0;
  return {centre.x + x, centre.y + 2.0 * random.uniform() - 1.0};
}

}  // namespace

std::vector<Episode> make_episodes(const Maze& maze, Data data, std::uint64_t seed, int episodes) {
  const bool stitch = data == Data::kStitch;
  const int steps = stitch ? kStitchSteps : maze.navigate_steps;
  if (episodes == 0) episodes = stitch ? kStitchEpisodes : maze.navigate_episodes;
  const Distances distances(maze);
  const std::vector<Cell> cells = maze.free_cells(), vertices = vertices_of(maze);
  std::vector<Episode> result(static_cast<std::size_t>(episodes));
  for (std::size_t e = 0; e < result.size(); ++e) {
    ripen::Random random(seed, e);
    const Cell start = any_of(cells, random);
    std::vector<Cell> goals = vertices;
    if (stitch) {
      goals.clear();
      std::ranges::copy_if(cells, std::back_inserter(goals),
                           [&](Cell cell) { return distances(cell, start) == kStitchCells; });
      if (goals.empty()) goals.push_back(start);
    }
    Cell cell = any_of(goals, random);
    Point goal = anywhere_in(cell, random), p = anywhere_in(start, random);
    Episode& episode = result[e];
    episode.positions.push_back(p);
    for (int i = 0; i < steps; ++i) {
      const Point target = distances.next(cell_of(p), cell);
      const double far = std::max(distance(target, p), 1e-9);
      const auto noisy = [&](double part) { return std::clamp(part + kNoise * random.normal(), -1.0, 1.0); };
      const double x = noisy((target.x - p.x) / far);
      const Point action{x, noisy((target.y - p.y) / far)};
      p = moved(maze, p, action);
      if (!stitch && distance(p, goal) <= kReached) {
        cell = any_of(goals, random);
        goal = anywhere_in(cell, random);
      }
      // As in the published data, what a teleport did is seen a step later.
      episode.positions.push_back(p);
      episode.actions.push_back(action);
      if (is_in_teleport(maze, p)) p = teleported(maze, p, random.below(static_cast<int>(maze.ways_out.size())));
    }
  }
  return result;
}

}  // namespace maze
