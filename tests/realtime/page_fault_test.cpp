// Once memory is locked and the loop has run for a while, it touches no page for the first time.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "ripen/real_time.hpp"
#include "support/allocation_counter.hpp"
#include "support/random_cube.hpp"

namespace ripen {
namespace {

constexpr std::int64_t kWarmUp = 1000, kTicks = 20000;

/// Of the whole process.
std::int64_t page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

class PageFaultTest : public testing::TestWithParam<bool> {
 protected:
  ~PageFaultTest() override { munlockall(); }
};

INSTANTIATE_TEST_SUITE_P(Ways, PageFaultTest, testing::Values(false, true),
                         [](const auto& way) { return way.param ? "planner_thread" : "in_the_tick"; });

TEST_P(PageFaultTest, NoneAfterTheWarmUp) {
  if (!test::AllocationCounter::available()) GTEST_SKIP() << "a sanitizer has pages of its own";
  if (!apply_real_time({.lock_memory = true, .prefault_stack = 1 << 18, .policy = RealTimePolicy::kIgnore}).empty()) {
    GTEST_SKIP() << "memory cannot be locked here (limit memlock), so the system may take pages away at any time";
  }
  ManualClock clock;
  test::RandomCube cube(GetParam(), clock, {.budget = Budget{.passes = 2}, .max_stuck = kNever});
  ASSERT_TRUE(cube.run(kWarmUp));
  const std::int64_t before = page_faults();
  ASSERT_TRUE(cube.run(kTicks));
  EXPECT_EQ(page_faults() - before, 0);
  EXPECT_EQ(cube.loop().statistics().ticks, kWarmUp + kTicks);
}

}  // namespace
}  // namespace ripen
