#pragma once
// Time for runs that do not wait.

#include <algorithm>
#include <chrono>

#include "ripen/clock.hpp"

namespace ripen::examples {

/// Sleeping takes no time, working takes what it takes, but never longer than to the end of the tick. So a run measures
/// and budgets its work in real time, misses no tick, and is over as soon as the work is done.
class WorkClock : public Clock {
 public:
  /// period: of the ticks.
  explicit WorkClock(std::chrono::nanoseconds period) : period_(period) {}

  [[nodiscard]] TimePoint now() const noexcept override {
    const std::chrono::nanoseconds worked = steady_.now() - since_;
    return instant_ + std::min(worked, period_ - std::chrono::nanoseconds(1));
  }
  void sleep_until(TimePoint instant) noexcept override {
    instant_ = std::max(instant, now());
    since_ = steady_.now();
  }

 private:
  std::chrono::nanoseconds period_;
  SteadyClock steady_;
  TimePoint instant_;                // The last that was slept until ...
  TimePoint since_ = steady_.now();  // ... and when that was.
};

}  // namespace ripen::examples
