#pragma once
// What a recorder kept, as it goes to a file and comes back: MCAP with one JSON message a tick; and as a robot again.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ripen/export.hpp"
#include "ripen/robot.hpp"
#include "ripen/tick_report.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

/// One tick: what was read, planned and written, and what became of it.
struct RecordedTick {
  bool delivered = false;  ///< whether Robot::read returned true
  bool fresh = false;      ///< and the rest as in Observation
  std::int64_t state_step = 0;
  std::int64_t steps_begun = 0;
  std::int64_t steps_done = 0;
  std::vector<double> state = {};       ///< [states]
  std::vector<std::uint8_t> seen = {};  ///< [states] 0 for a channel that was not; empty: all were
  std::vector<Token> plan = {};         ///< [steps][slots] from the head on, as the tick left it; may be empty
  std::int64_t step = 0;                ///< of the command
  std::vector<double> action = {};      ///< [actions]
  std::vector<double> next = {};        ///< [actions]
  TickReport report = {};
};

/// A row of ticks, the oldest first.
struct RIPEN_EXPORT Recording {
  TokenLayout layout;
  std::chrono::nanoseconds period{};         ///< of the ticks
  std::chrono::nanoseconds start{};          ///< of tick 0, on the system clock, since 1970; 0: not known
  std::map<std::string, std::string> notes;  ///< free: how the run was made
  std::vector<RecordedTick> ticks;

  /// Writes MCAP (https://mcap.dev/spec). A regular file is replaced in one step and keeps its permissions; a link to
  /// it stays one; a device or FIFO is written to. Messages come in chunks, compressed with zstd and indexed. A
  /// message's time is `start` and its tick on the grid [ns]; its JSON is described by the schema in the file. Values
  /// that are not finite are null there. Throws RecordingError naming the file and the system's reason.
  void save(const std::string& path) const;
  /// Throws the RecordingError that save() would throw now: call it before a long run. Touches nothing that is there.
  static void check_writable(const std::string& path);

  /// Reads what save() wrote. Throws RecordingError naming the file, what is wrong and where.
  [[nodiscard]] static Recording load(const std::string& path);

  /// The bytes of such a file.
  [[nodiscard]] std::string to_mcap() const;
  /// The same as load() from its bytes. Throws RecordingError.
  [[nodiscard]] static Recording from_mcap(std::string_view bytes);
};

/// Where two runs part.
struct Parting {
  std::int64_t tick = 0;
  std::string what;  ///< the field, and its values in both
};

/// The first tick that is not the same in both, bit for bit, but for durations and what one of them does not say
/// (TickReport::revised); none if there is none. Values that are
/// not finite are all alike.
[[nodiscard]] RIPEN_EXPORT std::optional<Parting> first_difference(const Recording& one, const Recording& other);

/// Gives the observations of a recording and takes every command. Use: for each recorded tick,
/// loop.step(TimePoint(tick * period)), and then first_difference() with what a Recorder of that loop has kept. The
/// loop decides the same, bit for bit, if it has the same model, options, seed and reset, a budget in passes, and the
/// recording begins with tick 0.
class RIPEN_EXPORT RecordedRobot : public Robot {
 public:
  /// Takes a reference: the recording must outlive this.
  explicit RecordedRobot(const Recording& recording) : recording_(recording) {}

  /// False where the recorded read failed, and in ticks that are not recorded. Real-time safe.
  [[nodiscard]] bool read(std::int64_t tick, Observation& observation) noexcept override;
  /// As it was recorded for the tick read last.
  [[nodiscard]] bool write(const Command& command) noexcept override;

 private:
  const Recording& recording_;
  std::size_t at_ = 0;
};

}  // namespace ripen
