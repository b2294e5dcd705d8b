#pragma once
// What a model of a maze learns from: stretches of walks.

#include <algorithm>
#include <array>
#include <vector>

#include "maze/episodes.hpp"
#include "maze/tokens.hpp"
#include "ripen/train/trajectory.hpp"
#include "util/random.hpp"

namespace maze {

/// Stretches of the data, each ending at a goal: wherever the point was then (hindsight). Behind its end the point
/// rests. Windows begin anywhere in them, so that all times to the goal are as likely.
class Walks : public ripen::train::TrajectorySource {
 public:
  Walks(const Maze& maze, Data data, std::uint64_t seed)
      : tokenizer_(maze::layout(maze)),
        longest_(horizon(maze)),
        trained_(make_episodes(maze, data, seed)),
        held_out_(make_episodes(maze, data, seed + 1, kHeldOutEpisodes)) {}

  [[nodiscard]] const ripen::TokenLayout& layout() const override { return tokenizer_.layout(); }
  [[nodiscard]] ripen::train::GoalSlots goal_slots() const override { return {.at_end = {0, 1, 2}}; }

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
      const Point at = episode.positions[tick];
      const std::array values{at.x, at.y, i == steps ? 1.0 : 0.0, mean.x, mean.y};
      for (int slot = 0; slot < layout().slots(); ++slot) {
        ripen::Fraction fraction = 0;
        out.tokens.push_back(tokenizer_.encode(slot, values[static_cast<std::size_t>(slot)], fraction));
        out.fractions.push_back(fraction);
      }
      out.to_goal.push_back(static_cast<float>(steps - i));
    }
  }

 private:
  static constexpr int kHeldOutEpisodes = 100;

  ripen::Tokenizer tokenizer_;
  int longest_;  // [steps]
  std::vector<Episode> trained_, held_out_;
};

}  // namespace maze
