#pragma once
// How a plan ripens: when each action was last changed, and how long the plan takes to be whole again.

#include <cstdint>
#include <vector>

#include "ripen/plan_source.hpp"
#include "ripen/tick_report.hpp"

namespace ripen::cube {

/// Watches a plan from tick to tick. Real-time safe but for construction.
class Ripening {
 public:
  /// horizon: [steps] of the plan; most_turns: that are kept in ripe_ticks().
  Ripening(int horizon, int most_turns)
      : actions_(static_cast<std::size_t>(horizon), kMask), since_(static_cast<std::size_t>(horizon), 0) {
    ripe_ticks_.reserve(static_cast<std::size_t>(most_turns));
  }

  /// Once a tick, after it. begun: [steps] that the robot has begun.
  void take(const PlanSource& plan, const TickReport& report, std::int64_t begun) noexcept {
    for (; begun_ < begun; ++begun_) {
      if (ripe_ticks_.size() < ripe_ticks_.capacity()) ripe_ticks_.push_back(report.tick - since_[place(begun_)]);
    }
    for (int i = 0; i < std::ssize(actions_); ++i) {
      const std::int64_t step = plan.head() + i;
      if (step < begun_) continue;
      const Token action = plan.decided(i) ? plan.action(i)[0] : kMask;
      if (action != actions_[place(step)]) since_[place(step)] = report.tick;
      actions_[place(step)] = action;
    }
    if (report.source == CommandSource::kPartial) ++undecided_;
    const bool is_whole = report.steps_to_goal >= 0;
    if (report.disturbed && !is_recovering_) {
      is_recovering_ = true;
      ticks_ = passes_ = 0;
    }
    if (!is_recovering_) return;
    passes_ += report.passes;
    if (is_whole) {
      ++recoveries_;
      recovery_ticks_ += ticks_;
      recovery_passes_ += passes_;
      is_recovering_ = false;
    }
    ++ticks_;
  }

  [[nodiscard]] std::int64_t undecided() const { return undecided_; }
  [[nodiscard]] int recoveries() const { return recoveries_; }
  [[nodiscard]] std::int64_t recovery_ticks() const { return recovery_ticks_; }
  [[nodiscard]] std::int64_t recovery_passes() const { return recovery_passes_; }
  [[nodiscard]] const std::vector<std::int64_t>& ripe_ticks() const { return ripe_ticks_; }

 private:
  [[nodiscard]] std::size_t place(std::int64_t step) const noexcept {
    return static_cast<std::size_t>(step) % actions_.size();
  }

  std::vector<Token> actions_;       // By step, as planned after the last tick.
  std::vector<std::int64_t> since_;  // The tick that made it so.
  std::vector<std::int64_t> ripe_ticks_;
  std::int64_t begun_ = 0, undecided_ = 0;
  bool is_recovering_ = false;
  std::int64_t ticks_ = 0, passes_ = 0;  // Of the recovery under way.
  int recoveries_ = 0;
  std::int64_t recovery_ticks_ = 0, recovery_passes_ = 0;
};

}  // namespace ripen::cube
