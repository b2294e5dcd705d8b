#include "opponents/chunk.hpp"

#include <algorithm>
#include <chrono>

namespace ripen::opponents {

using Nanoseconds = std::chrono::nanoseconds;

Chunk::Chunk(Denoiser& denoiser, const PlannerOptions& planner, const Options& options, const Transition* transition,
             const Clock* clock)
    : clock_(clock != nullptr ? *clock : steady_),
      planner_(denoiser, planner, transition, clock),
      ahead_(options.kind == Kind::kChunkAhead),
      plan_passes_(options.plan_passes),
      chunk_(options.chunk),
      hold_(static_cast<std::size_t>(planner_.layout().actions()), 0) {}

PlanReset Chunk::reset(std::span<const Token> state, std::span<const Token> goal,
                       std::span<const Token> hold) noexcept {
  const PlanReset result = planner_.reset(state, goal, hold);
  if (result != PlanReset::kOk) return result;
  std::ranges::copy(hold, hold_.begin());
  end_ = 0;
  make_another();
  describe(false);
  return result;
}

void Chunk::make_another() noexcept {
  passes_ = 0;
  finished_ = false;
}

void Chunk::observe(const TickObservation& observation) noexcept {
  if (observation.hold.size() == hold_.size()) std::ranges::copy(observation.hold, hold_.begin());
  // What was planned beyond the chunk was not given out: steps that started there started with the hold action.
  if (std::max(observation.started, observation.done) > end_) planner_.forget();
  const bool was_done = is_done();
  // The chunk stays: for the planner all of it has started, so that the plan that is made begins at its end.
  const auto started = [&](std::int64_t head) {
    return head < end_ ? std::max(observation.started, end_) : observation.started;
  };
  planner_.observe({.started = started(observation.done),
                    .done = observation.done,
                    .observed = observation.observed,
                    .hold = observation.hold});
  if (!was_done && is_done()) {
    if (!ahead_) {
      planner_.forget();
      make_another();
    } else if (finished_ || goal_step() >= 0) {
      release();
    }
  }
  // What is seen meanwhile is what the next plan's passes look back on.
  planner_.observe({.state = observation.state,
                    .state_step = observation.state_step,
                    .started = started(head()),
                    .done = observation.done,
                    .observed = false});
  if (planner_.report().disturbed) make_another();  // What was planned was for another state.
  describe(false);
}

void Chunk::refine(const Budget& budget, const Budget& most) noexcept {
  const TimePoint start = clock_.now();
  bool settled = false;
  for (int passes = 0;; ++passes) {
    settled = finished_ || (!ahead_ && !is_done());
    const Budget& limit = step(0).decided ? budget : most;
    if (settled || passes >= limit.passes) break;
    Budget one{.passes = 1};
    if (limit.time != Nanoseconds::max()) {
      one.time = limit.time - (clock_.now() - start);
      // Asked only for what fits, unless it is the first, the planner refuses nothing that it might have to forget.
      if (passes > 0 && one.time.count() < planner_.report().predicted_nanoseconds) break;
    }
    const std::int32_t before = planner_.report().passes;
    planner_.refine(one);
    const PlanReport& report = planner_.report();
    settled = report.settled;
    if (settled) release();
    if (report.passes == before) break;
    ++passes_;
    if (passes_ >= plan_passes_ || (is_done() && goal_step() >= 0)) release();
    if (report.bad_model) break;
  }
  describe(settled);
}

std::int64_t Chunk::goal_step() const noexcept {
  const PlanReport& report = planner_.report();
  return report.steps_to_goal < 0 ? -1 : report.head + report.steps_to_goal;
}

/// The plan is finished. It is given out once the one before is done, up to the goal: holding there is never done with,
/// so that what is seen there would be of no use.
void Chunk::release() noexcept {
  finished_ = true;
  const std::int64_t goal = goal_step(), decided = head() + planner_.report().decided_steps;
  const std::int64_t planned = goal < 0 ? decided : std::min(goal, decided);
  if (!is_done() || planned <= end_) return;
  end_ = std::min(std::max(end_, head()) + chunk_, planned);
  make_another();
}

void Chunk::describe(bool settled) noexcept {
  report_ = planner_.report();
  report_.settled = settled;
  report_.decided_steps = static_cast<std::int32_t>(std::clamp<std::int64_t>(end_ - head(), 0, report_.decided_steps));
  report_.head_is_ripe = report_.goal_reached || report_.decided_steps > 0;
}

PlannedStep Chunk::step(int ahead) const noexcept {
  PlannedStep step = planner_.step(ahead);
  if (head() + ahead >= end_) {
    step.action = hold_;
    step.decided = false;
    step.level = kFullNoise;
  }
  return step;
}

void Chunk::sent(int steps, std::int64_t started) noexcept {
  // What was not given out did not go out: a hold action did.
  planner_.sent(static_cast<int>(std::clamp<std::int64_t>(end_ - head(), 0, steps)), started);
}

}  // namespace ripen::opponents
