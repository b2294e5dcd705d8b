#include "plan/reactive_refiner.hpp"

#include <algorithm>

#include "plan/frames.hpp"
#include "plan/posterior.hpp"
#include "plan/softmax.hpp"

namespace ripen {

ReactiveRefiner::ReactiveRefiner(CheckedDenoiser& model, const PlannerOptions& options, const Transition* transition)
    : options_(options),
      denoiser_(model),
      transition_(transition),
      frames_(std::min(frames_of(transition), options.pass_windows)),
      buffer_(model.layout(), 1, options.horizon, options.history),
      goal_(static_cast<std::size_t>(model.layout().states()), kMask),
      idle_(static_cast<std::size_t>(model.layout().actions()), 0),
      views_(static_cast<std::size_t>(frames_ * model.layout().slots()), kMask),
      logits_(static_cast<std::size_t>(frames_ * model.layout().logits())),
      values_(static_cast<std::size_t>(frames_)) {}

void ReactiveRefiner::reset(std::span<const Token> state, std::span<const Token> goal,
                            std::span<const Token> idle) noexcept {
  buffer_.reset();
  committed_ = held_ = frontier_ = seen_ = 0;
  std::ranges::copy(goal, goal_.begin());
  std::ranges::copy(idle, idle_.begin());
  std::ranges::copy(state, buffer_.tokens(0, 0).begin());
}

void ReactiveRefiner::observe(const TokenObservation& observation, RefineReport& report) noexcept {
  commit(observation.begun);
  if (observation.state.size() != goal_.size() || !buffer_.layout().valid(observation.state, false)) return;
  if (!buffer_.contains(observation.step) || observation.step > committed_) return;
  const auto state = buffer_.tokens(0, observation.step).first(goal_.size());
  const bool changed = !std::ranges::equal(state, observation.state);
  report.disturbed = changed && state[0] != kMask;
  std::ranges::copy(observation.state, state.begin());
  if (observation.step < seen_ || (observation.step == seen_ && !changed)) return;
  seen_ = observation.step;
  if (seen_ == committed_ && held_ <= committed_) frontier_ = committed_;
}

void ReactiveRefiner::commit(std::int64_t begun) noexcept {
  for (; committed_ < begun && committed_ + 1 < buffer_.head() + options_.horizon; ++committed_) {
    if (frontier_ > committed_) continue;
    std::ranges::copy(idle_, buffer_.tokens(0, committed_).subspan(goal_.size()).begin());
    frontier_ = committed_ + 1;
  }
}

bool ReactiveRefiner::run_pass() noexcept {
  const TokenLayout& layout = buffer_.layout();
  const auto tokens = buffer_.tokens(0, committed_);
  const auto state = tokens.first(goal_.size()), action = tokens.subspan(goal_.size());
  for (int frame = 0; frame < frames_; ++frame) {
    to_frame(transition_, frame, state,
             std::span(views_).subspan(static_cast<std::size_t>(frame * layout.slots()), state.size()));
  }
  if (!denoiser_.run({PassDepth::kStep, frames_, 1, views_.data(), logits_.data(), values_.data()})) return false;
  const auto nearest = static_cast<int>(std::ranges::min_element(values_) - values_.begin());
  const int offset = layout.state_logits() - nearest * (layout.logits() - layout.state_logits());
  for (int s = layout.states(); s < layout.slots(); ++s) {
    const auto own = std::span(logits_).subspan(static_cast<std::size_t>(layout.offset(s) - offset),
                                                static_cast<std::size_t>(layout.slot(s).vocabulary));
    softmax(own, 1.0, own);
    const Decision decision = decide_token(layout.slot(s), own, {}, 0.0);
    tokens[static_cast<std::size_t>(s)] = decision.mean;
    buffer_.levels(0, committed_)[static_cast<std::size_t>(s)] = level_of(decision.confidence);
  }
  from_frame(transition_, nearest, action);
  frontier_ = committed_ + 1;
  return true;
}

void ReactiveRefiner::describe(RefineReport& report) const noexcept {
  bool wanted = false, met = seen_ == committed_;
  const auto state = buffer_.state(0, committed_);
  for (std::size_t s = 0; s < goal_.size(); ++s) {
    wanted = wanted || goal_[s] != kMask;
    met = met && (goal_[s] == kMask || goal_[s] == state[s]);
  }
  report.goal_reached = wanted && met;
  report.head_is_ripe = report.goal_reached || frontier_ > buffer_.head();
}

void ReactiveRefiner::shift(int steps) noexcept {
  commit(buffer_.head() + steps);
  buffer_.shift(steps);
  committed_ = std::max(committed_, buffer_.head());  // It may have jumped over the whole horizon.
}

}  // namespace ripen
