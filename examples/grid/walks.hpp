#pragma once
// Walks to learn from.

#include <algorithm>

#include "grid/world.hpp"
#include "ripen/train/trajectory.hpp"
#include "util/random.hpp"

namespace grid {

inline constexpr double kWander = 0.3;  // Of the moves, how many go anywhere.
inline constexpr int kNearest = 5;      // [moves] from the start to the goal, at least

/// Walks between random cells, by one of the shortest ways each, but for a move here and there.
class Walks : public ripen::train::TrajectorySource {
 public:
  Walks() : layout_(grid::layout()) {
    for (int goal = 0; goal < kCells; ++goal) measure(goal);
  }

  [[nodiscard]] const ripen::TokenLayout& layout() const override { return layout_; }
  [[nodiscard]] ripen::train::GoalSlots goal_slots() const override { return {.at_end = {0, 1}}; }

  void make(std::uint64_t number, ripen::train::Trajectory& out) const override {
    ripen::Random random(number, 3);
    int cell = 0, goal = 0;
    do {
      cell = random.below(kCells);
      goal = random.below(kCells);
    } while (distance_[goal][cell] < kNearest);
    out = {};
    for (;;) {
      const int move = cell == goal ? kStay : choose(cell, goal, random);
      out.tokens.insert(out.tokens.end(),
                        {static_cast<ripen::Token>(cell % kColumns), static_cast<ripen::Token>(cell / kColumns),
                         static_cast<ripen::Token>(move)});
      out.to_goal.push_back(static_cast<float>(distance_[goal][cell]));
      out.good_actions.push_back(0);  // The move itself.
      ++out.steps;
      if (cell == goal) break;
      cell = moved(cell, move);
    }
  }

 private:
  /// Distances to a goal, by going over all cells until none changes; -1 where nobody can be.
  void measure(int goal) {
    auto& to = distance_[goal];
    std::fill(std::begin(to), std::end(to), -1);
    if (moved(goal, kStay) < 0) return;  // A house.
    to[goal] = 0;
    for (int length = 0; length < kCells; ++length) {
      for (int cell = 0; cell < kCells; ++cell) {
        for (int move = 1; move < kMoves && to[cell] == length; ++move) {
          if (const int next = moved(cell, move); next >= 0 && to[next] < 0) to[next] = length + 1;
        }
      }
    }
  }

  [[nodiscard]] int choose(int cell, int goal, ripen::Random& random) const {
    const bool wanders = random.uniform() < kWander;
    for (;;) {
      const int move = random.below(kMoves), next = moved(cell, move);
      if (next >= 0 && (wanders || distance_[goal][next] < distance_[goal][cell])) return move;
    }
  }

  ripen::TokenLayout layout_;
  int distance_[kCells][kCells];  // [goal][cell]
};

}  // namespace grid
