#pragma once
// How a walk becomes tokens: steps of ten control steps, each with a place and the mean action from there.

#include "maze/maze.hpp"
#include "ripen/token_layout.hpp"

namespace maze {

inline constexpr int kStepTicks = 10;  ///< Control steps in a step of the plan.
inline constexpr int kPlaceBins = 128, kActionBins = 32;

/// Slots: x, y; action_x, action_y.
[[nodiscard]] inline ripen::TokenLayout layout(const Maze& maze) {
  const double low = -kUnit / 2, x = low + kUnit * (maze.columns - 2), y = low + kUnit * (maze.rows - 2);
  return ripen::TokenLayout({{"x", ripen::SlotRole::kState, kPlaceBins, low, x},
                             {"y", ripen::SlotRole::kState, kPlaceBins, low, y},
                             {"action_x", ripen::SlotRole::kAction, kActionBins, -1.0, 1.0},
                             {"action_y", ripen::SlotRole::kAction, kActionBins, -1.0, 1.0}});
}

/// [steps] that a plan looks ahead: what the longest way takes, and half as much again.
[[nodiscard]] inline int horizon(const Maze& maze) {
  return maze.name == "giant" ? 96 : maze.name == "medium" ? 36 : 60;
}

/// [steps] of a window: the horizon, and what was done before.
inline constexpr int kHistory = 4;

}  // namespace maze
