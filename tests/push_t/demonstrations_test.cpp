#include "push_t/demonstrations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "push_t/shift.hpp"
#include "ripen/tokenizer.hpp"

namespace ripen::push_t {
namespace {

const std::string kShipped = RIPEN_TEST_DATA "/first_4_demonstrations.npz";

TEST(Demonstrations, TrainingAndEvaluationNeverMeet) {
  const auto episodes = read_episodes(kShipped);
  const Demonstrations demonstrations(episodes, {.trained = {0, 2}, .held_out = {3}});
  const Demonstrations of_0(episodes, {.trained = {0}, .held_out = {0}});
  const Demonstrations of_2(episodes, {.trained = {2}, .held_out = {2}});
  const Demonstrations of_3(episodes, {.trained = {3}, .held_out = {3}});
  train::Trajectory zero, two, three, made, again;
  of_0.make(1, zero);
  of_2.make(1, two);
  of_3.make(1, three);
  int zeros = 0;
  for (std::uint64_t number = 0; number < 400; ++number) {
    demonstrations.make(number, made);
    demonstrations.make(number, again);
    ASSERT_EQ(made.tokens, again.tokens) << number;
    ASSERT_TRUE(made.tokens == zero.tokens || made.tokens == two.tokens) << number;
    zeros += made.tokens == zero.tokens ? 1 : 0;
    demonstrations.make(train::kHeldOut + number, made);
    ASSERT_EQ(made.tokens, three.tokens) << number;
  }
  // As often as they are long.
  EXPECT_NEAR(zeros / 400.0, static_cast<double>(zero.steps) / (zero.steps + two.steps), 0.08);
  ASSERT_EQ(zero.steps, std::ssize(episodes[0].states) - 6) << "it rests in 6";
  EXPECT_EQ(std::ssize(zero.tokens), zero.steps * (kStates + kActions));
  EXPECT_TRUE(demonstrations.layout().valid(std::span(zero.tokens).first(kStates + kActions), false));
  EXPECT_EQ(zero.to_goal.front(), static_cast<float>(zero.steps));
}

TEST(Demonstrations, StepsInWhichNothingMovedAreLeftOut) {
  const auto at = [](double x) { return State{{x, 100.0}, {{300.0, 300.0}, 1.0}}; };
  const std::vector<Episode> episodes = {
      {.states = {at(100.0), at(100.0), at(100.1), at(110.0), at(110.7), at(111.4), at(130.0)},
       .targets = {{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}, {6, 6}, {7, 7}}}};
  const Demonstrations demonstrations(episodes, {.trained = {0}, .held_out = {0}});
  const Tokenizer tokenizer(demonstrations.layout());
  train::Trajectory made;
  demonstrations.make(1, made);
  std::vector<double> targets;
  for (std::size_t i = kStates; i < made.tokens.size(); i += kStates + kActions) {
    targets.push_back(tokenizer.decode(kStates, made.tokens[i]));
  }
  // The last target of a rest is what ended it; a slow creep is no rest.
  EXPECT_EQ(targets, (std::vector<double>{3, 5, 6, 7}));
}

TEST(Demonstrations, AreKnownFinerThanTheirBins) {
  const auto episodes = read_episodes(kShipped);
  const Demonstrations demonstrations(episodes, {.trained = {0}, .held_out = {0}});
  const Tokenizer tokenizer(demonstrations.layout());
  train::Trajectory made;
  demonstrations.make(train::kHeldOut, made);
  ASSERT_EQ(made.fractions.size(), made.tokens.size());
  Channels first{};
  to_channels(episodes[0].states[0], first);
  for (int slot = 0; slot < kStates; ++slot) {
    const auto at = static_cast<std::size_t>(slot);
    EXPECT_NEAR(tokenizer.decode(slot, made.tokens[at], made.fractions[at]), first[at], 2.0 / 256) << slot;
  }
}

TEST(Demonstrations, HalfAreMirroredOnRequestButNoneThatIsHeldOut) {
  const auto episodes = read_episodes(kShipped);
  const Demonstrations demonstrations(episodes, {.trained = {0}, .held_out = {0}, .mirrored = true});
  train::Trajectory plain, made;
  demonstrations.make(train::kHeldOut, plain);
  int mirrored = 0;
  for (std::uint64_t number = 0; number < 400; ++number) {
    demonstrations.make(number, made);
    mirrored += made.tokens != plain.tokens ? 1 : 0;
    demonstrations.make(train::kHeldOut + number, made);
    ASSERT_EQ(made.tokens, plain.tokens) << number;
  }
  EXPECT_NEAR(mirrored, 200, 50);
}

TEST(Demonstrations, ShareIsSeenElsewhereOnRequestButNoneThatIsHeldOut) {
  const auto episodes = read_episodes(kShipped);
  const Demonstrations demonstrations(episodes, {.trained = {0}, .held_out = {0}, .shifted = 0.5});
  train::Trajectory plain, made;
  demonstrations.make(train::kHeldOut, plain);
  int shifted = 0;
  for (std::uint64_t number = 0; number < 400; ++number) {
    demonstrations.make(number, made);
    shifted += made.tokens != plain.tokens ? 1 : 0;
    const std::span<const Token> end = std::span(made.tokens).last(kStates + kActions);
    ASSERT_TRUE(demonstrations.layout().valid(end.first(kStates), false)) << number;
    for (std::size_t s = 0; s < kStates; ++s) {  // It still ends at the goal.
      const auto wanted = plain.tokens[plain.tokens.size() - end.size() + s];
      ASSERT_NEAR(end[s], wanted, 4) << "trajectory " << number << ", slot " << s;
    }
    demonstrations.make(train::kHeldOut + number, made);
    ASSERT_EQ(made.tokens, plain.tokens) << number;
  }
  EXPECT_NEAR(shifted, 200, 50);
}

TEST(Shift, MovesAllAsOneBodyAndLeavesWhatWouldBeOffTheTable) {
  const auto episodes = read_episodes(kShipped);
  std::vector<Channels> steps(episodes[0].states.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    to_channels(episodes[0].states[i], steps[i]);
    steps[i][kStates] = episodes[0].targets[i].x;
    steps[i][kStates + 1] = episodes[0].targets[i].y;
  }
  const std::vector<Channels> before = steps;
  EXPECT_FALSE(shift(steps, {.by = {400.0, 0.0}}));
  EXPECT_EQ(steps, before);
  ASSERT_TRUE(shift(steps, {.by = {10.0, -5.0}, .turn = 0.1}));
  EXPECT_NE(steps.front(), before.front());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (std::size_t a = 0; a < steps[i].size(); a += 2) {
      for (std::size_t b = 0; b < a; b += 2) {
        const auto apart = [&](const Channels& c) { return std::hypot(c[a] - c[b], c[a + 1] - c[b + 1]); };
        ASSERT_NEAR(apart(steps[i]), apart(before[i]), 1e-9) << "step " << i << ", points " << a << ", " << b;
      }
    }
  }
}

TEST(Demonstrations, PublishedSplitIsWhole) {
  EXPECT_EQ(published_90().size(), 90U);
  EXPECT_EQ(all_but_held_out().size(), 202U);
  EXPECT_TRUE(std::ranges::is_sorted(published_90()));
  for (const int index : held_out_episodes()) EXPECT_FALSE(std::ranges::binary_search(published_90(), index)) << index;
  EXPECT_EQ(published_90().front(), 7);
  EXPECT_EQ(published_90().back(), 203);
}

TEST(Demonstrations, EpisodesComeBackAsTheyWereWritten) {
  const auto episodes = read_episodes(kShipped);
  const std::string path = testing::TempDir() + "ripen_episodes.npz";
  write_episodes(path, episodes);
  const auto again = read_episodes(path);
  ASSERT_EQ(again.size(), episodes.size());
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].states, episodes[i].states) << i;
    EXPECT_EQ(again[i].targets, episodes[i].targets) << i;
  }
  write_episodes(path, {});
  EXPECT_TRUE(read_episodes(path).empty());
  EXPECT_THROW(write_episodes("/nonexistent/folder/file.npz", episodes), std::runtime_error);
  const std::string link = testing::TempDir() + "ripen_episodes_link.npz";
  std::filesystem::remove(link);
  std::filesystem::create_symlink(path, link);
  write_episodes(link, episodes);
  EXPECT_TRUE(std::filesystem::is_symlink(link)) << "replaced by a file";
  EXPECT_EQ(read_episodes(path).size(), episodes.size());
  std::filesystem::remove(link);
  std::filesystem::remove(path);
}

TEST(Demonstrations, WhatDoesNotFitIsSaid) {
  const auto episodes = read_episodes(kShipped);
  EXPECT_THROW(Demonstrations(episodes, {.trained = {4}, .held_out = {0}}), std::invalid_argument);
  EXPECT_THROW(Demonstrations(episodes, {.trained = {}, .held_out = {0}}), std::invalid_argument);
  const auto says = [](const std::string& path, const std::string& what) {
    try {
      (void)read_episodes(path);
      ADD_FAILURE() << "accepted " << path;
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
    }
  };
  says("/nonexistent.npz", "No such file");
  const std::string path = testing::TempDir() + "ripen_broken.npz";
  std::ofstream(path) << "no archive";
  says(path, "ot a zip archive");
  // Half a file has no directory; a byte changed in the middle breaks a checksum.
  std::ifstream in(kShipped, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes.substr(0, bytes.size() / 2);
  says(path, "");
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 0x55);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  says(path, "state");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace ripen::push_t
