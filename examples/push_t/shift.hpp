#pragma once
// Demonstrations as they might have been from a start nearby.

#include <span>

#include "push_t/tokens.hpp"

namespace ripen::push_t {

/// How far the T is put beside where it was seen when it is far from its goal.
struct Shift {
  Point by;           ///< [px]
  double turn = 0.0;  ///< about the middle of the T's keypoints [rad]
};

/// Moves T, agent and target of every step of an episode, in place, as one rigid body: who touches whom stays the same,
/// and pushing is the same anywhere on the table. The nearer the T is to its goal the less it is moved, in proportion
/// from 150 px on, so that it still ends there; what is at rest stays at rest. False, and nothing is moved, if anything
/// would leave the table. steps: [kStates + kActions] each, in [px].
[[nodiscard]] bool shift(std::span<Channels> steps, const Shift& shift);

}  // namespace ripen::push_t
