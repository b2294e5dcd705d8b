#include "ripen/trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "ripen/error.hpp"
#include "support/line_world.hpp"

namespace ripen {
namespace {

using test::kTask;
constexpr int kTicks = 50;

/// A traced line world, fifty ticks on.
Trace traced(std::size_t events = 1000) {
  Trace trace(events);
  test::LineDenoiser denoiser;
  TracedDenoiser observed(denoiser, trace);
  Planner planner(observed, {.method = PlanMethod::kBeam, .horizon = 24, .candidates = 8, .pass_windows = 8});
  test::LineRobot robot(2, 3);
  ManualClock clock;
  TraceTicks ticks(trace);
  ControlLoop loop(planner, robot, clock, {.budget = Budget{.passes = 2}, .limits = {kUnlimitedChannel}}, {&ticks});
  EXPECT_EQ(loop.reset(kTask), ResetResult::kOk);
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
  EXPECT_EQ(names, 3);
  EXPECT_EQ(ticks, kTicks);
}

/// Slices as a viewer sees them, the outer ones first; fails if two in a row overlap but neither holds the other.
int nested_slices(const Trace& trace, const char* name) {
  struct Slice {
    std::int64_t begin, end;
  };
  std::map<int, std::vector<Slice>> rows;
  int named = 0;
  const auto json = nlohmann::json::parse(trace.to_json());
  for (const auto& event : json.at("traceEvents")) {
    if (event.at("ph") != "X") continue;
    const auto nanoseconds = [&](const char* field) { return std::llround(event.at(field).get<double>() * 1e3); };
    const std::int64_t begin = nanoseconds("ts");
    rows[event.at("tid").get<int>()].push_back({begin, begin + nanoseconds("dur")});
    named += event.at("name") == name ? 1 : 0;
  }
  for (auto& [row, slices] : rows) {
    std::ranges::stable_sort(
        slices, [](const Slice& a, const Slice& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
    std::vector<Slice> open;
    for (const Slice& slice : slices) {
      while (!open.empty() && open.back().end <= slice.begin) open.pop_back();
      if (!open.empty()) {
        EXPECT_LE(slice.end, open.back().end) << "row " << row << ", " << slice.begin << " ns";
      }
      open.push_back(slice);
    }
  }
  return named;
}

TEST(TraceTest, LateTicksOverlapNothing) {
  Trace trace(1000);
  TraceTicks observer(trace);
  test::LineDenoiser denoiser;
  TracedDenoiser observed(denoiser, trace);
  Planner planner(observed, {.method = PlanMethod::kBeam, .horizon = 24, .candidates = 8, .pass_windows = 8});
  test::LineRobot robot(2, 3);
  robot.on_write = [](std::int64_t tick) {
    if (tick % 5 == 0) std::this_thread::sleep_for(std::chrono::microseconds(2500));
  };
  struct End : TickObserver {
    int left = kTicks;
    bool on_tick(const Tick& /*tick*/) noexcept override { return --left > 0; }
  } end;
  SteadyClock clock;
  ControlLoop loop(planner, robot, clock,
                   test::with_limits({.period = std::chrono::milliseconds(1), .budget = Budget{.passes = 1}}),
                   {&observer, &end});
  ASSERT_EQ(loop.reset(kTask), ResetResult::kOk);
  loop.run({});
  EXPECT_EQ(nested_slices(trace, "tick"), kTicks);
}

TEST(TraceTest, TicksThatAreLateOnAnotherClockOverlapNothing) {
  Trace trace(1000);
  TraceTicks observer(trace);
  test::LineDenoiser denoiser;
  Planner planner(denoiser, {.method = PlanMethod::kBeam, .horizon = 24, .candidates = 8, .pass_windows = 8});
  test::LineRobot robot(2, 3);
  ManualClock clock;
  ControlLoop loop(planner, robot, clock, test::with_limits({.budget = Budget{.passes = 1}}), {&observer});
  ASSERT_EQ(loop.reset(kTask), ResetResult::kOk);
  for (int i = 0; i < kTicks; ++i) {  // Each comes 4 ms late after less than that.
    loop.step(TimePoint(std::chrono::milliseconds(i == 0 ? 0 : i * 5 + 4)));
  }
  EXPECT_EQ(nested_slices(trace, "late"), kTicks - 1);
}

TEST(TraceTest, KeepsTheLast) {
  const auto events = traced(4).ticks.events();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events.front().number, kTicks - 2);
  EXPECT_EQ(events.back().number, kTicks - 1);
  EXPECT_EQ(events.back().name, std::string("observation to action"));
  EXPECT_TRUE(traced(0).ticks.events().empty());
}

TEST(TraceTest, ATracedDenoiserIsTheOneBehindIt) {
  class Limited : public test::LineDenoiser {
   public:
    [[nodiscard]] int max_windows() const noexcept override { return 3; }
    [[nodiscard]] int max_steps() const noexcept override { return 9; }
    [[nodiscard]] Capabilities capabilities() const noexcept override {
      return {.tables = true, .mixer = false, .value = true};
    }
  } denoiser;
  Trace trace(8);
  TracedDenoiser traced(denoiser, trace);
  EXPECT_EQ(&traced.layout(), &denoiser.layout());
  EXPECT_EQ(traced.max_windows(), 3);
  EXPECT_EQ(traced.max_steps(), 9);
  EXPECT_TRUE(traced.capabilities().tables && traced.capabilities().value);
  EXPECT_FALSE(traced.capabilities().mixer);
  const std::vector<Token> tokens = {4, test::kRight, kMask, kMask, 19, test::kLeft, kMask, kMask};
  constexpr std::size_t kColumns = test::kPlaces + 3;
  std::vector<float> own(2 * 2 * kColumns), behind(own.size());
  std::vector<float> own_values(4), values_behind(4);
  for (const PassDepth depth : {PassDepth::kDynamics, PassDepth::kStep, PassDepth::kWindow}) {
    denoiser.run({depth, 2, 2, tokens.data(), own.data(), own_values.data()});
    traced.run({depth, 2, 2, tokens.data(), behind.data(), values_behind.data()});
    EXPECT_EQ(own, behind);
    EXPECT_EQ(own_values, values_behind);
  }
  const auto events = trace.passes.events();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].name, std::string("dynamics"));
  EXPECT_EQ(events[1].name, std::string("step"));
  EXPECT_EQ(events[2].name, std::string("window"));
  for (const TraceLane::Event& event : events) {
    EXPECT_EQ(event.number, 2) << "windows";
    EXPECT_GE(event.duration.count(), 0);
  }
}

TEST(TraceTest, ALaneIsARingOfItsLastEvents) {
  for (const std::size_t size : {1U, 2U, 7U}) {
    TraceLane lane(size);
    for (std::int64_t number = 0; number < 20; ++number) {
      lane.add({"event", TimePoint(std::chrono::nanoseconds(number)), {}, number});
      const auto events = lane.events();
      ASSERT_EQ(events.size(), std::min(size, static_cast<std::size_t>(number + 1)));
      for (std::size_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].number, number + 1 - std::ssize(events) + static_cast<std::int64_t>(i)) << size;
      }
    }
  }
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
