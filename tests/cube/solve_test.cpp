#include "cube_solver/solve.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "cube_solver/facelets.hpp"
#include "cube_solver/notation.hpp"
#include "cube_solver/render.hpp"
#include "cube_solver/report.hpp"
#include "cube_solver/tokens.hpp"
#include "support/planner_calls.hpp"

namespace ripen::cube {
namespace {

NativeDenoiser& denoiser() {
  static NativeDenoiser shared(ModelFile::load(RIPEN_CUBE_MODEL), {.max_windows = 16, .precision = Precision::kInt8});
  return shared;
}

Cube cube_of(int number) {
  Random random(77, static_cast<std::uint64_t>(number));
  return random_cube(random);
}

Options quick() {
  return {.passes = 6,
          .virtual_time = true,
          .planner = {.method = PlanMethod::kBeam, .candidates = 16, .pass_windows = 16}};
}

/// The logged turns, slipped ones left out, do lead from the start to a solved cube.
void expect_turns_solve(const Cube& start, const Result& result) {
  Cube cube = start;
  for (const LoggedTurn& turn : result.turns) {
    if (!turn.slipped) cube.apply(turn.move);
  }
  EXPECT_TRUE(cube.is_solved()) << to_line(result, 1, 1, 5000);
}

TEST(Solve, EveryCube) {
  for (int i = 0; i < 20; ++i) {
    const Cube start = cube_of(i);
    const Result result = solve(start, quick(), denoiser(), {.number = i + 1});
    ASSERT_TRUE(result.solved) << to_facelets(start) << "\n" << to_line(result, i + 1, 20, 5000);
    EXPECT_EQ(result.facelets, to_facelets(start));
    EXPECT_EQ(result.first_action_tick, 0) << to_facelets(start);
    EXPECT_EQ(result.missed, 0);
    EXPECT_LE(result.robot_turns(), 40) << to_facelets(start);
    expect_turns_solve(start, result);
  }
}

TEST(Solve, SlipsDisturbancesAndLatencyAreOvercome) {
  Options options = quick();
  options.slip_rate = 0.05;
  options.disturb_rate = 0.05;
  options.sensor_latency_ticks = 2;
  options.max_moves = 300;
  int faults = 0;
  for (int i = 0; i < 20; ++i) {
    const Cube start = cube_of(i);
    const Result result = solve(start, options, denoiser(), {.number = i + 1});
    ASSERT_TRUE(result.solved) << to_facelets(start) << "\n" << to_line(result, i + 1, 20, 5000);
    expect_turns_solve(start, result);
    faults += static_cast<int>(result.turns.size()) - result.robot_turns() + result.slips();
  }
  EXPECT_GT(faults, 20);
}

TEST(Solve, SameSeedAndPassesGiveTheSameRun) {
  Options options = quick();
  options.slip_rate = 0.1;
  const auto run = [&] {
    Result result = solve(cube_of(1), options, denoiser(), {});
    result.wake_up = result.compute = result.slack = result.observation_to_action = {};
    return to_json(result);
  };
  EXPECT_EQ(run(), run());
}

TEST(Solve, APlannerOnItsOwnThreadSolvesTooAndIsRecorded) {
  Options options{.tick_us = 1000,
                  .planner_thread = true,
                  .planner = {.method = PlanMethod::kBeam, .candidates = 16, .pass_windows = 16},
                  .max_moves = 5000};
  // How many passes fit between two turns is the machine's affair: only plans that reach the goal are turned, and on a
  // busy machine many more of them, since the thread sees late what was disturbed.
  options.planner.wait_passes = 1 << 20;
  options.quarter_us = 5000;
  options.disturb_rate = 0.05;
  for (int i = 0; i < 2; ++i) {
    Recording recording;
    const Result result = solve(cube_of(i), options, denoiser(), {.number = i + 1, .recording = &recording});
    EXPECT_TRUE(result.solved) << to_line(result, i + 1, 2, options.tick_us);
    expect_turns_solve(cube_of(i), result);
    EXPECT_EQ(std::ssize(recording.ticks), result.ticks);
  }
}

TEST(Solve, ASolvedCubeIsLeftAlone) {
  const Result result = solve(Cube(), quick(), denoiser(), {});
  EXPECT_TRUE(result.solved);
  EXPECT_TRUE(result.turns.empty());
  EXPECT_FALSE(result.first_action_tick);
}

TEST(Solve, GivesUpAfterTheAllowedTurns) {
  Options options = quick();
  options.max_moves = 5;
  const Result result = solve(cube_of(0), options, denoiser(), {});
  EXPECT_FALSE(result.solved);
  EXPECT_EQ(result.robot_turns(), 5);
}

TEST(Solve, ThePictureHasEveryTurnAsLastPlanned) {
  Options options = quick();
  options.disturb_rate = 0.05;
  options.render = "plan.svg";
  const Result result = solve(cube_of(2), options, denoiser(), {});
  std::vector<Move> planned, turned;
  std::int64_t step = -1;
  for (const PlannedRun& run : result.planned) {
    EXPECT_LT(run.from, run.to + (run.begun ? 1 : 0)) << "step " << run.step;
    if (!run.begun) continue;
    EXPECT_GT(run.step, step);
    step = run.step;
    if (run.action != kHold) planned.push_back(static_cast<Move>(run.action));
  }
  for (const LoggedTurn& turn : result.turns) {
    if (!turn.by_world) turned.push_back(turn.move);
  }
  EXPECT_EQ(to_text(planned), to_text(turned));
  const std::string svg = to_svg(result, options.tick_us);
  for (const Move move : turned) {
    EXPECT_NE(svg.find('>' + to_text(move) + '<'), std::string::npos) << to_text(move) << " in\n" << svg;
  }

  options.render.reset();
  EXPECT_TRUE(solve(cube_of(2), options, denoiser(), {}).planned.empty());
}

TEST(Solve, TheViewIsShownTheEnd) {
  TripleBuffer<Snapshot> view;
  const Cube start = cube_of(2);
  const Result result = solve(start, quick(), denoiser(), {.number = 3, .cubes = 4, .view = &view});
  const Snapshot& last = view.latest();
  EXPECT_TRUE(last.solved && last.cube.is_solved());
  EXPECT_EQ(last.cube_number, 3);
  EXPECT_EQ(last.cubes, 4);
  EXPECT_EQ(last.robot_turns, result.robot_turns());
  EXPECT_EQ(last.passes, result.passes);
}

/// The plan after so many passes in all, stopped after every few of them, while the cube stands still.
std::vector<Token> planned(const Cube& cube, int passes, int at_once) {
  const CubeTransition transition;
  Planner planner(denoiser(), {.method = PlanMethod::kBeam, .candidates = 16, .pass_windows = 16}, &transition);
  std::array<Token, kCubies> state{}, goal{};
  to_tokens(cube, state);
  to_tokens(Cube(), goal);
  EXPECT_EQ(planner.reset(state, goal, std::array{Token{kHold}}), PlanReset::kOk);
  for (int done = 0; done < passes; done += at_once) (void)test::refine(planner, {.state = state}, {.passes = at_once});
  std::vector<Token> plan;
  for (int i = 0; i < planner.options().horizon; ++i) plan.push_back(planner.step(i).action[0]);
  return plan;
}

TEST(Solve, StoppingInTheMiddleCostsNothing) {
  for (const int passes : {12, 60, 240}) {
    const auto whole = planned(cube_of(5), passes, passes);
    for (const int at_once : {1, 3, 12}) {
      EXPECT_EQ(planned(cube_of(5), passes, at_once), whole) << passes << " passes, stopped after every " << at_once;
    }
  }
}

TEST(Solve, APlanIsImprovedOnWheneverAStepBegins) {
  const CubeTransition transition;
  std::array<Token, kCubies> state{}, goal{};
  to_tokens(Cube(), goal);
  for (int i = 0; i < 4; ++i) {
    Planner planner(denoiser(), {.method = PlanMethod::kBeam, .candidates = 64, .pass_windows = 16}, &transition);
    Cube cube = cube_of(i);
    to_tokens(cube, state);
    ASSERT_EQ(planner.reset(state, goal, std::array{Token{kHold}}), PlanReset::kOk);
    PlanReport report = test::refine(planner, {.state = state}, {.passes = 500});
    ASSERT_GE(report.steps_to_goal, 0) << to_facelets(cube);
    for (int step = 1; report.steps_to_goal > 2; ++step) {
      cube.apply(static_cast<Move>(planner.step(0).action[0]));
      test::shift(planner, 1);
      to_tokens(cube, state);
      // A round needs several passes for a step, so that steps begin with members half read.
      const int passes = 5 + step % 3;
      report = test::refine(planner, {.state = state, .step = step, .started = step}, {.passes = passes});
      EXPECT_TRUE(report.passes == passes || report.steps_to_goal <= 1) << to_facelets(cube_of(i)) << " step " << step;
    }
  }
}

TEST(Solve, APlanIsWholeAgainWithoutAPassAfterAnyTurn) {
  const CubeTransition transition;
  std::array<Token, kCubies> state{}, goal{};
  to_tokens(Cube(), goal);
  for (int move = 0; move < kTurns; ++move) {
    Planner planner(denoiser(), {.method = PlanMethod::kBeam, .candidates = 64, .pass_windows = 16}, &transition);
    Cube cube = cube_of(move);
    to_tokens(cube, state);
    ASSERT_EQ(planner.reset(state, goal, std::array{Token{kHold}}), PlanReset::kOk);
    const std::int32_t before = test::refine(planner, {.state = state}, {.passes = 500}).steps_to_goal;
    ASSERT_GT(before, 1) << to_facelets(cube);
    cube.apply(static_cast<Move>(planner.step(0).action[0]));
    test::shift(planner, 1);
    cube.apply(static_cast<Move>(move));
    to_tokens(cube, state);
    const PlanReport report = test::refine(planner, {.state = state, .step = 1, .started = 1}, {.passes = 0});
    EXPECT_TRUE(report.disturbed && report.rejoined) << to_facelets(cube);
    EXPECT_GE(report.steps_to_goal, 0) << to_facelets(cube);
    EXPECT_LE(report.steps_to_goal, before) << to_facelets(cube);
    for (int i = 0; i < report.steps_to_goal; ++i) cube.apply(static_cast<Move>(planner.step(i).action[0]));
    EXPECT_TRUE(cube.is_solved()) << to_facelets(cube_of(move)) << " then " << move;
  }
}

}  // namespace
}  // namespace ripen::cube
