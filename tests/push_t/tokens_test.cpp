#include "push_t/tokens.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numbers>
#include <optional>

#include "push_t/episodes.hpp"
#include "push_t/starts.hpp"
#include "ripen/token_layout.hpp"
#include "util/random.hpp"

namespace ripen::push_t {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

std::vector<Episode> shipped() { return read_episodes(RIPEN_TEST_DATA "/first_4_demonstrations.npz"); }

TEST(Tokens, StatesComeBackWithinHalfABin) {
  const Tokenizer tokenizer(layout());
  double channels[kStates];
  for (const Episode& episode : shipped()) {
    for (const State& state : episode.states) {
      to_channels(state, channels);
      const State exact = from_channels(channels);
      EXPECT_NEAR(exact.block.position.x, state.block.position.x, 1e-9);
      EXPECT_NEAR(std::remainder(exact.block.angle - state.block.angle, kTurn), 0.0, 1e-9);
      for (int s = 0; s < kStates; ++s) {
        EXPECT_GT(channels[s], -0.5) << tokenizer.layout().slot(s).name;
        EXPECT_LT(channels[s], 511.5) << tokenizer.layout().slot(s).name;
        channels[s] = tokenizer.decode(s, tokenizer.encode(s, channels[s]));
      }
      const State binned = from_channels(channels);
      EXPECT_NEAR(binned.agent.x, state.agent.x, 1.0);
      EXPECT_NEAR(binned.block.position.x, state.block.position.x, 1.5);
      EXPECT_NEAR(std::remainder(binned.block.angle - state.block.angle, kTurn), 0.0, 0.02);
    }
  }
}

TEST(Tokens, AWholeTurnIsNoJump) {
  double before[kStates], behind[kStates];
  to_channels({{1, 2}, {{200, 300}, 1e-9}}, before);
  to_channels({{1, 2}, {{200, 300}, kTurn - 1e-9}}, behind);
  for (int s = 0; s < kStates; ++s) EXPECT_NEAR(before[s], behind[s], 1e-6) << s;
}

TEST(Tokens, MirroredPushesMoveTheMirroredBlock) {
  double goal[kStates + kActions], mirrored[kStates + kActions];
  to_channels({{100, 412}, kGoal}, std::span(goal).first(kStates));
  std::ranges::copy(goal, mirrored);
  mirror(mirrored);
  for (int s = 0; s < kStates; ++s) EXPECT_NEAR(mirrored[s], goal[s], 1e-9) << "the goal stays, slot " << s;

  const auto seen_in_mirror = [](State state, Point& target) {
    double channels[kStates + kActions];
    to_channels(state, channels);
    channels[kStates] = target.x;
    channels[kStates + 1] = target.y;
    mirror(channels);
    target = {channels[kStates], channels[kStates + 1]};
    return from_channels(std::span(channels).first(kStates));
  };
  State state{{200, 150}, {{250, 260}, 0.4}};
  Point target{300, 280}, mirrored_target = target;
  World here, there;
  here.place(state);
  there.place(seen_in_mirror(state, mirrored_target));
  for (int i = 0; i < 10; ++i) {
    here.act(target);
    there.act(mirrored_target);
  }
  EXPECT_GT(std::hypot(here.state().block.position.x - 250, here.state().block.position.y - 260), 5.0);
  Point unused;
  const State expected = seen_in_mirror(here.state(), unused);
  EXPECT_NEAR(there.state().block.position.x, expected.block.position.x, 0.01);
  EXPECT_NEAR(there.state().block.position.y, expected.block.position.y, 0.01);
  EXPECT_NEAR(std::remainder(there.state().block.angle - expected.block.angle, kTurn), 0.0, 1e-3);
}

/// What the demonstrations score when replayed from their first states on, their targets as they are or in bins.
double score_of_binned(const std::vector<Episode>& episodes, std::optional<int> bins) {
  const Tokenizer tokenizer(layout(kStateBins, bins.value_or(kActionBins)));
  const auto binned = [&](int slot, double value) {
    return bins ? tokenizer.decode(slot, tokenizer.encode(slot, value)) : value;
  };
  double sum = 0.0;
  for (const Episode& episode : episodes) {
    World world;
    world.place(episode.states[0]);
    double best = world.coverage();
    for (const Point target : episode.targets) {
      world.act({binned(kStates, target.x), binned(kStates + 1, target.y)});
      best = std::max(best, world.coverage());
    }
    sum += reward_of(best);
  }
  return sum / static_cast<double>(episodes.size());
}

TEST(Tokens, BinnedTargetsOfTheDemonstrationsScoreTheSame) {
  const auto episodes = shipped();
  for (const Episode& episode : episodes) {
    const Tokenizer tokenizer(layout());
    for (const Point target : episode.targets) {
      EXPECT_EQ(tokenizer.decode(kStates, tokenizer.encode(kStates, target.x)), target.x);
      EXPECT_EQ(tokenizer.decode(kStates + 1, tokenizer.encode(kStates + 1, target.y)), target.y);
    }
  }
  EXPECT_GT(score_of_binned(episodes, kActionBins), 0.9);
}

TEST(Tokens, HowManyBinsTheDemonstrationsNeed) {
  const std::string path = data_folder() + "/pusht_cchi_v7_lowdim.npz";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "there is no " << path << "; set RIPEN_PUSHT_DATA";
  const auto episodes = read_episodes(path);
  const double exact = score_of_binned(episodes, std::nullopt);
  std::printf("demonstrations replayed from their first states: score %.4f\n", exact);
  for (const int bins : {64, 128, 256, 512, 1024}) {
    std::printf("targets in %4d bins: score %.4f\n", bins, score_of_binned(episodes, bins));
  }
  EXPECT_GT(score_of_binned(episodes, kActionBins), exact - 0.01);

  double coverage_error = 0.0;
  int states = 0;
  const Tokenizer tokenizer(layout());
  for (const Episode& episode : episodes) {
    for (const State& state : episode.states) {
      double channels[kStates];
      to_channels(state, channels);
      for (int s = 0; s < kStates; ++s) channels[s] = tokenizer.decode(s, tokenizer.encode(s, channels[s]));
      if (coverage(state.block) < 0.9) continue;
      coverage_error += std::abs(coverage(from_channels(channels).block) - coverage(state.block));
      ++states;
    }
  }
  std::printf("states in %d bins: mean error of a coverage above 0.9: %.4f\n", kStateBins, coverage_error / states);
  EXPECT_LT(coverage_error / states, 0.01);
}

}  // namespace
}  // namespace ripen::push_t
