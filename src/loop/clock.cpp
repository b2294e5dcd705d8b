#include "ripen/clock.hpp"

#include <cerrno>
#include <cstdint>
#include <ctime>

namespace ripen {

namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

}  // namespace

TimePoint SteadyClock::now() const noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return TimePoint(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

void SteadyClock::sleep_until(TimePoint instant) noexcept {
  // std::this_thread::sleep_until of libstdc++ sleeps relatively: being preempted before it sleeps makes it late.
  const std::int64_t nanoseconds = instant.time_since_epoch().count();
  if (nanoseconds <= 0) return;
  timespec time{};
  time.tv_sec = static_cast<time_t>(nanoseconds / kNanosecondsPerSecond);
  time.tv_nsec = static_cast<long>(nanoseconds % kNanosecondsPerSecond);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) == EINTR) {
  }
}

}  // namespace ripen
