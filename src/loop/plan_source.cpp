#include "ripen/plan_source.hpp"

#include <algorithm>

namespace ripen {

bool TickPlanner::reset(std::span<const Token> state, std::span<const Token> goal,
                        std::span<const Token> idle) noexcept {
  if (!planner_.reset(state, goal, idle)) return false;
  done_ = begun_ = 0;
  report_ = {};
  return true;
}

void TickPlanner::begin_tick(const TickObservation& observation) noexcept {
  report_ = {};
  done_ = observation.done;
  begun_ = observation.begun;
  if (observation.observed) planner_.emitted(0);  // what has begun is known now
  planner_.shift(static_cast<int>(done_ - planner_.head()));
  const std::int64_t step = observation.state.empty() ? done_ : observation.state_step;
  add(planner_.refine({.state = observation.state, .step = step, .begun = begun_}, {.passes = 0}));
}

void TickPlanner::refine(const Budget& budget, const Budget& most) noexcept {
  add(planner_.refine({.state = {}, .step = done_, .begun = begun_}, budget, most));
}

NoiseLevel TickPlanner::level(int step_ahead) const noexcept {
  const PlanBuffer& plan = planner_.buffer();
  return step_ahead < plan.horizon() ? plan.levels(0, plan.head() + step_ahead).back() : kFullNoise;
}

void TickPlanner::add(const RefineReport& report) noexcept {
  const RefineReport before = report_;
  report_ = report;
  report_.passes += before.passes;
  report_.disturbed = report.disturbed || before.disturbed;
  report_.rejoined = report.rejoined || before.rejoined;
  report_.bad_model = report.bad_model || before.bad_model;
  report_.goal_reached = report.goal_reached || before.goal_reached;
  report_.worst_error_nanoseconds = std::max(report.worst_error_nanoseconds, before.worst_error_nanoseconds);
}

}  // namespace ripen
