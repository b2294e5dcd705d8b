#include "ripen_check/wake_up.hpp"

#include <cstdio>
#include <exception>
#include <thread>

#include "ripen/clock.hpp"

namespace ripen::check {

namespace {

double microseconds(std::chrono::nanoseconds duration) { return static_cast<double>(duration.count()) / 1e3; }

}  // namespace

WakeUps measure(std::chrono::nanoseconds period, std::chrono::nanoseconds duration, const RealTimeOptions& real_time) {
  WakeUps wake_ups;
  std::exception_ptr failure;
  std::jthread([&] {
    try {
      wake_ups.refused = apply_real_time(real_time);
    } catch (...) {
      failure = std::current_exception();
      return;
    }
    SteadyClock clock;
    const TimePoint begin = clock.now();
    for (TimePoint instant = begin + period; instant - begin < duration; instant += period) {
      clock.sleep_until(instant);
      const std::chrono::nanoseconds late = clock.now() - instant;
      wake_ups.late.record(late);
      wake_ups.missed += late / period;
      instant += late / period * period;
    }
  }).join();
  if (failure) std::rethrow_exception(failure);
  return wake_ups;
}

Verdict judge(const WakeUps& wake_ups, std::chrono::nanoseconds period) {
  if (!wake_ups.refused.empty()) return {false, "the system refused what a loop needs"};
  if (wake_ups.late.count() == 0) return {false, "not a single tick fell into the test: make it longer"};
  if (wake_ups.missed > 0) return {false, std::to_string(wake_ups.missed) + " ticks were missed"};
  const double worst = microseconds(wake_ups.late.max());
  const double reserve = kReserve * microseconds(period);
  char text[160];
  std::snprintf(text, sizeof(text), "the latest wake-up, %.0f us, is %s the reserve of %.0f us (%.0f %% of the period)",
                worst, worst <= reserve ? "within" : "beyond", reserve, 100 * kReserve);
  return {worst <= reserve, text};
}

}  // namespace ripen::check
