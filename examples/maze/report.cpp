#include "maze/report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "shared/interval.hpp"

namespace maze {

namespace {

using ripen::examples::rounded;

nlohmann::ordered_json to_array(Point p) { return {p.x, p.y}; }

nlohmann::ordered_json to_array(const std::vector<Point>& points) {
  auto array = nlohmann::ordered_json::array();
  for (const Point p : points) array.push_back(to_array(p));
  return array;
}

/// Of some episodes together.
struct Sum {
  std::int64_t episodes = 0, succeeded = 0, steps = 0, steps_of_successes = 0, ticks = 0, missed = 0, passes = 0;
  double compute_max = 0.0;

  void add(const Result& result) {
    if (result.interrupted) return;  // It might have arrived.
    ++episodes;
    steps += result.steps;
    ticks += result.ticks;
    missed += result.missed;
    passes += result.passes;
    compute_max = std::max(compute_max, result.compute.max);
    if (!result.succeeded) return;
    ++succeeded;
    steps_of_successes += result.steps;
  }
  [[nodiscard]] std::string rate() const {
    const auto interval = ripen::examples::interval_of_rate(succeeded, episodes);
    std::string text = std::to_string(succeeded) + " of " + std::to_string(episodes) + " succeeded, " +
                       rounded(100.0 * static_cast<double>(succeeded) / static_cast<double>(episodes), 1) +
                       " % (95 % interval " + rounded(100.0 * interval.low, 1) + " to " +
                       rounded(100.0 * interval.high, 1) + ")";
    if (succeeded > 0) {
      text += ", after " + rounded(static_cast<double>(steps_of_successes) / static_cast<double>(succeeded), 1) +
              " steps on average";
    }
    return text;
  }
};

}  // namespace

std::string name_of(int task) { return task == 0 ? "free starts" : "task " + std::to_string(task); }

std::string to_json(const Result& result) {
  nlohmann::ordered_json object = {
      {"maze", result.maze},
      {"task", result.task},
      {"start", to_array(result.start)},
      {"goal", to_array(result.goal)},
      {"succeeded", result.succeeded},
      {"steps", result.steps},
      {"missed", result.missed},
      {"passes", result.passes},
      {"actions", to_array(result.actions)},
      {"path", to_array(result.path)},
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
  return "episode " + std::to_string(number) + "/" + std::to_string(episodes) + ", " + name_of(result.task) +
         (result.succeeded     ? ": succeeded after "
          : result.interrupted ? ": interrupted after "
                               : ": not there after ") +
         std::to_string(result.steps) + " steps, " + std::to_string(result.missed) + " missed";
}

std::string summary_of(std::span<const Result> results) {
  Sum all;
  std::string text;
  for (auto first = results.begin(); first != results.end();) {
    Sum of_task;
    const auto end = std::find_if(first, results.end(), [&](const Result& r) { return r.task != first->task; });
    for (auto each = first; each != end; ++each) of_task.add(*each);
    if (of_task.episodes > 0) text += name_of(first->task) + ": " + of_task.rate() + "\n";
    first = end;
  }
  for (const Result& result : results) all.add(result);
  if (all.episodes == 0) return "no episode";
  return text + "all: " + all.rate() + "; " + std::to_string(all.ticks) + " control steps, " +
         std::to_string(all.missed) + " missed, " +
         rounded(static_cast<double>(all.passes) / static_cast<double>(std::max<std::int64_t>(1, all.steps)), 2) +
         " passes each, longest compute " + rounded(all.compute_max, 0) + " us";
}

}  // namespace maze
