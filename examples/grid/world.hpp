#pragma once
// A small town: a robot goes from cell to cell, round blocks of houses, and nearly always there are several ways.

#include <array>
#include <span>
#include <string_view>

#include "ripen/token_layout.hpp"

namespace ripen::grid {

inline constexpr int kColumns = 7, kRows = 5, kCells = kColumns * kRows;
inline constexpr std::string_view kMap =  // '.' can be entered
    "......."
    ".#.#.#."
    "......."
    ".#.#.#."
    ".......";
static_assert(kMap.size() == kCells);

inline constexpr std::array<std::string_view, 5> kMoves{"stay", "east", "north", "west", "south"};
inline constexpr Token kStay = 0;

[[nodiscard]] constexpr bool is_free(int cell) { return kMap[static_cast<std::size_t>(cell)] == '.'; }

/// The cell that a move leads to; -1 where it would leave the map or run into a house.
[[nodiscard]] constexpr int moved(int cell, int move) {
  constexpr std::array<int, 5> kRight{0, 1, 0, -1, 0}, kDown{0, 0, -1, 0, 1};
  const int column = cell % kColumns + kRight[static_cast<std::size_t>(move)];
  const int row = cell / kColumns + kDown[static_cast<std::size_t>(move)];
  if (column < 0 || column >= kColumns || row < 0 || row >= kRows) return -1;
  const int to = row * kColumns + column;
  return is_free(to) ? to : -1;
}

/// A step is the cell where the robot is, as a column and a row, and its move from there.
[[nodiscard]] inline TokenLayout layout() {
  return TokenLayout({{"column", SlotRole::kState, kColumns},
                      {"row", SlotRole::kState, kRows},
                      {"move", SlotRole::kAction, static_cast<int>(kMoves.size())}});
}

/// The cell of a step's state tokens.
[[nodiscard]] constexpr int cell_of(std::span<const Token> state) { return state[1] * kColumns + state[0]; }

}  // namespace ripen::grid
