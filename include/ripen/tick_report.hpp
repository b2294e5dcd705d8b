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
  kBadObservation = 1U << 1,  ///< not finite, no category, a count of steps that cannot be, or not the loop's memory
  kWriteFailed = 1U << 2,     ///< Robot::write returned false
  kReplaced = 1U << 3,        ///< a command that was not finite or no category was replaced
  kLimited = 1U << 4,         ///< a command was clamped to its range
  kRateLimited = 1U << 5,     ///< a command was slowed down to its rate or acceleration
  kStale = 1U << 6,           ///< no fresh state for longer than ControlLoopOptions::max_stale
  kStuck = 1U << 7,           ///< the planner's thread took up nothing for longer than ControlLoopOptions::max_stuck
  kBadModel = 1U << 8,        ///< outputs of the model were not finite: that pass was thrown away
  kOutOfRange = 1U << 9,      ///< a channel was sensed more than a bin outside its range; it counts as not seen
  kFrozen = 1U << 10,         ///< a sensor shows nothing new for longer than ControlLoopOptions::max_frozen
};

/// One tick, as measured and decided. A POD that may be copied to another thread.
struct TickReport {
  std::int64_t tick = 0;    ///< index on the absolute grid
  std::int64_t missed = 0;  ///< ticks of the grid left out just before this one

  std::chrono::nanoseconds wake_up{};                ///< after the instant that was slept for; 0 if it was not late
  std::chrono::nanoseconds observation_to_action{};  ///< from asking for the observation to the command's delivery
  std::chrono::nanoseconds compute{};                ///< all work of the tick, wherever the command fell in it
  std::chrono::nanoseconds slack{};                  ///< from the end of the work to the next tick; negative if late

  std::chrono::nanoseconds observation_age{};  ///< since the last tick in which a fresh state arrived

  std::int32_t passes = 0;
  // What they were for, as in PlanReport. -1 in a recording that does not say it: one of 0.2.
  std::int32_t revised = 0, revealed = 0, chosen = 0;
  std::int32_t decided_steps = 0;   ///< of the plan, from the head on
  std::int32_t steps_to_goal = -1;  ///< in the plan; -1 if it does not reach the goal
  float surprise = 0.0F;            ///< [nats] of what was observed under what the plan predicted
  CommandSource source = CommandSource::kFresh;
  bool disturbed = false;     ///< the observation contradicted the plan's prediction
  bool goal_reached = false;  ///< the first step not begun starts at the goal
  bool switched = false;      ///< another candidate took the place of the plan that was followed
  bool settled = false;       ///< nothing was left that a pass could improve
  std::uint32_t faults = 0;   ///< Fault bits
};

static_assert(std::is_trivially_copyable_v<TickReport>);

}  // namespace ripen
