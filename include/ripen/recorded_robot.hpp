#pragma once
// A recording as a robot: to have a loop decide again on what was once observed.

#include <cstddef>

#include "ripen/export.hpp"
#include "ripen/recording.hpp"
#include "ripen/robot.hpp"

namespace ripen {

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
