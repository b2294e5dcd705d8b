#include "maze/events.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <numbers>
#include <vector>

#include "maze/point.hpp"

namespace maze {

namespace {

constexpr int kEarliest = 20, kLatest = 79;  // [control steps]
constexpr double kLeastShove = 1.0, kMostShove = 2.0;

/// The cells of a shortest way, both ends among them; empty if there is none. blocked: what is no way.
std::vector<Cell> way(const Maze& maze, Cell start, Cell goal, Cell blocked = {-1, -1}) {
  std::vector<Cell> next(static_cast<std::size_t>(maze.rows * maze.columns), {-1, -1});
  const auto at = [&](Cell cell) -> Cell& { return next[static_cast<std::size_t>(maze.index(cell))]; };
  at(goal) = goal;
  for (std::deque<Cell> open{goal}; !open.empty(); open.pop_front()) {
    const Cell cell = open.front();
    for (const Cell by : {Cell{-1, 0}, Cell{0, -1}, Cell{1, 0}, Cell{0, 1}}) {
      const Cell to{cell.row + by.row, cell.column + by.column};
      if (!maze.is_free(to) || to == blocked || at(to).row >= 0) continue;
      at(to) = cell;
      open.push_back(to);
    }
  }
  std::vector<Cell> cells;
  if (at(start).row < 0) return cells;
  for (Cell cell = start; !(cell == goal); cell = at(cell)) cells.push_back(cell);
  cells.push_back(goal);
  return cells;
}

}  // namespace

Event draw_event(const Maze& maze, const Problem& problem, EventKind kind, ripen::Random& random) {
  Event event{.kind = kind, .step = kEarliest + random.below(kLatest - kEarliest + 1)};
  const Cell start = cell_of(problem.start), goal = cell_of(problem.goal);
  if (kind == EventKind::kGoal) {
    std::vector<Cell> cells = maze.free_cells();
    std::erase_if(cells, [&](Cell cell) { return cell == start || cell == goal; });
    event.goal = near(centre_of(cells[static_cast<std::size_t>(random.below(static_cast<int>(cells.size())))]), random);
  }
  if (kind == EventKind::kBlock) {
    event.step = 0;
    std::vector<Cell> cells = way(maze, start, goal);
    std::erase_if(cells,
                  [&](Cell cell) { return cell == start || cell == goal || way(maze, start, goal, cell).empty(); });
    if (cells.empty()) return {};
    event.blocked = cells[static_cast<std::size_t>(random.below(static_cast<int>(cells.size())))];
  }
  return event;
}

Point shoved(const Maze& maze, Point p, ripen::Random& random) {
  constexpr int kTries = 200;
  constexpr double kLook = 0.1;
  for (int i = 0; i < kTries; ++i) {
    const double angle = 2.0 * std::numbers::pi * random.uniform();
    const double far = kLeastShove + (kMostShove - kLeastShove) * random.uniform();
    const auto at = [&](double part) { return Point{p.x + part * std::cos(angle), p.y + part * std::sin(angle)}; };
    bool clear = !touches_wall(maze, at(far));
    for (double part = kLook; part < far; part += kLook) clear = clear && maze.is_free(cell_of(at(part)));
    if (clear) return at(far);
  }
  return p;
}

}  // namespace maze
