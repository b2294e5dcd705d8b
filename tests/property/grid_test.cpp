// The grid of a loop whose ticks somebody else calls: what it promises, checked on random callers.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "ripen/control_loop.hpp"
#include "support/line_world.hpp"
#include "support/property.hpp"

namespace ripen {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kPeriod = 1000;   // [ns]
constexpr std::int64_t kCases = 50'000;  // Each builds a loop.

/// When step() is called: each so much after the one before. [ns]
struct Calls {
  Grid grid;
  std::vector<int> gaps;
};
std::ostream& operator<<(std::ostream& out, const Calls& calls) {
  return out << "{Grid::" << (calls.grid == Grid::kOwn ? "kOwn" : "kFollow") << ", " << test::listed(calls.gaps) << "}";
}

Calls draw(Random& random) {
  Calls calls{random.below(2) == 0 ? Grid::kOwn : Grid::kFollow, {}};
  for (int i = random.below(12); i >= 0; --i) {
    const int kind = random.below(8);
    calls.gaps.push_back(kind < 5    ? 900 + random.below(200)  // as a timer calls
                         : kind == 5 ? random.below(1000)
                         : kind == 6 ? 1000 * (1 + random.below(6)) + random.below(1000)
                                     : 1000);
  }
  return calls;
}

/// A plan that is always there and costs nothing.
class NoPlan : public PlanSource {
 public:
  [[nodiscard]] const TokenLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int horizon() const noexcept override { return 1; }
  [[nodiscard]] PlanReset reset(std::span<const Token> /*state*/, std::span<const Token> /*goal*/,
                                std::span<const Token> /*hold*/) noexcept override {
    return PlanReset::kOk;
  }
  void observe(const TickObservation& /*observation*/) noexcept override {}
  void refine(const Budget& /*budget*/, const Budget& /*most*/) noexcept override {}
  [[nodiscard]] PlannedStep step(int /*ahead*/) const noexcept override { return {.action = test::kIdle}; }
  void sent(int /*steps*/, std::int64_t /*started*/) noexcept override {}
  [[nodiscard]] const PlanReport& report() const noexcept override { return report_; }

 private:
  TokenLayout layout_ = test::line_layout();
  PlanReport report_;
};

class Still : public Robot {
 public:
  std::int64_t read_tick = -1, written_tick = -1;
  [[nodiscard]] bool read(std::int64_t tick, Observation& observation) noexcept override {
    read_tick = tick;
    observation.fresh = true;
    return true;
  }
  [[nodiscard]] bool write(const Command& command) noexcept override {
    written_tick = command.tick;
    return true;
  }
};

/// What is wrong with a call's report; empty if nothing is.
std::string wrong_with(const TickReport& report, std::int64_t before, std::int64_t called, std::int64_t due,
                       Grid grid) {
  if (report.tick <= before) return "tick " + std::to_string(report.tick) + " was done";
  if (report.missed != report.tick - before - 1) return "missed " + std::to_string(report.missed);
  if (report.wake_up.count() < 0 || report.slack.count() > kPeriod) return "a duration that cannot be";
  if (grid == Grid::kFollow) return "";
  // On a grid of its own: the tick that the instant falls in, but for calls that come early.
  const std::int64_t expected = std::max(before + 1, called / kPeriod);
  if (report.tick != expected) return "tick " + std::to_string(report.tick) + ", not " + std::to_string(expected);
  if (report.wake_up.count() > std::max<std::int64_t>(0, called - due)) return "woken up later than called";
  return "";
}

std::string check(const Calls& calls) {
  static NoPlan plan;
  Still robot;
  ManualClock clock;
  ControlLoop loop(plan, robot, clock,
                   {.period = nanoseconds(kPeriod),
                    .budget = Budget{.passes = 0},
                    .grid = calls.grid,
                    .limits = {kUnlimitedChannel}});
  if (loop.reset(test::kTask) != ResetResult::kOk) return "not reset";
  std::int64_t now = 0, before = -1, missed = 0, early = 0, ticks = 0;
  for (const int gap : calls.gaps) {
    if (before >= 0) clock.advance(nanoseconds(gap));
    now = clock.now().time_since_epoch().count();
    const std::int64_t due = (before + 1) * kPeriod;
    if (loop.step(clock.now()) != StepResult::kDone) return "not done";
    const TickReport& report = loop.report();
    const std::string wrong = wrong_with(report, before, now, due, calls.grid);
    if (!wrong.empty()) return "at " + std::to_string(now) + " ns: " + wrong;
    if (robot.read_tick != report.tick || robot.written_tick != report.tick) return "not read or not written";
    if (calls.grid == Grid::kOwn && due - now > kPeriod / 2) ++early;
    before = report.tick;
    missed += report.missed;
    ++ticks;
  }
  const LoopStatistics& all = loop.statistics();
  if (all.ticks != ticks || all.missed != missed || before + 1 != ticks + missed) return "ticks do not add up";
  if (calls.grid == Grid::kOwn && all.early != early) return "early: " + std::to_string(all.early);
  return "";
}

TEST(GridProperty, EveryCallIsOneTickOfTheGrid) { test::check_cases(draw, check, kCases); }

/// A caller whose clock is off by up to a percent, and jitters by up to a fifth of a period.
struct Hardware {
  int period, jitter, calls;
};
std::ostream& operator<<(std::ostream& out, const Hardware& hardware) {
  return out << "{" << hardware.period << ", " << hardware.jitter << ", " << hardware.calls << "}";
}

std::string check_hardware(const Hardware& hardware) {
  static NoPlan plan;
  Still robot;
  ManualClock clock(TimePoint(nanoseconds(10 * kPeriod)));
  ControlLoop loop(plan, robot, clock,
                   {.period = nanoseconds(kPeriod),
                    .budget = Budget{.passes = 0},
                    .grid = Grid::kFollow,
                    .limits = {kUnlimitedChannel}});
  if (loop.reset(test::kTask) != ResetResult::kOk) return "not reset";
  Random random(7);
  for (std::int64_t i = 0; i < hardware.calls; ++i) {
    const int off = hardware.jitter == 0 ? 0 : random.below(2 * hardware.jitter + 1) - hardware.jitter;
    clock.sleep_until(TimePoint(nanoseconds(10 * kPeriod + i * hardware.period + off)));
    (void)loop.step(clock.now());
  }
  const LoopStatistics& all = loop.statistics();
  if (all.missed != 0) return std::to_string(all.missed) + " ticks missed";
  if (all.early != 0) return std::to_string(all.early) + " calls early";
  return loop.report().tick == hardware.calls - 1 ? "" : "tick " + std::to_string(loop.report().tick);
}

TEST(GridProperty, HardwareWhoseClockIsOffIsFollowedWithoutAMissedTick) {
  test::check_cases(
      [](Random& random) {
        return Hardware{990 + random.below(21), random.below(101), 1 + random.below(random.below(50) == 0 ? 2000 : 20)};
      },
      check_hardware, kCases);
}

}  // namespace
}  // namespace ripen
