#pragma once
// Logging from the tick: nothing is formatted, locked or written there.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "ripen/control_loop.hpp"
#include "ripen/export.hpp"
#include "ripen/tick_report.hpp"

namespace spdlog {
class logger;
}

namespace ripen {

struct RIPEN_EXPORT TickLogOptions {
  int entries = 1024;                                              ///< that may wait; what comes then is counted only
  std::chrono::milliseconds poll = std::chrono::milliseconds(50);  ///< between two looks for entries
  /// What comes again within this time is counted, and told in one line at its end; 0 tells each.
  std::chrono::milliseconds repeat = std::chrono::seconds(1);
  /// Where the lines go, held as long as this lives; null: what is spdlog's default logger at construction, or standard
  /// error after spdlog::shutdown().
  std::shared_ptr<spdlog::logger> logger = nullptr;

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// A loop's observer that logs what changes: where commands come from, faults that appear, ticks that were missed. In
/// the tick it only puts a POD into a ring; a thread of its own, of ordinary priority and on any processor, drains that
/// into the log. A fault that comes again and again is told once, then counted, so that it hides no other.
class RIPEN_EXPORT TickLog : public TickObserver {
 public:
  /// Throws OptionsError listing every problem of the options, and RealTimeError if the system grants no thread.
  explicit TickLog(const TickLogOptions& options = {});
  ~TickLog() override;  ///< logs what waits, and ends the thread

  /// Always returns true.
  bool on_tick(const Tick& tick) noexcept override;

  /// Logs a number too, as "text: value". On the loop's thread; real-time safe. text: must outlive this, as a literal
  /// does.
  void note(const char* text, double value) noexcept;

  /// Entries that found the ring full. From any thread.
  [[nodiscard]] std::int64_t dropped() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ripen
