#include "plan/candidate_refiner.hpp"

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

CandidateRefiner::CandidateRefiner(CheckedDenoiser& model, const PlannerOptions& options, const Transition* transition)
    : options_(options),
      denoiser_(model),
      transition_(transition),
      buffer_(model.layout(), kFirstMember + 2 * options.candidates, options.horizon, options.history),
      round_(buffer_, model, transition, options_, kFirstMember),
      known_(static_cast<std::size_t>(options.horizon + options.history)),
      goal_(static_cast<std::size_t>(model.layout().states()), kMask),
      idle_(static_cast<std::size_t>(model.layout().actions()), 0),
      hop_tokens_(2 * static_cast<std::size_t>(model.layout().slots()), kMask),
      hop_logits_(static_cast<std::size_t>(model.layout().state_logits())) {}

void CandidateRefiner::reset(std::span<const Token> state, std::span<const Token> goal,
                             std::span<const Token> idle) noexcept {
  buffer_.reset();
  known_.clear();
  restart();
  committed_ = held_ = frontier_ = unbroken_ = 0;
  waited_ = 0;
  goal_step_ = whole_goal_ = -1;
  drawn_ = 0;
  std::ranges::copy(goal, goal_.begin());
  std::ranges::copy(idle, idle_.begin());
  std::ranges::copy(state, buffer_.tokens(kFollowed, 0).begin());
  std::ranges::fill(buffer_.levels(kFollowed, 0).first(state.size()), NoiseLevel{0});
}

void CandidateRefiner::restart() noexcept {
  round_.stop();
  pending_goal_ = -1;
  afresh_ = true;
}

void CandidateRefiner::begin(std::int64_t step, std::span<const Token> action) noexcept {
  if (step != committed_ || step + 1 >= end()) return;
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

void CandidateRefiner::observe(const TokenObservation& observation, RefineReport& report) noexcept {
  commit(observation.begun);
  report.disturbed = clamp(observation);
  if (report.disturbed) report.rejoined = rejoin();
  if (pending_goal_ >= 0 && (!is_whole() || pending_goal_ < goal_step_) && agrees_with_emitted(kPending)) {
    adopt(kPending, pending_goal_, pending_goal_);
  }
  pending_goal_ = -1;
}

int CandidateRefiner::next_pass() noexcept {
  // A step that began may have taken the members with it that were still to be read.
  if (round_.active() && round_.complete()) deepen();
  return round_.active() || begin_round() ? round_.next_windows() : 0;
}

void CandidateRefiner::describe(RefineReport& report) const noexcept {
  report.steps_to_goal = is_whole() ? static_cast<std::int32_t>(goal_step_ - buffer_.head()) : -1;
  report.goal_reached = is_whole() && goal_step_ <= committed_;
  report.head_is_ripe = report.goal_reached || (frontier() > buffer_.head() && !report.disturbed);
}

void CandidateRefiner::emitted(int steps) noexcept { held_ = std::min(buffer_.head() + steps, frontier()); }

void CandidateRefiner::shift(int steps) noexcept {
  const std::int64_t target = buffer_.head() + steps;
  commit(target);
  if (committed_ < target) {
    jump(target);
    return;
  }
  const std::int64_t old_end = end();
  buffer_.shift(steps);
  if (!is_whole()) return;
  // The steps that enter the horizon lie behind the goal.
  fill_idle(kFollowed, old_end - 1);
  for (std::int64_t step = old_end; step < end(); ++step) {
    std::ranges::fill(buffer_.levels(kFollowed, step), NoiseLevel{0});
  }
  frontier_ = end();
}

/// Goes on at a step beyond the horizon. Nobody planned for it: its state is taken for the last one that was predicted.
void CandidateRefiner::jump(std::int64_t target) noexcept {
  std::ranges::copy(buffer_.state(kFollowed, committed_), hop_tokens_.begin());
  buffer_.shift(static_cast<int>(target - buffer_.head()));
  committed_ = frontier_ = unbroken_ = target;
  std::copy_n(hop_tokens_.begin(), goal_.size(), buffer_.tokens(kFollowed, target).begin());
  drop_from(target);
}

bool CandidateRefiner::known_state(std::int64_t step) const noexcept {
  return buffer_.state(kFollowed, step)[0] != kMask;
}

bool CandidateRefiner::at_goal(std::span<const Token> state) const noexcept {
  for (std::size_t s = 0; s < goal_.size(); ++s) {
    if (goal_[s] != kMask && goal_[s] != state[s]) return false;
  }
  return true;
}

/// First step of the followed plan from which on the world did what it said, as far back as is kept.
std::int64_t CandidateRefiner::oldest_unbroken() const noexcept {
  return std::max({std::int64_t{0}, unbroken_, buffer_.head() - options_.history});
}

void CandidateRefiner::predict_state(std::int64_t step) noexcept {
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

bool CandidateRefiner::clamp(const TokenObservation& observation) noexcept {
  if (std::ssize(observation.state) != layout().states() || !layout().valid(observation.state, false)) return false;
  if (!buffer_.contains(observation.step) || observation.step > committed_) return false;
  const auto state = buffer_.tokens(kFollowed, observation.step).first(goal_.size());
  std::ranges::fill(buffer_.levels(kFollowed, observation.step).first(goal_.size()), NoiseLevel{0});
  if (std::ranges::equal(state, observation.state)) return false;
  std::ranges::copy(observation.state, state.begin());
  unbroken_ = committed_;  // What has begun since was meant for another state, and may have to be undone.
  for (std::int64_t step = observation.step; step < committed_; ++step) predict_state(step + 1);
  // What follows was made for another state.
  drop_from(committed_);
  return true;
}

/// The followed plan ends before a step's action.
void CandidateRefiner::drop_from(std::int64_t step) noexcept {
  frontier_ = std::min(frontier_, step);
  goal_step_ = -1;
  std::ranges::fill(buffer_.tokens(kFollowed, step).subspan(goal_.size()), kMask);
  std::ranges::fill(buffer_.levels(kFollowed, step).subspan(goal_.size()), kFullNoise);
  buffer_.mask_from(kFollowed, step + 1);
  restart();
}

void CandidateRefiner::forget() noexcept {
  drop_from(std::clamp(held_, committed_, frontier_ < committed_ ? committed_ : frontier_));
  known_.clear();
  whole_goal_ = -1;
}

void CandidateRefiner::commit(std::int64_t begun) noexcept {
  for (; committed_ < begun && committed_ + 1 < end(); ++committed_) {
    if (frontier() <= committed_) {  // It had to act before anything was decided, or waited.
      if (frontier_ > committed_) drop_from(committed_);
      std::ranges::copy(idle_, buffer_.tokens(kFollowed, committed_).subspan(goal_.size()).begin());
      frontier_ = committed_ + 1;
    }
    round_.keep_only(kFollowed, committed_);
    if (!std::ranges::equal(buffer_.action(kPending, committed_), buffer_.action(kFollowed, committed_))) {
      pending_goal_ = -1;  // It waited for a step that did not begin, but now has.
    }
    if (!known_state(committed_ + 1)) predict_state(committed_ + 1);
    if (goal_step_ >= 0 && goal_step_ < committed_ + 1) goal_step_ = committed_ + 1;
  }
}

bool CandidateRefiner::agrees_with_emitted(int row) const noexcept {
  for (std::int64_t step = committed_; step < std::max(committed_, held_); ++step) {
    if (!std::ranges::equal(buffer_.action(row, step), buffer_.action(kFollowed, step))) return false;
  }
  return true;
}

void CandidateRefiner::fill_idle(int row, std::int64_t from) noexcept {
  const auto states = goal_.size();
  for (std::int64_t step = from; step < end(); ++step) {
    const auto tokens = buffer_.tokens(row, step);
    if (step > from) std::ranges::copy(buffer_.state(row, from), tokens.begin());
    std::ranges::copy(idle_, tokens.subspan(states).begin());
  }
}

void CandidateRefiner::adopt(int row, std::int64_t to, std::int64_t reached) noexcept {
  buffer_.copy(row, kFollowed, committed_, to);
  frontier_ = to;
  goal_step_ = reached;
  if (!is_whole()) {
    std::ranges::fill(buffer_.tokens(kFollowed, to), kMask);  // What stood there belonged to another candidate.
    std::ranges::fill(buffer_.levels(kFollowed, to), kFullNoise);
    return;
  }
  const auto state = buffer_.state(row, reached);
  std::ranges::copy(state, buffer_.tokens(kFollowed, reached).begin());
  fill_idle(kFollowed, reached);
  frontier_ = end();
  for (std::int64_t step = committed_; step < end(); ++step) {
    std::ranges::fill(buffer_.levels(kFollowed, step), NoiseLevel{0});
  }
  remember();
}

void CandidateRefiner::remember() noexcept {
  buffer_.copy(kFollowed, kWhole, buffer_.head() - options_.history, end());
  whole_goal_ = goal_step_;
  known_.clear();
  // From the goal back: of a state met twice, the later place is the better one.
  for (std::int64_t step = goal_step_; step >= oldest_unbroken(); --step)
    known_.insert(hash_state(buffer_.state(kWhole, step)), step);
}

void CandidateRefiner::splice(int row, std::int64_t at, std::int64_t from) noexcept {
  const std::int64_t reached = at + whole_goal_ - from;
  for (std::int64_t step = 0; step <= whole_goal_ - from; ++step) {
    std::ranges::copy(buffer_.tokens(kWhole, from + step), buffer_.tokens(row, at + step).begin());
  }
  if (agrees_with_emitted(row)) {
    adopt(row, reached, reached);
  } else if (row != kFollowed) {
    buffer_.copy(row, kPending, committed_, reached + 1);
    pending_goal_ = reached;
  }
}

bool CandidateRefiner::rejoin() noexcept {
  std::int64_t at = committed_;
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
std::int64_t CandidateRefiner::lead_back() noexcept {
  if (transition_ == nullptr || layout().actions() != 1 || committed_ + 1 >= end()) return -1;
  const auto state = buffer_.state(kFollowed, committed_);
  const auto next = std::span(hop_tokens_).first(state.size());
  const auto action = std::span(hop_tokens_).subspan(state.size(), 1);
  std::int64_t latest = -1;
  for (int a = 0; a < layout().slot(layout().states()).vocabulary; ++a) {
    action[0] = static_cast<Token>(a);
    if (!transition_->sensible({}, action) || !transition_->next(state, action, next)) continue;
    const std::int64_t step = known_.step_of(hash_state(next));
    if (step <= latest || !buffer_.contains(step)) continue;
    latest = step;
    std::ranges::copy(next, buffer_.tokens(kFollowed, committed_ + 1).begin());
    buffer_.tokens(kFollowed, committed_)[state.size()] = action[0];
  }
  return latest;
}

bool CandidateRefiner::begin_round() noexcept {
  const auto state = buffer_.state(kFollowed, committed_);
  if (at_goal(state)) {
    if (goal_step_ != committed_) adopt(kFollowed, committed_, committed_);
    return false;
  }
  if (is_whole() && goal_step_ - committed_ <= 1) return false;
  followed_depth_ = -1;
  const double noise = std::exchange(afresh_, false) ? 0.0 : options_.noise;
  // Until there is a whole plan, many narrow rounds find one sooner than few wide ones.
  const int width = is_whole() ? options_.candidates : options_.pass_windows;
  round_.start(kFollowed, oldest_unbroken(), committed_, width, noise,
               options_.seed ^ (++drawn_ * 0x9E3779B97F4A7C15ULL));
  return true;
}

/// A plan that reaches the goal at this step or later is of no use: it is no shorter than the one we have, or does not
/// fit the horizon.
std::int64_t CandidateRefiner::limit() const noexcept {
  const std::int64_t own = is_whole() ? goal_step_ : end();
  return pending_goal_ >= 0 ? std::min(own, pending_goal_) : own;
}

bool CandidateRefiner::run_pass() noexcept {
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
      if (agrees_with_emitted(arrival.row)) {
        adopt(arrival.row, round_.depth(), round_.depth());
      } else {
        buffer_.copy(arrival.row, kPending, committed_, round_.depth() + 1);
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

void CandidateRefiner::deepen() noexcept {
  round_.advance();
  if (!round_.active()) return;
  if (frontier_ <= committed_) {  // Anything is better than nothing.
    adopt(round_.best_row(), round_.depth(), -1);
  }
  if (round_.depth() + 1 >= limit() || round_.lost(kPatience)) round_.stop();
}

void CandidateRefiner::follow_nearest() noexcept {
  // While no plan reaches the goal, the followed one is the round's: of the members of a step, the one that seems
  // nearest. Following an older plan that seemed nearer still would drop the round's candidates as its steps begin.
  const auto nearest = round_.nearest();
  if (is_whole() || nearest.row < 0 || round_.depth() <= committed_) return;
  if (round_.depth() == followed_depth_ && nearest.value >= end_value_) return;
  if (!agrees_with_emitted(nearest.row)) return;
  adopt(nearest.row, round_.depth(), -1);
  followed_depth_ = round_.depth();
  end_value_ = nearest.value;
}

}  // namespace ripen
