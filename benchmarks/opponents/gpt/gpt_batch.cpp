#include "opponents/gpt/gpt_batch.hpp"

#include <algorithm>
#include <string>

#include "ripen/error.hpp"
#include "util/random.hpp"

namespace ripen::opponents {

namespace {

constexpr double kHiddenArrival = 0.3;
constexpr double kHiddenChannel = 0.5;  // Of those of a stretch in which some are.
constexpr int kMostUseless = 10000;     // Trajectories in a row, before the source is taken for broken.

/// The step of the arrival from a step on, or -1 if the trajectory does not say.
int arrival_of(const train::Trajectory& trajectory, int from) {
  constexpr float kThere = 0.5F;
  for (int i = from; i < trajectory.steps; ++i) {
    const float left = trajectory.to_goal[static_cast<std::size_t>(i)];
    if (left >= 0.0F && left < kThere) return i;
  }
  return -1;
}

void put(const train::Trajectory& trajectory, std::size_t at, train::Values& out) {
  out.tokens.push_back(trajectory.tokens[at]);
  out.fractions.push_back(trajectory.fractions.empty() ? Fraction{0} : trajectory.fractions[at]);
}

void put_nothing(train::Values& out) {
  out.tokens.push_back(kMask);
  out.fractions.push_back(0);
}

void hide(train::Values& values, std::size_t at) {
  values.tokens[at] = kMask;
  values.fractions[at] = 0;
}

/// Appends the prompt of a stretch.
void put_prompt(const train::Trajectory& trajectory, const GptLayout& layout, int from, int length, Random& random,
                GptBatch& batch) {
  const auto slots = static_cast<std::size_t>(layout.tokens().slots());
  const float left = trajectory.to_goal[static_cast<std::size_t>(from)];
  int arrival = arrival_of(trajectory, from);
  if (arrival < 0 && left < 0.0F && !layout.goal_slots().at_end.empty()) arrival = from + length - 1;  // Hindsight.
  for (const int slot : layout.goal_slots().always) {
    put(trajectory, static_cast<std::size_t>(from) * slots + static_cast<std::size_t>(slot), batch.goal);
  }
  for (const int slot : layout.goal_slots().at_end) {
    if (arrival < 0) {
      put_nothing(batch.goal);
    } else {
      put(trajectory, static_cast<std::size_t>(arrival) * slots + static_cast<std::size_t>(slot), batch.goal);
    }
  }
  const bool hidden = arrival < 0 || random.uniform() < kHiddenArrival;
  batch.arrivals.push_back(layout.arrival(hidden ? -1 : arrival - from));
}

}  // namespace

GptBatch make_gpt_batch(const train::TrajectorySource& source, const GptLayout& layout, const GptBatchShape& shape,
                        std::uint64_t& first) {
  const int slots = layout.tokens().slots(), states = layout.tokens().states();
  const auto row = static_cast<std::size_t>(layout.window() * slots);
  Random random(first, 1);
  GptBatch batch;
  train::Trajectory trajectory;
  int useless = 0;
  while (std::ssize(batch.lengths) < shape.stretches) {
    source.make(first, trajectory);
    train::check_trajectory(trajectory, source.layout(), first++);
    if (!trajectory.imitate || trajectory.steps < 2) {
      if (++useless < kMostUseless) continue;
      throw Error("of " + std::to_string(useless) + " trajectories up to " + std::to_string(first - 1) +
                  " none has 'imitate' and two steps");
    }
    useless = 0;
    const int from = random.below(trajectory.steps - 1);
    const int length = std::min(layout.window(), trajectory.steps - from);
    put_prompt(trajectory, layout, from, length, random, batch);
    batch.lengths.push_back(length);
    for (int i = 0; i < length * slots; ++i) put(trajectory, static_cast<std::size_t>(from * slots + i), batch.clean);
    batch.clean.tokens.resize(batch.lengths.size() * row, 0);  // What lies beyond is not looked at.
    batch.clean.fractions.resize(batch.lengths.size() * row, 0);
    const std::size_t begin = batch.shown.tokens.size();
    batch.shown.tokens.insert(batch.shown.tokens.end(), batch.clean.tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                              batch.clean.tokens.end());
    batch.shown.fractions.insert(batch.shown.fractions.end(),
                                 batch.clean.fractions.begin() + static_cast<std::ptrdiff_t>(begin),
                                 batch.clean.fractions.end());
    if (random.uniform() >= shape.unseen) continue;
    for (int s = 0; s < states; ++s) {
      if (random.uniform() >= kHiddenChannel) continue;
      for (std::size_t at = begin + static_cast<std::size_t>(s); at < begin + row;
           at += static_cast<std::size_t>(slots)) {
        hide(batch.shown, at);
      }
    }
    for (std::size_t g = batch.goal.tokens.size() - layout.goal().size(); g < batch.goal.tokens.size(); ++g) {
      if (random.uniform() < kHiddenChannel) hide(batch.goal, g);
    }
  }
  return batch;
}

}  // namespace ripen::opponents
