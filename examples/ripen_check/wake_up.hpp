#pragma once
// How late a thread wakes up that sleeps until each instant of a grid, and whether a loop could live with that.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "ripen/histogram.hpp"
#include "ripen/real_time.hpp"

namespace ripen::check {

struct WakeUps {
  Histogram late;                    ///< later than the instant, of those that were not missed
  std::int64_t missed = 0;           ///< instants that passed while the thread should have been awake for another
  std::vector<std::string> refused;  ///< what the system refused of real_time, and why
};

/// Sleeps on a thread of its own, under these options, for this long. Throws OptionsError listing every problem of the
/// options.
[[nodiscard]] WakeUps measure(std::chrono::nanoseconds period, std::chrono::nanoseconds duration,
                              const RealTimeOptions& real_time);

/// What a tick leaves for waking up late: it is the part of the period that is not budget, unless a loop is told
/// another.
inline constexpr double kReserve = 0.2;

struct Verdict {
  bool credible = false;
  std::string why;
};

/// Whether ticks of this period would come on time: nothing refused, none missed, and the latest within the reserve.
[[nodiscard]] Verdict judge(const WakeUps& wake_ups, std::chrono::nanoseconds period);

}  // namespace ripen::check
