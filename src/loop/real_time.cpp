#include "ripen/real_time.hpp"

#include <alloca.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <future>
#include <system_error>
#include <utility>

#include "ripen/error.hpp"
#include "util/log.hpp"
#include "util/ordinary_thread.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {

std::string reason(int error) { return std::generic_category().message(error); }

std::size_t page_size() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

void touch(volatile char* memory, std::size_t size) {
  for (std::size_t at = 0; at < size; at += page_size()) memory[at] = 0;
}

/// Not inlined, so that the caller has the stack back afterwards.
[[gnu::noinline]] void touch_stack(std::size_t size) { touch(static_cast<char*>(alloca(size)), size); }

/// What of this thread's stack is still free. [bytes]
std::size_t free_stack() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  std::size_t size = 0;
  pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  const char here = 0;
  return static_cast<std::size_t>(&here - static_cast<const char*>(lowest));
}

/// Each of these returns why it was refused; empty if it was not.
std::string set_fifo(int priority) {
  sched_param parameters{};
  parameters.sched_priority = priority;
  const int error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
  if (error == 0) return "";
  return "SCHED_FIFO priority " + std::to_string(priority) + ": " + reason(error) +
         "; raise rtprio in /etc/security/limits.conf, or LimitRTPRIO= in its unit";
}

std::string set_cpus(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::string names;
  for (const int cpu : cpus) {
    CPU_SET(static_cast<std::size_t>(cpu), &set);
    names += " " + std::to_string(cpu);
  }
  const int error = pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
  return error == 0 ? "" : "processors" + names + ": " + reason(error);
}

std::string lock_memory() {
  return mlockall(MCL_CURRENT | MCL_FUTURE) == 0 ? "" : "locking the memory: " + reason(errno) + raise_memlock();
}

std::string prefault_stack(std::size_t size) {
  constexpr std::size_t kReserve = 64 * 1024;  // for what runs on top of the frames that are touched
  if (size + kReserve > free_stack()) {
    return "prefaulting " + std::to_string(size) + " bytes of stack: only " + std::to_string(free_stack()) +
           " are free";
  }
  touch_stack(size);
  return "";
}

std::string prefault_heap(std::size_t size) {
  // glibc: take the memory from the heap proper, and do not give it back to the system.
  if (mallopt(M_MMAP_MAX, 0) == 0 || mallopt(M_TRIM_THRESHOLD, -1) == 0) return "keeping the heap";
  void* const memory = std::malloc(size);
  if (memory == nullptr)
    return "prefaulting " + std::to_string(size) + " bytes of heap: " + reason(ENOMEM) + raise_memlock();
  touch(static_cast<char*>(memory), size);
  std::free(memory);
  return "";
}

}  // namespace

std::string RealTimeOptions::validate() const {
  Problems problems("real time");
  problems.range("fifo_priority", fifo_priority, 0, 99);
  for (const int cpu : cpus) problems.range("cpus", cpu, 0, CPU_SETSIZE - 1);
  return problems.text();
}

std::vector<std::string> apply_real_time(const RealTimeOptions& options) {
  if (const std::string problems = options.validate(); !problems.empty()) {
    throw OptionsError(problems);
  }
  std::vector<std::string> refused;
  const auto note = [&](std::string problem) {
    if (!problem.empty()) refused.push_back(std::move(problem));
  };
  if (options.prefault_heap > 0) note(prefault_heap(options.prefault_heap));
  if (options.prefault_stack > 0) note(prefault_stack(options.prefault_stack));
  // Then, since the main thread's stack that grows beyond what may be locked ends in SIGSEGV, and this in a refusal.
  if (options.lock_memory) note(lock_memory());
  if (!options.cpus.empty()) note(set_cpus(options.cpus));
  if (options.fifo_priority > 0) note(set_fifo(options.fifo_priority));
  if (options.policy == RealTimePolicy::kWarn) {
    const auto logger = logger_or_default(options.logger);
    for (const std::string& problem : refused) {
      log_line(logger.get(), LogLevel::kWarning, "real time refused: " + problem);
    }
  }
  if (options.policy == RealTimePolicy::kEnforce && !refused.empty()) {
    std::string all;
    for (const std::string& problem : refused) all += "\n" + problem;
    throw RealTimeError("real time refused:" + all);
  }
  return refused;
}

std::jthread start_real_time_thread(const RealTimeOptions& options, std::function<void(std::stop_token)> work) {
  std::promise<void> promise;
  std::future<void> applied = promise.get_future();
  std::jthread thread;
  try {
    thread =
        std::jthread([options, work = std::move(work), promise = std::move(promise)](std::stop_token stop) mutable {
          try {
            apply_real_time(options);
          } catch (...) {
            promise.set_exception(std::current_exception());
            return;
          }
          promise.set_value();
          work(std::move(stop));
        });
  } catch (const std::system_error& error) {
    throw no_thread(error.code());
  }
  applied.get();
  return thread;
}

}  // namespace ripen
