// The program as it is started: what becomes of its files.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "push_t/report.hpp"
#include "support/running_program.hpp"

namespace ripen::push_t {
namespace {

using test::RunningProgram;

class PushT : public testing::Test {
 protected:
  PushT()
      : folder_(std::filesystem::path(testing::TempDir()) /
                (std::string("ripen_push_t_") + testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    for (const char* kind : {"json", "svg", "npz"}) std::ofstream(file(kind)) << "old";
  }
  ~PushT() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string file(const std::string& kind) const { return (folder_ / ("run." + kind)).string(); }
  [[nodiscard]] std::string content_of(const std::string& kind) const {
    std::ostringstream text;
    text << std::ifstream(file(kind)).rdbuf();
    return text.str();
  }

  std::filesystem::path folder_;
};

TEST_F(PushT, WhatWasDoneBeforeAnInterruptIsWritten) {
  // The robot may not move far in so few steps: the first episodes fail, and the next is under way.
  RunningProgram program(RIPEN_PUSH_T, {"--random", "1000000", "--virtual-time", "--max-steps", "3", "--json",
                                        file("json"), "--render", file("svg"), "--save-successes", file("npz")});
  ASSERT_TRUE(program.writes("episode 2/1000000")) << program.output();
  program.signal(SIGINT);
  EXPECT_EQ(program.status(), -SIGINT) << program.output();
  EXPECT_NE(program.output().rfind("\nscore "), std::string::npos) << "no summary: " << program.output();

  std::istringstream lines(content_of("json"));
  int episodes = 0;
  for (std::string line; std::getline(lines, line); ++episodes) {
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["steps"] == 3, !json.contains("interrupted")) << line;
  }
  EXPECT_GE(episodes, 2);
  EXPECT_TRUE(content_of("svg").ends_with("</svg>\n")) << content_of("svg");
  EXPECT_EQ(content_of("npz"), "old") << "there was no success to be saved";
}

TEST_F(PushT, OutputThatCannotBeWrittenIsNoticedBeforeTheRun) {
  for (const char* flag : {"--json", "--render", "--save-successes"}) {
    const std::string path = (folder_ / "none/there").string();
    RunningProgram program(RIPEN_PUSH_T, {"--random", "1000000", flag, path});
    EXPECT_EQ(program.status(), 2) << flag;
    EXPECT_EQ(program.output(),
              "push_t: " + std::string(flag) + " '" + path + "': cannot be written: No such file or directory\r\n");
  }
}

TEST(Report, InterruptedEpisodesSaySoAndDoNotCount) {
  const Result done{.score = 0.5, .steps = 10, .passes = 10};
  const Result cut{.score = 0.1, .interrupted = true, .steps = 3, .passes = 3};
  EXPECT_FALSE(nlohmann::json::parse(to_json(done)).contains("interrupted"));
  EXPECT_EQ(nlohmann::json::parse(to_json(cut))["interrupted"], true);
  EXPECT_NE(to_line(cut, 1, 1).find("interrupted after 3 steps"), std::string::npos);
  EXPECT_EQ(summary_of(std::vector{done, cut}), summary_of(std::vector{done}));
  EXPECT_EQ(summary_of(std::vector{cut}), "no episode");
}

}  // namespace
}  // namespace ripen::push_t
