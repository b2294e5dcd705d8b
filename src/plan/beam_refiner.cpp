#include "plan/beam_refiner.hpp"

#include <algorithm>
#include <utility>

#include "plan/posterior.hpp"

namespace ripen {

namespace {

// Rows of the buffer: the plan that is followed, the last plan that reached the goal, one that waits for its turn, and
// then the round's two sets.
constexpr int kFollowed = 0;
constexpr int kWhole = 1;
constexpr int kPending = 2;
constexpr int kFirstMember = 3;

/// [steps] that a round may go beyond its estimate, which may be wrong.
constexpr int kPatience = 12;

}  // namespace

BeamRefiner::BeamRefiner(CheckedDenoiser& model, const PlannerOptions& options, const Transition* transition)
    : Refiner(options.horizon),
      options_(options),
      denoiser_(model),
      transition_(transition),
      buffer_(model.layout(), kFirstMember + 2 * options.candidates, options.horizon, options.history),
      round_(buffer_, model, transition, options_, kFirstMember),
      known_(static_cast<std::size_t>(options.horizon + options.history)),
      goal_(static_cast<std::size_t>(model.layout().states()), kMask),
      hold_(static_cast<std::size_t>(model.layout().actions()), 0),
      seen_(goal_.size()),
      hop_tokens_(2 * static_cast<std::size_t>(model.layout().slots()), kMask),
      hop_logits_(static_cast<std::size_t>(model.layout().state_logits())) {}

void BeamRefiner::reset(std::span<const Token> state, std::span<const Token> goal,
                        std::span<const Token> hold) noexcept {
  buffer_.reset();
  known_.clear();
  restart();
  ledger_ = {};
  frontier_ = unbroken_ = 0;
  waited_ = 0;
  goal_step_ = whole_goal_ = -1;
  drawn_ = 0;
  std::ranges::copy(goal, goal_.begin());
  std::ranges::copy(hold, hold_.begin());
  std::ranges::copy(state, buffer_.tokens(kFollowed, 0).begin());
  std::ranges::fill(buffer_.levels(kFollowed, 0).first(state.size()), NoiseLevel{0});
}

void BeamRefiner::restart() noexcept {
  round_.stop();
  pending_goal_ = -1;
  afresh_ = true;
}

/// Distances and the whole plan were the old goal's: only what went out stays.
void BeamRefiner::aim(std::span<const Token> goal, std::span<const Fraction> /*fractions*/) noexcept {
  std::ranges::copy(goal, goal_.begin());
  forget();
}

void BeamRefiner::started(std::int64_t step, std::span<const Token> action,
                          std::span<const Fraction> /*fractions*/) noexcept {
  if (step != ledger_.started || step + 1 >= end()) return;
  const bool planned = frontier_ > step && std::ranges::equal(buffer_.action(kFollowed, step), action);
  if (!planned) {
    drop_from(step);
    std::ranges::copy(action, buffer_.tokens(kFollowed, step).subspan(goal_.size()).begin());
    std::ranges::fill(buffer_.levels(kFollowed, step).subspan(goal_.size()), NoiseLevel{0});
    frontier_ = step + 1;
    unbroken_ = step + 1;  // What it did without being told to may have to be undone.
  }
  commit(step + 1);
  if (!planned) (void)rejoin();
}

void BeamRefiner::observe(const TickObservation& observation, PlanReport& report) noexcept {
  commit(observation.started);
  report.disturbed = clamp(observation);
  if (report.disturbed) report.rejoined = rejoin();
  if (pending_goal_ >= 0 && (!is_whole() || pending_goal_ < goal_step_) && agrees_with_sent(kPending)) {
    adopt(kPending, pending_goal_, pending_goal_);
  }
  pending_goal_ = -1;
}

PassSize BeamRefiner::next_pass(int /*most_windows*/) noexcept {
  // A step that began may have taken the members with it that were still to be read.
  if (round_.active() && round_.complete()) deepen();
  const int windows = round_.active() || begin_round() ? round_.next_windows() : 0;
  return {.windows = windows, .least = windows};
}

void BeamRefiner::describe(PlanReport& report) const noexcept {
  report.steps_to_goal = is_whole() ? static_cast<std::int32_t>(goal_step_ - ledger_.head()) : -1;
  report.ends_at_goal = true;
  report.goal_reached = is_whole() && goal_step_ <= ledger_.started;
  const bool is_read = !report.disturbed || report.passes > 0;
  report.head_is_ripe = report.goal_reached || (is_read && frontier() > ledger_.head());
}

void BeamRefiner::sent(int steps) noexcept { ledger_.sent = std::min(ledger_.head() + steps, frontier()); }

void BeamRefiner::shift(int steps) noexcept {
  const std::int64_t target = ledger_.head() + steps;
  commit(target);
  if (ledger_.started < target) {
    jump(target);
    return;
  }
  const std::int64_t old_end = end();
  buffer_.shift(steps);
  ledger_.done = target;
  if (!is_whole()) return;
  // The steps that enter the horizon lie behind the goal.
  fill_hold(kFollowed, old_end - 1);
  for (std::int64_t step = old_end; step < end(); ++step) {
    std::ranges::fill(buffer_.levels(kFollowed, step), NoiseLevel{0});
  }
  frontier_ = end();
}

/// Goes on at a step beyond the horizon. Nobody planned for it: its state is taken for the last one that was predicted.
void BeamRefiner::jump(std::int64_t target) noexcept {
  std::ranges::copy(buffer_.state(kFollowed, ledger_.started), hop_tokens_.begin());
  buffer_.shift(static_cast<int>(target - ledger_.head()));
  ledger_.done = ledger_.started = frontier_ = unbroken_ = target;
  std::copy_n(hop_tokens_.begin(), goal_.size(), buffer_.tokens(kFollowed, target).begin());
  drop_from(target);
}

bool BeamRefiner::known_state(std::int64_t step) const noexcept { return buffer_.state(kFollowed, step)[0] != kMask; }

bool BeamRefiner::at_goal(std::span<const Token> state) const noexcept {
  for (std::size_t s = 0; s < goal_.size(); ++s) {
    if (goal_[s] != kMask && goal_[s] != state[s]) return false;
  }
  return true;
}

/// First step of the followed plan from which on the world did what it said, as far back as is kept.
std::int64_t BeamRefiner::oldest_unbroken() const noexcept {
  return std::max({std::int64_t{0}, unbroken_, ledger_.head() - options_.history});
}

void BeamRefiner::predict_state(std::int64_t step) noexcept {
  const auto slots = layout().slots();
  const auto state = buffer_.tokens(kFollowed, step).first(goal_.size());
  std::ranges::copy(buffer_.tokens(kFollowed, step - 1), hop_tokens_.begin());
  std::fill(hop_tokens_.begin() + slots, hop_tokens_.end(), kMask);
  if (denoiser_.capabilities().tables &&
      denoiser_.run({PassDepth::kDynamics, 1, 2, hop_tokens_.data(), hop_logits_.data(), nullptr})) {
    decide_state(layout(), hop_logits_.data(), state);
  } else {  // Nobody can tell: it is taken for the one before.
    std::ranges::copy(buffer_.state(kFollowed, step - 1), state.begin());
  }
  if (transition_ != nullptr) {
    // The one plan that is followed must not rest on a wrong prediction if the truth can be had.
    (void)transition_->next(buffer_.state(kFollowed, step - 1), buffer_.action(kFollowed, step - 1), state);
  }
}

bool BeamRefiner::clamp(const TickObservation& observation) noexcept {
  if (std::ssize(observation.state) != layout().states() || !layout().valid(observation.state, true)) return false;
  if (!buffer_.contains(observation.state_step) || observation.state_step > ledger_.started) return false;
  const auto state = buffer_.tokens(kFollowed, observation.state_step).first(goal_.size());
  const auto levels = buffer_.levels(kFollowed, observation.state_step);
  for (std::size_t s = 0; s < goal_.size(); ++s) {  // What was not seen stays what is believed.
    const bool is_seen = observation.state[s] != kMask;
    seen_[s] = is_seen ? observation.state[s] : state[s];
    if (is_seen) levels[s] = 0;
  }
  if (std::ranges::equal(state, seen_)) return false;
  std::ranges::copy(seen_, state.begin());
  unbroken_ = ledger_.started;  // What has begun since was meant for another state, and may have to be undone.
  for (std::int64_t step = observation.state_step; step < ledger_.started; ++step) predict_state(step + 1);
  // What follows was made for another state.
  drop_from(ledger_.started);
  return true;
}

/// The followed plan ends before a step's action.
void BeamRefiner::drop_from(std::int64_t step) noexcept {
  frontier_ = std::min(frontier_, step);
  goal_step_ = -1;
  std::ranges::fill(buffer_.tokens(kFollowed, step).subspan(goal_.size()), kMask);
  std::ranges::fill(buffer_.levels(kFollowed, step).subspan(goal_.size()), kFullNoise);
  buffer_.mask_from(kFollowed, step + 1);
  restart();
}

void BeamRefiner::forget() noexcept {
  drop_from(std::clamp(ledger_.sent, ledger_.started, std::max(ledger_.started, frontier_)));
  known_.clear();
  whole_goal_ = -1;
}

void BeamRefiner::commit(std::int64_t started) noexcept {
  while (ledger_.started < started && ledger_.started + 1 < end()) {
    const std::int64_t step = ledger_.started;
    const bool is_decided = frontier() > step;
    if (!is_decided) {  // It had to act before anything was decided, or waited.
      if (frontier_ > step) drop_from(step);
      std::ranges::copy(hold_, buffer_.tokens(kFollowed, step).subspan(goal_.size()).begin());
      frontier_ = step + 1;
    }
    round_.keep_only(kFollowed, step);
    if (!std::ranges::equal(buffer_.action(kPending, step), buffer_.action(kFollowed, step))) {
      pending_goal_ = -1;  // It waited for a step that had not started, but now has.
    }
    if (!known_state(step + 1)) predict_state(step + 1);
    if (goal_step_ >= 0 && goal_step_ < step + 1) goal_step_ = step + 1;
    start(step, is_decided);
  }
}

bool BeamRefiner::agrees_with_sent(int row) const noexcept {
  for (std::int64_t step = ledger_.started; step < ledger_.open(); ++step) {
    if (!std::ranges::equal(buffer_.action(row, step), buffer_.action(kFollowed, step))) return false;
  }
  return true;
}

void BeamRefiner::fill_hold(int row, std::int64_t from) noexcept {
  const auto states = goal_.size();
  for (std::int64_t step = from; step < end(); ++step) {
    const auto tokens = buffer_.tokens(row, step);
    if (step > from) std::ranges::copy(buffer_.state(row, from), tokens.begin());
    std::ranges::copy(hold_, tokens.subspan(states).begin());
  }
}

/// What is done at the goal is the hold action of then, not of when the plan was made.
void BeamRefiner::set_hold(std::span<const Token> hold) noexcept {
  if (std::ranges::equal(hold, hold_)) return;
  std::ranges::copy(hold, hold_.begin());
  if (!is_whole()) return;
  for (std::int64_t step = std::max(goal_step_, ledger_.open()); step < end(); ++step) {
    std::ranges::copy(hold_, buffer_.tokens(kFollowed, step).subspan(goal_.size()).begin());
  }
}

void BeamRefiner::adopt(int row, std::int64_t to, std::int64_t reached) noexcept {
  buffer_.copy(row, kFollowed, ledger_.started, to);
  frontier_ = to;
  goal_step_ = reached;
  if (!is_whole()) {
    std::ranges::fill(buffer_.tokens(kFollowed, to), kMask);  // What stood there belonged to another candidate.
    std::ranges::fill(buffer_.levels(kFollowed, to), kFullNoise);
    return;
  }
  const auto state = buffer_.state(row, reached);
  std::ranges::copy(state, buffer_.tokens(kFollowed, reached).begin());
  fill_hold(kFollowed, reached);
  frontier_ = end();
  for (std::int64_t step = ledger_.started; step < end(); ++step) {
    std::ranges::fill(buffer_.levels(kFollowed, step), NoiseLevel{0});
  }
  remember();
}

void BeamRefiner::remember() noexcept {
  buffer_.copy(kFollowed, kWhole, ledger_.head() - options_.history, end());
  whole_goal_ = goal_step_;
  known_.clear();
  // From the goal back: of a state met twice, the later place is the better one.
  for (std::int64_t step = goal_step_; step >= oldest_unbroken(); --step)
    known_.insert(hash_state(buffer_.state(kWhole, step)), step);
}

void BeamRefiner::splice(int row, std::int64_t at, std::int64_t from) noexcept {
  const std::int64_t reached = at + whole_goal_ - from;
  for (std::int64_t step = 0; step <= whole_goal_ - from; ++step) {
    std::ranges::copy(buffer_.tokens(kWhole, from + step), buffer_.tokens(row, at + step).begin());
  }
  if (agrees_with_sent(row)) {
    adopt(row, reached, reached);
  } else if (row != kFollowed) {
    buffer_.copy(row, kPending, ledger_.started, reached + 1);
    pending_goal_ = reached;
  }
}

bool BeamRefiner::rejoin() noexcept {
  std::int64_t at = ledger_.started;
  std::int64_t from = known_.step_of(hash_state(buffer_.state(kFollowed, at)));
  if (from < 0) {
    from = lead_back();
    ++at;
  }
  if (from < 0 || !buffer_.contains(from) || at + whole_goal_ - from >= end()) return false;
  splice(kFollowed, at, from);
  return true;
}

/// Decides the one action that leads back into the plan that was whole, as late in it as possible; returns the step
/// where it does, or -1. Rounds begin in many frames and might well leave it out.
std::int64_t BeamRefiner::lead_back() noexcept {
  if (transition_ == nullptr || layout().actions() != 1 || ledger_.started + 1 >= end()) return -1;
  const auto state = buffer_.state(kFollowed, ledger_.started);
  const auto next = std::span(hop_tokens_).first(state.size());
  const auto action = std::span(hop_tokens_).subspan(state.size(), 1);
  std::int64_t latest = -1;
  for (int a = 0; a < layout().slot(layout().states()).vocabulary; ++a) {
    action[0] = static_cast<Token>(a);
    if (!transition_->sensible({}, action) || !transition_->next(state, action, next)) continue;
    const std::int64_t step = known_.step_of(hash_state(next));
    if (step <= latest || !buffer_.contains(step)) continue;
    latest = step;
    std::ranges::copy(next, buffer_.tokens(kFollowed, ledger_.started + 1).begin());
    buffer_.tokens(kFollowed, ledger_.started)[state.size()] = action[0];
  }
  return latest;
}

bool BeamRefiner::begin_round() noexcept {
  const auto state = buffer_.state(kFollowed, ledger_.started);
  if (at_goal(state)) {
    if (goal_step_ != ledger_.started) adopt(kFollowed, ledger_.started, ledger_.started);
    return false;
  }
  if (is_whole() && goal_step_ - ledger_.started <= 1) return false;
  followed_depth_ = -1;
  const double noise = std::exchange(afresh_, false) ? 0.0 : options_.noise;
  // Until there is a whole plan, many narrow rounds find one sooner than few wide ones.
  const int width = is_whole() ? options_.candidates : options_.pass_windows;
  round_.start(kFollowed, oldest_unbroken(), ledger_.started, width, noise,
               options_.seed ^ (++drawn_ * 0x9E3779B97F4A7C15ULL));
  return true;
}

/// A plan that reaches the goal at this step or later is of no use: it is no shorter than the one we have, or does not
/// fit the horizon.
std::int64_t BeamRefiner::limit() const noexcept {
  const std::int64_t own = is_whole() ? goal_step_ : end();
  return pending_goal_ >= 0 ? std::min(own, pending_goal_) : own;
}

bool BeamRefiner::run_pass(PlanReport& /*report*/) noexcept {
  const auto arrival = round_.pass(goal_, known_, whole_goal_, limit());
  if (arrival.bad) {
    round_.stop();
    return false;
  }
  waited_ = is_whole() ? 0 : waited_ + 1;
  if (arrival.row >= 0) {
    if (arrival.known_step >= 0 && buffer_.contains(arrival.known_step)) {
      splice(arrival.row, round_.depth(), arrival.known_step);
      return true;  // The round goes on: there may be a shorter one.
    }
    if (arrival.known_step < 0) {
      if (agrees_with_sent(arrival.row)) {
        adopt(arrival.row, round_.depth(), round_.depth());
      } else {
        buffer_.copy(arrival.row, kPending, ledger_.started, round_.depth() + 1);
        pending_goal_ = round_.depth();
      }
      round_.stop();
      return true;
    }
  }
  follow_nearest();
  if (round_.complete()) deepen();
  return true;
}

void BeamRefiner::deepen() noexcept {
  round_.advance();
  if (!round_.active()) return;
  if (frontier_ <= ledger_.started) {  // Anything is better than nothing.
    adopt(round_.best_row(), round_.depth(), -1);
  }
  if (round_.depth() + 1 >= limit() || round_.lost(kPatience)) round_.stop();
}

void BeamRefiner::follow_nearest() noexcept {
  // While no plan reaches the goal, the followed one is the round's: of the members of a step, the one that seems
  // nearest. Following an older plan that seemed nearer still would drop the round's candidates as its steps begin.
  const auto nearest = round_.nearest();
  if (is_whole() || nearest.row < 0 || round_.depth() <= ledger_.started) return;
  if (round_.depth() == followed_depth_ && nearest.value >= end_value_) return;
  if (!agrees_with_sent(nearest.row)) return;
  adopt(nearest.row, round_.depth(), -1);
  followed_depth_ = round_.depth();
  end_value_ = nearest.value;
}

}  // namespace ripen
