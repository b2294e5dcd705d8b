#include "ripen/recorded_robot.hpp"

#include <algorithm>

#include "ripen/tick_report.hpp"

namespace ripen {

bool RecordedRobot::read(std::int64_t tick, Observation& observation) noexcept {
  const auto& ticks = recording_.ticks;
  if (at_ > 0 && ticks[at_ - 1].report.tick >= tick) at_ = 0;
  while (at_ < ticks.size() && ticks[at_].report.tick < tick) ++at_;
  if (at_ == ticks.size() || ticks[at_].report.tick != tick) return false;
  const RecordedTick& recorded = ticks[at_];
  observation.fresh = recorded.fresh;
  observation.state_step = recorded.state_step;
  observation.steps_begun = recorded.steps_begun;
  observation.steps_done = recorded.steps_done;
  std::copy_n(recorded.state.begin(), std::min(recorded.state.size(), observation.state.size()),
              observation.state.begin());
  for (std::size_t s = 0; s < std::min(recorded.seen.size(), observation.seen.size()); ++s) {
    observation.seen[s] = recorded.seen[s] != 0;
  }
  return recorded.delivered;
}

bool RecordedRobot::write(const Command& command) noexcept {
  const auto& ticks = recording_.ticks;
  return at_ == ticks.size() || ticks[at_].report.tick != command.tick ||
         (ticks[at_].report.faults & kWriteFailed) == 0;
}

}  // namespace ripen
