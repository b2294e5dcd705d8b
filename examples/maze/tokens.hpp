#pragma once
// How a walk becomes tokens: steps of ten control steps, each with a place and the mean action from there.

#include <cstdint>
#include <vector>

#include "maze/maze.hpp"
#include "ripen/task.hpp"
#include "ripen/token_layout.hpp"

namespace maze {

inline constexpr int kStepTicks = 10;  ///< Control steps in a step of the plan.
inline constexpr int kPlaceBins = 128, kActionBins = 32;

/// What a state says.
enum class States : std::uint8_t {
  kPlaceAndArrival,  ///< what a denoiser learns best from
  kPlace,            ///< what a GPT-style model does
};

/// Slots: x, y, and whether the walk's goal is reached, which says in one token what x and y say only together;
/// action_x, action_y.
[[nodiscard]] inline ripen::TokenLayout layout(const Maze& maze, States states = States::kPlaceAndArrival) {
  using ripen::SlotRole;
  const double low = -kUnit / 2, x = low + kUnit * (maze.columns - 2), y = low + kUnit * (maze.rows - 2);
  std::vector<ripen::Slot> slots{{"x", SlotRole::kState, kPlaceBins, low, x},
                                 {"y", SlotRole::kState, kPlaceBins, low, y}};
  if (states == States::kPlaceAndArrival) slots.push_back({"arrived", SlotRole::kState, 2});
  for (const char* action : {"action_x", "action_y"})
    slots.push_back({action, SlotRole::kAction, kActionBins, -1.0, 1.0});
  return ripen::TokenLayout(slots);
}

/// The state channels of a point that has arrived.
[[nodiscard]] inline std::vector<ripen::ChannelValue> arrival_at(Point goal, const ripen::TokenLayout& layout) {
  if (layout.states() == 2) return {goal.x, goal.y};
  return {goal.x, goal.y, 1.0};
}

/// [states] How far a point gets in a step, by its own strength, and a goal may be from where it has been reached.
[[nodiscard]] inline std::vector<double> strides(States states) {
  std::vector<double> most(2, kStride * kStepTicks + kReached);
  if (states == States::kPlaceAndArrival) most.push_back(ripen::kUnlimited);
  return most;
}

/// [steps] that a plan looks ahead, and of the window in which it is made: what the longest way takes, and half as much
/// again. What lies behind says nothing about a point that has no momentum.
[[nodiscard]] inline int horizon(const Maze& maze) {
  return maze.name == "giant" ? 100 : maze.name == "medium" ? 40 : 64;
}

}  // namespace maze
