#include "ripen/real_time.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <stdexcept>
#include <thread>

#include "support/allocation_counter.hpp"

namespace ripen {
namespace {

/// Runs on a thread of its own, so that no other test inherits what was asked.
template <typename Work>
void on_a_thread(Work work) {
  std::thread(work).join();
}

/// A processor this process may not use; -1 if there is none.
int forbidden_cpu() {
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof(allowed), &allowed);
  for (int cpu = CPU_SETSIZE - 1; cpu >= 0; --cpu) {
    if (!CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) return cpu;
  }
  return -1;
}

TEST(RealTimeTest, AsksForNothingByDefaultButLockedMemory) {
  EXPECT_TRUE(apply_real_time({.lock_memory = false, .policy = RealTimePolicy::kEnforce}).empty());
}

TEST(RealTimeTest, PinsTheThread) {
  on_a_thread([] {
    const int cpu = sched_getcpu();
    EXPECT_TRUE(apply_real_time({.cpus = {cpu}, .lock_memory = false}).empty());
    cpu_set_t set;
    ASSERT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
    EXPECT_EQ(CPU_COUNT(&set), 1);
    EXPECT_TRUE(CPU_ISSET(static_cast<std::size_t>(cpu), &set));
  });
}

TEST(RealTimeTest, TouchesTheStack) {
  on_a_thread([] { EXPECT_TRUE(apply_real_time({.lock_memory = false, .prefault_stack = 1 << 20}).empty()); });
}

TEST(RealTimeTest, TouchesTheHeap) {
  if (!test::AllocationCounter::available()) GTEST_SKIP() << "the sanitizer has a heap of its own";
  EXPECT_TRUE(apply_real_time({.lock_memory = false, .prefault_heap = 1 << 20}).empty());
}

TEST(RealTimeTest, TellsWhatWasRefused) {
  const int cpu = forbidden_cpu();
  if (cpu < 0) GTEST_SKIP() << "every processor is allowed";
  on_a_thread([cpu] {
    RealTimeOptions options{
        .cpus = {cpu}, .lock_memory = false, .prefault_stack = std::size_t{1} << 40, .policy = RealTimePolicy::kIgnore};
    const auto refused = apply_real_time(options);
    ASSERT_EQ(refused.size(), 2U);
    EXPECT_NE(refused[0].find("stack"), std::string::npos) << refused[0];
    EXPECT_NE(refused[1].find("processors " + std::to_string(cpu)), std::string::npos) << refused[1];
    options.policy = RealTimePolicy::kEnforce;
    try {
      apply_real_time(options);
      ADD_FAILURE() << "enforced, but nothing was thrown";
    } catch (const std::runtime_error& error) {
      for (const std::string& problem : refused) {
        EXPECT_NE(std::string(error.what()).find(problem), std::string::npos) << error.what();
      }
    }
  });
}

TEST(RealTimeTest, ListsEveryProblemOfItsOptions) {
  const RealTimeOptions options{.fifo_priority = 100, .cpus = {-1, 5000}};
  const std::string problems = options.validate();
  for (const char* value : {"100", "-1", "5000"}) {
    EXPECT_NE(problems.find(value), std::string::npos) << value << " is not in: " << problems;
  }
  EXPECT_THROW(apply_real_time(options), std::invalid_argument);
  EXPECT_EQ(RealTimeOptions{}.validate(), "");
}

}  // namespace
}  // namespace ripen
