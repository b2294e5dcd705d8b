// Nor does a tick of the whole thing: native denoiser, planner, loop and cube robot.

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"
#include "support/random_cube.hpp"

namespace ripen {
namespace {

const std::int64_t kTicks = test::AllocationCounter::available() ? 100000 : 10000;  // sanitizers are slow

class CubeNoAllocationTest : public testing::TestWithParam<Precision> {};
INSTANTIATE_TEST_SUITE_P(Precisions, CubeNoAllocationTest, testing::Values(Precision::kFloat32, Precision::kInt8),
                         [](const auto& of) { return of.param == Precision::kInt8 ? "int8" : "float32"; });

TEST_P(CubeNoAllocationTest, AHundredThousandTicksWithFaults) {
  ManualClock clock;
  test::RandomCube cube(false, clock, {.budget = Budget{.passes = 2}}, GetParam());
  std::int64_t calls = 0;
  {
    const test::AllocationCounter counter;
    ASSERT_TRUE(cube.run(kTicks));
    calls = counter.calls();
  }
  EXPECT_EQ(calls, 0) << "in a sanitizer's build nothing is counted, but what it checks itself is";
  EXPECT_EQ(cube.loop().statistics().ticks, kTicks);
  EXPECT_GT(cube.loop().statistics().passes, kTicks / 2);
  EXPECT_GT(cube.robot().steps_begun(), 0);
}

}  // namespace
}  // namespace ripen
