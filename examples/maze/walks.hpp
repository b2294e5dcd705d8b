#pragma once
// What a model of a maze learns from: stretches of walks.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "maze/episodes.hpp"
#include "maze/tokens.hpp"
#include "ripen/train/trajectory.hpp"
#include "util/random.hpp"

namespace maze {

/// Stretches of the data, each ending at a goal: somewhere near where the point was then (hindsight), as arrival is.
/// Behind its end the point rests. Windows begin anywhere in them, so that all times to the goal are as likely.
class Walks : public ripen::train::TrajectorySource {
 public:
  Walks(const Maze& maze, Data data, std::uint64_t seed, States states = States::kPlaceAndArrival)
      : tokenizer_(maze::layout(maze, states)),
        longest_(horizon(maze)),
        trained_(make_episodes(maze, data, seed)),
        held_out_(make_episodes(maze, data, seed + 1, kHeldOutEpisodes)) {}

  [[nodiscard]] const ripen::TokenLayout& layout() const override { return tokenizer_.layout(); }
  [[nodiscard]] ripen::train::GoalSlots goal_slots() const override {
    std::vector<int> states(static_cast<std::size_t>(layout().states()));
    std::iota(states.begin(), states.end(), 0);
    return {.at_end = states};
  }

  void make(std::uint64_t number, ripen::train::Trajectory& out) const override {
    const auto& set = number >= ripen::train::kHeldOut ? held_out_ : trained_;
    ripen::Random random(number, 5);
    const Episode& episode = set[static_cast<std::size_t>(random.below(static_cast<int>(set.size())))];
    const int ticks = static_cast<int>(episode.actions.size());
    const int steps = std::min(longest_, ticks / kStepTicks);
    const int first = random.below(ticks - steps * kStepTicks + 1);
    out = {.steps = steps + 1};
    out.good_actions.assign(static_cast<std::size_t>(out.steps), 0);
    for (int i = 0; i <= steps; ++i) {
      const auto tick = static_cast<std::size_t>(first + i * kStepTicks);
      Point mean;
      for (std::size_t t = tick; i < steps && t < tick + kStepTicks; ++t) {
        mean.x += episode.actions[t].x / kStepTicks;
        mean.y += episode.actions[t].y / kStepTicks;
      }
      Point at = episode.positions[tick];
      if (i == steps) at = near(at, random);
      int slot = 0;
      const auto add = [&](double value) {
        ripen::Fraction fraction = 0;
        out.tokens.push_back(tokenizer_.encode(slot++, value, fraction));
        out.fractions.push_back(fraction);
      };
      add(at.x);
      add(at.y);
      if (layout().states() > 2) add(i == steps ? 1.0 : 0.0);
      add(mean.x);
      add(mean.y);
      out.to_goal.push_back(static_cast<float>(steps - i));
    }
  }

 private:
  static constexpr int kHeldOutEpisodes = 100;
  /// How far from where a walk ends its goal may be, a little less than from where a point has reached it. Walks keep
  /// to the middle of ways, and goals need not.
  static constexpr double kFarthest = 0.9 * kReached;

  /// A point drawn from the disc around another.
  static Point near(Point p, ripen::Random& random) {
    const double radius = kFarthest * std::sqrt(random.uniform());
    const double angle = 2.0 * std::numbers::pi * random.uniform();
    return {p.x + radius * std::cos(angle), p.y + radius * std::sin(angle)};
  }

  ripen::Tokenizer tokenizer_;
  int longest_;  // [steps]
  std::vector<Episode> trained_, held_out_;
};

}  // namespace maze
