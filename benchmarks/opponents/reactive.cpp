#include "opponents/reactive.hpp"

#include <algorithm>
#include <chrono>

#include "plan/frames.hpp"
#include "plan/posterior.hpp"
#include "plan/softmax.hpp"
#include "ripen/error.hpp"

namespace ripen::opponents {

namespace {

const PlannerOptions& checked(const PlannerOptions& options) {
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
  return options;
}

}  // namespace

Reactive::Reactive(Denoiser& denoiser, const PlannerOptions& options, const Transition* transition, const Clock* clock)
    : clock_(clock != nullptr ? *clock : steady_),
      denoiser_(denoiser),
      transition_(transition),
      frames_(std::min({frames_of(transition), options.pass_windows, denoiser.max_windows()})),
      steps_(denoiser.layout(), 1, checked(options).horizon, options.history),
      goal_(static_cast<std::size_t>(layout().states()), kMask),
      hold_(static_cast<std::size_t>(layout().actions()), 0),
      views_(static_cast<std::size_t>(frames_ * layout().slots()), kMask),
      logits_(static_cast<std::size_t>(frames_ * layout().logits())),
      values_(static_cast<std::size_t>(frames_)),
      predictor_(frames_) {}

PlanReset Reactive::reset(std::span<const Token> state, std::span<const Token> goal,
                          std::span<const Token> hold) noexcept {
  if (std::ssize(state) != layout().states() || !layout().valid(state, false)) return PlanReset::kBadState;
  if (std::ssize(goal) != layout().states() || !layout().valid(goal, true)) return PlanReset::kBadGoal;
  if (std::ssize(hold) != layout().actions()) return PlanReset::kBadHold;
  for (std::size_t a = 0; a < hold.size(); ++a) {
    if (hold[a] >= layout().slot(layout().states() + static_cast<int>(a)).vocabulary) return PlanReset::kBadHold;
  }
  steps_.reset();
  ledger_ = {};
  frontier_ = seen_ = 0;
  held_ = -1;
  std::ranges::copy(goal, goal_.begin());
  std::ranges::copy(hold, hold_.begin());
  std::ranges::copy(state, steps_.tokens(0, 0).begin());
  report_ = {};
  describe();
  return PlanReset::kOk;
}

void Reactive::observe(const TickObservation& observation) noexcept {
  report_ = {};
  if (observation.hold.size() == hold_.size()) std::ranges::copy(observation.hold, hold_.begin());
  if (observation.observed) ledger_.sent = ledger_.head();
  start_until(observation.done);
  steps_.shift(static_cast<int>(std::clamp<std::int64_t>(observation.done - ledger_.head(), 0, 1 << 30)));
  ledger_.done = steps_.head();
  ledger_.started = std::max(ledger_.started, ledger_.done);  // It may have jumped over the whole horizon.
  start_until(observation.started);
  report_.disturbed = take(observation);
  describe();
}

void Reactive::start_until(std::int64_t started) noexcept {
  for (; ledger_.started < started && ledger_.started + 1 < ledger_.head() + horizon(); ++ledger_.started) {
    if (frontier_ > ledger_.started) continue;
    std::ranges::copy(hold_, steps_.tokens(0, ledger_.started).subspan(goal_.size()).begin());
    held_ = ledger_.started;
    frontier_ = ledger_.started + 1;
  }
}

/// Clamps what was seen; whether it contradicts what was seen of that step before.
bool Reactive::take(const TickObservation& observation) noexcept {
  if (observation.state.size() != goal_.size() || !layout().valid(observation.state, true)) return false;
  if (!steps_.contains(observation.state_step) || observation.state_step > ledger_.started) return false;
  const auto state = steps_.tokens(0, observation.state_step).first(goal_.size());
  const bool was_known = state[0] != kMask;
  bool changed = false;
  for (std::size_t s = 0; s < goal_.size(); ++s) {
    if (observation.state[s] == kMask) continue;
    changed = changed || state[s] != observation.state[s];
    state[s] = observation.state[s];
  }
  if (observation.state_step > seen_ || (observation.state_step == seen_ && changed)) {
    seen_ = observation.state_step;
    if (seen_ == ledger_.started && ledger_.sent <= ledger_.started) frontier_ = ledger_.started;
  }
  return changed && was_known;
}

void Reactive::refine(const Budget& budget, const Budget& most) noexcept {
  const Budget& limit = frontier_ > ledger_.head() ? budget : most;
  report_.settled = !is_due();
  if (report_.settled || limit.passes < 1 || limit.time.count() <= 0) return;
  const auto predicted = predictor_.predict(frames_);
  if (predicted > limit.time && !predictor_.refused()) return;
  const TimePoint start = clock_.now();
  report_.bad_model = !decide();
  const std::chrono::nanoseconds cost = clock_.now() - start;
  predictor_.observe(frames_, cost);
  report_.predicted_nanoseconds = predicted.count();
  if (predicted.count() > 0) report_.worst_error_nanoseconds = std::max<std::int64_t>(0, (cost - predicted).count());
  ++report_.passes;
  report_.settled = !report_.bad_model;
  describe();
}

bool Reactive::decide() noexcept {
  const TokenLayout& l = layout();
  const auto tokens = steps_.tokens(0, ledger_.started);
  const auto state = tokens.first(goal_.size()), action = tokens.subspan(goal_.size());
  for (int frame = 0; frame < frames_; ++frame) {
    to_frame(transition_, frame, state,
             std::span(views_).subspan(static_cast<std::size_t>(frame * l.slots()), state.size()));
  }
  if (!denoiser_.run({PassDepth::kStep, frames_, 1, views_.data(), logits_.data(), values_.data()})) return false;
  const auto nearest = static_cast<int>(std::ranges::min_element(values_) - values_.begin());
  const int offset = l.state_logits() - nearest * (l.logits() - l.state_logits());
  for (int s = l.states(); s < l.slots(); ++s) {
    const auto own = std::span(logits_).subspan(static_cast<std::size_t>(l.offset(s) - offset),
                                                static_cast<std::size_t>(l.slot(s).vocabulary));
    softmax(own, 1.0, own);
    const Decision decision = decode_around(l.slot(s), own, likeliest(own));
    tokens[static_cast<std::size_t>(s)] = decision.mean;
    if (l.slot(s).continuous()) steps_.fractions(0, ledger_.started)[static_cast<std::size_t>(s)] = decision.fraction;
    steps_.levels(0, ledger_.started)[static_cast<std::size_t>(s)] = level_of(decision.confidence);
  }
  from_frame(transition_, nearest, action);
  frontier_ = ledger_.started + 1;
  return true;
}

void Reactive::describe() noexcept {
  bool wanted = false, met = seen_ == ledger_.started;
  const auto state = steps_.state(0, ledger_.started);
  for (std::size_t s = 0; s < goal_.size(); ++s) {
    wanted = wanted || goal_[s] != kMask;
    met = met && (goal_[s] == kMask || goal_[s] == state[s]);
  }
  report_.head = ledger_.head();
  report_.goal_reached = wanted && met;
  report_.head_is_ripe = report_.goal_reached || frontier_ > ledger_.head();
  report_.decided_steps = static_cast<std::int32_t>(std::max<std::int64_t>(0, frontier_ - ledger_.head()));
}

PlannedStep Reactive::step(int ahead) const noexcept {
  if (ahead < 0 || ahead >= horizon()) return {.action = hold_};
  const std::int64_t step = ledger_.head() + ahead;
  const bool decided = step < frontier_ && step != held_;
  return {.tokens = steps_.tokens(0, step),
          .action = decided ? steps_.action(0, step) : std::span<const Token>(hold_),
          .fractions = decided ? steps_.action_fractions(0, step) : std::span<const Fraction>(),
          .decided = decided,
          .level = steps_.levels(0, step).back()};
}

void Reactive::sent(int steps, std::int64_t /*started*/) noexcept {
  ledger_.sent = std::min(ledger_.head() + steps, frontier_);
}

}  // namespace ripen::opponents
