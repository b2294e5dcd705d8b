#pragma once
// How a plan ripens: when each action was last changed, and how long the plan takes to be whole again.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "ripen/plan_source.hpp"
#include "ripen/tick_report.hpp"

namespace ripen::cube {

/// A step's action while it stayed what it was.
struct PlannedRun {
  std::int64_t step = 0;
  Token action = kMask;
  std::int64_t from = 0, to = 0;  ///< [ticks], to the first in which it was another or had begun
  bool begun = false;             ///< the robot did it
};

/// Watches a plan from tick to tick. Real-time safe but for construction.
class Ripening {
 public:
  /// horizon: [steps] of the plan; most_turns: that are kept in ripe_ticks(); most_runs: that are kept in runs().
  Ripening(int horizon, int most_turns, int most_runs)
      : actions_(static_cast<std::size_t>(horizon), kMask), since_(static_cast<std::size_t>(horizon), 0) {
    ripe_ticks_.reserve(static_cast<std::size_t>(most_turns));
    runs_.reserve(static_cast<std::size_t>(most_runs));
    disturbed_.reserve(static_cast<std::size_t>(most_runs));
  }

  /// Once a tick, after it. begun: [steps] that the robot has begun.
  void take(const PlanSource& plan, const TickReport& report, std::int64_t begun) noexcept {
    for (; begun_ < begun; ++begun_) {
      follow(plan, begun_, report.tick);  // It may have been decided in this tick.
      if (ripe_ticks_.size() < ripe_ticks_.capacity()) ripe_ticks_.push_back(report.tick - since_[place(begun_)]);
      set(begun_, kMask, report.tick, true);
    }
    const std::int64_t head = plan.report().head, end = head + plan.horizon();
    for (std::int64_t step = std::max(begun_, head); step < end; ++step) follow(plan, step, report.tick);
    if (report.disturbed && disturbed_.size() < disturbed_.capacity()) disturbed_.push_back(report.tick);
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
  [[nodiscard]] const std::vector<PlannedRun>& runs() const { return runs_; }
  [[nodiscard]] const std::vector<std::int64_t>& disturbed() const { return disturbed_; }  ///< [ticks]

 private:
  void follow(const PlanSource& plan, std::int64_t step, std::int64_t tick) noexcept {
    const std::int64_t ahead = step - plan.report().head;
    if (ahead < 0 || ahead >= plan.horizon()) return;
    const auto planned = plan.step(static_cast<int>(ahead));
    set(step, planned.decided ? planned.action[0] : kMask, tick, false);
  }

  void set(std::int64_t step, Token action, std::int64_t tick, bool begun) noexcept {
    Token& now = actions_[place(step)];
    if (now == action) return;
    if (now != kMask && runs_.size() < runs_.capacity()) {
      runs_.push_back({.step = step, .action = now, .from = since_[place(step)], .to = tick, .begun = begun});
    }
    now = action;
    since_[place(step)] = tick;
  }

  [[nodiscard]] std::size_t place(std::int64_t step) const noexcept {
    return static_cast<std::size_t>(step) % actions_.size();
  }

  std::vector<Token> actions_;       // By step, as planned after the last tick.
  std::vector<std::int64_t> since_;  // The tick that made it so.
  std::vector<std::int64_t> ripe_ticks_;
  std::vector<PlannedRun> runs_;
  std::vector<std::int64_t> disturbed_;
  std::int64_t begun_ = 0, undecided_ = 0;
  bool is_recovering_ = false;
  std::int64_t ticks_ = 0, passes_ = 0;  // Of the recovery under way.
  int recoveries_ = 0;
  std::int64_t recovery_ticks_ = 0, recovery_passes_ = 0;
};

}  // namespace ripen::cube
