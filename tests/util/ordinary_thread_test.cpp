#include "util/ordinary_thread.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "ripen/real_time.hpp"
#include "support/allocation_counter.hpp"
#include "support/unprivileged.hpp"

namespace ripen {
namespace {

using namespace std::chrono_literals;

const auto kNobody = [](const char* why) { ADD_FAILURE() << why; };

/// What the system says of the thread that asks.
struct Scheduling {
  int policy = sched_getscheduler(0);
  int nice = getpriority(PRIO_PROCESS, 0);
  cpu_set_t processors = [] {
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof(set), &set);
    return set;
  }();
};

TEST(OrdinaryThreadTest, InheritsNothingOfARealTimeThread) {
  const Scheduling process;
  Scheduling starter, helper;
  bool fifo = false;
  std::thread([&] {
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), -5);  // Refused unless privileged, as SCHED_FIFO is.
    const auto refused = apply_real_time(
        {.fifo_priority = 1, .cpus = {sched_getcpu()}, .lock_memory = false, .policy = RealTimePolicy::kIgnore});
    fifo = refused.empty();
    starter = Scheduling();
    (void)start_ordinary_thread(
        1h, [&] { helper = Scheduling(); }, kNobody);
  }).join();
  EXPECT_EQ(starter.policy, fifo ? SCHED_FIFO : SCHED_OTHER);
  EXPECT_EQ(CPU_COUNT(&starter.processors), 1);
  EXPECT_EQ(helper.policy, SCHED_OTHER);
  EXPECT_EQ(helper.nice, std::max(0, process.nice));
  EXPECT_TRUE(CPU_EQUAL(&helper.processors, &process.processors));
}

TEST(OrdinaryThreadTest, LooksAtOnceAgainAndAtTheEnd) {
  std::counting_semaphore<> looked(0);
  std::atomic<int> looks = 0;
  std::jthread thread = start_ordinary_thread(
      1ms,
      [&] {
        ++looks;
        looked.release();
      },
      kNobody);
  for (int i = 0; i < 3; ++i) looked.acquire();
  thread = {};
  EXPECT_GE(looks, 4);

  looks = 0;
  (void)start_ordinary_thread(
      1h, [&] { ++looks; }, kNobody);
  EXPECT_GE(looks, 1) << "stopped at once, it still looks at the end";
}

TEST(OrdinaryThreadTest, GoesOnAfterExceptions) {
  std::vector<std::string> told;
  int looks = 0;
  std::counting_semaphore<> looked(0);
  std::jthread thread = start_ordinary_thread(
      1ms,
      [&] {
        looked.release();
        switch (++looks) {
          case 1:
            throw std::runtime_error("disk full");
          case 2:
            throw std::bad_alloc();
          case 3:
            throw 3;
          default:
            return;
        }
      },
      [&](const char* why) {
        told.emplace_back(why);
        throw std::runtime_error("the log is gone too");
      });
  for (int i = 0; i < 5; ++i) looked.acquire();
  thread = {};
  EXPECT_EQ(told, (std::vector<std::string>{"disk full", "std::bad_alloc", "what is no std::exception"}));
}

TEST(OrdinaryThreadTest, SaysWhatToRaiseWhereTheMemoryThatMayBeLockedIsUsedUp) {
  if (!test::AllocationCounter::available()) GTEST_SKIP() << "the sanitizers answer for mlockall";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto starve = [] {
    const test::Unprivileged unprivileged(rlim_t{1} << 20);  // Less than a thread's stack.
    if (!unprivileged.dropped || mlockall(MCL_FUTURE) != 0) std::exit(2);
    try {
      (void)start_ordinary_thread(
          1h, [] {}, kNobody);
    } catch (const RealTimeError& error) {
      std::fprintf(stderr, "%s\n", error.what());
      std::exit(0);
    }
    std::exit(1);
  };
  EXPECT_EXIT(starve(), testing::ExitedWithCode(0),
              "a thread cannot be started: Resource temporarily unavailable.*1048576 bytes.*LimitMEMLOCK");
}

TEST(OrdinaryThreadTest, SaysWhatToRaiseWhereThereAreTooManyThreads) {
  const std::string text = no_thread(std::make_error_code(std::errc::resource_unavailable_try_again)).what();
  EXPECT_NE(text.find("nproc"), std::string::npos) << text;
}

}  // namespace
}  // namespace ripen
