#include "util/log.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <mutex>
#include <sstream>
#include <stdexcept>

namespace ripen {
namespace {

TEST(LogTest, TheGivenLoggerElseTheDefaultOne) {
  const auto given = std::make_shared<spdlog::logger>("given");
  EXPECT_EQ(logger_or_default(given), given);
  EXPECT_EQ(logger_or_default(nullptr), spdlog::default_logger());
}

TEST(LogTest, EachLevelIsSpdlogs) {
  std::ostringstream text;
  spdlog::logger logger("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
  logger.set_pattern("%l %v");
  log_line(&logger, LogLevel::kInfo, "a {} brace");
  log_line(&logger, LogLevel::kWarning, "b");
  log_line(&logger, LogLevel::kError, "c");
  EXPECT_EQ(text.str(), "info ripen: a {} brace\nwarning ripen: b\nerror ripen: c\n");
}

TEST(LogTest, WithoutALoggerLinesGoToStandardError) {
  testing::internal::CaptureStderr();
  log_line(nullptr, LogLevel::kInfo, "100 %s");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "ripen: 100 %s\n");
}

TEST(LogTest, ASinkThatThrowsEndsNothing) {
  struct Broken : spdlog::sinks::base_sink<std::mutex> {
    void sink_it_(const spdlog::details::log_msg& /*message*/) override { throw std::runtime_error("disk full"); }
    void flush_() override {}
  };
  spdlog::logger logger("test", std::make_shared<Broken>());
  logger.set_error_handler([](const std::string& /*why*/) { throw std::runtime_error("and the handler too"); });
  testing::internal::CaptureStderr();
  log_line(&logger, LogLevel::kError, "the robot stands");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "ripen: the robot stands\n");
}

TEST(LogTest, NoDefaultLoggerIsNone) {
  EXPECT_EXIT(
      {
        spdlog::shutdown();
        std::exit(logger_or_default(nullptr) == nullptr ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace ripen
