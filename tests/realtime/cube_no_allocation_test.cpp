// Nor does a tick of the whole thing: native denoiser, planner, loop and cube robot.

#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "cube_solver/cube_robot.hpp"
#include "cube_solver/tokens.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/native_denoiser.hpp"
#include "support/allocation_counter.hpp"
#include "support/random_model.hpp"

namespace ripen {
namespace {

constexpr std::int64_t kTicks = 10000;

class StopAfter : public TickObserver {
 public:
  bool on_tick(const TickReport& report) noexcept override { return report.tick + 1 < kTicks; }
};

class CubeNoAllocationTest : public testing::TestWithParam<Precision> {};
INSTANTIATE_TEST_SUITE_P(Precisions, CubeNoAllocationTest, testing::Values(Precision::kFloat32, Precision::kInt8),
                         [](const auto& of) { return of.param == Precision::kInt8 ? "int8" : "float32"; });

TEST_P(CubeNoAllocationTest, TenThousandTicksWithFaults) {
  // A small network with random weights: it plans badly, but plans all the time.
  NativeDenoiser denoiser(
      random_model(cube::layout(), {.width = 32, .blocks = 1, .mixer_width = 16, .mixer_layers = 1, .mixer_heads = 2}),
      {.precision = GetParam()});
  const cube::CubeTransition transition;
  Planner planner(denoiser, {.horizon = 32, .candidates = 8, .pass_windows = 8}, &transition);
  Random random(5);
  cube::CubeRobot robot(
      cube::random_cube(random),
      {.sensor_latency_ticks = 1, .slip_rate = 0.05, .disturb_rate = 0.05, .drop_rate = 0.1, .seed = 3});
  ManualClock clock;
  StopAfter observer;
  const auto loop = std::make_unique<ControlLoop>(planner, robot, clock,
                                                  ControlLoopOptions{.budget = Budget{.passes = 2}}, &observer);
  std::array<Token, cube::kCubies> start{}, goal{};
  cube::to_tokens(robot.cube(), start);
  cube::to_tokens(cube::Cube(), goal);
  const std::array<Token, 1> idle{cube::kHold};
  const std::stop_token never;
  std::int64_t calls = 0;
  {
    const test::AllocationCounter counter;
    ASSERT_TRUE(loop->reset(start, goal, idle));
    loop->run(never);
    calls = counter.calls();
  }
  EXPECT_EQ(calls, 0) << "in a sanitizer's build nothing is counted, but what it checks itself is";
  EXPECT_EQ(loop->statistics().ticks, kTicks);
  EXPECT_GT(loop->statistics().passes, kTicks / 2);
  EXPECT_GT(robot.steps_begun(), 0);
}

}  // namespace
}  // namespace ripen
