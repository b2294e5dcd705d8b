// Candidates, what ranks them, and goals that passes see.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "plan/posterior.hpp"
#include "ripen/error.hpp"
#include "ripen/planner.hpp"
#include "ripen/token_layout.hpp"
#include "support/planner_calls.hpp"
#include "util/random.hpp"

namespace ripen {
namespace {

constexpr int kBins = 64, kSteps = 8;
constexpr Token kLeft = 15, kRight = 48;
constexpr float kSure = 12.0F;
using State = std::array<Token, 2>;
constexpr State kStart{32, 3};
constexpr State kNoGoal{kMask, kMask};
constexpr std::array<Token, 1> kIdle{32};

/// A point that jumps to where it is told, left or right, both as good to the model, and a slot that says where it is
/// wanted. The whole window goes the way of the first action that is seen.
class TwoWays : public Denoiser {
 public:
  [[nodiscard]] const TokenLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int max_windows() const noexcept override { return 8; }
  [[nodiscard]] int max_steps() const noexcept override { return kSteps; }

  void run(const DenoiseBatch& batch) noexcept override {
    const std::ptrdiff_t logits = layout_.logits(), slots = layout_.slots();
    shown.assign(batch.tokens, batch.tokens + batch.windows * batch.steps * slots);
    fractions.assign(batch.fractions, batch.fractions + batch.windows * batch.steps * slots);
    windows = batch.windows;
    for (int w = 0; w < batch.windows; ++w) {
      const Token* tokens = batch.tokens + w * batch.steps * slots;
      int side = 0;
      for (int i = 0; i < batch.steps && side == 0; ++i) {
        const Token action = tokens[slots * i + 2];
        if (action != kMask) side = action < kBins / 2 ? -1 : 1;
      }
      for (int i = 0; i < batch.steps; ++i) {
        float* out = batch.logits + (w * batch.steps + i) * logits;
        std::fill(out, out + logits, 0.0F);
        out[side < 0 ? kLeft : side > 0 ? kRight : kBins / 2] = kSure;
        out[kBins + 3] = kSure;
        if (side <= 0) out[2 * kBins + kLeft] = kSure;
        if (side >= 0) out[2 * kBins + kRight] = kSure;
        if (batch.value != nullptr) batch.value[w * batch.steps + i] = side < 0 ? left_is_worth : right_is_worth;
      }
    }
  }

  std::vector<Token> shown;  // What the last pass saw.
  std::vector<Fraction> fractions;
  int windows = 0;
  float left_is_worth = 5.0F, right_is_worth = 5.0F;

 private:
  TokenLayout layout_{{{"place", SlotRole::kState, kBins, 0.0, 1.0},
                       {"wanted", SlotRole::kState, kBins, 0.0, 1.0},
                       {"target", SlotRole::kAction, kBins, 0.0, 1.0}}};
};

PlannerOptions options(std::uint64_t seed = 1, int candidates = 4) {
  return {.horizon = kSteps - 2,
          .history = 4,
          .candidates = candidates,
          .pass_windows = 8,
          .window_history = 2,
          .reveal_passes = 2,
          .rounds = 16,
          .seed = seed};
}

PlanReport think(Planner& planner, int passes) { return test::refine(planner, {.state = kStart}, {.passes = passes}); }

bool goes_left(const Planner& planner) { return planner.step(0).action[0] == kLeft; }

/// Everything to the right costs.
class StayLeft : public Cost {
 public:
  [[nodiscard]] double of(const PlanView& plan) const noexcept override {
    double cost = 0.0;
    for (int i = 0; i < plan.steps(); ++i) cost += plan.action(i)[0] > 0.5 ? weight : 0.0;
    return cost;
  }
  double weight = 10.0;
};

TEST(Choosing, ThePlanGoesWhereTheValueIsBetter) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TwoWays denoiser;
    denoiser.left_is_worth = 2.0F;
    denoiser.right_is_worth = 9.0F;
    Planner planner(denoiser, options(seed));
    ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
    think(planner, 200);
    EXPECT_TRUE(goes_left(planner)) << "seed " << seed;
  }
}

TEST(Choosing, ThePlanThatIsFollowedChangesOnlyForABetterOne) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TwoWays denoiser;
    denoiser.left_is_worth = 2.0F;
    denoiser.right_is_worth = 2.5F;
    PlannerOptions wanted = options(seed);
    wanted.switch_margin = 1.0;
    Planner planner(denoiser, wanted);
    ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
    think(planner, 2);
    const bool left = goes_left(planner);
    for (int i = 0; i < 50; ++i) {
      const PlanReport report = test::refine(planner, {}, {.passes = 3});
      ASSERT_FALSE(report.switched) << "seed " << seed << ": half a step is within the margin";
      ASSERT_EQ(goes_left(planner), left) << "seed " << seed << ", after " << i;
    }
  }
}

TEST(Choosing, AUsersCostSteersAPlanThatTheModelFindsAsGood) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TwoWays denoiser;
    const StayLeft cost;
    Planner planner(denoiser, options(seed), nullptr, nullptr, &cost);
    ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
    think(planner, 200);
    EXPECT_TRUE(goes_left(planner)) << "seed " << seed;
  }
}

/// Notes where the plans that it is asked about begin.
class NotesBeginnings : public Cost {
 public:
  [[nodiscard]] double of(const PlanView& plan) const noexcept override {
    begins.insert(plan.state(0)[0]);
    return 0.0;
  }
  mutable std::set<double> begins;
};

TEST(Choosing, CandidatesOfAnyAgeAreRankedFromWhereTheRobotIsSeen) {
  for (int before = 1; before < 16; ++before) {  // Rounds of candidates go on from one step to the next.
    TwoWays denoiser;
    NotesBeginnings cost;
    Planner planner(denoiser, options(), nullptr, nullptr, &cost);
    ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
    think(planner, before);
    planner.sent(1);
    const State elsewhere{60, 3};
    planner.observe({.state = elsewhere, .state_step = 1, .started = 1, .done = 1});
    cost.begins.clear();
    planner.refine({.passes = 40});
    const Tokenizer tokenizer(denoiser.layout());
    EXPECT_EQ(cost.begins, std::set<double>{tokenizer.decode(0, elsewhere[0])}) << before << " passes before";
  }
}

TEST(Choosing, APlanWhoseCostIsNoNumberGivesWayToAnyOther) {
  for (const float bad : {NAN, INFINITY}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      TwoWays denoiser;
      StayLeft cost;
      cost.weight = bad;
      Planner planner(denoiser, options(seed), nullptr, nullptr, &cost);
      ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
      think(planner, 200);
      EXPECT_TRUE(goes_left(planner)) << "seed " << seed;
    }
  }
}

TEST(Choosing, APlanThatNothingContradictsSettlesAndRunsNoMorePasses) {
  TwoWays denoiser;
  Planner planner(denoiser, options());
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  const PlanReport first = think(planner, 1000);
  EXPECT_TRUE(first.settled);
  EXPECT_EQ(first.passes, first.revised + first.revealed + first.chosen);
  EXPECT_EQ(first.revised, 2);
  EXPECT_GT(first.revealed, 0);
  EXPECT_GT(first.chosen, 0);
  for (int i = 0; i < 5; ++i) {  // The same is seen again.
    const PlanReport again = think(planner, 1000);
    EXPECT_TRUE(again.settled);
    EXPECT_EQ(again.passes, 0);
    EXPECT_TRUE(again.head_is_ripe);
  }
  EXPECT_GT(test::refine(planner, {.state = State{60, 3}}, {.passes = 1000}).revised, 0) << "something new is seen";
}

TEST(Choosing, WithoutCandidatesOnlyWhatIsSeenIsWorthAPass) {
  TwoWays denoiser;
  Planner planner(denoiser, options(1, 1));
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  EXPECT_EQ(think(planner, 1000).passes, 2);
}

TEST(Choosing, CandidatesAndFollowedPlanAreSeenSideBySideEachTokenHiddenOnce) {
  TwoWays denoiser;
  Planner planner(denoiser, options());
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  think(planner, 2);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(think(planner, 1).revealed, 1);
  EXPECT_EQ(denoiser.windows, 3);
  EXPECT_EQ(think(planner, 1).chosen, 1);
  EXPECT_EQ(denoiser.windows, 4);
  const std::vector<Token> first = denoiser.shown;
  EXPECT_EQ(think(planner, 1).chosen, 1);
  EXPECT_EQ(denoiser.windows, 4);
  const std::size_t window = first.size() / 4, asked = window - 3;  // The last step is always seen: value is of it.
  std::size_t hidden = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const bool is_known = i % window < 2 || i % window >= asked;  // What was observed, or is the last step.
    EXPECT_EQ(first[i] == kMask && denoiser.shown[i] == kMask, false) << i;
    EXPECT_EQ(first[i] == kMask || denoiser.shown[i] == kMask, !is_known) << i;
    if (first[i] == kMask) ++hidden;
    EXPECT_EQ(first[i] == kMask, first[i % window] == kMask) << "the same for all candidates, " << i;
  }
  EXPECT_GT(hidden, first.size() / 8);
}

TEST(Choosing, RunsAreTheSameWhereverTheyAreInterrupted) {
  const auto run = [](int passes) {
    TwoWays denoiser;
    Planner planner(denoiser, options(7));
    EXPECT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
    for (int done = 0; done < 60; done += passes) test::refine(planner, {}, {.passes = passes});
    std::vector<Token> plan;
    for (int i = 0; i < planner.horizon(); ++i) {
      const auto tokens = planner.step(i).tokens;
      plan.insert(plan.end(), tokens.begin(), tokens.end());
    }
    return plan;
  };
  for (const int passes : {1, 2, 3, 20}) EXPECT_EQ(run(passes), run(60)) << passes;
}

TEST(Choosing, ARunAfterAResetIsTheRunOfANewPlanner) {
  const auto run = [](Planner& planner) {
    EXPECT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
    std::vector<Token> plan;
    for (int passes = 1; passes < 9; ++passes) {
      test::refine(planner, {.state = kStart}, {.passes = passes});
      const auto tokens = planner.step(1).tokens;
      plan.insert(plan.end(), tokens.begin(), tokens.end());
    }
    return plan;
  };
  for (int before = 0; before < 30; ++before) {
    TwoWays denoiser;
    Planner used(denoiser, options(3)), fresh(denoiser, options(3));
    ASSERT_EQ(used.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
    think(used, before);
    EXPECT_EQ(run(used), run(fresh)) << "after " << before << " passes";
  }
}

TEST(Choosing, EveryDecidedActionIsOneHoweverStepsAndPassesInterleave) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TwoWays denoiser;
    const StayLeft cost;
    Planner planner(denoiser, options(seed), nullptr, nullptr, &cost);
    ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
    Random random(seed);
    for (int tick = 0; tick < 200; ++tick) {
      const std::int64_t head = planner.report().head;
      // Now and then the world is elsewhere, so that there is something to choose.
      const State seen{random.below(8) == 0 ? Token{60} : Token{32}, 3};
      test::refine(planner, {.state = seen, .step = head, .started = head}, {.passes = random.below(6)});
      for (int ahead = 0; ahead < planner.horizon(); ++ahead) {
        ASSERT_LT(planner.step(ahead).action[0], kBins) << "seed " << seed << ", tick " << tick << ", ahead " << ahead;
      }
      planner.sent(1);
      test::shift(planner, random.below(3));
      planner.sent(0);
    }
  }
}

TEST(Choosing, OnePassOfOneWindowCannotCompare) {
  TwoWays denoiser;
  PlannerOptions wanted = options();
  wanted.pass_windows = 1;
  EXPECT_THROW(Planner(denoiser, wanted), OptionsError);
  wanted.candidates = 1;
  EXPECT_NO_THROW(Planner(denoiser, wanted));
}

TEST(Choosing, StridesAreOnePositiveNumberAState) {
  TwoWays denoiser;
  PlannerOptions wanted = options();
  for (const std::vector<double>& bad :
       {std::vector{1.0}, std::vector{1.0, 1.0, 1.0}, std::vector{0.0, 1.0}, std::vector{1.0, std::nan("")}}) {
    wanted.strides = bad;
    EXPECT_THROW(Planner(denoiser, wanted), OptionsError) << bad.size();
  }
  wanted.strides = {1.0, std::numeric_limits<double>::infinity()};
  EXPECT_NO_THROW(Planner(denoiser, wanted));
}

/// Draws a first draft by tossing a coin for every step; takes what it is shown of places for right ever after, and
/// puts the others in between.
class Believer : public Denoiser {
 public:
  [[nodiscard]] const TokenLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int max_windows() const noexcept override { return 8; }
  [[nodiscard]] int max_steps() const noexcept override { return kSteps; }

  void run(const DenoiseBatch& batch) noexcept override {
    for (int w = 0; w < batch.windows; ++w) {
      const auto place = [&](int i) -> Token { return batch.tokens[2 * (w * batch.steps + i)]; };
      for (int i = 0; i < batch.steps; ++i) {
        float* out = batch.logits + (w * batch.steps + i) * layout_.logits();
        std::fill(out, out + layout_.logits(), 0.0F);
        out[kBins + 32] = kSure;
        if (is_first && place(i) == kMask) {
          out[kLeft] = out[kRight] = kSure;
          continue;
        }
        int before = i, after = i;
        while (place(before) == kMask) --before;  // The first is known.
        while (after < batch.steps && place(after) == kMask) ++after;
        const int ahead = after < batch.steps ? place(after) - place(before) : 0;
        out[place(before) + ahead * (i - before) / std::max(1, after - before)] = kSure;
      }
    }
    is_first = false;
  }

  bool is_first = true;

 private:
  TokenLayout layout_{{{"place", SlotRole::kState, kBins, 0.0, 64.0}, {"target", SlotRole::kAction, kBins, 0.0, 64.0}}};
};

TEST(Choosing, WhereNoRobotCanGoADraftIsDecidedAnew) {
  constexpr double kStride = 14.0;  // [bins]; a coin's sides are 16 and 17 from the start.
  int torn_without = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    for (const bool is_known : {true, false}) {
      Believer denoiser;
      PlannerOptions wanted = options(seed, 1);
      wanted.reveal_order = RevealOrder::kRandom;
      wanted.reveal_passes = 8;
      if (is_known) wanted.strides = {kStride};
      Planner planner(denoiser, wanted);
      ASSERT_EQ(planner.reset(std::array<Token, 1>{32}, std::array<Token, 1>{kMask}, kIdle), PlanReset::kOk);
      planner.refine({.passes = 8});
      bool is_torn = false;
      for (int ahead = 0; ahead + 1 < planner.horizon(); ++ahead) {
        is_torn = is_torn || std::abs(planner.step(ahead + 1).tokens[0] - planner.step(ahead).tokens[0]) > kStride;
      }
      EXPECT_FALSE(is_torn && is_known) << "seed " << seed;
      torn_without += is_torn && !is_known ? 1 : 0;
    }
  }
  EXPECT_GT(torn_without, 5) << "there would be nothing to mend";
}

// --- Goals that passes see ---

TEST(Goal, StandsInEveryStepOfEveryWindow) {
  TwoWays denoiser;
  PlannerOptions wanted = options();
  wanted.goal_clamp = GoalClamp::kAlways;
  Planner planner(denoiser, wanted);
  ASSERT_EQ(planner.reset(kStart, State{kMask, 50}, kIdle), PlanReset::kOk);
  for (int passes = 0; passes < 12; ++passes) {
    test::refine(planner, {.state = State{32, kMask}}, {.passes = 1});
    for (std::size_t i = 1; i < denoiser.shown.size(); i += 3) ASSERT_EQ(denoiser.shown[i], 50) << passes;
  }
  ASSERT_TRUE(planner.aim(State{kMask, 20}, std::array<Fraction, 2>{0, 77}));
  test::refine(planner, {}, {.passes = 1});
  for (std::size_t i = 1; i < denoiser.shown.size(); i += 3) {
    ASSERT_EQ(denoiser.shown[i], 20);
    ASSERT_EQ(denoiser.fractions[i], 77);
  }
  EXPECT_EQ(planner.step(3).tokens[1], 20);
}

TEST(Goal, StandsAtTheEndOfEveryWindow) {
  TwoWays denoiser;
  PlannerOptions wanted = options();
  wanted.goal_clamp = GoalClamp::kEnd;
  Planner planner(denoiser, wanted);
  ASSERT_EQ(planner.reset(kStart, State{kRight, kMask}, kIdle), PlanReset::kOk);
  test::refine(planner, {.state = kStart}, {.passes = 1});
  const std::size_t last = denoiser.shown.size() - 3;
  EXPECT_EQ(denoiser.shown[last], kRight);
  for (std::size_t i = 3; i < last; i += 3) EXPECT_EQ(denoiser.shown[i], kMask) << "nothing else is known yet";
}

/// The longer it goes on, the likelier the robot has arrived on the right.
class Arriving : public TwoWays {
 public:
  void run(const DenoiseBatch& batch) noexcept override {
    TwoWays::run(batch);
    for (int i = 0; i < batch.windows * batch.steps; ++i) {
      float* place = batch.logits + static_cast<std::ptrdiff_t>(i) * layout().logits();
      const float there = static_cast<float>(i % batch.steps + 1) / static_cast<float>(batch.steps + 1);
      std::fill_n(place, kBins, -20.0F);
      place[kRight] = std::log(there);
      place[kBins / 2] = std::log(1.0F - there);
    }
  }
};

TEST(Goal, CandidatesAreAskedToArriveWhenTheModelThinksThatTheyCan) {
  Arriving denoiser;
  PlannerOptions wanted = options();
  wanted.goal_clamp = GoalClamp::kArrival;
  wanted.horizon = kSteps;
  wanted.reveal_passes = 40;  // Few show next to nothing but the goal.
  wanted.rounds = 1000;
  Planner planner(denoiser, wanted);
  ASSERT_EQ(planner.reset(kStart, State{kRight, kMask}, kIdle), PlanReset::kOk);
  const auto steps = static_cast<std::size_t>(wanted.horizon);
  std::vector<int> asked(steps, 0);  // By step: windows that show the goal from there on, and nothing else.
  planner.observe({.state = kStart});
  for (int pass = 0; pass < 4000; ++pass) {
    planner.refine({.passes = 1});
    for (std::size_t w = 0; w < static_cast<std::size_t>(denoiser.windows); ++w) {
      const auto place = [&](std::size_t step) { return denoiser.shown[(w * steps + step) * 3]; };
      bool shows_a_draft = false;
      for (std::size_t i = 1; i < steps; ++i) shows_a_draft |= denoiser.shown[(w * steps + i) * 3 + 2] != kMask;
      if (shows_a_draft) continue;
      std::size_t step = 1;
      while (step < steps && place(step) == kMask) ++step;
      const std::size_t arrival = step;
      while (step < steps && place(step) == kRight) ++step;
      if (step == steps && arrival < steps) ++asked[arrival];
    }
  }
  // 0.1 to 0.8 of seven ninths: no more than six, and never before the next step.
  EXPECT_EQ(asked[0], 0);
  for (std::size_t step = 1; step < 6; ++step) EXPECT_GT(asked[step], 0) << "step " << step;
  EXPECT_EQ(asked[6], 0) << "in the step after, the last one, the goal always stands";
}

/// Knows windows that end with the goal from four steps on.
class ArrivingEarly : public Arriving {
 public:
  [[nodiscard]] Capabilities capabilities() const noexcept override { return {.least_steps = 4}; }
  void run(const DenoiseBatch& batch) noexcept override {
    Arriving::run(batch);
    steps = batch.steps;
  }
  int steps = 0;  // Of the last pass's windows.
};

TEST(Goal, WindowsEndWhereTheLastOfTheirPlansArrives) {
  ArrivingEarly denoiser;
  PlannerOptions wanted = options();
  wanted.goal_clamp = GoalClamp::kArrival;
  wanted.horizon = kSteps;
  wanted.window_history = 0;
  wanted.rounds = 1000;
  Planner planner(denoiser, wanted);
  ASSERT_EQ(planner.reset(kStart, State{kRight, kMask}, kIdle), PlanReset::kOk);
  planner.observe({.state = kStart});
  std::set<int> lengths;
  for (int pass = 0; pass < 2000; ++pass) {
    planner.refine({.passes = 1});
    const auto steps = static_cast<std::size_t>(denoiser.steps);
    lengths.insert(denoiser.steps);
    for (std::size_t w = 0; w < static_cast<std::size_t>(denoiser.windows); ++w) {
      ASSERT_EQ(denoiser.shown[(w * steps + steps - 1) * 3], kRight) << "pass " << pass << " window " << w;
    }
    if (pass == 0) {
      EXPECT_EQ(denoiser.steps, kSteps) << "nobody knows yet when it will arrive";
    }
  }
  EXPECT_EQ(*lengths.begin(), 4) << "the shortest that it knows";
  EXPECT_GE(lengths.size(), 3U);
  EXPECT_EQ(*lengths.rbegin(), kSteps) << "each round asks anew";
}

TEST(Goal, APlanThatIsLateIsLookedAtWhole) {
  ArrivingEarly denoiser;
  PlannerOptions wanted = options(1, 1);
  wanted.goal_clamp = GoalClamp::kArrival;
  wanted.horizon = kSteps;
  wanted.window_history = 0;
  Planner planner(denoiser, wanted);
  ASSERT_EQ(planner.reset(kStart, State{kRight, kMask}, kIdle), PlanReset::kOk);
  std::vector<int> lengths;
  for (int step = 0; step < kSteps; ++step) {
    planner.observe({.state = kStart, .state_step = step, .started = step, .done = step});
    planner.refine({.passes = 40});
    lengths.push_back(denoiser.steps);
  }
  EXPECT_LT(*std::ranges::min_element(lengths), kSteps);
  EXPECT_EQ(lengths.back(), kSteps) << "it has not moved, and no step is left in which it was to arrive";
}

TEST(Goal, AimingKeepsThePlanAsADraft) {
  TwoWays denoiser;
  PlannerOptions wanted = options();
  wanted.goal_clamp = GoalClamp::kAlways;
  Planner planner(denoiser, wanted);
  ASSERT_EQ(planner.reset(kStart, State{kMask, 50}, kIdle), PlanReset::kOk);
  think(planner, 1000);
  const bool left = goes_left(planner);
  ASSERT_TRUE(planner.aim(State{kMask, 10}));
  EXPECT_TRUE(planner.step(0).decided) << "there is an action at any time";
  EXPECT_FALSE(planner.report().head_is_ripe) << "but not one for this goal";
  EXPECT_GE(planner.step(0).level, 128);
  EXPECT_EQ(goes_left(planner), left);
  EXPECT_TRUE(think(planner, 2).head_is_ripe);
}

TEST(Goal, WhatIsNoGoalIsRefusedAndChangesNothing) {
  TwoWays denoiser;
  Planner planner(denoiser, options());
  EXPECT_FALSE(planner.aim(State{kMask, 10})) << "before the first reset";
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  EXPECT_FALSE(planner.aim(State{kBins, 10}));
  EXPECT_FALSE(planner.aim(std::array<Token, 1>{10}));
  EXPECT_FALSE(planner.aim(State{kMask, 10}, std::array<Fraction, 1>{0}));
  EXPECT_TRUE(planner.aim(kNoGoal));
}

// --- Values between bins ---

TEST(Fractions, WhatWasSeenIsShownAsItWas) {
  TwoWays denoiser;
  Planner planner(denoiser, options());
  ASSERT_EQ(planner.reset(kStart, kNoGoal, kIdle), PlanReset::kOk);
  const std::array<Fraction, 2> seen{-100, 50};
  planner.observe({.state = kStart, .fractions = seen, .observed = false});
  planner.refine({.passes = 1});
  EXPECT_EQ(denoiser.fractions[0], -100);
  EXPECT_EQ(denoiser.fractions[1], 50);
}

TEST(Fractions, AnActionIsDecodedBetweenItsBins) {
  const Slot slot{.name = "target", .role = SlotRole::kAction, .vocabulary = kBins, .low = 0.0, .high = 64.0};
  const Tokenizer tokenizer(TokenLayout({{.name = "place", .vocabulary = 2}, slot}));
  std::array<float, kBins> posterior{};
  posterior[20] = 0.25F;
  posterior[21] = 0.75F;
  const Decision decided = decode_around(slot, posterior, 20);
  EXPECT_NEAR(tokenizer.decode(1, decided.mean, decided.fraction), 21.25, 1.0 / 256.0);
  EXPECT_FLOAT_EQ(decided.confidence, 1.0F);
}

TEST(Fractions, ADecodedValueStaysInTheModeThatWasDrawn) {
  const Slot slot{.name = "target", .role = SlotRole::kAction, .vocabulary = 256, .low = 0.0, .high = 1.0};
  std::array<float, 256> posterior{};
  for (const int centre : {40, 200}) {
    for (int i = -4; i <= 4; ++i) posterior[static_cast<std::size_t>(centre + i)] = 0.5F / 9.0F;
  }
  for (const Token drawn : std::array<Token, 5>{36, 40, 44, 196, 204}) {
    const Decision decided = decode_around(slot, posterior, drawn);
    EXPECT_NEAR(decided.mean, drawn < 128 ? 40.0 : 200.0, 1.0) << drawn;
    EXPECT_NEAR(decided.confidence, 0.5F, 1e-3F);
  }
}

TEST(Fractions, ATailIsNeverDrawnIfItIsLeftOut) {
  std::array<float, 100> posterior{};
  posterior.fill(0.5F / 99.0F);  // Half of the mass, in bins that nobody means.
  posterior[30] = 0.5F;
  int tail = 0;
  for (int i = 0; i < 1000; ++i) {
    Fraction fraction = 0;
    EXPECT_EQ(draw_token(posterior, 0.5F, i / 1000.0, 0.02, fraction), 30);
    tail += draw_token(posterior, 0.5F, i / 1000.0, 0.0, fraction) != 30 ? 1 : 0;
  }
  EXPECT_NEAR(tail, 500, 20);
}

TEST(Fractions, DrawsFillABinEvenly) {
  std::array<float, 4> posterior{0.1F, 0.2F, 0.3F, 0.4F};
  double sum = 0.0;
  int count = 0;
  for (int i = 0; i < 10000; ++i) {
    Fraction fraction = 0;
    if (draw_token(posterior, 0.4F, i / 10000.0, 0.0, fraction) != 2) continue;
    sum += fraction;
    ++count;
  }
  EXPECT_NEAR(count, 3000, 2);
  EXPECT_NEAR(sum / count, -0.5, 1.0);
}

}  // namespace
}  // namespace ripen
