#pragma once
// How far a plan has been carried out.

#include <algorithm>
#include <cstdint>

namespace ripen {

/// Counts of steps since reset. done <= started; what went out may have started or not.
struct Ledger {
  std::int64_t done = 0;     ///< steps that are done
  std::int64_t started = 0;  ///< steps that have started: their actions are history
  std::int64_t sent = 0;     ///< steps whose actions went out since it was last known which had started

  /// The step that the plan begins with.
  [[nodiscard]] std::int64_t head() const noexcept { return done; }
  /// First step whose action may still change.
  [[nodiscard]] std::int64_t open() const noexcept { return std::max(started, sent); }
};

}  // namespace ripen
