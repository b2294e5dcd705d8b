// The program as it is started: what it shows, and what becomes of its files.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ripen/recording.hpp"
#include "support/running_program.hpp"

namespace ripen::cube {
namespace {

using test::RunningProgram;

const std::vector<std::string> kSolves = {"--scramble", "R U F2", "--virtual-time", "--passes", "8"};
constexpr const char* kSolution = "cube 1/1: solved in 3 turns, ";

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class CubeSolver : public testing::Test {
 protected:
  CubeSolver()
      : folder_(std::filesystem::path(testing::TempDir()) /
                (std::string("ripen_solver_") + testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    for (const char* name : {"run.json", "run.mcap", "run.svg"}) std::ofstream(folder_ / name) << "old";
  }
  ~CubeSolver() override { std::filesystem::remove_all(folder_); }

  /// A run that writes everything and lasts for longer than anybody waits.
  [[nodiscard]] std::vector<std::string> endless(const char* tick_us) const {
    return {"--random", "1",      "--passes",   "8",        "--quarter-us", "10000000", "--tick-us",
            tick_us,    "--json", file("json"), "--record", file("mcap"),   "--render", file("svg")};
  }
  [[nodiscard]] std::string file(const std::string& kind) const { return (folder_ / ("run." + kind)).string(); }
  void expect_old_files() const {
    for (const char* kind : {"json", "mcap", "svg"}) EXPECT_EQ(content_of(file(kind)), "old") << kind;
  }

  std::filesystem::path folder_;
};

TEST_F(CubeSolver, WhatWasDoneBeforeAnInterruptIsWritten) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    for (const char* kind : {"json", "mcap", "svg"}) std::ofstream(file(kind)) << "old";
    RunningProgram program(RIPEN_CUBE_SOLVER, endless("5000"));
    ASSERT_TRUE(program.writes("turns   1 by the robot")) << program.output();
    expect_old_files();
    program.signal(signal);
    EXPECT_EQ(program.status(), -signal) << program.output();
    EXPECT_NE(program.output().find("cube 1/1: interrupted after 1 turns"), std::string::npos) << program.output();

    const auto json = nlohmann::json::parse(content_of(file("json")));
    EXPECT_EQ(json["solved"], false);
    EXPECT_EQ(json["interrupted"], true);
    EXPECT_EQ(json["turns"].size(), 1U);
    EXPECT_EQ(std::ssize(Recording::load(file("mcap")).ticks), json["ticks"]);
    EXPECT_TRUE(content_of(file("svg")).ends_with("</svg>\n"));
  }
}

TEST_F(CubeSolver, TheSecondInterruptEndsItAtOnceAndOlderFilesAreWhole) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "ThreadSanitizer hands signals on after the sleep, and then two are one";
#endif
  RunningProgram program(RIPEN_CUBE_SOLVER, endless("10000000"));
  ASSERT_TRUE(program.writes("turns   1 by the robot")) << program.output();
  program.signal(SIGINT);  // The next tick is 10 s away.
  program.signal(SIGINT);
  EXPECT_EQ(program.status(), -SIGINT);
  expect_old_files();
}

TEST_F(CubeSolver, WhoNoLongerReadsTheOutputEndsItQuietlyAndFilesAreWritten) {
  const std::string many = std::string(RIPEN_CUBE_SOLVER) + " --random 100000 --virtual-time --passes 8";
  const std::string reader = "set -o pipefail; " + many + " --json " + file("json") + " --render " + file("svg");
  RunningProgram lines("/bin/bash", {"-c", reader + " | head -n 1"});
  EXPECT_EQ(lines.status(), 128 + SIGPIPE) << lines.output();
  EXPECT_EQ(std::ranges::count(lines.output(), '\n'), 1) << lines.output();
  EXPECT_TRUE(content_of(file("svg")).ends_with("</svg>\n"));
  std::ifstream json(file("json"));
  int objects = 0;
  for (std::string line; std::getline(json, line); ++objects) ASSERT_TRUE(nlohmann::json::accept(line)) << line;
  EXPECT_GE(objects, 1);

  RunningProgram objects_alone("/bin/bash",
                               {"-c", "set -o pipefail; " + many + " --quiet --json /dev/stdout | head -n 1"});
  EXPECT_EQ(objects_alone.status(), 128 + SIGPIPE) << objects_alone.output();
  EXPECT_TRUE(nlohmann::json::accept(objects_alone.output())) << "and nothing else: " << objects_alone.output();
}

TEST_F(CubeSolver, OutputThatCannotBeWrittenIsNoticedBeforeTheRun) {
  for (const std::string& path : {folder_.string(), (folder_ / "none/there").string(), std::string()}) {
    for (const char* flag : {"--json", "--record", "--render"}) {
      std::vector<std::string> arguments = endless("5000");
      *(std::find(arguments.begin(), arguments.end(), flag) + 1) = path;
      RunningProgram program(RIPEN_CUBE_SOLVER, arguments);
      EXPECT_EQ(program.status(), 2) << flag << " '" << path << "'";
      EXPECT_NE(program.output().find("'" + path + "'"), std::string::npos) << program.output();
      EXPECT_NE(program.output().find("cannot be written: "), std::string::npos) << program.output();
    }
  }
  expect_old_files();
}

TEST_F(CubeSolver, JsonGoesToWhatIsNoRegularFileToo) {
  std::vector<std::string> arguments = kSolves;
  arguments.insert(arguments.end(), {"--quiet", "--json", "/dev/stdout"});
  RunningProgram program(RIPEN_CUBE_SOLVER, arguments);
  EXPECT_EQ(program.status(), 0);
  EXPECT_EQ(nlohmann::json::parse(program.output())["solved"], true) << program.output();
}

TEST_F(CubeSolver, ALiveViewEndsWithTheSolution) {
  RunningProgram program(RIPEN_CUBE_SOLVER, kSolves);
  EXPECT_EQ(program.status(), 0) << program.output();
  const std::string& output = program.output();
  for (const char* text : {"solved   ", "\x1b[30;48;5;", "█", "\x1b[K"}) {
    EXPECT_NE(output.find(text), std::string::npos) << text << " not in\n" << output;
  }
  const std::size_t solution = output.rfind(kSolution);
  ASSERT_NE(solution, std::string::npos) << output;
  EXPECT_EQ(output.find('\x1b', solution), std::string::npos) << "drawn over: " << output;
  EXPECT_EQ(output.find("\x1b[?"), std::string::npos) << "a mode that would have to be restored";
}

TEST_F(CubeSolver, ColoursAndCharactersAreThoseThatAreWanted) {
  RunningProgram program(RIPEN_CUBE_SOLVER, kSolves, {.environment = {{"NO_COLOR", "1"}, {"LC_ALL", "C"}}});
  EXPECT_EQ(program.status(), 0);
  const std::string& output = program.output();
  EXPECT_NE(output.find("\x1b[K"), std::string::npos) << "no view: " << output;
  for (std::size_t at = output.find("\x1b["); at != std::string::npos; at = output.find("\x1b[", at + 1)) {
    EXPECT_NE(output[output.find_first_not_of("0123456789;", at + 2)], 'm') << output.substr(at);
  }
  for (const char c : output) ASSERT_LT(static_cast<unsigned char>(c), 0x80) << output;
}

TEST_F(CubeSolver, WhereNoViewFitsThereAreLines) {
  for (const test::TerminalSettings& settings : {test::TerminalSettings{.environment = {{"TERM", "dumb"}}},
                                                 {.environment = {{"TERM", ""}}},
                                                 {.rows = 5, .columns = 80},
                                                 {.rows = 24, .columns = 19}}) {
    RunningProgram program(RIPEN_CUBE_SOLVER, kSolves, settings);
    EXPECT_EQ(program.status(), 0);
    EXPECT_EQ(program.output().find('\x1b'), std::string::npos) << program.output();
    EXPECT_EQ(program.output().find(kSolution), 0U) << program.output();
  }
}

TEST_F(CubeSolver, AViewFollowsTheTerminalsSize) {
  RunningProgram program(RIPEN_CUBE_SOLVER, endless("5000"));
  ASSERT_TRUE(program.writes("turns   1 by the robot")) << program.output();
  program.resize(8, 40);
  // What is left of the old frame is cleared; seven lines fit, the last of which is the wake-ups'.
  ASSERT_TRUE(program.writes("\x1b[2J\x1b[H")) << program.output();
  const std::size_t from = program.output().rfind("\x1b[2J\x1b[H");
  ASSERT_TRUE(program.writes("\x1b[7A\r")) << program.output();
  EXPECT_EQ(program.output().find("compute", from), std::string::npos) << program.output().substr(from);
  program.signal(SIGINT);
  EXPECT_EQ(program.status(), -SIGINT);
}

TEST_F(CubeSolver, AViewThatWasStoppedGoesOnBelow) {
  RunningProgram program(RIPEN_CUBE_SOLVER, endless("5000"));
  ASSERT_TRUE(program.writes("turns   1 by the robot")) << program.output();
  program.signal(SIGSTOP);  // As Ctrl-Z does where there is a shell to go back to.
  program.signal(SIGCONT);
  ASSERT_TRUE(program.writes_again("turns   1 by the robot")) << program.output();
  program.signal(SIGINT);
  EXPECT_EQ(program.status(), -SIGINT);
  const auto count = [&](const std::string& text) {
    int found = 0;
    for (std::size_t at = 0; (at = program.output().find(text, at)) != std::string::npos; ++at) ++found;
    return found;
  };
  EXPECT_EQ(count("\x1b[J") - count("A\r"), 2) << "the first and the one after the stop are drawn over nothing:\n"
                                               << program.output();
}

}  // namespace
}  // namespace ripen::cube
