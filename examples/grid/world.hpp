#pragma once
// A small town: a robot goes from cell to cell, round the houses, and there are several ways to nearly everywhere.

#include <array>
#include <span>
#include <string_view>

#include "ripen/plan_source.hpp"
#include "ripen/token_layout.hpp"

namespace grid {

inline constexpr int kColumns = 7, kRows = 5, kCells = kColumns * kRows;
inline constexpr std::string_view kMap =  // '#' is a house
    "......."
    ".#.#.#."
    "......."
    ".#.#.#."
    ".......";
static_assert(kMap.size() == kCells);

/// Moves: stay, east, north, west, south.
inline constexpr int kMoves = 5;
inline constexpr ripen::Token kStay = 0;

/// A step is the cell where the robot is, as a column and a row, and its move from there.
[[nodiscard]] inline ripen::TokenLayout layout() {
  return ripen::TokenLayout({{"column", ripen::SlotRole::kState, kColumns},
                             {"row", ripen::SlotRole::kState, kRows},
                             {"move", ripen::SlotRole::kAction, kMoves}});
}

/// The cell of a step. tokens: [slots] or [states]
[[nodiscard]] constexpr int cell_of(std::span<const ripen::Token> tokens) { return tokens[1] * kColumns + tokens[0]; }

/// The cell that a move leads to; -1 where it would leave the map or run into a house.
[[nodiscard]] constexpr int moved(int cell, int move) {
  constexpr std::array<int, kMoves> kEast{0, 1, 0, -1, 0}, kSouth{0, 0, -1, 0, 1};
  const int column = cell % kColumns + kEast[static_cast<std::size_t>(move)];
  const int row = cell / kColumns + kSouth[static_cast<std::size_t>(move)];
  if (column < 0 || column >= kColumns || row < 0 || row >= kRows) return -1;
  const int to = row * kColumns + column;
  return kMap[static_cast<std::size_t>(to)] == '#' ? -1 : to;
}

/// Whether every move of a plan leads to the cell where its next step says that the robot is.
[[nodiscard]] inline bool is_whole(const ripen::PlanSource& plan) {
  for (int i = 0; i + 1 < plan.horizon(); ++i) {
    const auto here = plan.step(i).tokens, next = plan.step(i + 1).tokens;
    for (const ripen::Token token : {here[0], here[1], here[2], next[0], next[1]}) {
      if (token == ripen::kMask) return false;
    }
    if (moved(cell_of(here), here[2]) != cell_of(next)) return false;
  }
  return true;
}

}  // namespace grid
