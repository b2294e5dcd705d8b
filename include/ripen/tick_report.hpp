#pragma once
// What one tick did.

#include <chrono>
#include <cstdint>
#include <type_traits>

#include "ripen/robot.hpp"

namespace ripen {

/// What went wrong in a tick; bits of TickReport::faults.
enum Fault : std::uint32_t {
  kReadFailed = 1U << 0,      ///< Robot::read returned false
  kBadObservation = 1U << 1,  ///< a state that is not finite or no category, or a count of steps that cannot be
  kWriteFailed = 1U << 2,     ///< Robot::write returned false
  kReplaced = 1U << 3,        ///< the guard replaced a value that was not finite or no category
  kLimited = 1U << 4,         ///< the guard clamped a value to its limits
  kRateLimited = 1U << 5,     ///< the guard slowed down a change
  kStale = 1U << 6,           ///< no fresh state for more than ControlLoopOptions::max_stale_ticks
  kStuck = 1U << 7,     ///< the planner's thread took up nothing for more than ControlLoopOptions::max_stuck_ticks
  kBadModel = 1U << 8,  ///< NaN among the model's outputs; where it was, it decides nothing
};

/// One tick, as measured and decided. A POD that may be copied to another thread.
struct TickReport {
  std::int64_t tick = 0;    ///< index on the absolute grid
  std::int64_t missed = 0;  ///< ticks of the grid left out just before this one

  std::chrono::nanoseconds wake_up{};                ///< later than the tick's instant; 0 in virtual time
  std::chrono::nanoseconds observation_to_action{};  ///< from asking for the observation to the command's delivery
  std::chrono::nanoseconds compute{};                ///< all work of the tick, wherever the command fell in it
  std::chrono::nanoseconds slack{};                  ///< from the end of the work to the next tick; negative if late

  std::int32_t passes = 0;
  std::int32_t decided_steps = 0;   ///< of the plan, from the head on
  std::int32_t steps_to_goal = -1;  ///< in the plan; -1 if it does not reach the goal
  CommandSource source = CommandSource::kFresh;
  bool disturbed = false;     ///< the observation contradicted the plan's prediction
  bool goal_reached = false;  ///< the first step not begun starts at the goal
  std::uint32_t faults = 0;   ///< Fault bits
};

static_assert(std::is_trivially_copyable_v<TickReport>);

}  // namespace ripen
