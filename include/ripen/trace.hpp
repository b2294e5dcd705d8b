#pragma once
// What happened when, for a picture: ui.perfetto.dev and chrome://tracing show the file.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ripen/clock.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/denoiser.hpp"
#include "ripen/export.hpp"

namespace ripen {

/// A row of the picture: the last of what one thread did. All memory is taken and touched at construction.
class RIPEN_EXPORT TraceLane {
 public:
  struct Event {
    const char* name = nullptr;
    TimePoint begin;
    std::chrono::nanoseconds duration{};
    std::int64_t number = 0;
  };

  explicit TraceLane(std::size_t events) : events_(events) {}

  /// Real-time safe. event.name: must outlive this, as a literal does.
  void add(const Event& event) noexcept;

  /// The oldest first. Only while nothing is added.
  [[nodiscard]] std::vector<Event> events() const;

 private:
  std::vector<Event> events_;  // A ring.
  std::size_t next_ = 0, count_ = 0;
};

/// The ticks and the passes of a loop. Give the loop a TraceTicks, and the planner a TracedDenoiser.
struct RIPEN_EXPORT Trace {
  /// events: kept of each row. 40 bytes each.
  explicit Trace(std::size_t events = 100'000) : late(events), ticks(events), passes(events) {}

  TraceLane late, ticks, passes;

  /// The Trace Event Format's JSON; times in us since the system started. Only while no tick and no pass runs.
  [[nodiscard]] std::string to_json() const;
  /// Writes that, as Recording::save does. Throws RecordingError naming the file and the system's reason.
  void save(const std::string& path) const;
  /// Throws the RecordingError that save() would throw now: call it before a long run. Touches nothing that is there.
  static void check_writable(const std::string& path);
};

/// A loop's observer that adds each tick to a trace: "tick", and within it "observation to action"; in a row of its own
/// "late", from the tick's instant to its beginning, since the tick before may have lasted till then. Viewers drop what
/// overlaps in a row, so that nothing does: a "late" begins where the one before it ended, if not later.
class RIPEN_EXPORT TraceTicks : public TickObserver {
 public:
  /// Takes a reference: the trace must outlive this.
  explicit TraceTicks(Trace& trace) : trace_(trace) {}
  /// Always returns true.
  bool on_tick(const Tick& tick) noexcept override;

 private:
  Trace& trace_;
  TimePoint began_, ended_;  // the last tick
};

/// A denoiser that adds each of another's passes to a trace, with its number of windows.
class RIPEN_EXPORT TracedDenoiser : public Denoiser {
 public:
  /// Takes references: both must outlive this.
  TracedDenoiser(Denoiser& denoiser, Trace& trace) : denoiser_(denoiser), lane_(trace.passes) {}

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return denoiser_.layout(); }
  [[nodiscard]] int max_windows() const noexcept override { return denoiser_.max_windows(); }
  [[nodiscard]] int max_steps() const noexcept override { return denoiser_.max_steps(); }
  [[nodiscard]] Capabilities capabilities() const noexcept override { return denoiser_.capabilities(); }
  void run(const DenoiseBatch& batch) noexcept override;

 private:
  Denoiser& denoiser_;
  TraceLane& lane_;
};

}  // namespace ripen
