// What is lost between a walk and its tokens.

#include "maze/tokens.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "maze/episodes.hpp"
#include "maze/point.hpp"
#include "util/random.hpp"

namespace maze {
namespace {

/// Follows a stretch of data blindly, each step of the plan with one action; whether it gets where the data did, and in
/// the plan's last step.
template <typename ActionOf>
bool arrives(const Maze& maze, const Episode& episode, std::size_t first, int steps, const ActionOf& action_of) {
  Point p = episode.positions[first];
  const std::size_t end = first + static_cast<std::size_t>(steps * kStepTicks);
  bool there = false;
  for (int step = 0; step < steps; ++step) {
    const std::size_t begin = first + static_cast<std::size_t>(step * kStepTicks);
    Point mean;
    for (std::size_t tick = begin; tick < begin + kStepTicks; ++tick) {
      mean.x += episode.actions[tick].x / kStepTicks;
      mean.y += episode.actions[tick].y / kStepTicks;
    }
    const Point action = action_of(mean);
    for (int tick = 0; tick < kStepTicks; ++tick) {
      p = moved(maze, p, action);
      there = there || (step + 1 == steps && distance(p, episode.positions[end]) <= kReached);
    }
  }
  return there;
}

TEST(Tokens, ReplayedPlansArriveWhereTheDataDid) {
  constexpr int kStretches = 300;
  for (const Maze& maze : mazes()) {
    const ripen::Tokenizer tokenizer(layout(maze));
    const auto through_tokens = [&](int slot, double value) {
      ripen::Fraction fraction = 0;
      const ripen::Token token = tokenizer.encode(slot, value, fraction);
      return tokenizer.decode(slot, token, fraction);
    };
    for (const Data data : {Data::kNavigate, Data::kStitch}) {
      const std::vector<Episode> episodes = make_episodes(maze, data, 7, 60);
      ripen::Random random(5);
      for (int i = 0; i < kStretches; ++i) {
        const Episode& episode = episodes[static_cast<std::size_t>(random.below(static_cast<int>(episodes.size())))];
        const int ticks = static_cast<int>(episode.actions.size()), steps = std::min(horizon(maze), ticks / kStepTicks);
        const auto first = static_cast<std::size_t>(random.below(ticks - steps * kStepTicks + 1));
        const auto begin = episode.positions.begin() + static_cast<std::ptrdiff_t>(first);
        // Where a teleport leads, no plan can know.
        if (std::any_of(begin, begin + steps * kStepTicks, [&](Point p) { return is_in_teleport(maze, p); })) continue;
        EXPECT_TRUE(arrives(maze, episode, first, steps,
                            [&](Point mean) {
                              return Point{through_tokens(3, mean.x), through_tokens(4, mean.y)};
                            }))
            << maze.name << ", stretch " << i << " from control step " << first;
      }
    }
  }
}

TEST(Tokens, EveryPlaceOfAMazeIsInTheirRange) {
  for (const Maze& maze : mazes()) {
    const ripen::TokenLayout tokens = layout(maze);
    for (const Cell cell : maze.free_cells()) {
      const Point centre = centre_of(cell);
      EXPECT_GE(centre.x - kUnit / 2, tokens.slot(0).low) << maze.name;
      EXPECT_LE(centre.x + kUnit / 2, tokens.slot(0).high) << maze.name;
      EXPECT_GE(centre.y - kUnit / 2, tokens.slot(1).low) << maze.name;
      EXPECT_LE(centre.y + kUnit / 2, tokens.slot(1).high) << maze.name;
    }
  }
}

}  // namespace
}  // namespace maze
