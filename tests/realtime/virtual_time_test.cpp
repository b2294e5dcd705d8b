// A million ticks of virtual time with late wake-ups, slow passes, faults and pushes: nothing the loop promises breaks.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>

#include "ripen/control_loop.hpp"
#include "ripen/planner_thread.hpp"
#include "ripen/random.hpp"
#include "support/allocation_counter.hpp"
#include "support/line_world.hpp"

namespace ripen {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr std::int64_t kRuns = 20;
using test::kTask;
constexpr nanoseconds kPeriod = 5ms;
constexpr double kLow = -0.8, kHigh = 0.9, kChange = 0.6;  // Of a command, and between two.
constexpr int kLatched = 30;                               // Ticks that a stopped robot is watched for.

std::int64_t ticks_of_a_run() { return test::AllocationCounter::available() ? 50'000 : 5'000; }  // Sanitizers are slow.

/// Mostly next to nothing, sometimes some of a period, seldom many periods.
nanoseconds random_delay(Random& random) {
  const double u = random.uniform();
  const double scale = u < 0.9 ? 0.01 : u < 0.99 ? 1.0 : u < 0.9999 ? 5.0 : 200.0;
  return std::chrono::duration_cast<nanoseconds>(scale * random.uniform() * kPeriod);
}

/// Virtual time on a machine that does not always let the loop run.
class BusyClock : public ManualClock {
 public:
  explicit BusyClock(Random& random) : random_(random) {}
  void sleep_until(TimePoint instant) noexcept override {
    ManualClock::sleep_until(instant);
    advance(random_delay(random_));
  }

 private:
  Random& random_;
};

/// Takes virtual time for a pass, if it has a clock: sometimes a lot.
class SlowDenoiser : public test::LineDenoiser {
 public:
  BusyClock* clock = nullptr;
  Random random{7};
  void run(const DenoiseBatch& batch) noexcept override {
    if (clock != nullptr) clock->advance(random_delay(random));
    LineDenoiser::run(batch);
  }
};

/// Between loop and robot: checks what the loop writes and reports, tick by tick.
class Checker : public Robot, public TickObserver {
 public:
  Checker(test::LineRobot& robot, const ControlLoopOptions& options) : robot_(robot), options_(options) {}
  const PlanSource* plan = nullptr;

  [[nodiscard]] bool read(std::int64_t tick, Observation& observation) noexcept override {
    return robot_.read(tick, observation);
  }

  [[nodiscard]] bool write(const Command& command) noexcept override {
    ++writes_;
    written_tick_ = command.tick;
    source_ = command.source;
    const double action = command.action[0], next = command.next[0];
    check(action >= kLow && action <= kHigh, "within limits");
    check(tick_ < 0 || std::abs(action - action_) <= kChange + 1e-12, "within the rate limit");
    const int step_ticks = std::max(1, options_.step_ticks);
    const double most = kChange * static_cast<double>(2 * step_ticks - 1 - command.tick % step_ticks);  // until its end
    check(std::isnan(next) || (next >= kLow && next <= kHigh && std::abs(next - action) <= most + 1e-12), "next too");
    if (options_.step_ticks > 0) check(command.step == command.tick / options_.step_ticks, "the head is the tick's");
    action_ = action;
    robot_.written.clear();
    robot_.reads.clear();
    return robot_.write(command);
  }

  bool on_tick(const Tick& now) noexcept override {
    const TickReport& report = now.report;
    check(writes_ == 1 && written_tick_ == report.tick && source_ == report.source, "one write, and of this tick");
    check(report.tick == tick_ + 1 + report.missed && report.missed >= 0, "every tick done or counted");
    const nanoseconds late = kPeriod - report.slack - report.compute;
    check(late.count() >= 0 && late < kPeriod && report.wake_up.count() >= 0, "the grid is kept");
    check(stopped_ == 0 || report.source >= last_, "a stop is latched");
    stopped_ = report.source >= CommandSource::kRamping ? stopped_ + 1 : 0;
    missed += report.missed;
    ++ticks;
    tick_ = report.tick;
    last_ = report.source;
    writes_ = 0;
    return ticks % 1000 != 0 && stopped_ < kLatched;
  }

  void was_reset() noexcept { stopped_ = 0; }

  std::int64_t ticks = 0, missed = 0, broken = 0;
  const char* first_broken = "";
  std::int64_t broken_at = 0;

 private:
  void check(bool holds, const char* what) noexcept {
    if (holds || broken++ > 0) return;
    first_broken = what;
    broken_at = written_tick_;
  }

  test::LineRobot& robot_;
  const ControlLoopOptions& options_;
  int writes_ = 0, stopped_ = 0;
  std::int64_t written_tick_ = -1, tick_ = -1;
  double action_ = 0.0;
  CommandSource source_ = CommandSource::kFresh, last_ = CommandSource::kFresh;
};

class VirtualTimeTest : public testing::TestWithParam<bool> {};

TEST_P(VirtualTimeTest, AMillionTicksBreakNoPromise) {
  const bool planner_thread = GetParam();
  std::array<std::int64_t, 5> sources{};
  std::int64_t ticks = 0, missed = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    Random random(seed);
    BusyClock clock(random);
    SlowDenoiser denoiser;
    if (!planner_thread) denoiser.clock = &clock;
    Planner planner(
        denoiser,
        {.method = PlanMethod::kBeam, .horizon = 24, .history = 8, .candidates = 4, .pass_windows = 4, .seed = seed});
    std::optional<PlannerThread> thread;
    if (planner_thread) thread.emplace(planner);
    PlanSource& plan = thread ? static_cast<PlanSource&>(*thread) : planner;
    const int step_ticks = std::array{0, 1, 3}[seed % 3];
    ControlLoopOptions options{.period = kPeriod,
                               .budget = Budget{.passes = static_cast<int>(seed % 4)},
                               .step_ticks = step_ticks,
                               .max_read_failure = 3 * kPeriod,
                               .max_stale = 300 * kPeriod};
    using Seconds = std::chrono::duration<double>;
    options.limits = {
        {.low = kLow, .high = kHigh, .rate = kChange / Seconds(kPeriod).count(), .acceleration = kUnlimited}};
    test::LineRobot robot(3, step_ticks > 0 ? step_ticks : 2, step_ticks > 0);
    robot.fails = [&](std::int64_t) { return random.below(10) == 0; };
    robot.broken = [&](std::int64_t) { return random.below(30) == 0; };
    robot.blind = [&](std::int64_t) { return random.below(7) == 0; };
    robot.on_write = [&](std::int64_t) {
      if (random.below(40) == 0) robot.push_to(random.below(test::kPlaces));
      robot.accepts = random.below(20) != 0;
    };
    Checker checker(robot, options);
    const auto loop =
        std::make_unique<ControlLoop>(plan, checker, clock, options, std::vector<TickObserver*>{&checker});
    while (checker.ticks < ticks_of_a_run()) {
      if (loop->reset(kTask) == ResetResult::kOk) checker.was_reset();
      loop->run({});
    }
    ASSERT_EQ(checker.broken, 0) << "first: " << checker.first_broken << ", in tick " << checker.broken_at
                                 << " of seed " << seed;
    EXPECT_EQ(loop->statistics().ticks, checker.ticks);
    EXPECT_EQ(loop->statistics().missed, checker.missed);
    EXPECT_EQ(loop->report().tick + 1, checker.ticks + checker.missed);
    ticks += checker.ticks;
    missed += checker.missed;
    for (std::size_t i = 0; i < sources.size(); ++i) sources[i] += loop->statistics().sources[i];
  }
  EXPECT_GE(ticks, kRuns * ticks_of_a_run());
  EXPECT_GT(missed, ticks / 100);
  for (const std::int64_t count : sources) EXPECT_GT(count, planner_thread ? -1 : 0);
  RecordProperty("ticks", std::to_string(ticks));
  RecordProperty("missed", std::to_string(missed));
}

INSTANTIATE_TEST_SUITE_P(Ways, VirtualTimeTest, testing::Values(false, true),
                         [](const auto& way) { return way.param ? "planner_thread" : "in_the_tick"; });

}  // namespace
}  // namespace ripen
