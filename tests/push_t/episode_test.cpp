#include "push_t/episode.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "push_t/episodes.hpp"
#include "push_t/render.hpp"
#include "push_t/report.hpp"
#include "push_t/tokens.hpp"
#include "ripen/tokenizer.hpp"

namespace ripen::push_t {
namespace {

/// Knows one demonstration by heart: every step of a window gets the targets of the moment whose state is nearest.
class Recital : public Denoiser {
 public:
  explicit Recital(const Episode& episode) : episode_(episode) {
    for (const State& state : episode.states) {
      auto& tokens = states_.emplace_back(kStates);
      double channels[kStates];
      to_channels(state, channels);
      EXPECT_TRUE(tokenizer_.encode_state(channels, tokens));
    }
  }

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return tokenizer_.layout(); }
  [[nodiscard]] int max_windows() const noexcept override { return 1; }
  [[nodiscard]] int max_steps() const noexcept override { return 16; }

  void run(const DenoiseBatch& batch) noexcept override {
    const TokenLayout& l = layout();
    std::fill_n(batch.logits, batch.steps * l.logits(), 0.0F);
    std::ptrdiff_t now = 0;
    for (int i = 0; i < batch.steps; ++i, ++now) {
      const Token* tokens = batch.tokens + static_cast<std::ptrdiff_t>(i) * l.slots();
      if (tokens[0] != kMask) now = nearest(tokens, now);
      const auto at = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(now, 0, std::ssize(states_) - 1));
      float* logits = batch.logits + static_cast<std::ptrdiff_t>(i) * l.logits();
      for (int s = 0; s < kStates; ++s) logits[l.offset(s) + states_[at][static_cast<std::size_t>(s)]] = 20.0F;
      const Point target = episode_.targets[at];
      logits[l.offset(kStates) + tokenizer_.encode(kStates, target.x)] = 20.0F;
      logits[l.offset(kStates + 1) + tokenizer_.encode(kStates + 1, target.y)] = 20.0F;
    }
  }

 private:
  [[nodiscard]] std::ptrdiff_t nearest(const Token* tokens, std::ptrdiff_t from) const noexcept {
    std::ptrdiff_t best = 0;
    int least = 1 << 30;
    for (std::ptrdiff_t i = 0; i < std::ssize(states_); ++i) {
      int off = static_cast<int>(i < from ? from - i : 0);
      for (int s = 0; s < kStates; ++s) {
        off += tokens[s] == kMask
                   ? 0
                   : std::abs(tokens[s] - states_[static_cast<std::size_t>(i)][static_cast<std::size_t>(s)]);
      }
      if (off < least) {
        least = off;
        best = i;
      }
    }
    return best;
  }

  Tokenizer tokenizer_{push_t::layout()};
  Episode episode_;
  std::vector<std::vector<Token>> states_;
};

const Episode& demonstration() {
  static const Episode first = read_episodes(RIPEN_TEST_DATA "/first_4_demonstrations.npz")[0];
  return first;
}

/// The first demonstration began with the start state of seed 0.
Options options() { return {.passes = 1, .virtual_time = true, .max_steps = 170}; }

TEST(Episode, AModelThatKnowsADemonstrationScoresLikeIt) {
  Recital model(demonstration());
  const Result result = run_episode(0, options(), model);
  EXPECT_GT(result.score, 0.8) << to_line(result, 1, 1);
  EXPECT_EQ(result.start_seed, 0U);
  EXPECT_EQ(result.missed, 0);
  EXPECT_EQ(result.ticks, result.steps + 1);  // In the last tick nothing moves any more.
  EXPECT_GE(result.passes, result.steps);
}

TEST(Episode, ACountOfPassesMakesItReproducible) {
  Options faulty = options();
  faulty.sensor_latency_ticks = 2;
  faulty.disturb_rate = 0.05;
  faulty.drop_rate = 0.1;
  Recital model(demonstration());
  const Result once = run_episode(3, faulty, model), again = run_episode(3, faulty, model);
  EXPECT_EQ(once.score, again.score);
  EXPECT_EQ(once.coverage, again.coverage);
  EXPECT_EQ(once.steps, again.steps);
  EXPECT_GT(once.disturbances, 0);
}

TEST(Episode, IsRecordedAndDrawn) {
  Recital model(demonstration());
  Recording recording(171, 16);
  const Result result = run_episode(0, options(), model, &recording);
  ASSERT_EQ(static_cast<std::int64_t>(recording.size()), result.ticks);
  double best = 0.0;
  for (std::size_t i = 1; i < recording.size(); ++i) best = std::max(best, recording[i].coverage);
  EXPECT_EQ(best, result.coverage);
  EXPECT_GE(recording[5].plan.size(), 8U);
  EXPECT_TRUE(recording[5].expects);
  // The plan begins with what was written.
  EXPECT_EQ(recording[5].plan[0].target, recording[5].target);

  const Episode episode = episode_of(recording);
  ASSERT_EQ(std::ssize(episode.states), result.steps);
  World world;  // Doing it again leads to the same.
  world.reset(start_of(0));
  for (std::size_t i = 0; i < episode.states.size(); ++i) {
    ASSERT_EQ(world.state(), episode.states[i]) << i;
    world.act(episode.targets[i]);
  }

  const std::string svg = to_svg(recording);
  EXPECT_TRUE(svg.starts_with("<svg "));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(std::ranges::count(svg, '<'), std::ranges::count(svg, '>'));
  EXPECT_TRUE(to_svg(Recording(0, 1)).ends_with("</svg>\n"));
}

TEST(Report, HasOneObjectALineAndIntervals) {
  const std::vector<Result> results = {
      {.start_seed = 5, .score = 1.0, .coverage = 0.96, .succeeded = true, .steps = 100, .ticks = 101, .passes = 200},
      {.start_seed = 6, .score = 0.5, .coverage = 0.475, .steps = 300, .ticks = 301, .passes = 600}};
  const auto json = nlohmann::json::parse(to_json(results[0]));
  EXPECT_EQ(json["start_seed"], 5);
  EXPECT_EQ(json["score"], 1.0);
  EXPECT_EQ(json["succeeded"], true);
  EXPECT_TRUE(json["latency_us"]["compute"].contains("p999"));
  EXPECT_EQ(to_line(results[0], 1, 2),
            "episode 1/2, seed 5: score 1.000, coverage 0.960, success after 100 steps, 0 ticks missed");
  EXPECT_EQ(summary_of(results),
            "score 0.7500 (95 % interval 0.2600 to 1.0000); 1 of 2 succeeded, 50.0 % (95 % interval 9.5 to 90.5); "
            "402 ticks, 0 missed, 2.00 passes a step, longest compute 0 us");
  EXPECT_EQ(summary_of({}), "no episode");
}

}  // namespace
}  // namespace ripen::push_t
