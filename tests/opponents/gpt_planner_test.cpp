// A GPT-style model finishes what it decides before anything of it is done, over as many ticks as it takes.

#include "opponents/gpt/gpt_planner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "opponents/gpt/gpt_engine.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/error.hpp"
#include "support/allocation_counter.hpp"
#include "support/line_gpt.hpp"
#include "support/line_run.hpp"
#include "support/loop_rig.hpp"
#include "support/planner_calls.hpp"
#include "support/random_gpt.hpp"

namespace ripen::opponents {
namespace {

using test::kGoal;
using test::kIdle;
using test::LineDenoiser;
using test::LineGpt;
using test::refine;
using test::shift;
using State = std::array<Token, 1>;

constexpr GptMode kModes[] = {GptMode::kAct, GptMode::kPlan, GptMode::kPlanAhead};
constexpr GptMode kPlans[] = {GptMode::kPlan, GptMode::kPlanAhead};
constexpr Budget kPlenty{.passes = 1000};

/// A leap to the goal is too much of a surprise to be worth the steps that it saves.
PlannerOptions options_of(int candidates = 4) {
  return {.horizon = 30, .history = 8, .candidates = candidates, .likelihood_weight = 10.0, .window_history = 0};
}

std::unique_ptr<Gpt> begun(LineGpt& model, GptMode mode, Token place, const PlannerOptions& planner = options_of()) {
  auto plan = std::make_unique<Gpt>(model, planner, GptOptions{.mode = mode, .chunk = 4});
  EXPECT_EQ(plan->reset(State{place}, kGoal, kIdle), PlanReset::kOk);
  return plan;
}

std::string name(GptMode mode) { return gpt_names()[static_cast<std::size_t>(mode)]; }

TEST(Gpt, GetsThereAtOnceWithTimeEnough) {
  for (const GptMode mode : kModes) {
    for (const int step_ticks : {1, 3}) {
      LineGpt model;
      EXPECT_EQ(test::steps_to_goal(*begun(model, mode, 3), 3, 1000, step_ticks), 17)
          << name(mode) << " " << step_ticks;
    }
  }
}

TEST(Gpt, GetsThereLateIfDecisionsTakeLonger) {
  LineGpt model;
  EXPECT_EQ(test::steps_to_goal(*begun(model, GptMode::kAct, 3), 3, 3), 17) << "prompt and place are three positions";
  LineGpt slow;
  const int late = test::steps_to_goal(*begun(slow, GptMode::kAct, 3), 3, 1);
  EXPECT_GT(late, 2 * 17) << "move and place are two, and it holds meanwhile";
  LineGpt blocking, ahead;
  const int blocked = test::steps_to_goal(*begun(blocking, GptMode::kPlan, 3), 3, 20);
  const int smooth = test::steps_to_goal(*begun(ahead, GptMode::kPlanAhead, 3), 3, 20);
  EXPECT_GT(blocked, smooth) << "it holds for each plan";
  EXPECT_EQ(smooth, 17 + 1) << "it holds for the first one alone";
}

TEST(Gpt, HoldsUntilTheDecisionIsFinished) {
  for (const GptMode mode : kModes) {
    LineGpt model;
    const auto plan = begun(model, mode, 3);
    int passes = 0, ticks = 0;
    while (!plan->step(0).decided) {
      EXPECT_EQ(plan->step(0).action[0], test::kStay);
      const PlanReport report = refine(*plan, {.state = State{3}}, {.passes = 2});
      EXPECT_LE(report.passes, 2);
      passes += report.passes;
      ASSERT_LT(++ticks, 100);
    }
    EXPECT_EQ(plan->step(0).action[0], test::kRight);
    // Two tokens of the prompt and the place, the move of which is known then; a plan reads on until it is there.
    EXPECT_EQ(passes, mode == GptMode::kAct ? 3 : 3 + 2 * 17 - 1) << name(mode);
    EXPECT_EQ(plan->report().decided_steps, mode == GptMode::kAct ? 1 : 4);
    EXPECT_EQ(plan->report().steps_to_goal, mode == GptMode::kAct ? -1 : 17);
  }
}

TEST(Gpt, ATickGoesOnWhereTheOneBeforeHadToStop) {
  for (const GptMode mode : kPlans) {
    std::vector<Token> planned[2];
    for (const int passes : {1, 1000}) {
      LineGpt model;
      const auto plan = begun(model, mode, 3);
      for (int tick = 0; tick < 200 && !plan->step(0).decided; ++tick)
        refine(*plan, {.state = State{3}}, {.passes = passes});
      for (int i = 0; i < plan->horizon(); ++i) {
        const auto tokens = plan->step(i).tokens;
        planned[passes == 1].insert(planned[passes == 1].end(), tokens.begin(), tokens.end());
      }
    }
    EXPECT_EQ(planned[0], planned[1]);
  }
}

TEST(Gpt, ReadsOnlyWhatIsNew) {
  LineGpt model;
  const auto plan = begun(model, GptMode::kAct, 3);
  EXPECT_EQ(refine(*plan, {.state = State{3}}, kPlenty).passes, 3);
  shift(*plan, 1);
  EXPECT_EQ(refine(*plan, {.state = State{4}, .step = 1, .started = 1}, kPlenty).passes, 2) << "the move and the place";
  EXPECT_EQ(model.read(0), (std::vector<Token>{test::kLineGoal, model.layout().arrival(-1), 3, test::kRight, 4}));
  EXPECT_EQ(model.rows.back(), 2) << "at once";
}

TEST(Gpt, BeginsAnewWhereTheWindowEnds) {
  LineGpt model(1, 6);
  PlannerOptions options = options_of();
  options.window_history = 2;
  const auto plan = begun(model, GptMode::kAct, 3, options);
  EXPECT_EQ(test::steps_to_goal(*plan, 3, 1000), 17);
  EXPECT_LE(model.length(0), model.layout().positions());
}

TEST(Gpt, ShowsTheModelTheStepsBehind) {
  for (const GptMode mode : kPlans) {
    LineGpt model;
    PlannerOptions options = options_of();
    options.window_history = 2;
    const auto plan = begun(model, mode, 3, options);
    Token place = 3;
    for (int step = 0; step < 4; ++step) {
      refine(*plan, {.state = State{place}, .step = step, .started = step}, kPlenty);
      place = LineDenoiser::moved(place, plan->step(0).action[0]);
      shift(*plan, 1);
    }
    refine(*plan, {.state = State{place}, .step = 4, .started = 4}, kPlenty);
    const std::vector<Token> read = model.read(3);
    const std::vector<Token> expected = {5, test::kRight, 6, test::kRight, 7};
    EXPECT_EQ(std::vector<Token>(read.begin() + 2, read.begin() + 7), expected) << name(mode);
  }
}

TEST(Gpt, AChunkIsDoneWhateverIsSeen) {
  LineGpt model;
  const auto plan = begun(model, GptMode::kPlan, 10);
  refine(*plan, {.state = State{10}}, kPlenty);
  for (int step = 0; step < 4; ++step) {
    ASSERT_EQ(plan->step(0).action[0], test::kRight) << step;
    shift(*plan, 1);
    if (step == 3) break;
    const PlanReport report = refine(*plan, {.state = State{30}, .step = step + 1, .started = step + 1}, kPlenty);
    EXPECT_EQ(report.passes, 0);
    EXPECT_TRUE(report.settled);
    EXPECT_TRUE(report.disturbed || step > 0);
  }
  EXPECT_FALSE(plan->step(0).decided);
  refine(*plan, {.state = State{30}, .step = 4, .started = 4}, kPlenty);
  EXPECT_EQ(plan->step(0).action[0], test::kLeft);
}

TEST(Gpt, APlanAheadThatWasMadeForAnotherStateIsMadeAnew) {
  LineGpt model;
  const auto plan = begun(model, GptMode::kPlanAhead, 3);
  refine(*plan, {.state = State{3}}, kPlenty);
  shift(*plan, 1);
  EXPECT_GT(refine(*plan, {.state = State{4}, .step = 1, .started = 1}, kPlenty).passes, 10) << "from where it will be";
  EXPECT_TRUE(plan->report().settled);
  for (int step = 2; step < 4; ++step) shift(*plan, 1);
  plan->observe({.state = State{28}, .state_step = 4, .started = 4, .done = 4});
  EXPECT_TRUE(plan->report().disturbed);
  EXPECT_FALSE(plan->step(0).decided);
  plan->refine(kPlenty, kPlenty);
  EXPECT_EQ(plan->step(0).action[0], test::kLeft);
}

TEST(Gpt, GoesOnAfterAPushAtTheGoal) {
  for (const GptMode mode : kModes) {
    LineGpt model;
    const auto plan = begun(model, mode, test::kLineGoal);
    const PlanReport report = refine(*plan, {.state = State{test::kLineGoal}}, kPlenty);
    EXPECT_TRUE(report.goal_reached);
    EXPECT_EQ(report.passes, 0) << "there is nothing to decide";
    EXPECT_EQ(plan->step(0).action[0], test::kStay);
    refine(*plan, {.state = State{17}}, kPlenty);
    EXPECT_EQ(plan->step(0).action[0], test::kRight) << name(mode);
  }
}

TEST(Gpt, TakesANewGoal) {
  for (const GptMode mode : kModes) {
    LineGpt model;
    const auto plan = begun(model, mode, 3);
    refine(*plan, {.state = State{3}}, kPlenty);
    EXPECT_FALSE(plan->aim(State{99}, {}));
    EXPECT_FALSE(plan->aim({}, {}));
    EXPECT_EQ(plan->step(0).action[0], test::kRight) << "nothing has changed";
    EXPECT_TRUE(plan->aim(State{1}, {}));
    EXPECT_FALSE(plan->step(0).decided);
    refine(*plan, {.state = State{3}}, kPlenty);
    EXPECT_EQ(plan->step(0).action[0], test::kLeft) << name(mode);
  }
}

TEST(Gpt, AHeldStepIsUndecidedToItsEndAndThePlanComesAfterIt) {
  for (const GptMode mode : kModes) {
    LineGpt model;
    const auto plan = begun(model, mode, 3);
    for (int tick = 0; tick < 4; ++tick) {  // Too late for the step from tick 1 on.
      plan->observe({.state = State{3}, .started = tick > 0 ? 1 : 0});
      plan->refine({.passes = tick > 0 ? 64 : 0}, {.passes = tick > 0 ? 64 : 0});
      EXPECT_FALSE(plan->step(0).decided) << name(mode) << ", tick " << tick;
      EXPECT_EQ(plan->step(0).action[0], test::kStay);
      plan->sent(1, 1);
    }
    plan->observe({.state = State{3}, .state_step = 1, .started = 1, .done = 1});
    EXPECT_TRUE(plan->step(0).decided) << name(mode);
    EXPECT_EQ(plan->step(0).action[0], test::kRight);
  }
}

TEST(Gpt, AnActionThatWentOutInsteadPutsThePlanOff) {
  for (const GptMode mode : kModes) {
    LineGpt model;
    const auto plan = begun(model, mode, 3);
    refine(*plan, {.state = State{3}}, kPlenty);
    plan->started(0, kIdle, {});  // The loop held, say for its limits.
    plan->observe({.started = 1});
    EXPECT_EQ(plan->step(0).action[0], test::kStay) << "what is done is done";
    EXPECT_EQ(plan->step(1).action[0], test::kRight) << name(mode);
    plan->observe({.state = State{3}, .state_step = 1, .started = 1, .done = 1});
    EXPECT_TRUE(plan->step(0).decided);
    EXPECT_EQ(plan->report().decided_steps, mode == GptMode::kAct ? 1 : 4) << "all of it is still to come";
  }
}

TEST(Gpt, ARobotThatHoldsByStandingStillIsNotWaitedForByThePlan) {
  for (const GptMode mode : kModes) {
    LineGpt model;
    const auto plan = begun(model, mode, 3);
    plan->observe({.state = State{3}});
    plan->sent(1, 0);  // A hold action, which begins no step.
    plan->refine(kPlenty, kPlenty);
    plan->observe({.state = State{3}});
    EXPECT_TRUE(plan->step(0).decided) << name(mode) << ": the step that was held has never begun";
  }
}

TEST(Gpt, AModelThatSaysNoNumberDecidesNothing) {
  for (const GptMode mode : kModes) {
    LineGpt model;
    model.broken = true;
    const auto plan = begun(model, mode, 3);
    for (int tick = 0; tick < 5; ++tick) {
      const PlanReport report = refine(*plan, {.state = State{3}}, kPlenty);
      EXPECT_TRUE(report.bad_model) << name(mode);
      EXPECT_LE(report.passes, 3) << "none follows";
      EXPECT_FALSE(plan->step(0).decided);
    }
    model.broken = false;
    refine(*plan, {.state = State{3}}, kPlenty);
    EXPECT_TRUE(plan->step(0).decided);
  }
}

TEST(Gpt, TakesChannelsThatWereNotSeenForWhatItBelieves) {
  for (const GptMode mode : kModes) {
    LineGpt model;
    const auto plan = begun(model, mode, 3);
    EXPECT_FALSE(refine(*plan, {.state = State{kMask}}, kPlenty).disturbed);
    EXPECT_EQ(plan->step(0).action[0], test::kRight) << name(mode);
  }
}

TEST(Gpt, SamplesAreAskedForArrivalsUpToTheHorizon) {
  LineGpt model;
  const auto plan = begun(model, GptMode::kPlan, 3);
  refine(*plan, {.state = State{3}}, {.passes = 3});
  std::vector<Token> asked;
  for (int k = 0; k < 4; ++k) asked.push_back(model.tokens[static_cast<std::size_t>(k)][1]);
  EXPECT_THAT(asked, testing::ElementsAre(8, 15, 23, 30));
  LineGpt alone;
  const auto single = begun(alone, GptMode::kPlan, 3, options_of(1));
  refine(*single, {.state = State{3}}, {.passes = 3});
  EXPECT_EQ(alone.tokens[0][1], alone.layout().arrival(-1)) << "it may take what it likes";
}

TEST(Gpt, ALaterPlanIsAskedForAboutWhatIsLeftOfTheOneBefore) {
  const auto asked_after = [](Token seen) {
    LineGpt model;
    const auto plan = begun(model, GptMode::kPlan, 3);
    refine(*plan, {.state = State{3}}, kPlenty);
    for (int step = 0; step < 4; ++step) shift(*plan, 1);
    refine(*plan, {.state = State{seen}, .step = 4, .started = 4}, {.passes = 3});
    std::vector<Token> asked;
    for (int k = 0; k < 4; ++k) asked.push_back(model.tokens[static_cast<std::size_t>(k)][1]);
    return asked;
  };
  EXPECT_THAT(asked_after(7), testing::ElementsAre(11, 13, 15, 17)) << "13 are left";
  EXPECT_THAT(asked_after(1), testing::ElementsAre(8, 15, 23, 30)) << "it was pushed: nothing is known";
}

TEST(Gpt, GivesUpSamplesThatAreDearerThanOneThatIsThere) {
  LineGpt model;
  const auto plan = begun(model, GptMode::kPlan, 3);
  const PlanReport report = refine(*plan, {.state = State{3}}, kPlenty);
  EXPECT_EQ(report.steps_to_goal, 17) << "two of them know a way, and the others are full of surprise";
  EXPECT_EQ(report.passes, 3 + 2 * 17 - 1) << "nobody writes on behind it";
}

TEST(Gpt, RanksByStepsAndNats) {
  // A sample that is asked too much stumbles about, and gets there by chance or never.
  for (const double likelihood : {0.0, 10.0}) {
    LineGpt model;
    PlannerOptions options = options_of(2);
    options.horizon = 12;
    options.value_weight = 1.0;
    options.likelihood_weight = likelihood;
    auto plan = std::make_unique<Gpt>(model, options, GptOptions{.mode = GptMode::kPlan, .chunk = 4});
    int sane = 0;
    for (int round = 0; round < 20; ++round) {
      options.seed = static_cast<std::uint64_t>(round) + 1;
      plan = std::make_unique<Gpt>(model, options, GptOptions{.mode = GptMode::kPlan, .chunk = 4});
      ASSERT_EQ(plan->reset(State{10}, kGoal, kIdle), PlanReset::kOk);  // Asked for 6, which are too few, and 12.
      refine(*plan, {.state = State{10}}, kPlenty);
      sane += plan->report().steps_to_goal == 10 ? 1 : 0;
    }
    if (likelihood > 0.0) {
      EXPECT_EQ(sane, 20) << "a leap is a surprise";
    } else {
      EXPECT_LT(sane, 20) << "and else the shortest of all plans";
    }
  }
}

TEST(Gpt, KeepsToABudgetOfTime) {
  for (const GptMode mode : kModes) {
    LineGpt model;
    const auto plan = begun(model, mode, 3);
    EXPECT_EQ(refine(*plan, {.state = State{3}}, {.time = std::chrono::nanoseconds(0)}).passes, 0);
    EXPECT_GT(refine(*plan, {.state = State{3}}, {.time = std::chrono::hours(1)}).passes, 1);
    EXPECT_TRUE(plan->step(0).decided);
  }
}

TEST(Gpt, MeasuresItsBudgetByTheClockThatItIsGiven) {
  class Hour : public Clock {  // Goes on by an hour whenever somebody looks.
   public:
    [[nodiscard]] TimePoint now() const noexcept override { return now_ += std::chrono::hours(1); }
    void sleep_until(TimePoint) noexcept override {}

   private:
    mutable TimePoint now_{};
  };
  for (const GptMode mode : kModes) {
    LineGpt model;
    const Hour clock;
    Gpt plan(model, options_of(), {.mode = mode, .chunk = 4}, &clock);
    ASSERT_EQ(plan.reset(State{3}, kGoal, kIdle), PlanReset::kOk);
    const int before = static_cast<int>(model.rows.size());
    refine(plan, {.state = State{3}}, {.time = std::chrono::minutes(30)});
    EXPECT_EQ(static_cast<int>(model.rows.size()) - before, 1) << name(mode) << ": one pass, and the time is over";
  }
}

TEST(Gpt, DrivesAControlLoop) {
  for (const GptMode mode : kModes) {
    for (const int step_ticks : {1, 4}) {
      LineGpt model;
      Gpt plan(model, options_of(), {.mode = mode, .chunk = 4});
      test::LineRobot robot(3, step_ticks);
      ManualClock clock;
      test::ReportKeeper recorder(400);
      ControlLoop loop(plan, robot, clock, test::with_limits({.budget = Budget{.passes = 4}}), {&recorder});
      ASSERT_EQ(loop.reset(test::kTask, std::array{3.0}), ResetResult::kOk);
      loop.run(std::stop_source().get_token());
      EXPECT_EQ(robot.place(), test::kLineGoal) << name(mode) << ", " << step_ticks << " ticks a step";
    }
  }
}

TEST(Gpt, JumpsOverTheWholeHorizon) {
  for (const GptMode mode : kModes) {
    LineGpt model;
    const auto plan = begun(model, mode, 3);
    refine(*plan, {.state = State{3}}, kPlenty);
    plan->observe({.state = State{25}, .state_step = 500, .started = 500, .done = 500});
    plan->refine(kPlenty, kPlenty);
    EXPECT_EQ(plan->report().head, 500);
    EXPECT_EQ(plan->step(0).action[0], test::kLeft) << name(mode);
  }
}

TEST(Gpt, TakesNothingFromTheHeap) {
  for (const GptMode mode : kModes) {
    GptEngine engine(test::random_gpt({.width = 32, .layers = 1, .heads = 2, .window = 24}, {.at_end = {0}}, 1),
                     {.sequences = 4});
    PlannerOptions options = options_of();
    options.horizon = 16;
    Gpt plan(engine, options, {.mode = mode, .chunk = 4});
    const std::array<Token, 2> state{3, 1}, goal{20, kMask};
    const std::array<Token, 2> hold{5, 0};
    ASSERT_EQ(plan.reset(state, goal, hold), PlanReset::kOk);
    int decided = 0;
    {
      const test::AllocationCounter counter;
      for (int tick = 0; tick < 400; ++tick) {
        const std::array<Token, 2> seen{static_cast<Token>(tick % 7 == 0 ? kMask : (tick * 5) % 30), Token{2}};
        plan.observe({.state = seen, .state_step = tick, .started = tick, .done = tick});
        plan.refine({.passes = 9}, {.passes = 9});
        decided += plan.step(0).decided ? 1 : 0;
        plan.sent(1, tick + 1);
        if (tick % 50 == 0) (void)plan.aim(goal, {});
      }
      EXPECT_EQ(counter.calls(), 0) << name(mode);
    }
    EXPECT_GT(decided, 50) << name(mode);
  }
}

TEST(Gpt, RefusesWhatMakesNoSense) {
  for (const GptMode mode : kModes) {
    LineGpt model;
    const auto plan = begun(model, mode, 3);
    EXPECT_EQ(plan->reset(State{test::kPlaces}, kGoal, kIdle), PlanReset::kBadState);
    EXPECT_EQ(plan->reset(State{kMask}, kGoal, kIdle), PlanReset::kBadState);
    EXPECT_EQ(plan->reset(State{3}, State{77}, kIdle), PlanReset::kBadGoal);
    EXPECT_EQ(plan->reset(State{3}, kGoal, State{9}), PlanReset::kBadHold);
  }
  LineGpt model(2);
  const auto refusal = [&](const PlannerOptions& planner, const GptOptions& options) -> std::string {
    try {
      Gpt plan(model, planner, options);
    } catch (const OptionsError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refusal(options_of(8), {}), "accepted") << "one action needs one sequence";
  EXPECT_THAT(refusal(options_of(8), {.mode = GptMode::kPlan}), testing::HasSubstr("candidates"));
  EXPECT_THAT(refusal(options_of(2), {.mode = GptMode::kPlan, .chunk = 31}), testing::HasSubstr("chunk 31"));
  EXPECT_THAT(refusal(options_of(2), {.mode = GptMode::kPlanAhead, .chunk = 30}), testing::HasSubstr("chunk 30"));
  PlannerOptions options = options_of(2);
  options.horizon = 1;
  EXPECT_THAT(refusal(options, {}), testing::HasSubstr("horizon 1"));
  options = options_of(2);
  options.history = options.window_history = 48;
  EXPECT_THAT(refusal(options, {}), testing::HasSubstr("window_history 48"));
}

TEST(Gpt, HasTheNamesOfTheCommandLines) {
  for (const GptMode mode : kModes) EXPECT_EQ(gpt_mode_of(name(mode)), mode);
  EXPECT_FALSE(gpt_mode_of("gpt"));
}

}  // namespace
}  // namespace ripen::opponents
