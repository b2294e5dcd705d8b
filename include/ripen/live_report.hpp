#pragma once
// What a loop does now, for another thread: a display, a watchdog.

#include <array>
#include <cstdint>
#include <memory>

#include "ripen/control_loop.hpp"
#include "ripen/export.hpp"
#include "ripen/histogram.hpp"
#include "ripen/tick_report.hpp"

namespace ripen {

/// The last tick, and counts up to it. All of one tick: nothing is torn.
struct LiveCounts {
  TickReport last;
  std::int64_t ticks = 0;   ///< that were reported; 0: `last` is none
  std::int64_t missed = 0;  ///< ticks of the grid left out between them
  std::int64_t late = 0;    ///< of `ticks`: whose slack was negative
  std::int64_t passes = 0;
  std::int64_t revised = 0, revealed = 0, chosen = 0;  ///< of `passes`, by purpose: PlanReport
  std::int64_t switched = 0;                           ///< of `ticks`: another candidate was followed from then on
  std::array<std::int64_t, 5> sources{};               ///< of `ticks`, by CommandSource
  std::array<std::int64_t, 32> faults{};               ///< of `ticks`, by bit of TickReport::faults
  std::int64_t untold = 0;  ///< of `ticks`: not in LiveTimes, since the reader had not asked for long
};

/// The reports' durations, with negative slack counted as 0.
struct LiveTimes {
  Histogram wake_up;
  Histogram observation_to_action;
  Histogram compute;
  Histogram slack;
};

/// A loop's observer that another thread may ask at any time; neither waits for the other.
///
/// A tick copies its report and the counts (0.5 KB, no more than two atomic writes); histograms (18 KB each) are the
/// reader's, who fills them with the reports since it asked last. One thread reads; give the loop one LiveReport for
/// each that does.
class RIPEN_EXPORT LiveReport : public TickObserver {
 public:
  /// reports: that wait for the reader, 96 bytes each: how many ticks it may stay away without missing one in times().
  /// Throws OptionsError if that is below 1 or above 16,777,216.
  explicit LiveReport(int reports = 4096);
  ~LiveReport() override;

  /// Always returns true. Real-time safe.
  bool on_tick(const Tick& tick) noexcept override;

  /// As of now. The reader's thread; valid until its next call. Real-time safe.
  [[nodiscard]] const LiveCounts& counts() noexcept;
  /// Of all ticks up to now, but for LiveCounts::untold. The reader's thread; valid until its next call. Real-time
  /// safe.
  [[nodiscard]] const LiveTimes& times() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ripen
