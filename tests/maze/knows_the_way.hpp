#pragma once
// A model that knows the map, as none that is measured does: what becomes of a good plan is the loop's doing.

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

#include "maze/point.hpp"
#include "maze/tokens.hpp"
#include "ripen/denoiser.hpp"

namespace maze {

/// Predicts that the point goes from cell to cell to its goal, which stands in the last step of a window, on the
/// shortest way.
class KnowsTheWay : public ripen::Denoiser {
 public:
  explicit KnowsTheWay(const Maze& maze)
      : maze_(maze), tokenizer_(maze::layout(maze)), next_(static_cast<std::size_t>(maze.rows * maze.columns)) {
    for (const Cell goal : maze.free_cells()) {
      auto& next = next_[index(goal)];
      next.assign(next_.size(), {-1, -1});
      next[index(goal)] = goal;
      for (std::deque<Cell> open{goal}; !open.empty(); open.pop_front()) {
        const Cell cell = open.front();
        for (const Cell to : {Cell{cell.row - 1, cell.column}, Cell{cell.row, cell.column - 1},
                              Cell{cell.row + 1, cell.column}, Cell{cell.row, cell.column + 1}}) {
          if (!maze.is_free(to) || next[index(to)].row >= 0) continue;
          next[index(to)] = cell;
          open.push_back(to);
        }
      }
    }
  }

  [[nodiscard]] const ripen::TokenLayout& layout() const noexcept override { return tokenizer_.layout(); }
  [[nodiscard]] int max_windows() const noexcept override { return 64; }
  [[nodiscard]] int max_steps() const noexcept override { return 128; }

  void run(const ripen::DenoiseBatch& batch) noexcept override {
    const ripen::TokenLayout& l = layout();
    const auto place = [&](std::ptrdiff_t step, Point& p) {
      const ripen::Token* tokens = batch.tokens + step * l.slots();
      if (tokens[0] == ripen::kMask || tokens[1] == ripen::kMask) return;
      const auto value = [&](int slot) {
        return tokenizer_.decode(
            slot, tokens[slot],
            batch.fractions == nullptr ? ripen::Fraction{0} : batch.fractions[step * l.slots() + slot]);
      };
      p = {value(0), value(1)};
    };
    for (int w = 0; w < batch.windows; ++w) {
      const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(w) * batch.steps;
      place(first + batch.steps - 1, goal_);
      Point p;
      for (int i = 0; i < batch.steps; ++i) {
        const std::ptrdiff_t step = first + i;
        // The present and what was before it are known; behind that, only its own prediction counts.
        if (i <= batch.known) place(step, p);
        const Point action = mean_action(p);
        const double arrived = distance(p, goal_) <= kReached ? 1.0 : 0.0;
        const std::array values{p.x, p.y, arrived, action.x, action.y};
        float* logits = batch.logits + step * l.logits();
        std::fill_n(logits, l.logits(), 0.0F);
        for (int s = 0; s < l.slots(); ++s) {
          logits[l.offset(s) + tokenizer_.encode(s, values[static_cast<std::size_t>(s)])] = 30.0F;
        }
        if (batch.value != nullptr) batch.value[step] = static_cast<float>(distance(p, goal_) / (kStride * kStepTicks));
        for (int tick = 0; tick < kStepTicks; ++tick) p = moved(maze_, p, action);
      }
    }
  }

 private:
  [[nodiscard]] std::size_t index(Cell cell) const { return static_cast<std::size_t>(maze_.index(cell)); }

  /// Of a step of the plan, whose control steps each head for the next cell's centre, or for the goal.
  [[nodiscard]] Point mean_action(Point p) const {
    Point mean;
    for (int tick = 0; tick < kStepTicks; ++tick) {
      const Cell cell = cell_of(p);
      const Point target =
          cell == cell_of(goal_) || !maze_.is_free(cell) ? goal_ : centre_of(next_[index(cell_of(goal_))][index(cell)]);
      const double far = distance(target, p);
      const double part = 1.0 / std::max(far, kStride);  // Not beyond it.
      const Point action{(target.x - p.x) * part, (target.y - p.y) * part};
      mean.x += action.x / kStepTicks;
      mean.y += action.y / kStepTicks;
      p = moved(maze_, p, action);
    }
    return mean;
  }

  const Maze& maze_;
  Point goal_;
  ripen::Tokenizer tokenizer_;
  std::vector<std::vector<Cell>> next_;  // [goal][cell]
};

}  // namespace maze
