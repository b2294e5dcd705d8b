#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "ripen/planner.hpp"
#include "support/planner_calls.hpp"

namespace ripen {
namespace {

using State = std::array<Token, 1>;
using Action = std::array<Token, 1>;

constexpr int kBins = 64;
constexpr int kSteps = 8;
constexpr float kSure = 12.0F;

/// A point that jumps to where it is told. From the state the model knows two targets, 16 bins to the left and 16 to
/// the right, equally good; a visible action says which of the two was chosen, and the rest of the window agrees with
/// it.
class TwoWaysDenoiser : public Denoiser {
 public:
  [[nodiscard]] const TokenLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int max_windows() const noexcept override { return 1; }
  [[nodiscard]] int max_steps() const noexcept override { return kSteps; }

  void run(const DenoiseBatch& batch) noexcept override {
    shown.assign(batch.tokens, batch.tokens + batch.steps * 2);
    int side = 0;
    for (int i = 0; i < batch.steps && side == 0; ++i) {
      const Token action = shown[static_cast<std::size_t>(2 * i + 1)];
      if (action != kMask) side = action < kBins / 2 ? -1 : 1;
    }
    for (int i = batch.known; i < batch.steps; ++i) {
      float* state = batch.logits + static_cast<std::ptrdiff_t>(i) * 2 * kBins;
      float* action = state + kBins;
      std::fill(state, state + 2 * kBins, broken ? std::nanf("") : 0.0F);
      if (broken) continue;
      state[kBins / 2] = kSure;
      // Either side of a bin that is never drawn: only the mean is right.
      if (side <= 0) action[14] = action[16] = kSure;
      if (side >= 0) action[47] = action[49] = kSure;
    }
  }

  std::vector<Token> shown;  // What the last pass saw: [steps][state, action].
  bool broken = false;

 private:
  TokenLayout layout_{{{"place", SlotRole::kState, kBins, 0.0, 1.0}, {"target", SlotRole::kAction, kBins, 0.0, 1.0}}};
};

constexpr State kStart{kBins / 2};
constexpr State kNoGoal{kMask};
constexpr Action kIdle{kBins / 2};

Planner planner_for(Denoiser& denoiser, std::uint64_t seed = 1, int reveal_passes = 1, int horizon = 20) {
  return Planner(denoiser, {.method = PlanMethod::kDenoise,
                            .horizon = horizon,
                            .history = 8,
                            .candidates = 1,
                            .pass_windows = 1,
                            .window_history = 2,
                            .reveal_passes = reveal_passes,
                            .seed = seed});
}

bool is_left(Token token) { return token == 15; }
bool is_right(Token token) { return token == 48; }

TEST(DenoisingRefiner, OnePassDecidesTheWholeWindow) {
  TwoWaysDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  EXPECT_FALSE(planner.step(0).decided);
  EXPECT_EQ(planner.step(0).action[0], kIdle[0]);
  const PlanReport report = test::refine(planner, {.state = kStart}, {.passes = 1});
  EXPECT_EQ(report.passes, 1);
  EXPECT_EQ(report.decided_steps, kSteps);
  EXPECT_TRUE(report.head_is_ripe);
  EXPECT_FALSE(report.goal_reached) << "no goal was given";
}

TEST(DenoisingRefiner, LaterPassesOfACallGoFurtherAhead) {
  TwoWaysDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  EXPECT_EQ(test::refine(planner, {.state = kStart}, {.passes = 4}).decided_steps, 20) << "the whole horizon";
}

TEST(DenoisingRefiner, AgreesOnOneOfTwoWaysAndKeepsToIt) {
  std::set<bool> chosen;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TwoWaysDenoiser denoiser;
    Planner planner = planner_for(denoiser, seed, 4);
    ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
    EXPECT_EQ(test::refine(planner, {.state = kStart}, {.passes = 100}).passes, 12) << "three windows, four times";
    const bool left = is_left(planner.step(0).action[0]);
    chosen.insert(left);
    for (std::int64_t step = 0; step < 50; ++step) {
      test::refine(planner, {.state = kStart, .step = step, .started = step}, {.passes = 1});
      for (int i = 0; i < kSteps - 2; ++i) {
        const Token action = planner.step(i).action[0];
        ASSERT_TRUE(left ? is_left(action) : is_right(action)) << "seed " << seed << " step " << step << "+" << i;
      }
      test::shift(planner, 1);
    }
  }
  EXPECT_EQ(chosen.size(), 2U) << "both ways are drawn at times";
}

TEST(DenoisingRefiner, ActionsAreDecodedAndPassesSeeADraftThatIsDrawn) {
  std::set<Token> done, seen;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TwoWaysDenoiser denoiser;
    Planner planner = planner_for(denoiser, seed, 2, kSteps);
    ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
    test::refine(planner, {.state = kStart}, {.passes = 2});
    for (int i = 0; i < kSteps; ++i) {
      done.insert(planner.step(i).action[0]);
      seen.insert(denoiser.shown[static_cast<std::size_t>(2 * i + 1)]);
    }
    // What went out is seen as it went out.
    const Token first = planner.step(0).action[0];
    planner.sent(1);
    test::shift(planner, 1);
    test::refine(planner, {.state = kStart, .step = 1, .started = 1}, {.passes = 1});
    EXPECT_EQ(denoiser.shown[1], first);
  }
  EXPECT_EQ(done, (std::set<Token>{15, 48})) << "the means";
  EXPECT_EQ(seen, (std::set<Token>{14, 16, 47, 49, kMask}));
}

TEST(DenoisingRefiner, SeesWhatHappenedAsItHappened) {
  TwoWaysDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  std::vector<Token> done;
  for (std::int64_t step = 0; step < 6; ++step) {
    const State seen{static_cast<Token>(kBins / 2 + (step % 2))};
    test::refine(planner, {.state = seen, .step = step, .started = step}, {.passes = 1});
    if (step >= 2) {
      EXPECT_EQ(denoiser.shown[1], done[static_cast<std::size_t>(step - 2)]);
      EXPECT_EQ(denoiser.shown[3], done[static_cast<std::size_t>(step - 1)]);
      EXPECT_EQ(denoiser.shown[4], seen[0]);
    }
    done.push_back(planner.step(0).action[0]);
    planner.sent(1);
    test::shift(planner, 1);
  }
}

TEST(DenoisingRefiner, TheHeadIsUnripeUntilAPassHasReadWhatWasSeen) {
  TwoWaysDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  EXPECT_TRUE(test::refine(planner, {.state = kStart}, {.passes = 1}).head_is_ripe);
  test::shift(planner, 1);
  const PlanReport seen = test::refine(planner, {.state = State{33}, .step = 1, .started = 1}, {.passes = 0});
  EXPECT_FALSE(seen.head_is_ripe);
  EXPECT_FALSE(seen.disturbed) << "one bin off is no surprise";
  EXPECT_TRUE(planner.step(0).decided) << "but there is an action, should time run out";
  EXPECT_TRUE(test::refine(planner, {.step = 1, .started = 1}, {.passes = 1}).head_is_ripe);
  EXPECT_TRUE(test::refine(planner, {.state = State{60}, .step = 1, .started = 1}, {.passes = 0}).disturbed);
}

TEST(DenoisingRefiner, EmittedActionsStay) {
  TwoWaysDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  test::refine(planner, {.state = kStart}, {.passes = 1});
  const Token first = planner.step(0).action[0];
  planner.sent(1);
  for (int i = 0; i < 50; ++i) {
    test::refine(planner, {}, {.passes = 1});
    ASSERT_EQ(planner.step(0).action[0], first) << "after " << i << " passes";
  }
}

TEST(DenoisingRefiner, ABrokenModelGivesValidActions) {
  TwoWaysDenoiser denoiser;
  denoiser.broken = true;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  for (std::int64_t step = 0; step < 50; ++step) {
    test::refine(planner, {.state = kStart, .step = step, .started = step}, {.passes = 2});
    ASSERT_LT(planner.step(0).action[0], kBins) << "step " << step;
    test::shift(planner, 1);
  }
}

TEST(DenoisingRefiner, AModelThatWasBrokenOnceIsNotBlamedAgain) {
  TwoWaysDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  denoiser.broken = true;
  EXPECT_TRUE(test::refine(planner, {.state = kStart}, {.passes = 1}).bad_model);
  denoiser.broken = false;
  for (std::int64_t step = 1; step < 6; ++step) {
    test::shift(planner, 1);
    EXPECT_FALSE(test::refine(planner, {.state = kStart, .step = step, .started = step}, {.passes = 1}).bad_model)
        << step;
  }
}

TEST(DenoisingRefiner, CountBudgetsAreReproducible) {
  const auto run = [] {
    TwoWaysDenoiser denoiser;
    Planner planner = planner_for(denoiser);
    EXPECT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
    std::vector<Token> seen;
    for (std::int64_t step = 0; step < 30; ++step) {
      test::refine(planner, {.started = step}, {.passes = 2});
      for (int i = 0; i < kSteps; ++i) seen.push_back(planner.step(i).action[0]);
      test::shift(planner, 1);
    }
    return seen;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace ripen
