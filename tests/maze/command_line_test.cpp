#include <gtest/gtest.h>

#include <cmath>

#include "maze/options.hpp"
#include "support/parsed.hpp"

namespace maze {
namespace {

using Parsed = ripen::test::Parsed<Options>;

/// No model is shipped with the tests: all but those of the default name one.
Parsed parsed(std::vector<const char*> arguments) {
  for (const char* argument : {"file", "--model", "maze"}) arguments.insert(arguments.begin(), argument);
  return ripen::test::parsed<Options>(parse, arguments);
}

TEST(CommandLine, DefaultsAreThoseOfTheBenchmark) {
  const Parsed result = parsed({});
  ASSERT_FALSE(result.exit_code) << result.errors;
  const Options& options = result.options;
  EXPECT_EQ(options.maze->name, "medium");
  EXPECT_EQ(options.data, Data::kNavigate);
  EXPECT_EQ(options.protocol, Protocol::kStock);
  EXPECT_EQ(options.tasks(), 5);
  EXPECT_EQ(options.first_task(), 1);
  EXPECT_EQ(options.episodes, 50);
  EXPECT_EQ(options.step_us, 100000);
  EXPECT_EQ(options.budget(), 5000);
  EXPECT_EQ(options.planner.horizon, horizon(*options.maze));
  EXPECT_FALSE(options.virtual_time || options.quiet || options.free_starts);
  EXPECT_FALSE(options.budget_us || options.passes || options.json || options.render);
}

TEST(CommandLine, WhatIsChosenOnIsNotWhatIsReported) {
  EXPECT_EQ(parsed({}).options.seed, kReportingSeed);
  EXPECT_EQ(parsed({"--starts", "free"}).options.seed, kChoosingSeed);
  EXPECT_EQ(parsed({"--starts", "free", "--seed", "7"}).options.seed, 7U);
  EXPECT_EQ(parsed({"--starts", "free"}).options.tasks(), 1);
  EXPECT_EQ(parsed({"--starts", "free"}).options.first_task(), 0);
}

TEST(CommandLine, ARolloutThatArrivesIsAtTheGoal) {
  const std::vector<double> off = parsed({"--planner", "gpt-plan"}).options.planner.tolerances;
  ASSERT_EQ(off.size(), 2U);
  EXPECT_LE(std::hypot(off[0], off[1]), kReached + 1e-9) << "it rests there, and episodes end within the disc alone";
}

TEST(CommandLine, TakesEveryOption) {
  const Parsed result = parsed({"--maze",
                                "teleport",
                                "--data",
                                "stitch",
                                "--task",
                                "4",
                                "--episodes",
                                "10",
                                "--seed",
                                "200000",
                                "--starts",
                                "tasks",
                                "--protocol",
                                "mctd",
                                "--event",
                                "shove",
                                "--step-us",
                                "5000",
                                "--passes",
                                "4",
                                "--virtual-time",
                                "--candidates",
                                "3",
                                "--horizon",
                                "24",
                                "--pass-windows",
                                "2",
                                "--reveal-order",
                                "random",
                                "--reveal-passes",
                                "5",
                                "--temperature",
                                "0.5",
                                "--min-p",
                                "0.1",
                                "--value-weight",
                                "0.25",
                                "--likelihood-weight",
                                "0.125",
                                "--switch-margin",
                                "2",
                                "--rounds",
                                "3",
                                "--planner",
                                "chunk-ahead",
                                "--chunk",
                                "6",
                                "--plan-passes",
                                "7",
                                "--precision",
                                "int8",
                                "--jobs",
                                "2",
                                "--json",
                                "out",
                                "--render",
                                "out.svg",
                                "--quiet"});
  ASSERT_FALSE(result.exit_code) << result.errors;
  const Options& options = result.options;
  EXPECT_EQ(options.maze->name, "teleport");
  EXPECT_EQ(options.data, Data::kStitch);
  EXPECT_EQ(options.tasks(), 1);
  EXPECT_EQ(options.first_task(), 4);
  EXPECT_EQ(options.episodes, 10);
  EXPECT_EQ(options.seed, 200000U);
  EXPECT_EQ(options.protocol, Protocol::kMctd);
  EXPECT_EQ(options.event, EventKind::kShove);
  EXPECT_EQ(options.step_us, 5000);
  EXPECT_EQ(options.passes, 4);
  EXPECT_TRUE(options.virtual_time && options.quiet);
  EXPECT_EQ(options.planner.candidates, 3);
  EXPECT_EQ(options.planner.horizon, 24);
  EXPECT_EQ(options.planner.pass_windows, 2);
  EXPECT_EQ(options.planner.reveal_order, ripen::RevealOrder::kRandom);
  EXPECT_EQ(options.planner.reveal_passes, 5);
  EXPECT_EQ(options.planner.temperature, 0.5);
  EXPECT_EQ(options.planner.min_p, 0.1);
  EXPECT_EQ(options.planner.value_weight, 0.25);
  EXPECT_EQ(options.planner.likelihood_weight, 0.125);
  EXPECT_EQ(options.planner.switch_margin, 2.0);
  EXPECT_EQ(options.planner.rounds, 3);
  EXPECT_EQ(options.opponent.kind, ripen::opponents::Kind::kChunkAhead);
  EXPECT_EQ(options.opponent.chunk, 6);
  EXPECT_EQ(options.opponent.plan_passes, 7);
  EXPECT_EQ(options.precision, ripen::Precision::kInt8);
  EXPECT_EQ(options.jobs, 2);
  EXPECT_EQ(options.json, "out");
  EXPECT_EQ(options.render, "out.svg");
  EXPECT_EQ(options.model, "file");
}

TEST(CommandLine, AShortPeriodLeavesLessToThinkIn) {
  EXPECT_EQ(parsed({"--step-us", "1000"}).options.budget(), 800);
  EXPECT_EQ(parsed({"--step-us", "1000", "--budget-us", "300"}).options.budget(), 300);
}

TEST(CommandLine, HelpIsNoError) { EXPECT_EQ(parsed({"--help"}).exit_code, 0); }

TEST(CommandLine, BadInputExitsWithTwoAndNamesOptionAndValue) {
  const std::vector<std::pair<std::vector<const char*>, const char*>> cases = {
      {{"--maze", "small"}, "--maze: small not in {medium,large,giant,teleport}"},
      {{"--maze", "0"}, "--maze: 0 not in {"},
      {{"--data", "explore"}, "--data: explore not in {navigate,stitch}"},
      {{"--task", "0"}, "--task 0 is outside [1, 5]"},
      {{"--task", "6"}, "--task 6 is outside [1, 5]"},
      {{"--task", ""}, "--task: ''"},
      {{"--task", "1", "--starts", "free"}, "--task is of the tasks' starts"},
      {{"--starts", "any"}, "--starts: any not in {tasks,free}"},
      {{"--episodes", "0"}, "--episodes 0 is outside"},
      {{"--episodes", "010"}, "--episodes: '010'"},
      {{"--seed", "18446744073709551616"}, "--seed: '18446744073709551616'"},
      {{"--seed", "-1"}, "--seed: '-1'"},
      {{"--protocol", "mcts"}, "--protocol: mcts not in {stock,mctd}"},
      {{"--event", "push"}, "--event: push not in {none,shove,goal,block}"},
      {{"--step-us", "99"}, "--step-us 99 is outside [100, 10000000]"},
      {{"--budget-us", "100001"}, "--budget-us 100001 is outside [0, 100000]"},
      {{"--passes", "1", "--budget-us", "1"}, "--passes"},
      {{"--passes", "-1"}, "--passes -1 is outside"},
      {{"--candidates", "0"}, "candidates 0 is outside"},
      {{"--horizon", "1"}, "horizon 1 is outside"},
      {{"--pass-windows", "1"}, "pass_windows 1 cannot show"},
      {{"--temperature", "nan"}, "--temperature: 'nan'"},
      {{"--likelihood-weight", "-1"}, "likelihood_weight -1.0"},
      {{"--planner", "gpt"}, "--planner: gpt not in {"},
      {{"--planner", "chunk", "--chunk", "0"}, "chunk 0"},
      {{"--precision", "1"}, "--precision: 1 not in {"},
      {{"--jobs", "0"}, "--jobs 0 is outside [1, 1024]"},
      {{"--what"}, "--what"},
      {{""}, "not expected"},
  };
  for (const auto& [arguments, why] : cases) {
    const Parsed result = parsed(arguments);
    EXPECT_EQ(result.exit_code, 2) << why;
    EXPECT_NE(result.errors.find(why), std::string::npos) << why << " not in: " << result.errors;
  }
}

}  // namespace
}  // namespace maze
