// The baselines do what they are named after.

#include <gtest/gtest.h>

#include <array>

#include "ripen/planner.hpp"
#include "support/line_world.hpp"

namespace ripen {
namespace {

using test::LineDenoiser;
using State = std::array<Token, 1>;

using test::kGoal;
using test::kIdle;

Planner planner_for(Denoiser& denoiser, Replanning replanning, int plan_passes = 64) {
  return Planner(denoiser, {.horizon = 40,
                            .candidates = 8,
                            .pass_windows = 4,
                            .replanning = replanning,
                            .chunk = 4,
                            .plan_passes = plan_passes});
}

/// Ticks of one step each in a world that obeys; returns how many steps the carriage needed, idle ones too.
int steps_to_goal(Planner& planner, Token place, int passes) {
  EXPECT_TRUE(planner.reset(State{place}, kGoal, kIdle));
  for (int step = 0; step < 200; ++step) {
    if (place == test::kLineGoal) return step;
    planner.refine({.state = State{place}, .step = step, .begun = step}, {.passes = passes});
    place = LineDenoiser::moved(place, planner.action()[0]);
    planner.emitted(1);
    planner.shift(1);
    planner.emitted(0);
  }
  return -1;
}

TEST(Replanning, RollingAndReactiveActAtOnce) {
  LineDenoiser denoiser;
  for (const Replanning replanning : {Replanning::kRolling, Replanning::kReactive, Replanning::kCold}) {
    Planner planner = planner_for(denoiser, replanning);
    EXPECT_EQ(steps_to_goal(planner, 3, 2), 17) << static_cast<int>(replanning);
  }
}

TEST(Replanning, ColdKnowsNothingOfTheTickBefore) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser, Replanning::kCold);
  ASSERT_TRUE(planner.reset(State{3}, kGoal, kIdle));
  EXPECT_EQ(planner.refine({.state = State{3}}, {.passes = 200}).steps_to_goal, 17);
  planner.shift(0);
  const RefineReport report = planner.refine({.state = State{3}}, {.passes = 0});
  EXPECT_EQ(report.decided_steps, 0);
  EXPECT_EQ(report.steps_to_goal, -1);
}

TEST(Replanning, AChunkIsHeldBackUntilItsPlanIsFinished) {
  LineDenoiser denoiser;
  for (const Replanning replanning : {Replanning::kChunk, Replanning::kChunkAhead}) {
    Planner planner = planner_for(denoiser, replanning, 10);
    ASSERT_TRUE(planner.reset(State{3}, kGoal, kIdle));
    for (int pass = 0; pass < 9; ++pass) {
      planner.refine({.state = State{3}}, {.passes = 1});
      ASSERT_FALSE(planner.decided()) << pass;
    }
    planner.refine({}, {.passes = 1});
    EXPECT_TRUE(planner.decided(3));
    EXPECT_FALSE(planner.decided(4)) << "a chunk is 4 steps";
  }
}

TEST(Replanning, AChunkIsDoneWhateverIsSeen) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser, Replanning::kChunk);
  ASSERT_TRUE(planner.reset(State{10}, kGoal, kIdle));
  planner.refine({.state = State{10}}, {.passes = 200});
  for (int step = 0; step < 4; ++step) {
    const RefineReport report = planner.refine({.state = State{30}, .step = step, .begun = step}, {.passes = 9});
    EXPECT_EQ(report.passes, 0);
    EXPECT_EQ(planner.action()[0], test::kRight) << "though the carriage was pushed beyond the goal";
    planner.shift(1);
  }
  EXPECT_FALSE(planner.decided());
  planner.refine({.state = State{30}, .step = 4, .begun = 4}, {.passes = 200});
  EXPECT_EQ(planner.action()[0], test::kLeft);
}

TEST(Replanning, ChunksAheadLeaveNoGapWhereTheWorldObeys) {
  LineDenoiser denoiser;
  Planner planner = planner_for(denoiser, Replanning::kChunkAhead, 6);
  EXPECT_EQ(steps_to_goal(planner, 3, 6), 17) << "six passes make a plan";
}

TEST(Replanning, AChunkAheadIsImprovedForAsLongAsTheOneBeforeIsDone) {
  for (const Replanning replanning : {Replanning::kChunk, Replanning::kChunkAhead}) {
    LineDenoiser denoiser;
    Planner planner = planner_for(denoiser, replanning, 60);
    ASSERT_TRUE(planner.reset(State{3}, kGoal, kIdle));
    int first = 0, next = 0;
    while (!planner.decided()) first += planner.refine({.state = State{3}}, {.passes = 1}).passes;
    EXPECT_LT(first, 60) << "nobody waits longer than for a plan that reaches the goal";
    for (int i = 0; i < 10; ++i) next += planner.refine({}, {.passes = 10}).passes;
    EXPECT_EQ(next, replanning == Replanning::kChunkAhead ? 60 : 0);
    EXPECT_FALSE(planner.decided(4)) << "it is not due yet";
    for (Token step = 0; step < 4; ++step) planner.shift(1);
    EXPECT_EQ(planner.decided(), replanning == Replanning::kChunkAhead);
  }
}

TEST(Replanning, WhoDoesChunksGoesOnAfterAPushAtTheGoal) {
  for (const Replanning replanning : {Replanning::kChunk, Replanning::kChunkAhead}) {
    LineDenoiser denoiser;
    Planner planner = planner_for(denoiser, replanning, 60);
    ASSERT_TRUE(planner.reset(State{20}, kGoal, kIdle));
    EXPECT_TRUE(planner.refine({.state = State{20}}, {.passes = 200}).goal_reached);
    EXPECT_EQ(planner.action()[0], test::kStay);
    planner.refine({.state = State{17}}, {.passes = 200});
    EXPECT_EQ(planner.action()[0], test::kRight);
    planner.shift(1);
    planner.refine({.state = State{18}, .step = 1, .begun = 1}, {.passes = 200});
    EXPECT_EQ(planner.action()[0], test::kRight);
  }
}

}  // namespace
}  // namespace ripen
