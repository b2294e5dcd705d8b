#include "push_t/report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "shared/interval.hpp"

namespace ripen::push_t {

namespace {

using examples::rounded;

/// Of a mean of values in [0, 1]: the spread of a few would reach beyond.
examples::Interval interval_of_scores(std::span<const double> scores) {
  const examples::Interval interval = examples::interval_of_mean(scores);
  return {std::max(0.0, interval.low), std::min(1.0, interval.high)};
}

std::string within(const examples::Interval& interval, double unit, int digits) {
  return " (95 % interval " + rounded(unit * interval.low, digits) + " to " + rounded(unit * interval.high, digits) +
         ")";
}

}  // namespace

std::string to_json(const Result& result) {
  nlohmann::ordered_json object = {
      {"start_seed", result.start_seed},
      {"score", result.score},
      {"coverage", result.coverage},
      {"succeeded", result.succeeded},
      {"steps", result.steps},
      {"disturbances", result.disturbances},
      {"ticks", result.ticks},
      {"missed", result.missed},
      {"passes", result.passes},
      {"latency_us",
       {{"wake_up", to_object(result.wake_up)},
        {"compute", to_object(result.compute)},
        {"slack", to_object(result.slack)},
        {"observation_to_action", to_object(result.observation_to_action)}}},
  };
  if (result.interrupted) object["interrupted"] = true;
  return object.dump();
}

std::string to_line(const Result& result, int number, int episodes) {
  return "episode " + std::to_string(number) + "/" + std::to_string(episodes) + ", seed " +
         std::to_string(result.start_seed) + ": score " + rounded(result.score, 3) + ", coverage " +
         rounded(result.coverage, 3) +
         (result.succeeded     ? ", success after "
          : result.interrupted ? ", interrupted after "
                               : " after ") +
         std::to_string(result.steps) + " steps, " + std::to_string(result.missed) + " ticks missed";
}

std::string summary_of(std::span<const Result> results) {
  std::vector<double> scores;
  std::int64_t succeeded = 0, steps = 0, ticks = 0, missed = 0, passes = 0;
  double sum = 0.0, compute_max = 0.0;
  for (const Result& result : results) {
    if (result.interrupted) continue;  // Its score would have risen.
    scores.push_back(result.score);
    sum += result.score;
    succeeded += result.succeeded ? 1 : 0;
    steps += result.steps;
    ticks += result.ticks;
    missed += result.missed;
    passes += result.passes;
    compute_max = std::max(compute_max, result.compute.max);
  }
  const std::int64_t n = std::ssize(scores);
  if (n == 0) return "no episode";
  const double count = static_cast<double>(n);
  return "score " + rounded(sum / count, 4) + within(interval_of_scores(scores), 1.0, 4) + "; " +
         std::to_string(succeeded) + " of " + std::to_string(n) + " succeeded, " +
         rounded(100.0 * static_cast<double>(succeeded) / count, 1) + " %" +
         within(examples::interval_of_rate(succeeded, n), 100.0, 1) + "; " + std::to_string(ticks) + " ticks, " +
         std::to_string(missed) + " missed, " +
         rounded(static_cast<double>(passes) / static_cast<double>(std::max<std::int64_t>(1, steps)), 2) +
         " passes a step, longest compute " + rounded(compute_max, 0) + " us";
}

}  // namespace ripen::push_t
