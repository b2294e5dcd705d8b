// The program as it is started: what becomes of its files.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "maze/tokens.hpp"
#include "support/random_model.hpp"
#include "support/running_program.hpp"

namespace maze {
namespace {

using ripen::test::RunningProgram;

class Program : public testing::Test {
 protected:
  Program()
      : folder_(std::filesystem::path(testing::TempDir()) /
                (std::string("ripen_maze_") + testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    random_model(layout(*find_maze("medium")), {.width = 64,
                                                .blocks = 0,
                                                .mixer_width = 64,
                                                .mixer_layers = 1,
                                                .mixer_heads = 1,
                                                .window = 8,
                                                .value_bins = 16,
                                                .tables = false})
        .save(file("safetensors"));
  }
  ~Program() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string file(const std::string& kind) const { return (folder_ / ("run." + kind)).string(); }
  [[nodiscard]] std::string content_of(const std::string& kind) const {
    std::ostringstream text;
    text << std::ifstream(file(kind)).rdbuf();
    return text.str();
  }
  /// Arguments of episodes that last 500 control steps and a second or less. A random model that always takes what it
  /// finds likeliest gets nowhere; at any other temperature it may stumble on a goal.
  [[nodiscard]] std::vector<std::string> arguments(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {"--maze",
                                    "medium",
                                    "--protocol",
                                    "mctd",
                                    "--model",
                                    file("safetensors"),
                                    "--horizon",
                                    "6",
                                    "--candidates",
                                    "1",
                                    "--passes",
                                    "1",
                                    "--json",
                                    file("json"),
                                    "--virtual-time",
                                    "--temperature",
                                    "0"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::filesystem::path folder_;
};

TEST_F(Program, WritesALineAnEpisodeAndAPicture) {
  RunningProgram program(RIPEN_MAZE, arguments({"--episodes", "2", "--jobs", "2", "--render", file("svg")}));
  EXPECT_EQ(program.status(), 3) << program.output();
  EXPECT_NE(program.output().find("\nall: 0 of 10 succeeded"), std::string::npos) << program.output();
  std::istringstream lines(content_of("json"));
  int episode = 0;
  for (std::string line; std::getline(lines, line); ++episode) {
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["task"], 1 + episode / 2) << line;
    EXPECT_EQ(json["steps"], 500);
    EXPECT_EQ(json["actions"].size(), 500U);
    EXPECT_EQ(json["path"].size(), 500U);
  }
  EXPECT_EQ(episode, 10);
  EXPECT_TRUE(content_of("svg").ends_with("</svg>\n"));
}

TEST_F(Program, ShowsALiveViewAndSaysTheRestAtItsEnd) {
  RunningProgram program(RIPEN_MAZE, arguments({"--episodes", "2", "--task", "2"}));
  EXPECT_EQ(program.status(), 3) << program.output();
  const std::string output = program.output();
  const auto view = output.find("medium, task 2, episode "),  // Whichever it finds itself in.
      lines = output.find("episode 1/2, task 2");
  EXPECT_NE(view, std::string::npos) << output;
  EXPECT_NE(lines, std::string::npos) << output;
  EXPECT_LT(view, lines);
}

TEST_F(Program, QuietSaysNothing) {
  RunningProgram program(RIPEN_MAZE, arguments({"--episodes", "1", "--task", "2", "--quiet"}));
  EXPECT_EQ(program.status(), 3);
  EXPECT_EQ(program.output(), "");
}

TEST_F(Program, WhatWasDoneBeforeAnInterruptIsWritten) {
  RunningProgram program(RIPEN_MAZE, arguments({"--episodes", "1000", "--jobs", "2"}));
  ASSERT_TRUE(program.writes("episode 2/5000")) << program.output();
  program.signal(SIGINT);
  EXPECT_EQ(program.status(), -SIGINT) << program.output();
  EXPECT_NE(program.output().rfind("\nall: "), std::string::npos) << "no summary: " << program.output();
  std::istringstream lines(content_of("json"));
  int episodes = 0;
  for (std::string line; std::getline(lines, line); ++episodes) {
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["steps"] == 500 || json["succeeded"] == true, !json.contains("interrupted")) << line.substr(0, 200);
  }
  EXPECT_GE(episodes, 2);
}

TEST_F(Program, OutputThatCannotBeWrittenIsNoticedBeforeTheRun) {
  const std::string path = (folder_ / "none/there").string();
  for (const char* flag : {"--json", "--render"}) {
    RunningProgram program(RIPEN_MAZE, {"--maze", "medium", "--model", file("safetensors"), flag, path});
    EXPECT_EQ(program.status(), 2) << flag;
    EXPECT_EQ(program.output(),
              "maze: " + std::string(flag) + " '" + path + "': cannot be written: No such file or directory\r\n");
  }
}

TEST_F(Program, AnotherMazesModelIsRefused) {
  RunningProgram program(RIPEN_MAZE, {"--maze", "giant", "--model", file("safetensors")});
  EXPECT_EQ(program.status(), 2);
  EXPECT_EQ(program.output(),
            "maze: model file '" + file("safetensors") + "': its token layout is not that of the maze 'giant'\r\n");
}

}  // namespace
}  // namespace maze
