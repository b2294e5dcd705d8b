#pragma once
// Results as text for people and as JSON for scripts.

#include <span>
#include <string>

#include "push_t/result.hpp"

namespace ripen::push_t {

/// One JSON object without a line break: start_seed, score, coverage, succeeded, steps, disturbances, ticks, missed,
/// passes, latency_us (of wake_up, compute, slack and observation_to_action: p50, p90, p99, p999, max), and interrupted
/// where it was.
[[nodiscard]] std::string to_json(const Result& result);

/// "episode 3/50, seed 100002: score 0.981, coverage 0.932 after 300 steps". number is counted from 1.
[[nodiscard]] std::string to_line(const Result& result, int number, int episodes);

/// Of the episodes that were not interrupted: mean score and share of successes with their 95 % intervals, and what the
/// ticks were like.
[[nodiscard]] std::string summary_of(std::span<const Result> results);

}  // namespace ripen::push_t
