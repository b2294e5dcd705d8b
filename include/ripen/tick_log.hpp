#pragma once
// Logging from the tick: nothing is formatted, locked or written there.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "ripen/control_loop.hpp"
#include "ripen/ring_buffer.hpp"
#include "ripen/tick_report.hpp"

namespace ripen {

struct TickLogOptions {
  int entries = 1024;                                              ///< that may wait; what comes then is counted only
  std::chrono::milliseconds poll = std::chrono::milliseconds(50);  ///< between two looks for entries

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// A loop's observer that logs what changes: where commands come from, faults that appear, ticks that were missed. In
/// the tick it only puts a POD into a ring; a thread of its own drains that into spdlog's default logger.
class TickLog : public TickObserver {
 public:
  /// Throws OptionsError listing every problem of the options.
  explicit TickLog(const TickLogOptions& options = {});
  ~TickLog() override;  ///< logs what waits, and ends the thread

  /// Always returns true.
  bool on_tick(const Tick& tick) noexcept override;

  /// Logs a number too, as "text: value". On the loop's thread; real-time safe. text: must outlive this, as a literal
  /// does.
  void note(const char* text, double value) noexcept;

  /// Entries that found the ring full. From any thread.
  [[nodiscard]] std::int64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    TickReport report;
    CommandSource before = CommandSource::kFresh;
    const char* text = nullptr;  // Of a note.
    double value = 0.0;
  };

  void push(const Entry& entry) noexcept;
  void drain();

  TickReport last_;
  RingBuffer<Entry> ring_;
  std::atomic<std::int64_t> dropped_ = 0;
  std::int64_t dropped_told_ = 0;
  std::jthread thread_;  // Last, so that it ends first.
};

}  // namespace ripen
