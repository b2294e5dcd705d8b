#pragma once
// What happened when, for a picture: ui.perfetto.dev and chrome://tracing show the file.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ripen/clock.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/denoiser.hpp"

namespace ripen {

/// A row of the picture: the last of what one thread did. All memory is taken and touched at construction.
class TraceLane {
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
struct Trace {
  /// events: kept of each row. 40 bytes each.
  explicit Trace(std::size_t events = 100'000) : ticks(events), passes(events) {}

  TraceLane ticks, passes;

  /// The Trace Event Format's JSON; times in us since the system started. Only while no tick and no pass runs.
  [[nodiscard]] std::string to_json() const;
  /// Writes that. Throws RecordingError naming the file and the system's reason.
  void save(const std::string& path) const;
};

/// A loop's observer that adds each tick to a trace: "late" from the tick's instant to its beginning, "tick", and
/// within it "observation to action".
class TraceTicks : public TickObserver {
 public:
  /// Takes references; next: told of each tick too, may be null.
  explicit TraceTicks(Trace& trace, TickObserver* next = nullptr) : lane_(trace.ticks), next_(next) {}
  bool on_tick(const TickReport& report) noexcept override;

 private:
  TraceLane& lane_;
  TickObserver* next_;
};

/// A denoiser that adds each of another's passes to a trace, with its number of windows.
class TracedDenoiser : public Denoiser {
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
