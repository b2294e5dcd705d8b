#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "cube_solver/facelets.hpp"
#include "cube_solver/input.hpp"
#include "cube_solver/options.hpp"
#include "shared/parse.hpp"
#include "support/parsed.hpp"

namespace ripen::cube {
namespace {

const std::string kSolved = "UUUUUUUUURRRRRRRRRFFFFFFFFFDDDDDDDDDLLLLLLLLLBBBBBBBBB";

using Parsed = test::Parsed<Options>;

Parsed parsed(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "cube_solver");
  return test::parsed<Options>(parse, arguments);
}

TEST(CommandLine, DefaultsAreThoseOfTheManual) {
  const Parsed result = parsed({"--random", "3"});
  ASSERT_FALSE(result.exit_code) << result.errors;
  EXPECT_EQ(result.options.random, 3);
  EXPECT_EQ(result.options.tick_us, 5000);
  EXPECT_EQ(result.options.planner.horizon, 96);
  EXPECT_EQ(result.options.max_moves, 100);
  EXPECT_EQ(result.options.jobs, 1);
  EXPECT_FALSE(result.options.virtual_time || result.options.quiet);
  EXPECT_FALSE(result.options.budget_us || result.options.passes || result.options.json);
}

TEST(CommandLine, TakesEveryOption) {
  const Parsed result = parsed({"--random",
                                "10",
                                "--seed",
                                "18446744073709551615",
                                "--tick-us",
                                "1000",
                                "--passes",
                                "4",
                                "--virtual-time",
                                "--candidates",
                                "8",
                                "--horizon",
                                "32",
                                "--max-moves",
                                "50",
                                "--slip-rate",
                                "0.05",
                                "--disturb-rate",
                                "0.1",
                                "--sensor-latency-ticks",
                                "2",
                                "--model",
                                "m",
                                "--precision",
                                "float32",
                                "--jobs",
                                "2",
                                "--json",
                                "out",
                                "--quiet"});
  ASSERT_FALSE(result.exit_code) << result.errors;
  EXPECT_EQ(result.options.seed, 18446744073709551615ULL);
  EXPECT_EQ(result.options.passes, 4);
  EXPECT_EQ(result.options.slip_rate, 0.05);
  EXPECT_EQ(result.options.sensor_latency_ticks, 2);
  EXPECT_EQ(result.options.precision, Precision::kFloat32);
  EXPECT_EQ(result.options.json, "out");
}

TEST(CommandLine, HelpIsNoError) { EXPECT_EQ(parsed({"--help"}).exit_code, 0); }

TEST(CommandLine, BadInputExitsWithTwoAndSaysWhy) {
  const std::vector<std::pair<std::vector<const char*>, const char*>> cases = {
      {{}, "--random"},
      {{"--random", "1", "--scramble", "R"}, "--random"},
      {{"--random", "many"}, "--random"},
      {{"--random", "0"}, "--random 0"},
      {{"--random", "1", "--seed", "-1"}, "--seed"},
      {{"--random", "1", "--passes", "1", "--budget-us", "1"}, "--passes"},
      {{"--random", "1", "--budget-us", "5001"}, "--budget-us 5001 is outside [0, 5000]"},
      {{"--random", "1", "--tick-us", "0"}, "--tick-us 0"},
      {{"--random", "1", "--slip-rate", "1.5", "--jobs", "0"}, "--slip-rate 1.5"},
      {{"--random", "1", "--slip-rate", "nan"}, "--slip-rate: 'nan'"},
      {{"--random", "1", "--precision", "int4"}, "--precision"},
      {{"--random", "1", "--planner-thread", "--passes", "4"}, "--planner-thread"},
      {{"--random", "1", "--planner-thread", "--planner", "cold"},
       "--planner-thread works with --planner rolling only"},
      {{"--random", "1", "--planner", "ar"}, "{rolling,cold,chunk,chunk-ahead,reactive}"},
      {{"--random", "1", "--what"}, "--what"},
  };
  for (const auto& [arguments, why] : cases) {
    const Parsed result = parsed(arguments);
    EXPECT_EQ(result.exit_code, 2) << why;
    EXPECT_NE(result.errors.find(why), std::string::npos) << why << " not in: " << result.errors;
  }
}

TEST(CommandLine, NumbersAreDecimalOrRefusedByFlagAndValue) {
  for (const char* flag : {"--random", "--seed", "--tick-us", "--budget-us", "--passes", "--candidates", "--horizon",
                           "--max-moves", "--sensor-latency-ticks", "--quarter-us", "--jobs"}) {
    for (const std::string value : {"010", "0x10", "-01", "", " 1", "1 ", "+5", "1e1", "1.0", "0b1", "1'0", "\xd9\xa1",
                                    "18446744073709551616", "-9223372036854775809"}) {
      std::vector<const char*> arguments = {flag, value.c_str()};
      if (std::string(flag) != "--random") arguments.insert(arguments.begin(), {"--random", "1"});
      const Parsed result = parsed(arguments);
      EXPECT_EQ(result.exit_code, 2) << flag << " '" << value << "'";
      EXPECT_NE(result.errors.find(std::string(flag) + ": '" + value + "'"), std::string::npos) << result.errors;
    }
  }
  for (const char* flag : {"--slip-rate", "--disturb-rate"}) {
    for (const std::string value :
         {"nan", "-nan", "inf", "-INF", "infinity", "1e999", "0x1p-3", "00.5", "", " 0", "0 ", "+0.5", "1e", "0,5"}) {
      const Parsed result = parsed({"--random", "1", flag, value.c_str()});
      EXPECT_EQ(result.exit_code, 2) << flag << " '" << value << "'";
      EXPECT_NE(result.errors.find(std::string(flag) + ": '" + value + "'"), std::string::npos) << result.errors;
    }
  }
}

TEST(CommandLine, NumbersThatAreDecimalAreReadAsTheyStand) {
  const Parsed result = parsed({"--random", "1", "--seed", "0", "--sensor-latency-ticks", "-0", "--passes", "10",
                                "--slip-rate", "-0.0", "--disturb-rate", "1e-3"});
  ASSERT_FALSE(result.exit_code) << result.errors;
  EXPECT_EQ(result.options.seed, 0U);
  EXPECT_EQ(result.options.sensor_latency_ticks, 0);
  EXPECT_EQ(result.options.passes, 10);
  EXPECT_FALSE(std::signbit(result.options.slip_rate));
  EXPECT_EQ(result.options.disturb_rate, 1e-3);
}

TEST(Numbers, ListsAreCheckedElementByElement) {
  for (const auto& [value, good] : {std::pair{"3", true}, {"03", false}, {"", false}, {"nan", false}}) {
    CLI::App app;
    std::vector<int> numbers;
    app.add_option("--cpu", numbers);
    testing::internal::CaptureStderr();
    const auto code = examples::parse(app, 4, std::array{"program", "--cpu", "1", value}.data());
    EXPECT_EQ(testing::internal::GetCapturedStderr().empty(), good);
    EXPECT_EQ(code, good ? std::nullopt : std::optional(2)) << value;
  }
}

TEST(Input, ScrambleAndFaceletsGiveOneCube) {
  Cube expected;
  expected.apply(kR1);
  expected.apply(kU2);
  EXPECT_EQ(cubes_of({.scramble = "R U2"}), std::vector{expected});
  EXPECT_EQ(cubes_of({.facelets = to_facelets(expected)}), std::vector{expected});
  EXPECT_EQ(cubes_of({.scramble = ""}), std::vector{Cube()});
  EXPECT_THROW((void)cubes_of({.scramble = "R Q"}), std::invalid_argument);
  EXPECT_THROW((void)cubes_of({.facelets = "RR"}), std::invalid_argument);
}

TEST(Input, RandomCubesDependOnSeedAndNumberOnly) {
  const auto three = cubes_of({.random = 3, .seed = 5});
  const auto two = cubes_of({.random = 2, .seed = 5});
  ASSERT_EQ(three.size(), 3U);
  EXPECT_TRUE(std::equal(two.begin(), two.end(), three.begin()));
  EXPECT_NE(three[0], three[1]);
  EXPECT_NE(three[0], cubes_of({.random = 1, .seed = 6})[0]);
}

TEST(Input, FilesAreReadLineByLineAndErrorsNameTheLine) {
  const std::string path = testing::TempDir() + "ripen_cubes.txt";
  const auto write = [&](const std::string& text) { std::ofstream(path) << text; };
  write(kSolved + "\r\n\n" + kSolved + "  ");
  EXPECT_EQ(cubes_of({.facelets_file = path}).size(), 2U);

  write(kSolved + "\n\nUU\n");
  try {
    (void)cubes_of({.facelets_file = path});
    ADD_FAILURE() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(error.what(), path + ": line 3: facelets: length: there must be 54 letters, there are 2");
  }
  write("\uFEFF" + kSolved + "\r\n\r\n" + kSolved + "\r\n");  // as Windows' editors write it
  EXPECT_EQ(cubes_of({.facelets_file = path}).size(), 2U);
  for (const std::string nothing : {"", "\n", "\uFEFF", "\uFEFF\r\n"}) {
    write(nothing);
    EXPECT_THROW((void)cubes_of({.facelets_file = path}), std::invalid_argument) << nothing;
  }

  write("\n");
  EXPECT_THROW((void)cubes_of({.facelets_file = path}), std::invalid_argument);
  std::remove(path.c_str());
  EXPECT_THROW((void)cubes_of({.facelets_file = path}), std::runtime_error);
}

}  // namespace
}  // namespace ripen::cube
