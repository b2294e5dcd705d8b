#include "ripen/real_time.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ripen/error.hpp"
#include "support/allocation_counter.hpp"
#include "support/unprivileged.hpp"

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
    } catch (const Error& error) {
      for (const std::string& problem : refused) {
        EXPECT_NE(std::string(error.what()).find(problem), std::string::npos) << error.what();
      }
    }
  });
}

TEST(RealTimeTest, DeniedLockedMemoryAndFifoAreThrownLoggedOrTold) {
  if (!test::AllocationCounter::available()) GTEST_SKIP() << "the sanitizers answer for mlockall";
  on_a_thread([] {
    const test::Unprivileged unprivileged;
    ASSERT_TRUE(unprivileged.dropped);
    RealTimeOptions options{.fifo_priority = 50, .lock_memory = true, .policy = RealTimePolicy::kIgnore};
    const auto applied = [&] {
      testing::internal::CaptureStdout();
      const std::vector<std::string> refused = apply_real_time(options);
      return std::pair(refused, testing::internal::GetCapturedStdout());
    };
    const auto [refused, silence] = applied();
    ASSERT_EQ(refused.size(), 2U);
    EXPECT_EQ(refused[0].rfind("locking the memory: ", 0), 0U) << refused[0];
    EXPECT_NE(refused[0].find("raise memlock"), std::string::npos) << refused[0];
    EXPECT_EQ(refused[1].rfind("SCHED_FIFO priority 50: Operation not permitted", 0), 0U) << refused[1];
    EXPECT_NE(refused[1].find("raise rtprio"), std::string::npos) << refused[1];
    EXPECT_EQ(silence, "");

    options.policy = RealTimePolicy::kWarn;
    const auto [again, log] = applied();
    EXPECT_EQ(again, refused);
    for (const std::string& problem : refused) EXPECT_NE(log.find(problem), std::string::npos) << log;

    options.policy = RealTimePolicy::kEnforce;
    try {
      apply_real_time(options);
      ADD_FAILURE() << "enforced, but nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), "real time refused:\n" + refused[0] + "\n" + refused[1]);
    }
  });
}

TEST(RealTimeTest, AThreadThatIsRefusedSaysSoToWhoStartsIt) {
  const RealTimeOptions impossible{
      .lock_memory = false, .prefault_stack = std::size_t{1} << 40, .policy = RealTimePolicy::kEnforce};
  bool ran = false;
  try {
    (void)start_real_time_thread(impossible, [&](const std::stop_token&) { ran = true; });
    ADD_FAILURE() << "enforced, but nothing was thrown";
  } catch (const RealTimeError& error) {
    EXPECT_NE(std::string(error.what()).find("bytes of stack"), std::string::npos) << error.what();
  }
  EXPECT_FALSE(ran);
  EXPECT_THROW((void)start_real_time_thread({.fifo_priority = 100}, [](const std::stop_token&) {}), OptionsError);
}

TEST(RealTimeTest, AThreadHasWhatItAskedForAndIsStopped) {
  int processors = 0;
  bool stopped = false;
  {
    const std::jthread thread =
        start_real_time_thread({.cpus = {sched_getcpu()}, .lock_memory = false, .policy = RealTimePolicy::kEnforce},
                               [&](const std::stop_token& stop) {
                                 cpu_set_t set;
                                 if (sched_getaffinity(0, sizeof(set), &set) == 0) processors = CPU_COUNT(&set);
                                 while (!stop.stop_requested()) std::this_thread::yield();
                                 stopped = true;
                               });
  }
  EXPECT_EQ(processors, 1);
  EXPECT_TRUE(stopped);
}

TEST(RealTimeTest, EachThreadsPriorityIsItsOwn) {
  int policy = -1, priority = -1;
  const auto look = [&](const std::stop_token&) {
    sched_param parameters{};
    policy = sched_getscheduler(0);
    if (sched_getparam(0, &parameters) == 0) priority = parameters.sched_priority;
  };
  const int before = sched_getscheduler(0);
  try {
    start_real_time_thread({.fifo_priority = 7, .lock_memory = false, .policy = RealTimePolicy::kEnforce}, look).join();
  } catch (const RealTimeError& error) {
    GTEST_SKIP() << error.what();
  }
  EXPECT_EQ(policy, SCHED_FIFO);
  EXPECT_EQ(priority, 7);
  EXPECT_EQ(sched_getscheduler(0), before) << "who starts it keeps what he has";
  start_real_time_thread({.lock_memory = false}, look).join();
  EXPECT_EQ(policy, before) << "nothing was asked for";
}

TEST(RealTimeTest, WhatWorkThrowsEndsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(start_real_time_thread({.lock_memory = false},
                                      [](const std::stop_token&) { throw std::runtime_error("a fault of the work"); })
                   .join(),
               "a fault of the work");
}

TEST(RealTimeTest, WarnsInTheGivenLog) {
  std::ostringstream text;
  RealTimeOptions options{.lock_memory = false, .prefault_stack = std::size_t{1} << 40};
  options.logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
  EXPECT_EQ(apply_real_time(options).size(), 1U);
  EXPECT_NE(text.str().find("ripen: real time refused: prefaulting"), std::string::npos) << text.str();
  EXPECT_EQ(options.logger.use_count(), 1) << "held no longer than it is used";
}

TEST(RealTimeTest, WarnsWithoutAnyLog) {
  EXPECT_EXIT(
      {
        spdlog::shutdown();
        (void)apply_real_time({.lock_memory = false, .prefault_stack = std::size_t{1} << 40});
        std::exit(0);
      },
      testing::ExitedWithCode(0), "ripen: real time refused: prefaulting");
}

TEST(RealTimeTest, ListsEveryProblemOfItsOptions) {
  const RealTimeOptions options{.fifo_priority = 100, .cpus = {-1, 5000}};
  const std::string problems = options.validate();
  for (const char* value : {"100", "-1", "5000"}) {
    EXPECT_NE(problems.find(value), std::string::npos) << value << " is not in: " << problems;
  }
  EXPECT_THROW(apply_real_time(options), Error);
  EXPECT_EQ(RealTimeOptions{}.validate(), "");
}

}  // namespace
}  // namespace ripen
