#include <gtest/gtest.h>

#include "push_t/options.hpp"
#include "support/parsed.hpp"

namespace ripen::push_t {
namespace {

using Parsed = test::Parsed<Options>;

Parsed parsed(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "push_t");
  return test::parsed<Options>(parse, arguments);
}

TEST(CommandLine, DefaultsAreThoseOfTheManual) {
  const Parsed result = parsed({"--published"});
  ASSERT_FALSE(result.exit_code) << result.errors;
  EXPECT_TRUE(result.options.published);
  EXPECT_EQ(result.options.seed, 300000U);
  EXPECT_EQ(result.options.tick_us, 100000);
  EXPECT_EQ(result.options.max_steps, 300);
  EXPECT_FALSE(result.options.virtual_time || result.options.quiet);
  EXPECT_FALSE(result.options.budget_us || result.options.passes || result.options.json || result.options.render);
}

TEST(CommandLine, TakesEveryOption) {
  const Parsed result = parsed({"--random",
                                "10",
                                "--seed",
                                "200000",
                                "--tick-us",
                                "50000",
                                "--passes",
                                "4",
                                "--virtual-time",
                                "--horizon",
                                "24",
                                "--temperature",
                                "0.5",
                                "--max-steps",
                                "100",
                                "--disturb-rate",
                                "0.1",
                                "--drop-rate",
                                "0.2",
                                "--sensor-latency-ticks",
                                "2",
                                "--model",
                                "m",
                                "--jobs",
                                "2",
                                "--json",
                                "out",
                                "--render",
                                "out.svg",
                                "--quiet",
                                "--planner",
                                "chunk"});
  ASSERT_FALSE(result.exit_code) << result.errors;
  EXPECT_EQ(result.options.random, 10);
  EXPECT_EQ(result.options.seed, 200000U);
  EXPECT_EQ(result.options.passes, 4);
  EXPECT_EQ(result.options.planner.temperature, 0.5);
  EXPECT_EQ(result.options.drop_rate, 0.2);
  EXPECT_EQ(result.options.opponent.kind, opponents::Kind::kChunk);
  EXPECT_EQ(result.options.sensor_latency_ticks, 2);
  EXPECT_EQ(result.options.render, "out.svg");
}

TEST(CommandLine, HelpIsNoError) { EXPECT_EQ(parsed({"--help"}).exit_code, 0); }

TEST(CommandLine, BadInputExitsWithTwoAndSaysWhy) {
  const std::vector<std::pair<std::vector<const char*>, const char*>> cases = {
      {{}, "--published"},
      {{"--random", "1", "--published"}, "--published"},
      {{"--random", "0"}, "--random 0"},
      {{"--random", "2", "--seed", "4294967294"}, "--seed 4294967294 is outside [0, 4294967293]"},
      {{"--published", "--passes", "1", "--budget-us", "1"}, "--passes"},
      {{"--published", "--budget-us", "100001"}, "--budget-us 100001 is outside [0, 100000]"},
      {{"--published", "--drop-rate", "nan"}, "--drop-rate: 'nan'"},
      {{"--published", "--drop-rate", "2", "--jobs", "0"}, "--jobs 0"},
      {{"--published", "--temperature", "inf"}, "--temperature: 'inf'"},
      {{"--published", "--passes", "010"}, "--passes: '010'"},
      {{"--published", "--passes", ""}, "--passes: ''"},
      {{"--published", "--seed", "18446744073709551616"}, "--seed: '18446744073709551616'"},
      {{"--random", "1", "--attempts", "2"}, "--attempts is for --save-successes only"},
      {{"--published", "--planner", "ar"}, "{rolling,cold,chunk,chunk-ahead,reactive}"},
      {{"--published", "--what"}, "--what"},
      {{"--published", ""}, "not expected"},
  };
  for (const auto& [arguments, why] : cases) {
    const Parsed result = parsed(arguments);
    EXPECT_EQ(result.exit_code, 2) << why;
    EXPECT_NE(result.errors.find(why), std::string::npos) << why << " not in: " << result.errors;
  }
}

}  // namespace
}  // namespace ripen::push_t
