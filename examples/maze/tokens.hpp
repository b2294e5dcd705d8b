#pragma once
// How a walk becomes tokens: steps of ten control steps, each with a place and the mean action from there.

#include <array>

#include "maze/maze.hpp"
#include "ripen/task.hpp"
#include "ripen/token_layout.hpp"

namespace maze {

inline constexpr int kStepTicks = 10;  ///< Control steps in a step of the plan.
inline constexpr int kPlaceBins = 128, kActionBins = 32;

/// Slots: x, y, and whether the walk's goal is reached, which says in one token what x and y say only together;
/// action_x, action_y.
[[nodiscard]] inline ripen::TokenLayout layout(const Maze& maze) {
  const double low = -kUnit / 2, x = low + kUnit * (maze.columns - 2), y = low + kUnit * (maze.rows - 2);
  return ripen::TokenLayout({{"x", ripen::SlotRole::kState, kPlaceBins, low, x},
                             {"y", ripen::SlotRole::kState, kPlaceBins, low, y},
                             {"arrived", ripen::SlotRole::kState, 2},
                             {"action_x", ripen::SlotRole::kAction, kActionBins, -1.0, 1.0},
                             {"action_y", ripen::SlotRole::kAction, kActionBins, -1.0, 1.0}});
}

/// The state channels of a point that has arrived.
[[nodiscard]] inline std::array<ripen::ChannelValue, 3> arrival_at(Point goal) { return {goal.x, goal.y, 1.0}; }

/// [steps] that a plan looks ahead, and of the window in which it is made: what the longest way takes, and half as much
/// again. What lies behind says nothing about a point that has no momentum.
[[nodiscard]] inline int horizon(const Maze& maze) {
  return maze.name == "giant" ? 100 : maze.name == "medium" ? 40 : 64;
}

}  // namespace maze
