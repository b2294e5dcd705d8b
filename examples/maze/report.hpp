#pragma once
// Results as text for people and as JSON for scripts.

#include <span>
#include <string>

#include "maze/result.hpp"

namespace maze {

/// One JSON object without a line break: maze, task, start [x, y], goal [x, y], succeeded, steps, missed, passes,
/// actions [[x, y], ...], path [[x, y], ...], latency_us (of wake_up, compute, slack and observation_to_action: p50,
/// p90, p99, p999, max), and interrupted where it was.
[[nodiscard]] std::string to_json(const Result& result);

/// "task 1", or "free starts" of 0.
[[nodiscard]] std::string name_of(int task);

/// "episode 3/50, task 1: succeeded after 512 steps, 0 missed". number is counted from 1.
[[nodiscard]] std::string to_line(const Result& result, int number, int episodes);

/// A line for each task and one for all, of the episodes that were not interrupted: the share of successes with its
/// 95 % interval, mean steps of those that arrived, and what the control steps were like.
[[nodiscard]] std::string summary_of(std::span<const Result> results);

}  // namespace maze
