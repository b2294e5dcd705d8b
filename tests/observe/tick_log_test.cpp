#include "ripen/tick_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>

#include "ripen/error.hpp"
#include "ripen/real_time.hpp"
#include "support/line_world.hpp"
#include "support/tell.hpp"

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

using test::kTask;
using test::tell;

TEST(TickLogTest, SaysWhatChangedAndNothingElse) {
  Captured captured;
  {
    test::LineDenoiser denoiser;
    Planner planner(denoiser, {.method = PlanMethod::kBeam, .horizon = 24, .candidates = 8, .pass_windows = 8});
    test::LineRobot robot(2, 3);
    robot.fails = [](std::int64_t tick) { return tick >= 10 && tick < 13; };
    ManualClock clock;
    TickLog log;
    ControlLoop loop(planner, robot, clock, {.budget = Budget{.passes = 4}, .limits = {kUnlimitedChannel}}, {&log});
    ASSERT_EQ(loop.reset(kTask), ResetResult::kOk);
    for (int tick = 0; tick < 40; ++tick) {
      if (tick == 20 || tick == 21) continue;
      loop.step(TimePoint(tick * std::chrono::milliseconds(5)));
      if (tick == 30) log.note("battery [V]", 11.5);
    }
  }
  EXPECT_EQ(captured.text(),
            "warning ripen: tick 10: held, was fresh, sensed 5 ms ago, read failed\n"
            "info ripen: tick 13: fresh, was held\n"
            "warning ripen: tick 22: fresh, 2 ticks missed before it\n"
            "info ripen: after tick 30: battery [V]: 11.5\n");
}

TEST(TickLogTest, SaysWithAChangeWhatBecameOfThePlan) {
  Captured captured;
  {
    TickLog log;
    tell(log, {.tick = 1, .disturbed = true});  // Nothing changed.
    tell(log, {.tick = 2, .source = CommandSource::kPartial, .disturbed = true, .switched = true});
  }
  EXPECT_EQ(captured.text(), "warning ripen: tick 2: partial, was fresh, disturbed, another plan is followed\n");
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

/// The ticks of a fault that comes and goes: tick 0, 2, 4, ...
void flicker(TickLog& log, std::uint32_t faults, int times) {
  for (int tick = 0; tick < 2 * times; ++tick) tell(log, {.tick = tick, .faults = tick % 2 == 0 ? faults : 0});
}

TEST(TickLogTest, AFaultThatComesAgainIsToldOnceAndCountedAndHidesNoOther) {
  Captured captured;
  {
    TickLog log({.repeat = std::chrono::hours(1)});
    flicker(log, kRateLimited, 200);
    tell(log, {.tick = 500, .source = CommandSource::kHeld, .faults = kReadFailed});
    tell(log, {.tick = 501, .missed = 3, .source = CommandSource::kHeld});
    tell(log, {.tick = 502, .missed = 4, .source = CommandSource::kHeld});
  }
  EXPECT_EQ(captured.text(),
            "warning ripen: tick 0: fresh, rate limited\n"
            "warning ripen: tick 500: held, was fresh, read failed\n"
            "warning ripen: tick 501: held, 3 ticks missed before it\n"
            "warning ripen: again until tick 502: 199 x rate limited, 4 x ticks missed\n");
}

TEST(TickLogTest, TellsEachWhereAsked) {
  Captured captured;
  {
    TickLog log({.repeat = std::chrono::milliseconds(0)});
    flicker(log, kRateLimited, 3);
  }
  EXPECT_EQ(captured.text(),
            "warning ripen: tick 0: fresh, rate limited\n"
            "warning ripen: tick 2: fresh, rate limited\n"
            "warning ripen: tick 4: fresh, rate limited\n");
}

TEST(TickLogTest, LogsWhereItIsToldAndHoldsThat) {
  std::ostringstream text;
  Captured captured;
  {
    TickLogOptions options;
    options.logger = std::make_shared<spdlog::logger>("mine", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
    TickLog log(options);
    options.logger.reset();
    log.note("battery [V]", 11.5);
  }
  EXPECT_THAT(text.str(), HasSubstr("after tick 0: battery [V]: 11.5"));
  EXPECT_EQ(captured.text(), "");
}

/// In a process of its own, since it ends spdlog.
template <typename Work>
void exits_well(const Work& work, const char* error) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT((work(), std::exit(0)), testing::ExitedWithCode(0), error);
}

TEST(TickLogTest, OutlivesSpdlog) {
  exits_well(
      [] {
        TickLog log;
        spdlog::shutdown();
        log.note("after the end", 1.0);
      },
      "");
}

TEST(TickLogTest, WithoutSpdlogTheEntriesGoToStandardError) {
  exits_well(
      [] {
        spdlog::shutdown();
        TickLog log;
        tell(log, {.tick = 7, .faults = kReadFailed});
      },
      "ripen: tick 7: fresh, read failed");
  exits_well(
      [] {
        spdlog::set_default_logger(nullptr);
        TickLog log;
        log.note("number", 3.0);
      },
      "ripen: after tick 0: number: 3");
}

TEST(TickLogTest, MayBeStatic) {
  exits_well(
      [] {
        static TickLog log;  // Before anything else asks spdlog for anything: it ends after spdlog's own.
        spdlog::info("first");
        log.note("at the end", 1.0);
      },
      "");
}

TEST(TickLogTest, WritesFromAnOrdinaryThreadThoughALoopBuiltIt) {
  struct Sink : spdlog::sinks::base_sink<std::mutex> {
    void sink_it_(const spdlog::details::log_msg& /*message*/) override {
      policy = sched_getscheduler(0);
      cpu_set_t set;
      if (sched_getaffinity(0, sizeof(set), &set) == 0) processors = CPU_COUNT(&set);
    }
    void flush_() override {}
    int policy = -1, processors = -1;
  };
  const auto sink = std::make_shared<Sink>();
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
  std::thread([&] {
    // SCHED_FIFO is refused where this may not ask for it; the processor is not.
    (void)apply_real_time(
        {.fifo_priority = 1, .cpus = {sched_getcpu()}, .lock_memory = false, .policy = RealTimePolicy::kIgnore});
    TickLogOptions options;
    options.logger = std::make_shared<spdlog::logger>("test", sink);
    TickLog(options).note("number", 1.0);
  }).join();
  EXPECT_EQ(sink->policy, SCHED_OTHER);
  EXPECT_EQ(sink->processors, CPU_COUNT(&all));
}

TEST(TickLogTest, EveryFaultAndEverySourceHasItsOwnWords) {
  std::vector<std::string> words;
  for (int bit = 0; bit < 11; ++bit) {
    Captured captured;
    {
      TickLog log;
      tell(log, {.tick = 5, .faults = std::uint32_t{1} << bit});
    }
    const std::string text = captured.text(), line = text.substr(text.find("tick 5"));
    ASSERT_EQ(line.rfind("tick 5: fresh, ", 0), 0U) << line;
    words.push_back(line.substr(15));
  }
  for (const auto source :
       {CommandSource::kPartial, CommandSource::kHeld, CommandSource::kRamping, CommandSource::kStopped}) {
    Captured captured;
    {
      TickLog log;
      tell(log, {.tick = 5, .source = source});
      tell(log, {.tick = 6, .source = CommandSource::kFresh});
    }
    const std::string text = captured.text();
    const std::string word = text.substr(0, text.find(", was fresh\n"));
    EXPECT_EQ(word.rfind("warning ripen: tick 5: ", 0), 0U) << text;
    words.push_back(word.substr(23));
    EXPECT_THAT(text, HasSubstr("info ripen: tick 6: fresh, was " + words.back() + "\n")) << "better is no warning";
  }
  for (const std::string& word : words) {
    EXPECT_GT(word.size(), 3U);
    EXPECT_EQ(std::count(words.begin(), words.end(), word), 1) << word;
  }
}

TEST(TickLogTest, WhatLastsIsToldOnceAndSoIsItsEnd) {
  Captured captured;
  {
    TickLog log({.repeat = std::chrono::milliseconds(0)});
    for (int tick = 0; tick < 100; ++tick) {
      const bool bad = tick >= 10 && tick < 90;
      tell(log, {.tick = tick,
                 .source = bad ? CommandSource::kHeld : CommandSource::kFresh,
                 .faults = bad ? std::uint32_t{kReadFailed} : 0U});
    }
  }
  EXPECT_EQ(captured.text(),
            "warning ripen: tick 10: held, was fresh, read failed\n"
            "info ripen: tick 90: fresh, was held\n");
}

TEST(TickLogTest, ListsEveryProblemOfItsOptions) {
  using std::chrono::milliseconds;
  const std::string problems =
      TickLogOptions{.entries = 0, .poll = milliseconds(0), .repeat = milliseconds(-1)}.validate();
  for (const char* name : {"entries 0", "poll [ms] 0", "repeat [ms] -1"}) EXPECT_THAT(problems, HasSubstr(name));
  EXPECT_NE((TickLogOptions{.entries = (1 << 24) + 1}).validate(), "");
  EXPECT_NE((TickLogOptions{.poll = std::chrono::hours(2)}).validate(), "");
  EXPECT_EQ(TickLogOptions{}.validate(), "");
}

TEST(TickLogTest, RefusesBadOptions) { EXPECT_THROW(TickLog({.entries = 0}), OptionsError); }

}  // namespace
}  // namespace ripen
