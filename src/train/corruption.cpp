#include "train/corruption.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "plan/fractions.hpp"
#include "ripen/error.hpp"

namespace ripen::train {

namespace {
/// Of the tokens that are not kept, how many are replaced instead of masked.
constexpr double kWrong = 0.15;
/// Of the windows, how many have a stale plan behind the head's state.
constexpr double kStale = 0.15;
/// Of the windows, how many begin with steps that were done and seen.
constexpr double kHistory = 0.5;
/// Of the windows, in how many the head's state was observed.
constexpr double kObserved = 0.75;
/// Of the windows, how many end with the goal if the planner shows it there.
constexpr double kGoalAtEnd = 0.8;
/// Of those, how many say from when on the robot is to be there, and not only at the end.
constexpr double kGoalFromArrival = 0.7;
/// The most of the slots that are not seen where some are not.
constexpr double kMostUnseen = 0.6;
/// How often what was not seen still stands where it was a step before.
constexpr double kUnmoved = 0.25;
}  // namespace

Corruption::Corruption(const TokenLayout& layout, CorruptionOptions options)
    : layout_(layout), options_(std::move(options)) {
  for (const auto* slots : {&options_.goal_slots.always, &options_.goal_slots.at_end}) {
    for (const int slot : *slots) {
      if (slot >= 0 && slot < layout_.states()) continue;
      throw OptionsError("goal slot " + std::to_string(slot) + " is none of the " + std::to_string(layout_.states()) +
                         " state slots");
    }
  }
}

void Corruption::set_levels(int steps, Random& random) {
  levels_.resize(static_cast<std::size_t>(steps));
  const double shape = random.uniform();
  if (shape < 0.5) {  // A rolling ramp behind a frontier.
    const int frontier = random.below(steps);
    const double length = 1.0 + random.uniform() * steps;
    for (int i = 0; i < steps; ++i) {
      levels_[static_cast<std::size_t>(i)] = std::clamp((i - frontier + 1) / length, 0.0, 1.0);
    }
  } else if (shape < 0.85) {  // Independent levels.
    for (double& level : levels_) level = random.uniform();
  } else {  // A cold start.
    std::fill(levels_.begin(), levels_.end(), 1.0);
  }
}

void Corruption::noise(int slot, Token& token, Fraction& fraction, double level, Random& random) const {
  const Slot& s = layout_.slot(slot);
  if (random.uniform() < level) {
    token = random.uniform() < kWrong ? static_cast<Token>(random.below(s.vocabulary)) : kMask;
    const bool somewhere = options_.fractions && s.continuous() && token != kMask;
    fraction = static_cast<Fraction>(somewhere ? random.below(kFractions) - kFractions / 2 : 0);
    return;
  }
  if (!s.continuous()) return;
  const double spread = level * options_.spread * s.vocabulary;
  const double moved = token + static_cast<double>(fraction) / kFractions + spread * random.normal();
  token = static_cast<Token>(std::clamp(std::round(moved), 0.0, s.vocabulary - 1.0));
  if (options_.fractions) fraction = fraction_of(moved - token);
}

void Corruption::tell(const Known& known, int goal_from, std::span<std::uint8_t> told) const {
  const int slots = layout_.slots(), steps = static_cast<int>(told.size()) / slots;
  std::ranges::fill(told, std::uint8_t{0});
  for (int i = 0; i <= known.head; ++i) {
    const int seen = i < known.head ? slots : known.observed ? layout_.states() : 0;
    for (int s = 0; s < seen; ++s) told[at(i, s)] = 1;
  }
  for (const int s : options_.goal_slots.always) {
    for (int i = 0; i < steps; ++i) told[at(i, s)] = 1;
  }
  for (const int s : options_.goal_slots.at_end) {
    for (int i = goal_from; i < steps; ++i) told[at(i, s)] = 1;
  }
}

int Corruption::arrival_of(const Window& window) const {
  const int steps = static_cast<int>(window.tokens.size()) / layout_.slots();
  const auto is_there = [&](int step) {
    return std::ranges::all_of(options_.goal_slots.at_end, [&](int s) {
      return window.tokens[at(step, s)] == window.tokens[at(steps - 1, s)] &&
             window.fractions[at(step, s)] == window.fractions[at(steps - 1, s)];
    });
  };
  int arrival = steps - 1;
  while (arrival > 0 && is_there(arrival - 1)) --arrival;
  return arrival;
}

std::vector<std::uint8_t> Corruption::told(const Known& known, int steps) const {
  std::vector<std::uint8_t> result(at(steps, 0));
  tell(known, steps - 1, result);
  return result;
}

void Corruption::blind(const Known& known, const Window& window, std::span<std::uint8_t> told, Random& random) const {
  const double chance = kMostUnseen * random.uniform();
  const std::vector<int>& goal = options_.goal_slots.always;
  for (int i = known.observed ? known.head : known.head - 1; i >= 0; --i) {  // The step before is still clean.
    for (int s = 0; s < layout_.states(); ++s) {
      if (std::ranges::find(goal, s) != goal.end() || random.uniform() >= chance) continue;
      told[at(i, s)] = 0;
      if (i > 0 && random.uniform() < kUnmoved) {
        window.tokens[at(i, s)] = window.tokens[at(i - 1, s)];
        window.fractions[at(i, s)] = window.fractions[at(i - 1, s)];
      } else {
        noise(s, window.tokens[at(i, s)], window.fractions[at(i, s)], random.uniform(), random);
      }
    }
  }
}

Corruption::Known Corruption::apply(const Window& window, const Window& stale, std::span<std::uint8_t> told,
                                    Random& random) {
  const int slots = layout_.slots();
  const int steps = static_cast<int>(window.tokens.size()) / slots;
  const int states = layout_.states();
  Known known;
  if (random.uniform() < kHistory) known.head = random.below((steps + 1) / 2);
  const bool is_stale = random.uniform() < kStale;
  known.observed = random.uniform() < kObserved;
  int goal_from = steps;
  if (!options_.goal_slots.at_end.empty() && random.uniform() < kGoalAtEnd) {
    goal_from = random.uniform() < kGoalFromArrival ? arrival_of(window) : steps - 1;
  }
  tell(known, goal_from, told);
  for (std::size_t i = at(known.head, states); is_stale && i < told.size(); ++i) {
    if (told[i] != 0) continue;
    window.tokens[i] = stale.tokens[i];
    window.fractions[i] = stale.fractions[i];
  }
  if (options_.unseen > 0.0 && random.uniform() < options_.unseen) blind(known, window, told, random);
  // What is to be seen and what is to be done are not decided alike: each has levels of its own.
  for (const auto& [first, last] : {std::pair(0, states), std::pair(states, slots)}) {
    set_levels(steps - known.head, random);
    for (int i = known.head; i < steps; ++i) {
      if (i == known.head && first == 0 && known.observed) continue;
      for (int s = first; s < last; ++s) {
        if (told[at(i, s)] != 0) continue;
        noise(s, window.tokens[at(i, s)], window.fractions[at(i, s)], levels_[static_cast<std::size_t>(i - known.head)],
              random);
      }
    }
  }
  return known;
}

}  // namespace ripen::train
