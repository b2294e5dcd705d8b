// A tick takes nothing from the heap.

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "ripen/control_loop.hpp"
#include "ripen/recorder.hpp"
#include "support/allocation_counter.hpp"
#include "support/line_world.hpp"

namespace ripen {
namespace {

using test::AllocationCounter;

constexpr std::int64_t kTicks = 10000;
constexpr std::array kGoal{test::kLineGoal};
constexpr std::array kIdle{test::kStay};

class StopAfter : public TickObserver {
 public:
  bool on_tick(const TickReport& report) noexcept override { return report.tick + 1 < kTicks; }
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

class NoAllocationTest : public testing::TestWithParam<Budget> {};

TEST_P(NoAllocationTest, TenThousandTicksWithFaults) {
  test::LineDenoiser denoiser;
  Planner planner(denoiser, {.horizon = 48, .history = 8, .candidates = 16, .pass_windows = 8});
  test::LineRobot robot(3, 2);
  robot.on_write = [&](std::int64_t tick) {
    if (tick % 37 == 36) robot.push_to(static_cast<int>(tick * 7 % test::kPlaces));
  };
  robot.fails = [](std::int64_t tick) { return tick % 101 < 3; };
  robot.broken = [](std::int64_t tick) { return tick % 53 == 0; };
  robot.blind = [](std::int64_t tick) { return tick % 7 == 0; };
  ManualClock clock;
  StopAfter observer;
  TickPlanner plan(planner);
  Recorder recorder(robot, plan, {.ticks = 300, .ticks_after = 20, .plan_steps = 16}, &observer);
  const auto loop =
      std::make_unique<ControlLoop>(plan, recorder, clock, ControlLoopOptions{.budget = GetParam()}, &recorder);
  const std::stop_source stop;
  const std::stop_token token = stop.get_token();
  const std::array<Token, 1> start{3};
  std::int64_t calls = 0;
  {
    const AllocationCounter counter;
    ASSERT_TRUE(loop->reset(start, kGoal, kIdle));
    loop->run(token);
    calls = counter.calls();
  }
  EXPECT_EQ(calls, 0) << "in a sanitizer's build nothing is counted, but what it checks itself is";
  EXPECT_EQ(loop->statistics().ticks, kTicks);
  EXPECT_GT(loop->statistics().passes, 0);
  EXPECT_TRUE(recorder.ready()) << "the faults are recorded";
}

INSTANTIATE_TEST_SUITE_P(Budgets, NoAllocationTest,
                         testing::Values(Budget{.passes = 4}, Budget{.time = std::chrono::microseconds(50)}));

}  // namespace
}  // namespace ripen
