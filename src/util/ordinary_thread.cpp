#include "util/ordinary_thread.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace ripen {

namespace {

/// The processors of the thread that asks first.
const cpu_set_t& processors() {
  static const cpu_set_t set = [] {
    cpu_set_t now;
    CPU_ZERO(&now);
    sched_getaffinity(0, sizeof(now), &now);
    return now;
  }();
  return set;
}

/// Asks when the library is loaded, before main() can narrow anything. /proc cannot tell later: what it shows of a
/// process is its main thread's, which may be the loop's.
[[maybe_unused]] const cpu_set_t& g_at_start = processors();

/// None of these can be refused: they only give away what the thread may have inherited.
void become_ordinary() {
  const sched_param none{};
  pthread_setschedparam(pthread_self(), SCHED_OTHER, &none);
  const auto self = static_cast<id_t>(gettid());
  if (getpriority(PRIO_PROCESS, self) < 0) setpriority(PRIO_PROCESS, self, 0);
  pthread_setaffinity_np(pthread_self(), sizeof(cpu_set_t), &processors());
}

void call(const std::function<void()>& look, const std::function<void(const char*)>& failed) noexcept {
  try {
    try {
      look();
    } catch (const std::exception& error) {
      failed(error.what());
    } catch (...) {
      failed("what is no std::exception");
    }
  } catch (...) {  // There is nobody left to tell.
  }
}

}  // namespace

std::string raise_memlock() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return "";
  return "; this process may lock " + std::to_string(limit.rlim_cur) +
         " bytes of memory: raise memlock in /etc/security/limits.conf, or LimitMEMLOCK= in its unit";
}

RealTimeError no_thread(const std::error_code& code) {
  return RealTimeError("a thread cannot be started: " + code.message() +
                       "; raise nproc (TasksMax= in a unit) if there are too many" + raise_memlock());
}

std::jthread start_ordinary_thread(std::chrono::nanoseconds poll, std::function<void()> look,
                                   std::function<void(const char*)> failed) {
  auto stopped = std::make_unique<std::condition_variable_any>();  // Here, since it allocates.
  try {
    return std::jthread([poll, look = std::move(look), failed = std::move(failed),
                         stopped = std::move(stopped)](const std::stop_token& stop) {
      become_ordinary();
      std::mutex mutex;
      std::unique_lock lock(mutex);
      while (!stop.stop_requested()) {
        call(look, failed);
        stopped->wait_for(lock, stop, poll, [] { return false; });
      }
      call(look, failed);
    });
  } catch (const std::system_error& error) {
    throw no_thread(error.code());
  }
}

}  // namespace ripen
