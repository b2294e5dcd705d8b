// A tick takes nothing from the heap, nor does a planner on a thread of its own.

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>

#include "ripen/control_loop.hpp"
#include "ripen/live_report.hpp"
#include "ripen/planner_thread.hpp"
#include "ripen/recorder.hpp"
#include "ripen/tick_log.hpp"
#include "ripen/trace.hpp"
#include "support/allocation_counter.hpp"
#include "support/line_world.hpp"

namespace ripen {
namespace {

using test::AllocationCounter;

const std::int64_t kTicks = AllocationCounter::available() ? 100000 : 10000;  // sanitizers are slow
constexpr std::int64_t kRound = 1000;                                         // Ticks from one reset to the next.
using test::kTask;

/// Ends the loop after every round. Now and then it waits for a planner on a thread of its own, in the ticks before the
/// robot gets out of touch: in virtual time ticks are faster than that.
class Rounds : public TickObserver {
 public:
  explicit Rounds(PlannerThread* plan) : plan_(plan) {}
  bool on_tick(const Tick& now) noexcept override {
    const TickReport& report = now.report;
    const std::int64_t tick = report.tick % (5 * kRound);
    const bool waits = plan_ != nullptr && tick > kRound - 120 && tick < kRound - 95;
    while (waits && !plan_->caught_up()) std::this_thread::yield();
    return (report.tick + 1) % kRound != 0;
  }

 private:
  PlannerThread* plan_;
};

TEST(AllocationCounterTest, CountsEveryKindOfCall) {
  if (!AllocationCounter::available()) GTEST_SKIP() << "the sanitizer has a heap of its own";
  std::int64_t calls = 0;
  {
    const AllocationCounter counter;
    // Through volatile pointers, lest the compiler leave out what nobody uses.
    void* volatile memory = std::malloc(10);
    memory = std::realloc(memory, 100);
    std::free(memory);
    memory = std::calloc(3, 5);
    std::free(memory);
    memory = std::aligned_alloc(64, 64);
    std::free(memory);
    int* volatile number = new int(3);
    delete number;
    calls = counter.calls();
  }
  EXPECT_EQ(calls, 9);
}

/// How a tick comes by its plan.
struct Way {
  const char* name;
  std::optional<Budget> budget;  // none: a planner on a thread of its own
  bool plans;                    // whether there is anything to hold or to slow down from
  PlanMethod method = PlanMethod::kBeam;
};

class NoAllocationTest : public testing::TestWithParam<Way> {};

TEST_P(NoAllocationTest, AHundredThousandTicksOnEveryRung) {
  const Way& way = GetParam();
  const bool beam = way.method == PlanMethod::kBeam;
  const std::int64_t ticks = beam ? kTicks : kTicks / 10;  // A window costs this denoiser more than a step.
  Trace trace(1000);
  test::LineDenoiser line;
  TracedDenoiser denoiser(line, trace);
  Planner planner(denoiser,
                  {.method = way.method, .horizon = 48, .history = 8, .candidates = beam ? 16 : 4, .pass_windows = 8});
  std::optional<PlannerThread> thread;
  if (!way.budget) thread.emplace(planner);
  PlanSource& plan = thread ? static_cast<PlanSource&>(*thread) : planner;
  test::LineRobot robot(3, 2);
  robot.on_write = [&](std::int64_t tick) {
    if (tick % 37 == 36) robot.push_to(static_cast<int>(tick * 7 % test::kPlaces));
  };
  robot.fails = [](std::int64_t tick) { return tick % 101 < 3 || tick % kRound > kRound - 100; };
  robot.broken = [](std::int64_t tick) { return tick % 53 == 0; };
  robot.blind = [](std::int64_t tick) { return tick % 7 == 0; };
  ManualClock clock;
  Rounds rounds(thread ? &*thread : nullptr);
  TraceTicks traced(trace);
  LiveReport live;
  Recorder recorder(plan, {.ticks = 300, .ticks_after = 20, .plan_steps = 16});
  std::vector<TickObserver*> observers = {&recorder, &traced, &live, &rounds};
  std::optional<TickLog> log;
  if (way.budget) observers.push_back(&log.emplace(TickLogOptions{.entries = 8}));  // its own thread may use the heap
  ControlLoopOptions options{.budget = way.budget, .max_stuck = kNever};
  options.limits = {{.rate = 30.0, .acceleration = 6000.0}};  // 0.15 a tick
  const auto loop = std::make_unique<ControlLoop>(plan, robot, clock, options, observers);
  const std::stop_source stop;
  const std::stop_token token = stop.get_token();
  const std::array start{3.0};
  std::int64_t calls = 0;
  {
    const AllocationCounter counter(!way.budget);  // the planner's thread must not either
    while (loop->statistics().ticks < ticks) {
      robot.written.clear();
      robot.reads.clear();
      ASSERT_EQ(loop->reset(kTask, start), ResetResult::kOk);
      loop->run(token);
    }
    calls = counter.calls();
  }
  EXPECT_EQ(calls, 0) << "in a sanitizer's build nothing is counted, but what it checks itself is";
  EXPECT_EQ(loop->statistics().ticks, ticks);
  EXPECT_EQ(loop->statistics().passes > 0, way.plans);
  if (log && beam) {
    EXPECT_GT(log->dropped(), 0) << "there was more to log than fits the ring";
  }
  EXPECT_TRUE(recorder.ready()) << "the faults are recorded";
  EXPECT_EQ(live.counts().ticks, ticks);
  const auto ticks_of = [&](CommandSource source) {
    return loop->statistics().sources[static_cast<std::size_t>(source)];
  };
  EXPECT_GT(ticks_of(way.plans ? CommandSource::kFresh : CommandSource::kPartial), 0);
  EXPECT_GT(ticks_of(CommandSource::kHeld), 0);
  if (beam) {
    EXPECT_EQ(ticks_of(CommandSource::kRamping) > 0, way.plans);
  }
  EXPECT_GT(ticks_of(CommandSource::kStopped), 0);
}

INSTANTIATE_TEST_SUITE_P(Ways, NoAllocationTest,
                         testing::Values(Way{"passes", Budget{.passes = 4}, true},
                                         Way{"time", Budget{.time = std::chrono::microseconds(20)}, true},
                                         Way{"nothing_in_time", Budget{.passes = 0}, false},
                                         Way{"planner_thread", std::nullopt, true},
                                         Way{"denoising", Budget{.passes = 4}, true, PlanMethod::kDenoise},
                                         Way{"denoising_thread", std::nullopt, true, PlanMethod::kDenoise}),
                         [](const auto& way) { return way.param.name; });

}  // namespace
}  // namespace ripen
