#include "ripen/tick_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <thread>

#include "ripen/error.hpp"
#include "support/line_world.hpp"

namespace ripen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What spdlog's default logger is told as long as this lives.
class Captured {
 public:
  Captured() : before_(spdlog::default_logger()) {
    auto logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
    logger->set_pattern("%l %v");
    spdlog::set_default_logger(logger);
  }
  ~Captured() { spdlog::set_default_logger(before_); }
  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

using test::kGoal;
using test::kIdle;

TEST(TickLogTest, SaysWhatChangedAndNothingElse) {
  Captured captured;
  {
    test::LineDenoiser denoiser;
    Planner planner(denoiser, {.horizon = 24, .candidates = 8, .pass_windows = 8});
    test::LineRobot robot(2, 3);
    robot.fails = [](std::int64_t tick) { return tick >= 10 && tick < 13; };
    ManualClock clock;
    TickLog log;
    ControlLoop loop(planner, robot, clock, {.budget = Budget{.passes = 4}}, {&log});
    ASSERT_TRUE(loop.reset(kGoal, kIdle));
    for (int tick = 0; tick < 40; ++tick) {
      if (tick == 20 || tick == 21) continue;
      loop.step(TimePoint(tick * std::chrono::milliseconds(5)));
      if (tick == 30) log.note("battery [V]", 11.5);
    }
  }
  EXPECT_EQ(captured.text(),
            "warning ripen: tick 10: held, was fresh, read failed\n"
            "info ripen: tick 13: fresh, was held\n"
            "warning ripen: tick 22: fresh, 2 ticks missed before it\n"
            "info ripen: after tick 30: battery [V]: 11.5\n");
}

TEST(TickLogTest, AFullRingIsCountedAndTold) {
  Captured captured;
  {
    TickLog log({.entries = 10, .poll = std::chrono::hours(1)});
    for (int i = 0; i < 1000; ++i) log.note("number", i);
    EXPECT_GE(log.dropped(), 980);
    EXPECT_LE(log.dropped(), 990);
  }
  EXPECT_THAT(captured.text(), HasSubstr("number: 9\n"));
  EXPECT_THAT(captured.text(), HasSubstr("warning ripen: the tick log was full: 9"));
}

TEST(TickLogTest, RefusesBadOptions) { EXPECT_THROW(TickLog({.entries = 0}), OptionsError); }

TEST(RingBufferTest, EveryValueOnceAndInOrder) {
  constexpr std::uint64_t kValues = 1'000'000;
  RingBuffer<std::uint64_t> ring(64);
  std::jthread writer([&] {
    for (std::uint64_t value = 0; value < kValues; ++value) {
      while (!ring.push(value)) std::this_thread::yield();
    }
  });
  for (std::uint64_t expected = 0; expected < kValues; ++expected) {
    std::uint64_t value = 0;
    while (!ring.pop(value)) std::this_thread::yield();
    ASSERT_EQ(value, expected);
  }
}

}  // namespace
}  // namespace ripen
