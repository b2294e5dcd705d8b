#include "ripen/trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "ripen/error.hpp"
#include "support/line_world.hpp"

namespace ripen {
namespace {

using test::kGoal;
using test::kIdle;
constexpr int kTicks = 50;

/// A traced line world, fifty ticks on.
Trace traced(std::size_t events = 1000) {
  Trace trace(events);
  test::LineDenoiser denoiser;
  TracedDenoiser observed(denoiser, trace);
  Planner planner(observed, {.horizon = 24, .candidates = 8, .pass_windows = 8});
  test::LineRobot robot(2, 3);
  ManualClock clock;
  TraceTicks ticks(trace);
  ControlLoop loop(planner, robot, clock, {.budget = Budget{.passes = 2}}, {&ticks});
  EXPECT_TRUE(loop.reset(kGoal, kIdle));
  for (int tick = 0; tick < kTicks; ++tick) loop.step(TimePoint(tick * std::chrono::milliseconds(5)));
  return trace;
}

TEST(TraceTest, EveryPassIsInItsTickAndEveryTickInOrder) {
  const Trace trace = traced();
  const auto passes = trace.passes.events();
  ASSERT_FALSE(passes.empty());
  std::size_t pass = 0;
  std::int64_t tick = 0;
  TimePoint end;
  for (const TraceLane::Event& event : trace.ticks.events()) {
    if (event.name != std::string("tick")) continue;
    EXPECT_EQ(event.number, tick++);
    EXPECT_GE(event.begin + event.duration, end);
    end = event.begin + event.duration;
    for (; pass < passes.size() && passes[pass].begin < end; ++pass) {
      EXPECT_LE(passes[pass].begin + passes[pass].duration, end);
      EXPECT_GE(passes[pass].number, 1) << "windows";
    }
  }
  EXPECT_EQ(tick, kTicks);
  EXPECT_EQ(pass, passes.size());
}

TEST(TraceTest, IsTraceEventJson) {
  const auto json = nlohmann::json::parse(traced().to_json());
  int names = 0, ticks = 0;
  for (const auto& event : json.at("traceEvents")) {
    if (event.at("ph") == "M") {
      ++names;
      continue;
    }
    EXPECT_EQ(event.at("ph"), "X");
    EXPECT_GE(event.at("ts").get<double>(), 0.0);
    EXPECT_GE(event.at("dur").get<double>(), 0.0);
    if (event.at("name") != "tick") continue;
    EXPECT_EQ(event.at("args").at("tick"), ticks++);
  }
  EXPECT_EQ(names, 2);
  EXPECT_EQ(ticks, kTicks);
}

TEST(TraceTest, KeepsTheLast) {
  const auto events = traced(4).ticks.events();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events.front().number, kTicks - 2);
  EXPECT_EQ(events.back().number, kTicks - 1);
  EXPECT_EQ(events.back().name, std::string("observation to action"));
  EXPECT_TRUE(traced(0).ticks.events().empty());
}

TEST(TraceTest, SavesOrSaysWhyNot) {
  const Trace trace = traced();
  const std::string path = testing::TempDir() + "trace.json";
  trace.save(path);
  EXPECT_GT(std::filesystem::file_size(path), 1000U);
  std::filesystem::remove(path);
  const std::string missing = "/nowhere/trace.json";
  for (const auto& call : {std::function<void()>([&] { trace.save(missing); }),
                           std::function<void()>([&] { Trace::check_writable(missing); })}) {
    try {
      call();
      FAIL();
    } catch (const RecordingError& error) {
      EXPECT_STREQ(error.what(), "trace '/nowhere/trace.json': cannot be written: No such file or directory");
    }
  }
}

}  // namespace
}  // namespace ripen
