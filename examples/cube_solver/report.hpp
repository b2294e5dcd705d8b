#pragma once
// Results as text for people and as JSON for scripts.

#include <span>
#include <string>

#include "cube_solver/result.hpp"

namespace ripen::cube {

/// One JSON object without a line break: facelets, solved, turns (each move, by "robot" or "world", tick, and slipped
/// where it did), robot_turns, ticks, missed, passes, first_action_tick (null if the robot never turned), latency_us
/// (of wake_up, compute, slack and observation_to_action: p50, p90, p99, p999, max), and interrupted where it was.
[[nodiscard]] std::string to_json(const Result& result);

/// "cube 3/10: solved in 29 turns, 1.24 s, 0 ticks missed: R U2 ...". The time is real time: missed ticks have passed
/// too. number is counted from 1; turns by the world are in parentheses, slipped ones in brackets.
[[nodiscard]] std::string to_line(const Result& result, int number, int cubes, int tick_us);

/// How many were solved of those that were not interrupted, in how many turns, and what the ticks were like.
[[nodiscard]] std::string summary_of(std::span<const Result> results);

}  // namespace ripen::cube
