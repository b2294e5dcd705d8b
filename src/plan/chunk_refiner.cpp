#include "plan/chunk_refiner.hpp"

#include <algorithm>

namespace ripen {

ChunkRefiner::ChunkRefiner(std::unique_ptr<Refiner> inner, const PlannerOptions& options)
    : inner_(std::move(inner)),
      ahead_(options.replanning == Replanning::kChunkAhead),
      plan_passes_(options.plan_passes),
      chunk_(options.chunk) {}

void ChunkRefiner::reset(std::span<const Token> state, std::span<const Token> goal,
                         std::span<const Token> idle) noexcept {
  inner_->reset(state, goal, idle);
  chunk_end_ = 0;
  passes_ = 0;
  finished_ = false;
}

void ChunkRefiner::forget() noexcept {
  inner_->forget();
  passes_ = 0;
  finished_ = false;
}

void ChunkRefiner::observe(const TokenObservation& observation, RefineReport& report) noexcept {
  if (observation.begun > chunk_end_) inner_->withhold();
  TokenObservation seen = observation;
  // What is seen meanwhile is what the next plan's passes look back on; the chunk stays, and that plan begins at its
  // end.
  if (!is_done()) seen.begun = chunk_end_;
  inner_->observe(seen, report);
  if (report.disturbed) {  // What was planned was for another state.
    passes_ = 0;
    finished_ = false;
  }
}

int ChunkRefiner::next_pass() noexcept {
  if (finished_ || (!ahead_ && !is_done())) return 0;
  const int windows = inner_->next_pass();
  if (windows == 0) release();
  return windows;
}

bool ChunkRefiner::run_pass() noexcept {
  ++passes_;
  const bool good = inner_->run_pass();
  if (passes_ >= plan_passes_ || (is_done() && goal_step() >= 0)) release();
  return good;
}

std::int64_t ChunkRefiner::goal_step() const noexcept {
  RefineReport report;
  inner_->describe(report);
  return report.steps_to_goal < 0 ? -1 : buffer().head() + report.steps_to_goal;
}

/// The plan is finished. It is given out once the one before is done, up to the goal: idling there is never done with,
/// so that what is seen there would be of no use.
void ChunkRefiner::release() noexcept {
  finished_ = true;
  const std::int64_t goal = goal_step();
  const std::int64_t planned = goal < 0 ? inner_->frontier() : std::min(goal, inner_->frontier());
  if (!is_done() || planned <= chunk_end_) return;
  chunk_end_ = std::min(std::max(chunk_end_, buffer().head()) + chunk_, planned);
  passes_ = 0;
  finished_ = false;
}

void ChunkRefiner::describe(RefineReport& report) const noexcept {
  inner_->describe(report);
  report.head_is_ripe = report.goal_reached || frontier() > buffer().head();
}

std::int64_t ChunkRefiner::frontier() const noexcept { return std::min(inner_->frontier(), chunk_end_); }

void ChunkRefiner::emitted(int steps) noexcept {
  // What was not given out did not go out: an idle action did.
  inner_->emitted(static_cast<int>(std::clamp<std::int64_t>(chunk_end_ - buffer().head(), 0, steps)));
}

void ChunkRefiner::shift(int steps) noexcept {
  const bool was_done = is_done();
  if (buffer().head() + steps > chunk_end_) inner_->withhold();
  inner_->shift(steps);
  if (was_done || !is_done()) return;
  if (ahead_) {
    if (finished_ || goal_step() >= 0) release();
  } else {
    forget();
  }
}

}  // namespace ripen
