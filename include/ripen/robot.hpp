#pragma once
// What a robot offers the control loop: read what is sensed, write what is due.

#include <cstdint>
#include <span>

#include "ripen/export.hpp"

namespace ripen {

/// Where a command came from, by severity.
enum class CommandSource : std::uint8_t {
  kFresh,    ///< the plan: a pass has decided it, or the goal is reached
  kPartial,  ///< a fallback: no pass had decided what was due
  kHeld,     ///< nothing sound was seen, or the model says nothing: the plan as it was, or the fallback
  kRamping,  ///< stopping, and not yet at the fallback within the limits
  kStopped,  ///< stopped: latched until reset
};

/// What a robot reports in one tick. The loop owns the memory of `state` and `seen`: read() fills it. A robot that puts
/// other memory there is not believed.
struct Observation {
  std::span<double> state;       ///< [states] channel values in the layout's units
  std::span<bool> seen;          ///< [states] true when read() is called; false for a channel that was not sensed
  bool fresh = false;            ///< a sensed state arrived in this tick
  std::int64_t state_step = 0;   ///< which step's state it is: steps finished when it was sensed
  std::int64_t steps_begun = 0;  ///< steps whose action the robot has begun: they can no longer change
  std::int64_t steps_done = 0;   ///< steps the robot has finished; a robot with fixed ticks per step may leave both 0
};

/// What the loop tells a robot in one tick, once per tick.
struct Command {
  std::int64_t tick = 0;  ///< index on the absolute grid
  std::int64_t step = 0;  ///< the step this action belongs to
  CommandSource source = CommandSource::kFresh;
  std::span<const double> action;  ///< [actions] channel values in the layout's units, finite
  std::span<const double> next;    ///< [actions] of step + 1 as planned now; NaN while undecided or out of reach
};

/// A robot, real or simulated. Both calls happen on the control thread, once per tick, and must not throw; for the
/// tick's guarantees to hold they must not allocate or lock either.
class RIPEN_EXPORT Robot {
 public:
  virtual ~Robot() = default;

  /// Fills the observation for the tick that begins. Returns false if nothing could be read.
  [[nodiscard]] virtual bool read(std::int64_t tick, Observation& observation) noexcept = 0;

  /// Takes the command of the tick. Returns false if it could not be delivered.
  [[nodiscard]] virtual bool write(const Command& command) noexcept = 0;
};

}  // namespace ripen
