// Nor does a tick of the whole thing: native denoiser, planner, loop and cube robot.

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <numeric>

#include "cube_solver/cube_robot.hpp"
#include "cube_solver/tokens.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/native_denoiser.hpp"
#include "support/allocation_counter.hpp"

namespace ripen {
namespace {

constexpr std::int64_t kTicks = 10000;

/// A small network for the cube with random weights: it plans badly, but plans all the time.
ModelFile random_model() {
  ModelFile model{.layout = cube::layout(),
                  .config = {.width = 32, .blocks = 1, .mixer_width = 16, .mixer_layers = 1, .mixer_heads = 2},
                  .tensors = {},
                  .notes = {}};
  Random random(11);
  for (const auto& [name, shape] : ModelFile::expected(model.layout, model.config)) {
    const auto size = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    Tensor& tensor = model.tensors[name];
    tensor.shape = shape;
    for (std::int64_t i = 0; i < size; ++i) tensor.values.push_back(static_cast<float>(random.uniform() - 0.5));
  }
  return model;
}

class StopAfter : public TickObserver {
 public:
  bool on_tick(const TickReport& report) noexcept override { return report.tick + 1 < kTicks; }
};

TEST(CubeNoAllocationTest, TenThousandTicksWithFaults) {
  NativeDenoiser denoiser(random_model());
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
