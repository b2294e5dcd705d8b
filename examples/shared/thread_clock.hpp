#pragma once
// Time for runs that do not sleep, in worlds that do not wait.

#include <algorithm>
#include <chrono>
#include <ctime>

#include "ripen/clock.hpp"

namespace ripen::examples {

/// Sleeping takes no time, working takes what it takes of the processor: a tick may outlast its period, and those that
/// fall into it are missed. What others do on the machine takes no time either. What the world itself does is left out
/// between pause() and go_on(). One thread, from construction on.
class ThreadClock : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return instant_ + (worked() - since_); }
  void sleep_until(TimePoint instant) noexcept override {
    instant_ = std::max(instant, now());
    since_ = worked();
  }

  void pause() noexcept { paused_ = worked(); }
  void go_on() noexcept { since_ += worked() - paused_; }

 private:
  [[nodiscard]] static std::chrono::nanoseconds worked() noexcept {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }

  TimePoint instant_;                          // The last that was slept until ...
  std::chrono::nanoseconds since_ = worked();  // ... and what the thread had worked then.
  std::chrono::nanoseconds paused_ = since_;
};

}  // namespace ripen::examples
