#include "ripen/planner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "ripen/error.hpp"
#include "support/line_world.hpp"
#include "support/planner_calls.hpp"

namespace ripen {
namespace {

using test::LineDenoiser;
using State = std::array<Token, 1>;

using test::kGoal;
using test::kIdle;

/// Says something that is no number where it is told to: in the logits of an action or a state, or in a value.
class BrokenDenoiser : public LineDenoiser {
 public:
  enum class Where { kNowhere, kAction, kState, kValue };
  Where where = Where::kNowhere;
  float what = NAN;
  int runs = 0;

  void run(const DenoiseBatch& batch) noexcept override {
    ++runs;
    LineDenoiser::run(batch);
    const bool window = batch.depth == PassDepth::kWindow;
    const int last = window ? batch.windows * batch.steps - 1 : batch.windows - 1;
    if (where == Where::kAction && batch.depth != PassDepth::kDynamics) {
      batch.logits[last * (window ? test::kPlaces + 3 : 3) + (window ? test::kPlaces : 0)] = what;
    }
    if (where == Where::kState && batch.depth != PassDepth::kStep) {
      batch.logits[last * (window ? test::kPlaces + 3 : test::kPlaces)] = what;
    }
    if (where == Where::kValue && batch.value != nullptr) batch.value[last] = what;
  }
};

Planner planner_for(Denoiser& denoiser) {
  return Planner(denoiser, {.method = PlanMethod::kBeam, .horizon = 40, .candidates = 8, .pass_windows = 4});
}

TEST(Planner, ActionIsValidWithoutAnyPass) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
  EXPECT_FALSE(planner.step(0).decided);
  EXPECT_EQ(planner.step(0).action[0], test::kStay);
}

TEST(Planner, OnePassDecidesTheHead) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
  const PlanReport report = test::refine(planner, {.state = State{3}}, {.passes = 1});
  EXPECT_EQ(report.passes, 1);
  EXPECT_TRUE(planner.step(0).decided);
  EXPECT_EQ(planner.step(0).action[0], test::kRight);
}

TEST(Planner, PlansToTheGoalAndHoldsThere) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
  const PlanReport report = test::refine(planner, {.state = State{3}}, {.passes = 200});
  EXPECT_EQ(report.steps_to_goal, 17);
  EXPECT_EQ(report.decided_steps, 40);
  for (int i = 0; i < 17; ++i) EXPECT_EQ(planner.step(i).action[0], test::kRight) << i;
  for (int i = 17; i < 40; ++i) EXPECT_EQ(planner.step(i).action[0], test::kStay) << i;
  EXPECT_EQ(planner.buffer().state(0, 17)[0], test::kLineGoal) << "predicted states are part of the plan";
}

TEST(Planner, FollowsThePlanWhileTheWorldAgrees) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  Token place = 3;
  ASSERT_EQ(planner.reset(State{place}, kGoal, kIdle), PlanReset::kOk);
  for (std::int64_t step = 0; step < 60; ++step) {
    const PlanReport report =
        test::refine(planner, {.state = State{place}, .step = step, .started = step}, {.passes = 6});
    EXPECT_FALSE(report.disturbed) << "step " << step;
    place = LineDenoiser::moved(place, planner.step(0).action[0]);
    planner.sent(1);
    test::shift(planner, 1);
    planner.sent(0);
    EXPECT_EQ(planner.report().head, step + 1);
  }
  EXPECT_EQ(place, test::kLineGoal);
}

TEST(Planner, EmittedActionsStay) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(State{25}, kGoal, kIdle), PlanReset::kOk);
  test::refine(planner, {.state = State{25}}, {.passes = 1});
  const Token first = planner.step(0).action[0];
  planner.sent(1);
  for (int i = 0; i < 100; ++i) {
    test::refine(planner, {}, {.passes = 1});
    ASSERT_EQ(planner.step(0).action[0], first) << "after " << i << " passes";
  }
}

TEST(Planner, WhatBeganBeforeADisturbanceWasSeenIsUndone) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(State{10}, kGoal, kIdle), PlanReset::kOk);
  test::refine(planner, {.state = State{10}}, {.passes = 200});
  ASSERT_EQ(planner.step(0).action[0], test::kRight);
  // Only once the step has begun it is seen that the carriage had been pushed beyond the goal: to 25, and on to 26.
  const PlanReport report = test::refine(planner, {.state = State{25}, .step = 0, .started = 1}, {.passes = 200});
  EXPECT_TRUE(report.disturbed);
  EXPECT_EQ(report.steps_to_goal, 7) << "the only way back leads through 25";
  for (int i = 1; i < 7; ++i) EXPECT_EQ(planner.step(i).action[0], test::kLeft) << i;
}

TEST(Planner, ADisturbanceIsSeenAndTheOldPlanRejoined) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
  ASSERT_EQ(test::refine(planner, {.state = State{3}}, {.passes = 200}).steps_to_goal, 17);
  test::shift(planner, 1);
  // The move slipped: the carriage is where it was, a state that the plan knows.
  PlanReport report = test::refine(planner, {.state = State{3}, .step = 1, .started = 1}, {.passes = 0});
  EXPECT_TRUE(report.disturbed);
  EXPECT_TRUE(report.rejoined);
  EXPECT_EQ(report.steps_to_goal, 17) << "without a single pass";
  // Pushed to where the plan never was.
  report = test::refine(planner, {.state = State{30}, .step = 1, .started = 1}, {.passes = 1});
  EXPECT_TRUE(report.disturbed);
  EXPECT_FALSE(report.rejoined);
  EXPECT_EQ(planner.step(0).action[0], test::kLeft);
}

TEST(Planner, LateObservationsCorrectThePresent) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
  test::refine(planner, {.state = State{3}}, {.passes = 200});
  test::shift(planner, 3);
  // Three moves to the right were made since, from 10 and not from 3.
  const PlanReport report = test::refine(planner, {.state = State{10}, .step = 0, .started = 3}, {.passes = 200});
  EXPECT_TRUE(report.disturbed);
  EXPECT_EQ(planner.buffer().state(0, 3)[0], 13);
  EXPECT_EQ(report.steps_to_goal, 7);
}

/// Counts what it is asked.
class CountingDenoiser : public LineDenoiser {
 public:
  void run(const DenoiseBatch& batch) noexcept override {
    ++runs;
    LineDenoiser::run(batch);
  }
  int runs = 0;
};

TEST(Planner, AHugeShiftCostsNoMoreThanTheHorizon) {
  for (const PlanMethod method : {PlanMethod::kBeam, PlanMethod::kDenoise}) {
    CountingDenoiser denoiser;
    Planner planner(denoiser, {.method = method, .horizon = 24, .history = 4, .candidates = 4, .pass_windows = 4});
    ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
    test::refine(planner, {.state = State{3}}, {.passes = 1});
    denoiser.runs = 0;
    test::shift(planner, 1 << 30);
    EXPECT_EQ(planner.report().head, 1 << 30);
    EXPECT_LE(denoiser.runs, 24);
    const PlanReport report = test::refine(
        planner, {.state = State{10}, .step = planner.report().head, .started = planner.report().head}, {.passes = 50});
    EXPECT_TRUE(planner.step(0).decided);
    EXPECT_EQ(planner.step(0).action[0], test::kRight);
    if (method == PlanMethod::kBeam) {
      EXPECT_EQ(report.steps_to_goal, kGoal[0] - 10);
    }
  }
}

TEST(Planner, AShiftIsAsManyShiftsOfOne) {
  for (const int passes : {0, 1, 200}) {
    for (int steps = 0; steps < 24; ++steps) {
      LineDenoiser denoiser;
      Planner once = planner_for(denoiser), singly = planner_for(denoiser);
      for (Planner* planner : {&once, &singly}) {
        ASSERT_EQ(planner->reset(State{3}, kGoal, kIdle), PlanReset::kOk);
        test::refine(*planner, {.state = State{3}}, {.passes = passes});
      }
      test::shift(once, steps);
      for (int i = 0; i < steps; ++i) test::shift(singly, 1);
      ASSERT_EQ(once.report().head, singly.report().head);
      for (int i = 0; i < once.options().horizon; ++i) {
        EXPECT_EQ(once.step(i).decided, singly.step(i).decided)
            << passes << " passes, " << steps << " steps, " << i << " ahead";
        EXPECT_EQ(once.step(i).action[0], singly.step(i).action[0]);
      }
    }
  }
}

TEST(Planner, WaitsForAPlanThatReachesTheGoalButNotForEver) {
  for (const int wait_passes : {0, 3, 1000}) {
    LineDenoiser denoiser;
    Planner planner(
        denoiser,
        {.method = PlanMethod::kBeam, .horizon = 40, .candidates = 8, .pass_windows = 4, .wait_passes = wait_passes});
    ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
    bool whole = false;
    for (int pass = 1; pass <= 100; ++pass) {
      const PlanReport report = test::refine(planner, {.state = State{3}}, {.passes = 1});
      whole = whole || report.steps_to_goal >= 0;
      EXPECT_EQ(planner.step(0).decided, whole || pass >= wait_passes)
          << "pass " << pass << " of at most " << wait_passes;
      EXPECT_EQ(report.head_is_ripe, planner.step(0).decided);
      EXPECT_EQ(planner.step(0).action[0], planner.step(0).decided ? test::kRight : test::kStay);
    }
    EXPECT_TRUE(whole);
  }
}

TEST(Planner, StepsThatPassWhileItWaitsAreIdle) {
  LineDenoiser denoiser;
  Planner planner(
      denoiser, {.method = PlanMethod::kBeam, .horizon = 40, .candidates = 8, .pass_windows = 4, .wait_passes = 1000});
  Token place = 3;
  ASSERT_EQ(planner.reset(State{place}, kGoal, kIdle), PlanReset::kOk);
  for (std::int64_t step = 0; step < 60; ++step) {
    // Too few passes for a plan, at first.
    const PlanReport report =
        test::refine(planner, {.state = State{place}, .step = step, .started = step}, {.passes = step < 10 ? 1 : 100});
    EXPECT_FALSE(report.disturbed) << "step " << step;
    EXPECT_EQ(planner.step(0).decided, step >= 10) << "step " << step;
    place = LineDenoiser::moved(place, planner.step(0).action[0]);
    planner.sent(1);
    test::shift(planner, 1);
    planner.sent(0);
    EXPECT_EQ(planner.buffer().action(0, step)[0], place == 3 ? test::kStay : step < 27 ? test::kRight : test::kStay);
  }
  EXPECT_EQ(place, test::kLineGoal);
}

TEST(Planner, CountBudgetsAreReproducible) {
  const auto run = [] {
    LineDenoiser denoiser;
    Planner planner = planner_for(denoiser);
    EXPECT_EQ(planner.reset(State{31}, kGoal, kIdle), PlanReset::kOk);
    std::vector<Token> seen;
    for (std::int64_t step = 0; step < 30; ++step) {
      test::refine(planner, {.started = step}, {.passes = 3});
      for (int i = 0; i < 20; ++i) seen.push_back(planner.step(i).action[0]);
      test::shift(planner, 1);
    }
    return seen;
  };
  EXPECT_EQ(run(), run());
}

constexpr PlanMethod kMethods[] = {PlanMethod::kBeam, PlanMethod::kDenoise};

PlannerOptions small_plans(PlanMethod method) {
  return {.method = method, .horizon = 40, .candidates = 8, .pass_windows = 4};
}

TEST(Planner, AModelThatAlwaysSaysNoNumberDecidesNothing) {
  for (const PlanMethod method : kMethods) {
    for (const float what : {NAN, INFINITY, -INFINITY}) {
      BrokenDenoiser denoiser;
      denoiser.where = BrokenDenoiser::Where::kAction;
      denoiser.what = what;
      Planner planner(denoiser, small_plans(method));
      ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
      for (std::int64_t step = 0; step < 100; ++step) {
        const PlanReport report =
            test::refine(planner, {.state = State{3}, .step = step, .started = step}, {.passes = 10});
        ASSERT_TRUE(report.bad_model) << what;
        ASSERT_EQ(report.passes, 1) << "one is enough to know";
        ASSERT_EQ(report.decided_steps, 0);
        ASSERT_FALSE(planner.step(0).decided || report.head_is_ripe) << what;
        ASSERT_EQ(planner.step(0).action[0], test::kStay);
        test::shift(planner, 1);
      }
    }
  }
}

TEST(Planner, APassThatSaysNoNumberIsThrownAway) {
  using Where = BrokenDenoiser::Where;
  for (const PlanMethod method : kMethods) {
    for (const Where where : {Where::kAction, Where::kState, Where::kValue}) {
      if (method == PlanMethod::kDenoise && where == Where::kValue) continue;  // It does not ask for one.
      for (const int before : {1, 2, 3, 7}) {
        for (const float what : {NAN, INFINITY, -INFINITY}) {
          BrokenDenoiser denoiser;
          denoiser.what = what;
          Planner planner(denoiser, small_plans(method));
          ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
          test::refine(planner, {.state = State{3}}, {.passes = before});
          const auto plan = [&] {
            std::vector<int> all;
            for (int i = 0; i < 40; ++i) {
              for (const Token token : planner.buffer().tokens(0, i)) all.push_back(token);
              for (const NoiseLevel level : planner.buffer().levels(0, i)) all.push_back(level);
              all.push_back(planner.step(i).decided ? 1 : 0);
            }
            return all;
          };
          const auto planned = plan();
          denoiser.where = where;
          const PlanReport bad = test::refine(planner, {.state = State{3}}, {.passes = 10});
          const std::string which = std::to_string(static_cast<int>(method)) + ", " +
                                    std::to_string(static_cast<int>(where)) + " after " + std::to_string(before);
          ASSERT_TRUE(bad.bad_model) << which;
          ASSERT_LE(bad.passes, 2) << which << ": a round may end with one that was good";
          ASSERT_EQ(plan(), planned) << which;
          denoiser.where = Where::kNowhere;
          EXPECT_FALSE(test::refine(planner, {.state = State{3}}, {.passes = 200}).bad_model);
          EXPECT_TRUE(planner.step(8).decided) << which;
          for (int i = 0; i < 9 && method == PlanMethod::kBeam; ++i) {
            EXPECT_EQ(planner.step(i).action[0], test::kRight) << which;
          }
        }
      }
    }
  }
}

TEST(Planner, AStatePredictedByNoNumberIsTakenForTheOneBefore) {
  BrokenDenoiser denoiser;
  Planner planner(denoiser, small_plans(PlanMethod::kBeam));
  ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
  denoiser.where = BrokenDenoiser::Where::kState;
  EXPECT_TRUE(test::refine(planner, {.state = State{3}, .started = 1}, {.passes = 0}).bad_model)
      << "nobody decided the step";
  EXPECT_EQ(planner.buffer().state(0, 1)[0], 3);
}

/// Lacks something.
class LackingDenoiser : public LineDenoiser {
 public:
  explicit LackingDenoiser(Capabilities has) : has_(has) {}
  [[nodiscard]] Capabilities capabilities() const noexcept override { return has_; }
  void run(const DenoiseBatch& batch) noexcept override {
    LineDenoiser::run(batch);
    if (batch.depth == PassDepth::kDynamics && !has_.tables) {
      std::fill(batch.logits, batch.logits + batch.windows * test::kPlaces, 0.0F);
    }
  }

 private:
  Capabilities has_;
};

/// The rules of the line.
class LineTransition : public Transition {
 public:
  [[nodiscard]] bool next(std::span<const Token> state, std::span<const Token> action,
                          std::span<Token> next) const noexcept override {
    next[0] = LineDenoiser::moved(state[0], action[0]);
    return true;
  }
};

TEST(Planner, WhatAModelLacksIsSaidWhenThePlannerIsBuilt) {
  const LineTransition rules;
  struct Case {
    Capabilities has;
    PlannerOptions options;
    const Transition* transition;
    const char* problem;  // null: none
  };
  PlannerOptions by_likelihood = small_plans(PlanMethod::kBeam);
  by_likelihood.value_weight = 0.0;
  const Case cases[] = {
      {{.tables = false}, small_plans(PlanMethod::kBeam), nullptr, "kBeam needs a model with dynamics tables"},
      {{.tables = false}, small_plans(PlanMethod::kBeam), &rules, nullptr},
      {{.tables = false}, small_plans(PlanMethod::kDenoise), nullptr, nullptr},
      {{.mixer = false}, small_plans(PlanMethod::kDenoise), nullptr, "kDenoise needs a model with a mixer"},
      {{.mixer = false}, small_plans(PlanMethod::kBeam), nullptr, nullptr},
      {{.value = false}, small_plans(PlanMethod::kBeam), nullptr, "value_weight needs a model with a value head"},
      {{.value = false}, by_likelihood, nullptr, nullptr},
      {{.value = false}, small_plans(PlanMethod::kDenoise), nullptr, nullptr},
  };
  for (const Case& each : cases) {
    LackingDenoiser denoiser(each.has);
    try {
      Planner planner(denoiser, each.options, each.transition);
      EXPECT_EQ(each.problem, nullptr) << "was accepted";
    } catch (const OptionsError& error) {
      ASSERT_NE(each.problem, nullptr) << error.what();
      EXPECT_THAT(error.what(), ::testing::HasSubstr(each.problem));
    }
  }
}

TEST(Planner, RulesTakeThePlaceOfTables) {
  LackingDenoiser denoiser({.tables = false});
  const LineTransition rules;
  Planner planner(denoiser, small_plans(PlanMethod::kBeam), &rules);
  ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
  EXPECT_EQ(test::refine(planner, {.state = State{3}}, {.passes = 200}).steps_to_goal, 17);
  test::shift(planner, 2);
  EXPECT_EQ(planner.buffer().state(0, 2)[0], 5);
}

TEST(Planner, AGoalThatIsMetAnywhereIsNoneForCandidates) {
  LineDenoiser denoiser;
  for (const PlanMethod method : kMethods) {
    Planner planner(denoiser, small_plans(method));
    EXPECT_EQ(planner.reset(State{3}, State{kMask}, kIdle),
              method == PlanMethod::kDenoise ? PlanReset::kOk : PlanReset::kNoGoal);
  }
}

/// Its first pass is slow, as where memory is touched for the first time.
class SlowStart : public LineDenoiser {
 public:
  void run(const DenoiseBatch& batch) noexcept override {
    if (runs++ == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    LineDenoiser::run(batch);
  }
  int runs = 0;
};

TEST(Planner, PlansAgainAtOnceAfterASlowPass) {
  for (const PlanMethod method : kMethods) {
    SlowStart denoiser;
    Planner planner(denoiser, small_plans(method));
    ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
    const Budget budget{.time = std::chrono::milliseconds(4)};
    EXPECT_EQ(test::refine(planner, {.state = State{3}}, budget).passes, 1);
    EXPECT_GT(test::refine(planner, {.state = State{3}}, budget).passes, 0);
    EXPECT_EQ(test::refine(planner, {.state = State{3}}, {.time = std::chrono::nanoseconds(0)}).passes, 0);
  }
}

TEST(Planner, AStepThatStartedUndecidedStaysSoToItsEnd) {
  for (const PlanMethod method : kMethods) {
    LineDenoiser denoiser;
    Planner planner(denoiser, small_plans(method));
    ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
    for (int tick = 0; tick < 4; ++tick) {
      planner.observe({.state = State{3}, .started = tick > 0 ? 1 : 0});
      planner.refine({.passes = tick > 0 ? 100 : 0});
      EXPECT_FALSE(planner.step(0).decided) << "tick " << tick;
      EXPECT_EQ(planner.step(0).action[0], test::kStay);
      EXPECT_EQ(planner.step(1).decided, tick > 0);
      planner.sent(1);
    }
    planner.observe({.state = State{3}, .state_step = 1, .started = 1, .done = 1});
    planner.refine({.passes = 1});
    EXPECT_TRUE(planner.step(0).decided);
  }
}

TEST(Planner, ForgetsThePlanButNotWhatStartedOrWasSent) {
  for (const PlanMethod method : kMethods) {
    LineDenoiser denoiser;
    Planner planner(denoiser, small_plans(method));
    ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
    planner.observe({.state = State{3}});
    planner.refine({.passes = 200});
    planner.sent(2);
    planner.observe({.state = State{3}, .started = 1, .observed = false});
    planner.forget();
    EXPECT_TRUE(planner.step(0).decided && planner.step(1).decided);
    EXPECT_FALSE(planner.step(2).decided);
    EXPECT_EQ(planner.report().decided_steps, 2);
    EXPECT_EQ(planner.report().steps_to_goal, -1);
    EXPECT_EQ(planner.step(0).tokens[0], 3) << "what was seen stays";
    EXPECT_EQ(planner.step(5).tokens[1], kMask);
  }
}

TEST(Planner, BeyondTheHorizonThereIsNothingButToHold) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  for (int round = 0; round < 2; ++round) {
    for (const int ahead : {-1, 40, 1 << 30}) {
      EXPECT_TRUE(planner.step(ahead).tokens.empty());
      EXPECT_FALSE(planner.step(ahead).decided);
      EXPECT_EQ(planner.step(ahead).level, kFullNoise);
      EXPECT_EQ(planner.step(ahead).action.size(), 1U);
    }
    ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
  }
}

TEST(Planner, AReportIsOfAllSinceTheLastObservation) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  ASSERT_EQ(planner.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
  planner.observe({.state = State{7}});
  for (int call = 1; call <= 3; ++call) {
    planner.refine({.passes = 2});
    EXPECT_EQ(planner.report().passes, 2 * call);
    EXPECT_TRUE(planner.report().disturbed);
  }
  planner.observe({.state = State{7}});
  EXPECT_EQ(planner.report().passes, 0);
  EXPECT_FALSE(planner.report().disturbed);
  planner.observe({.started = 3, .done = 3});
  EXPECT_EQ(planner.report().head, 3);
}

TEST(Planner, RefusesBadTokensAndOptions) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser);
  EXPECT_EQ(planner.reset(State{test::kPlaces}, kGoal, kIdle), PlanReset::kBadState);
  EXPECT_EQ(planner.reset(State{kMask}, kGoal, kIdle), PlanReset::kBadState);
  EXPECT_EQ(planner.reset({}, kGoal, kIdle), PlanReset::kBadState);
  EXPECT_EQ(planner.reset(State{3}, State{test::kPlaces}, kIdle), PlanReset::kBadGoal);
  EXPECT_EQ(planner.reset(State{3}, {}, kIdle), PlanReset::kBadGoal);
  EXPECT_EQ(planner.reset(State{3}, kGoal, State{9}), PlanReset::kBadHold);
  EXPECT_EQ(planner.reset(State{3}, kGoal, State{kMask}), PlanReset::kBadHold);
  EXPECT_EQ(planner.reset(State{3}, State{kMask}, kIdle), PlanReset::kNoGoal);
  EXPECT_EQ(test::refine(planner, {.state = State{3}}, {.passes = 9}).passes, 0) << "nothing happens before a reset";
  try {
    Planner bad(denoiser, {.horizon = 0, .candidates = -1});
    FAIL() << "accepted";
  } catch (const OptionsError& error) {
    EXPECT_THAT(error.what(),
                ::testing::AllOf(::testing::HasSubstr("horizon 0"), ::testing::HasSubstr("candidates -1")));
  }
  EXPECT_THROW(Planner(denoiser, {.method = PlanMethod::kBeam, .pass_windows = 1000}), OptionsError);
  EXPECT_NO_THROW(Planner(denoiser, {.method = PlanMethod::kBeam, .horizon = 4, .history = 1}))
      << "options of other ways to plan do not matter";
}

}  // namespace
}  // namespace ripen
