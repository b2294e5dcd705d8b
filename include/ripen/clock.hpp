#pragma once
// Time as the control loop sees it: real, or advanced by hand.

#include <chrono>

#include "ripen/export.hpp"

namespace ripen {

/// An instant on a monotonic axis. [ns]
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Where the loop's grid of ticks lives. All calls are real-time safe.
class RIPEN_EXPORT Clock {
 public:
  virtual ~Clock() = default;

  [[nodiscard]] virtual TimePoint now() const noexcept = 0;
  /// Returns at or after `instant`; at once if it has passed.
  virtual void sleep_until(TimePoint instant) noexcept = 0;
};

/// CLOCK_MONOTONIC, with absolute sleep. The only system call is the sleep.
class RIPEN_EXPORT SteadyClock : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override;
  void sleep_until(TimePoint instant) noexcept override;
};

/// Virtual time: stands still until somebody advances it; sleeping does so at once. One thread.
class RIPEN_EXPORT ManualClock : public Clock {
 public:
  explicit ManualClock(TimePoint start = {}) : now_(start) {}

  [[nodiscard]] TimePoint now() const noexcept override { return now_; }
  void sleep_until(TimePoint instant) noexcept override {
    if (instant > now_) now_ = instant;
  }
  void advance(std::chrono::nanoseconds duration) noexcept { now_ += duration; }

 private:
  TimePoint now_;
};

}  // namespace ripen
