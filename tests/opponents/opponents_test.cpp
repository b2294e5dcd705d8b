// The opponents do what they are named after.

#include "opponents/opponents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

#include "ripen/error.hpp"
#include "support/line_run.hpp"
#include "support/line_world.hpp"
#include "support/mirrored_line.hpp"
#include "support/planner_calls.hpp"

namespace ripen::opponents {
namespace {

using test::LineDenoiser;
using test::refine;
using test::shift;
using State = std::array<Token, 1>;

using test::kGoal;
using test::kIdle;

constexpr Kind kKinds[] = {Kind::kRolling, Kind::kCold, Kind::kChunk, Kind::kChunkAhead, Kind::kReactive};

std::unique_ptr<PlanSource> made(Denoiser& denoiser, Kind kind, int plan_passes = 64) {
  return make(denoiser, {.method = PlanMethod::kBeam, .horizon = 40, .candidates = 8, .pass_windows = 4},
              {.kind = kind, .chunk = 4, .plan_passes = plan_passes});
}

std::unique_ptr<PlanSource> begun(Denoiser& denoiser, Kind kind, Token place, int plan_passes = 64) {
  std::unique_ptr<PlanSource> plan = made(denoiser, kind, plan_passes);
  EXPECT_EQ(plan->reset(State{place}, kGoal, kIdle), PlanReset::kOk);
  return plan;
}

TEST(Opponents, ActAtOnceUnlessTheyWaitForAPlan) {
  for (const Kind kind : {Kind::kRolling, Kind::kReactive, Kind::kCold}) {
    LineDenoiser denoiser;
    EXPECT_EQ(test::steps_to_goal(*begun(denoiser, kind, 3), 3, 2), 17) << static_cast<int>(kind);
  }
}

TEST(Opponents, DoWhatTheyDecidedInEveryTickOfAStep) {
  for (const Kind kind : kKinds) {
    for (const int step_ticks : {2, 5}) {
      LineDenoiser denoiser;
      EXPECT_EQ(test::steps_to_goal(*begun(denoiser, kind, 3), 3, 64, step_ticks), 17)
          << static_cast<int>(kind) << ", " << step_ticks << " ticks a step";
    }
  }
}

TEST(Opponents, AHeldStepIsUndecidedToItsEnd) {
  for (const Kind kind : kKinds) {
    LineDenoiser denoiser;
    const auto plan = begun(denoiser, kind, 3);
    for (int tick = 0; tick < 4; ++tick) {  // Too late for the step from tick 1 on.
      plan->observe({.state = State{3}, .started = tick > 0 ? 1 : 0});
      plan->refine({.passes = tick > 0 ? 64 : 0}, {.passes = tick > 0 ? 64 : 0});
      EXPECT_FALSE(plan->step(0).decided) << static_cast<int>(kind) << ", tick " << tick;
      EXPECT_EQ(plan->step(0).action[0], test::kStay);
      plan->sent(1, 1);
    }
  }
}

TEST(Opponents, ThinkOfAModelThatSaysNoNumberAsThePlannerDoes) {
  class NanDenoiser : public LineDenoiser {
   public:
    void run(const DenoiseBatch& batch) noexcept override {
      LineDenoiser::run(batch);
      batch.logits[0] = std::nanf("");
    }
  };
  for (const Kind kind : kKinds) {
    NanDenoiser denoiser;
    const auto plan = begun(denoiser, kind, 3);
    for (int tick = 0; tick < 20; ++tick) {
      const PlanReport report = refine(*plan, {.state = State{3}}, {.passes = 9});
      EXPECT_TRUE(report.bad_model) << static_cast<int>(kind);
      EXPECT_EQ(report.passes, 1);
      EXPECT_FALSE(plan->step(0).decided);
    }
  }
}

TEST(Opponents, TakeChannelsThatWereNotSeenForWhatTheyBelieve) {
  for (const Kind kind : kKinds) {
    LineDenoiser denoiser;
    const auto plan = begun(denoiser, kind, 3);
    EXPECT_FALSE(refine(*plan, {.state = State{kMask}}, {.passes = 200}).disturbed);
    EXPECT_EQ(plan->step(0).action[0], test::kRight) << static_cast<int>(kind);
  }
}

TEST(Opponents, ColdKnowsNothingOfTheTickBefore) {
  LineDenoiser denoiser;
  const auto plan = begun(denoiser, Kind::kCold, 3);
  EXPECT_EQ(refine(*plan, {.state = State{3}}, {.passes = 200}).steps_to_goal, 17);
  const PlanReport report = refine(*plan, {.state = State{3}}, {.passes = 0});
  EXPECT_EQ(report.decided_steps, 0);
  EXPECT_EQ(report.steps_to_goal, -1);
}

TEST(Opponents, AChunkIsHeldBackUntilItsPlanIsFinished) {
  for (const Kind kind : {Kind::kChunk, Kind::kChunkAhead}) {
    LineDenoiser denoiser;
    const auto plan = begun(denoiser, kind, 3, 10);
    for (int pass = 0; pass < 9; ++pass) {
      refine(*plan, {.state = State{3}}, {.passes = 1});
      ASSERT_FALSE(plan->step(0).decided) << pass;
    }
    refine(*plan, {}, {.passes = 1});
    EXPECT_TRUE(plan->step(3).decided);
    EXPECT_FALSE(plan->step(4).decided) << "a chunk is 4 steps";
    EXPECT_EQ(plan->step(4).action[0], test::kStay);
    EXPECT_EQ(plan->report().decided_steps, 4);
  }
}

TEST(Opponents, AChunkIsDoneWhateverIsSeen) {
  LineDenoiser denoiser;
  const auto plan = begun(denoiser, Kind::kChunk, 10);
  refine(*plan, {.state = State{10}}, {.passes = 200});
  for (int step = 0; step < 4; ++step) {
    const PlanReport report = refine(*plan, {.state = State{30}, .step = step, .started = step}, {.passes = 9});
    EXPECT_EQ(report.passes, 0);
    EXPECT_EQ(plan->step(0).action[0], test::kRight) << "though the carriage was pushed beyond the goal";
    shift(*plan, 1);
  }
  EXPECT_FALSE(plan->step(0).decided);
  refine(*plan, {.state = State{30}, .step = 4, .started = 4}, {.passes = 200});
  EXPECT_EQ(plan->step(0).action[0], test::kLeft);
}

TEST(Opponents, ChunksAheadLeaveNoGapWhereTheWorldObeys) {
  LineDenoiser denoiser;
  EXPECT_EQ(test::steps_to_goal(*begun(denoiser, Kind::kChunkAhead, 3, 6), 3, 6), 17) << "six passes make a plan";
}

TEST(Opponents, AChunkAheadIsImprovedForAsLongAsTheOneBeforeIsDone) {
  for (const Kind kind : {Kind::kChunk, Kind::kChunkAhead}) {
    LineDenoiser denoiser;
    const auto plan = begun(denoiser, kind, 3, 60);
    int first = 0, next = 0;
    while (!plan->step(0).decided) first += refine(*plan, {.state = State{3}}, {.passes = 1}).passes;
    EXPECT_LT(first, 60) << "nobody waits longer than for a plan that reaches the goal";
    for (int i = 0; i < 10; ++i) next += refine(*plan, {}, {.passes = 10}).passes;
    EXPECT_EQ(next, kind == Kind::kChunkAhead ? 60 : 0);
    EXPECT_FALSE(plan->step(4).decided) << "it is not due yet";
    for (int step = 0; step < 4; ++step) shift(*plan, 1);
    EXPECT_EQ(plan->step(0).decided, kind == Kind::kChunkAhead);
  }
}

TEST(Opponents, WhoDoesChunksGoesOnAfterAPushAtTheGoal) {
  for (const Kind kind : {Kind::kChunk, Kind::kChunkAhead}) {
    LineDenoiser denoiser;
    const auto plan = begun(denoiser, kind, 20, 60);
    EXPECT_TRUE(refine(*plan, {.state = State{20}}, {.passes = 200}).goal_reached);
    EXPECT_EQ(plan->step(0).action[0], test::kStay);
    refine(*plan, {.state = State{17}}, {.passes = 200});
    EXPECT_EQ(plan->step(0).action[0], test::kRight);
    shift(*plan, 1);
    refine(*plan, {.state = State{18}, .step = 1, .started = 1}, {.passes = 200});
    EXPECT_EQ(plan->step(0).action[0], test::kRight);
  }
}

TEST(Opponents, AChunkKeepsToABudgetOfTime) {
  LineDenoiser denoiser;
  const auto plan = begun(denoiser, Kind::kChunk, 3);
  EXPECT_EQ(refine(*plan, {.state = State{3}}, {.time = std::chrono::nanoseconds(0)}).passes, 0);
  EXPECT_GT(refine(*plan, {.state = State{3}}, {.time = std::chrono::hours(1)}).passes, 1);
  EXPECT_TRUE(plan->step(0).decided);
}

/// Notes what the last window looked like.
class WatchedDenoiser : public LineDenoiser {
 public:
  void run(const DenoiseBatch& batch) noexcept override {
    shown.assign(batch.tokens, batch.tokens + batch.steps * 2);
    LineDenoiser::run(batch);
  }
  std::vector<Token> shown;  // [steps][place, move]
};

TEST(Opponents, ANewChunkLooksBackOnWhatWasSeenWhileTheOldOneWasDone) {
  WatchedDenoiser denoiser;
  const auto plan = make(denoiser,
                         {.method = PlanMethod::kDenoise,
                          .horizon = 10,
                          .history = 8,
                          .candidates = 1,
                          .pass_windows = 1,
                          .window_history = 2},
                         {.kind = Kind::kChunk, .chunk = 2, .plan_passes = 1});
  ASSERT_EQ(plan->reset(State{3}, State{kMask}, kIdle), PlanReset::kOk);
  refine(*plan, {.state = State{3}}, {.passes = 1});
  shift(*plan, 1);
  EXPECT_EQ(refine(*plan, {.state = State{8}, .step = 1, .started = 1}, {.passes = 1}).passes, 0);
  shift(*plan, 1);
  EXPECT_EQ(refine(*plan, {.state = State{9}, .step = 2, .started = 2}, {.passes = 1}).passes, 1);
  EXPECT_EQ(denoiser.shown[0], 3);
  EXPECT_EQ(denoiser.shown[2], 8) << "nobody acted on it, but it is how the world was";
  EXPECT_EQ(denoiser.shown[4], 9);
}

TEST(Opponents, WhoDoesNotPlanLooksFromBothSidesToo) {
  for (const Token start : {Token{13}, Token{27}}) {
    test::OneSidedDenoiser denoiser;
    const test::MirroredLine line(2);
    const auto plan = make(denoiser, {.method = PlanMethod::kBeam, .horizon = 40, .pass_windows = 4},
                           {.kind = Kind::kReactive}, &line);
    ASSERT_EQ(plan->reset(State{start}, kGoal, kIdle), PlanReset::kOk);
    EXPECT_EQ(refine(*plan, {.state = State{start}}, {.passes = 5}).passes, 1);
    EXPECT_EQ(plan->step(0).action[0], start < test::kLineGoal ? test::kRight : test::kLeft) << "from " << start;
  }
}

TEST(Opponents, RefuseWhatThePlannerDoes) {
  for (const Kind kind : kKinds) {
    LineDenoiser denoiser;
    const auto plan = made(denoiser, kind);
    EXPECT_EQ(plan->reset(State{test::kPlaces}, kGoal, kIdle), PlanReset::kBadState);
    EXPECT_EQ(plan->reset(State{kMask}, kGoal, kIdle), PlanReset::kBadState);
    EXPECT_EQ(plan->reset(State{3}, State{77}, kIdle), PlanReset::kBadGoal);
    EXPECT_EQ(plan->reset(State{3}, kGoal, State{9}), PlanReset::kBadHold);
    EXPECT_EQ(plan->reset(State{3}, kGoal, kIdle), PlanReset::kOk);
    EXPECT_THROW((void)make(denoiser, {.method = PlanMethod::kBeam, .horizon = 0}, {.kind = kind}), OptionsError);
  }
  LineDenoiser denoiser;
  try {
    (void)make(denoiser, {.method = PlanMethod::kBeam, .horizon = 40},
               {.kind = Kind::kChunk, .chunk = 41, .plan_passes = 0});
    FAIL() << "accepted";
  } catch (const OptionsError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("chunk 41"), testing::HasSubstr("plan_passes 0")));
  }
}

TEST(Opponents, HaveTheNamesOfTheCommandLines) {
  for (const Kind kind : kKinds) EXPECT_EQ(kind_of(names()[static_cast<std::size_t>(kind)]), kind);
  EXPECT_FALSE(kind_of("ar"));
}

}  // namespace
}  // namespace ripen::opponents
