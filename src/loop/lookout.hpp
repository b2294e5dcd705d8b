#pragma once
// When to look for something that another thread may have left.

#include <algorithm>
#include <chrono>

#include "ripen/clock.hpp"

namespace ripen {

/// What comes regularly is looked for shortly before it is due; what does not come then, ever more seldom. A look costs
/// a wake-up, which takes more of a processor than the look. Real-time safe.
class Lookout {
 public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// poll: the shortest wait; the longest is that or 10 ms.
  explicit Lookout(Nanoseconds poll) noexcept : poll_(poll), longest_(std::max(poll, kLongest)) {}

  [[nodiscard]] Nanoseconds longest() const noexcept { return longest_; }

  /// Something was found now.
  void found(TimePoint now) noexcept {
    before_ = last_;
    last_ = now - found_;
    found_ = now;
  }

  /// How long to wait before the next look.
  [[nodiscard]] Nanoseconds wait(TimePoint now) const noexcept {
    // Of the last two gaps: after a pause it is not as long as that. A little less than that: who waits for the one
    // that looks would come as late as it looked, for ever.
    const Nanoseconds gap = std::min(before_, last_) * 15 / 16;
    const Nanoseconds late = now - (found_ + gap - poll_);
    return std::clamp(late < Nanoseconds(0) ? -late : late, poll_, longest_);
  }

 private:
  static constexpr Nanoseconds kLongest = std::chrono::milliseconds(10);

  Nanoseconds poll_, longest_;
  TimePoint found_{};
  Nanoseconds before_{}, last_{};  // Gaps between what was found.
};

}  // namespace ripen
