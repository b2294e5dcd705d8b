// What observers are told, and in which order.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "ripen/control_loop.hpp"
#include "ripen/error.hpp"
#include "support/line_world.hpp"

namespace ripen {
namespace {

using test::kTask;
using test::LineRobot;
using test::with_limits;

/// Signs a book each tick, and ends the loop in one of them.
class Signer : public TickObserver {
 public:
  Signer(std::string& book, char name, std::int64_t last) : book_(book), name_(name), last_(last) {}
  bool on_tick(const Tick& tick) noexcept override {
    book_ += name_;
    return tick.report.tick < last_;
  }

 private:
  std::string& book_;
  char name_;
  std::int64_t last_;
};

struct World {
  explicit World(const std::vector<TickObserver*>& observers, LineRobot& robot)
      : loop(planner, robot, clock, with_limits({.budget = Budget{.passes = 2}}), observers) {}
  test::LineDenoiser denoiser;
  Planner planner{denoiser, {.method = PlanMethod::kBeam, .horizon = 24, .candidates = 8, .pass_windows = 8}};
  ManualClock clock;
  ControlLoop loop;
};

TEST(TickObserverTest, AllAreToldInOrderAndAnyEndsTheLoop) {
  std::string book;
  Signer a(book, 'a', 100), b(book, 'b', 2), c(book, 'c', 100);
  LineRobot robot(2);
  World world({&a, &b, &c}, robot);
  ASSERT_EQ(world.loop.reset(kTask), ResetResult::kOk);
  world.loop.run({});
  EXPECT_EQ(book, "abcabcabc") << "those behind the one that ends the loop are told of its last tick too";
  EXPECT_EQ(world.loop.statistics().ticks, 3);
}

TEST(TickObserverTest, ANullOneIsRefused) {
  std::string book;
  Signer a(book, 'a', 100);
  LineRobot robot(2);
  try {
    const World world({&a, nullptr}, robot);
    FAIL();
  } catch (const OptionsError& error) {
    EXPECT_STREQ(error.what(), "control loop: observer 1 is null");
  }
}

/// Keeps what it is shown.
class Viewer : public TickObserver {
 public:
  struct Seen {
    TickReport report;
    bool delivered, fresh;
    double state;
    std::int64_t steps_done;
    LineRobot::Written command;
    Token head;
  };
  Viewer() { seen.reserve(64); }  // A tick takes no heap.
  bool on_tick(const Tick& tick) noexcept override {
    seen.push_back(
        {tick.report,
         tick.delivered,
         tick.observation.fresh,
         tick.observation.state[0],
         tick.observation.steps_done,
         {tick.command.tick, tick.command.step, tick.command.source, tick.command.action[0], tick.command.next[0]},
         tick.plan.step(0).tokens[1]});
    return true;
  }
  std::vector<Seen> seen;
};

TEST(TickObserverTest, SeesWhatTheRobotGaveAndWhatItGot) {
  LineRobot robot(2, 3);
  robot.fails = [](std::int64_t tick) { return tick == 10; };
  robot.broken = [](std::int64_t tick) { return tick >= 20 && tick < 30; };
  Viewer viewer;
  World world({&viewer}, robot);
  ASSERT_EQ(world.loop.reset(kTask), ResetResult::kOk);
  for (int tick = 0; tick < 40; ++tick) world.loop.step(TimePoint(tick * std::chrono::milliseconds(5)));
  ASSERT_EQ(viewer.seen.size(), 40U);
  int broken = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    const Viewer::Seen& seen = viewer.seen[i];
    EXPECT_EQ(seen.report.tick, static_cast<std::int64_t>(i));
    EXPECT_EQ(seen.delivered, i != 10) << i;
    EXPECT_EQ(seen.command, robot.written[i]) << i;
    EXPECT_EQ(seen.head - test::kStay, seen.command.action) << i;
    if (!std::isnan(seen.state) || !seen.fresh) continue;
    ++broken;  // The loop believed none of it, but here it is as it came.
    EXPECT_EQ(seen.report.faults & kBadObservation, kBadObservation) << i;
  }
  EXPECT_GT(broken, 0);
}

TEST(TickObserverTest, SeesTheRobotsOwnCountOfStepsThoughTheLoopCounts) {
  LineRobot robot(2, 4, true);  // It leaves its count at 0.
  Viewer viewer;
  test::LineDenoiser denoiser;
  Planner planner(denoiser, {.method = PlanMethod::kBeam, .horizon = 24, .candidates = 8, .pass_windows = 8});
  ManualClock clock;
  ControlLoop loop(planner, robot, clock, with_limits({.budget = Budget{.passes = 2}, .step_ticks = 4}), {&viewer});
  ASSERT_EQ(loop.reset(kTask), ResetResult::kOk);
  for (int tick = 0; tick < 20; ++tick) loop.step(TimePoint(tick * std::chrono::milliseconds(5)));
  EXPECT_EQ(viewer.seen.back().command.step, 4);
  EXPECT_EQ(viewer.seen.back().steps_done, 0);
}

}  // namespace
}  // namespace ripen
