#include "train/batch.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "ripen/error.hpp"

namespace ripen::train {

namespace {

constexpr int kMostUseless = 10000;  // Trajectories in a row, before the source is taken for broken.

/// Appends `count` values of a trajectory from the token `from` on.
void append(const Trajectory& trajectory, std::size_t from, std::size_t count, bool fractions, Values& out) {
  const auto begin = trajectory.tokens.begin() + static_cast<std::ptrdiff_t>(from);
  out.tokens.insert(out.tokens.end(), begin, begin + static_cast<std::ptrdiff_t>(count));
  if (fractions && !trajectory.fractions.empty()) {
    const auto first = trajectory.fractions.begin() + static_cast<std::ptrdiff_t>(from);
    out.fractions.insert(out.fractions.end(), first, first + static_cast<std::ptrdiff_t>(count));
  } else {
    out.fractions.insert(out.fractions.end(), count, 0);
  }
}

/// Appends a window of a trajectory from the step `from` on, the last one repeated past the end, where a goal holds.
void append_window(const Trajectory& trajectory, int from, int window, bool fractions, std::size_t slots, Values& out,
                   std::vector<std::uint64_t>* good) {
  for (int i = 0; i < window; ++i) {
    const auto at = static_cast<std::size_t>(std::min(from + i, trajectory.steps - 1));
    append(trajectory, at * slots, slots, fractions, out);
    if (good != nullptr) good->push_back(trajectory.good_actions[at]);
  }
}

/// The last `size` values.
Corruption::Window last_of(Values& values, std::size_t size) {
  return {std::span(values.tokens).last(size), std::span(values.fractions).last(size)};
}

}  // namespace

void check_trajectory(const Trajectory& trajectory, const TokenLayout& layout, std::uint64_t number) {
  const auto refuse = [&](const std::string& problem) {
    throw Error("trajectory " + std::to_string(number) + ": " + problem);
  };
  if (trajectory.steps < 1) refuse("steps is " + std::to_string(trajectory.steps) + ", not 1 or more");
  const auto steps = static_cast<std::size_t>(trajectory.steps), slots = static_cast<std::size_t>(layout.slots());
  const auto require = [&](const char* field, std::size_t has, std::size_t wanted, bool may_be_empty) {
    if (has == wanted || (may_be_empty && has == 0)) return;
    refuse(std::string(field) + " has " + std::to_string(has) + " values, not " + std::to_string(wanted));
  };
  require("tokens", trajectory.tokens.size(), steps * slots, false);
  require("fractions", trajectory.fractions.size(), steps * slots, true);
  require("good_actions", trajectory.good_actions.size(), steps, false);
  require("to_goal", trajectory.to_goal.size(), steps, false);
  require("chance", trajectory.chance.size(), steps, true);
  for (std::size_t i = 0; i < steps; ++i) {
    if (std::isnan(trajectory.to_goal[i])) refuse("to_goal of step " + std::to_string(i) + " is not a number");
  }
  for (std::size_t i = 0; i < steps * slots; ++i) {
    const Slot& slot = layout.slot(static_cast<int>(i % slots));
    if (trajectory.tokens[i] < slot.vocabulary) continue;
    refuse("step " + std::to_string(i / slots) + ", slot '" + slot.name + "': token " +
           std::to_string(trajectory.tokens[i]) + " is outside of its " + std::to_string(slot.vocabulary) + " values");
  }
}

Batch make_batch(const TrajectorySource& source, const BatchShape& shape, std::uint64_t& first) {
  const auto slots = static_cast<std::size_t>(source.layout().slots());
  Random random(first, 1);
  Corruption corruption(source.layout(), {shape.fractions, shape.unseen, shape.spread, source.goal_slots()});
  Batch batch{.window = shape.window};
  if (shape.least_window > 0) batch.window = shape.least_window + random.below(shape.window - shape.least_window + 1);
  const std::size_t window = static_cast<std::size_t>(batch.window) * slots;
  Trajectory trajectory, other;
  Values stale;
  // Windows that need not be the longest are to be the shortest that reach the end.
  const auto random_begin = [&](const Trajectory& from) {
    const int reach = shape.least_window > 0 ? std::min(batch.window, from.steps) : from.steps;
    return from.steps - reach + random.below(reach);
  };
  int steps = 0, windows = 0, useless = 0;
  while (steps < shape.steps || windows < shape.windows) {
    source.make(first, trajectory);
    check_trajectory(trajectory, source.layout(), first++);
    const int before = steps + windows;
    for (std::size_t i = 0; i + 1 < static_cast<std::size_t>(trajectory.steps) && steps < shape.steps; ++i) {
      if (!trajectory.chance.empty() && random.uniform() >= trajectory.chance[i]) continue;
      append(trajectory, i * slots, slots, shape.fractions, batch.steps);
      append(trajectory, (i + 1) * slots, slots, shape.fractions, batch.next);
      batch.good.push_back(trajectory.good_actions[i]);
      batch.to_goal.push_back(trajectory.to_goal[i]);
      batch.imitate.push_back(trajectory.imitate ? 1.0F : 0.0F);
      ++steps;
    }
    if (windows < shape.windows && other.steps > 0 && trajectory.imitate) {
      const int from = random_begin(trajectory);
      append_window(trajectory, from, batch.window, shape.fractions, slots, batch.clean, &batch.window_good);
      append_window(trajectory, from, batch.window, shape.fractions, slots, batch.corrupted, nullptr);
      stale = {};
      append_window(other, random_begin(other), batch.window, shape.fractions, slots, stale, nullptr);
      batch.told.resize(batch.corrupted.tokens.size());
      batch.known.push_back(corruption.apply(last_of(batch.corrupted, window), last_of(stale, window),
                                             std::span(batch.told).last(window), random));
      ++windows;
    }
    std::swap(trajectory, other);
    useless = steps + windows == before ? useless + 1 : 0;
    if (useless < kMostUseless) continue;
    throw Error("of " + std::to_string(useless) + " trajectories up to " + std::to_string(first - 1) + " none has " +
                (steps < shape.steps ? "two steps, one of them to be taken" : "'imitate'"));
  }
  return batch;
}

BatchMaker::BatchMaker(const TrajectorySource& source, BatchShape shape, int threads, std::uint64_t first)
    : queue_([&source, shape](std::uint64_t& number) { return make_batch(source, shape, number); }, threads, first) {}

}  // namespace ripen::train
