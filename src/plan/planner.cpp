#include "ripen/planner.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "plan/posterior.hpp"
#include "plan/round.hpp"
#include "plan/state_index.hpp"
#include "plan/step_time.hpp"
#include "ripen/problems.hpp"

namespace ripen {

using Nanoseconds = std::chrono::nanoseconds;

namespace {

// Rows of the buffer: the plan that is followed, the last plan that reached the goal, one that waits for its turn, and
// then the round's two sets.
constexpr int kFollowed = 0;
constexpr int kWhole = 1;
constexpr int kPending = 2;
constexpr int kFirstMember = 3;

/// [steps] that a round may go beyond its estimate, for each of the first rounds: an estimate may be wrong, but
/// most often it is not by much.
constexpr int kPatience = 1;
constexpr int kMostPatience = 3;  // Rounds.

Nanoseconds now() noexcept { return std::chrono::steady_clock::now().time_since_epoch(); }

}  // namespace

std::string PlannerOptions::validate() const {
  Problems problems("planner");
  problems.range("horizon", horizon, 2, 4096);
  problems.range("history", history, 1, 4096);
  problems.range("candidates", candidates, 1, 4096);
  problems.range("pass_windows", pass_windows, 1, 4096);
  problems.range("value_weight", value_weight, 0.0, 1e6);
  problems.range("likelihood_weight", likelihood_weight, 0.0, 1e6);
  problems.range("noise", noise, 0.0, 1e6);
  return problems.text();
}

struct Planner::Impl {
  Impl(Denoiser& model, const PlannerOptions& wanted, const Transition* exact)
      : options(wanted),
        denoiser(model),
        transition(exact),
        buffer(model.layout(), kFirstMember + 2 * wanted.candidates, wanted.horizon, wanted.history),
        round(buffer, model, exact, options, kFirstMember),
        known(static_cast<std::size_t>(wanted.horizon + wanted.history)),
        predictor(wanted.pass_windows),
        goal(static_cast<std::size_t>(model.layout().states()), kMask),
        idle(static_cast<std::size_t>(model.layout().actions()), 0),
        hop_tokens(2 * static_cast<std::size_t>(model.layout().slots()), kMask),
        hop_logits(static_cast<std::size_t>(model.layout().state_logits())) {}

  // --- What the followed plan is ---
  [[nodiscard]] const TokenLayout& layout() const noexcept { return buffer.layout(); }
  [[nodiscard]] std::int64_t end() const noexcept { return buffer.head() + options.horizon; }
  [[nodiscard]] bool is_whole() const noexcept { return goal_step >= 0; }
  [[nodiscard]] bool known_state(std::int64_t step) const noexcept { return buffer.state(kFollowed, step)[0] != kMask; }
  [[nodiscard]] bool at_goal(std::span<const Token> state) const noexcept {
    for (std::size_t s = 0; s < goal.size(); ++s) {
      if (goal[s] != kMask && goal[s] != state[s]) return false;
    }
    return true;
  }

  /// First step of the followed plan from which on the world did what it said, as far back as is kept.
  [[nodiscard]] std::int64_t oldest_unbroken() const noexcept {
    return std::max({std::int64_t{0}, unbroken, buffer.head() - options.history});
  }

  // --- Clamping ---
  bool clamp(const TokenObservation& observation) noexcept;
  void predict_state(std::int64_t step) noexcept;
  void commit(std::int64_t begun) noexcept;

  // --- Changing the followed plan ---
  [[nodiscard]] bool agrees_with_emitted(int row) const noexcept;
  void adopt(int row, std::int64_t to, std::int64_t reached) noexcept;
  void splice(int row, std::int64_t at, std::int64_t from) noexcept;
  void remember() noexcept;
  void fill_idle(int row, std::int64_t from) noexcept;
  bool rejoin() noexcept;

  // --- Refining ---
  bool begin_round() noexcept;
  void run_pass(RefineReport& report) noexcept;
  void follow_nearest() noexcept;
  void restart() noexcept {
    round.stop();
    pending_goal = -1;
    rounds = 0;
  }

  PlannerOptions options;
  Denoiser& denoiser;
  const Transition* transition;
  PlanBuffer buffer;
  Round round;
  StateIndex known;  // States of row kWhole.
  StepTimePredictor predictor;
  std::vector<Token> goal, idle;

  std::int64_t committed = 0;        // Steps that have begun.
  std::int64_t held = 0;             // Steps that went out since the last observation.
  std::int64_t frontier = 0;         // First step of the followed plan whose action is not decided.
  std::int64_t unbroken = 0;         // Since this step the world did what the followed plan said.
  std::int64_t goal_step = -1;       // First step of the followed plan that starts at the goal; -1 if none does.
  std::int64_t whole_goal = -1;      // The same for row kWhole.
  std::int64_t pending_goal = -1;    // The same for row kPending, which waits until what was emitted is settled.
  std::int64_t followed_depth = -1;  // The round's step that the followed plan was last taken from ...
  float end_value = 0.0F;            // ... and the steps that seemed left from there.
  int rounds = 0;                    // Since the plan was last begun afresh.
  std::uint64_t drawn = 0;           // Rounds ever begun.
  bool ready = false;

  std::vector<Token> hop_tokens;
  std::vector<float> hop_logits;
};

void Planner::Impl::predict_state(std::int64_t step) noexcept {
  const auto slots = layout().slots();
  std::ranges::copy(buffer.tokens(kFollowed, step - 1), hop_tokens.begin());
  std::fill(hop_tokens.begin() + slots, hop_tokens.end(), kMask);
  denoiser.run({PassDepth::kDynamics, 1, 2, hop_tokens.data(), hop_logits.data(), nullptr});
  const auto state = buffer.tokens(kFollowed, step).first(goal.size());
  decide_state(layout(), hop_logits.data(), state);
  if (transition != nullptr) {
    // The one plan that is followed must not rest on a wrong prediction if the truth can be had.
    (void)transition->next(buffer.state(kFollowed, step - 1), buffer.action(kFollowed, step - 1), state);
  }
}

bool Planner::Impl::clamp(const TokenObservation& observation) noexcept {
  if (std::ssize(observation.state) != layout().states() || !layout().valid(observation.state, false)) return false;
  if (!buffer.contains(observation.step) || observation.step > committed) return false;
  const auto state = buffer.tokens(kFollowed, observation.step).first(goal.size());
  std::ranges::fill(buffer.levels(kFollowed, observation.step).first(goal.size()), NoiseLevel{0});
  if (std::ranges::equal(state, observation.state)) return false;
  std::ranges::copy(observation.state, state.begin());
  unbroken = observation.step;
  for (std::int64_t step = observation.step; step < committed; ++step) predict_state(step + 1);
  // What follows was made for another state.
  frontier = committed;
  goal_step = -1;
  std::ranges::fill(buffer.tokens(kFollowed, committed).subspan(goal.size()), kMask);
  std::ranges::fill(buffer.levels(kFollowed, committed).subspan(goal.size()), kFullNoise);
  buffer.mask_from(kFollowed, committed + 1);
  restart();
  return true;
}

void Planner::Impl::commit(std::int64_t begun) noexcept {
  for (; committed < begun && committed + 1 < end(); ++committed) {
    if (frontier <= committed) {  // It had to act before anything was decided.
      std::ranges::copy(idle, buffer.tokens(kFollowed, committed).subspan(goal.size()).begin());
      frontier = committed + 1;
    }
    round.keep_only(kFollowed, committed);
    if (!std::ranges::equal(buffer.action(kPending, committed), buffer.action(kFollowed, committed))) {
      pending_goal = -1;  // It waited for a step that did not begin, but now has.
    }
    if (!known_state(committed + 1)) predict_state(committed + 1);
    if (goal_step >= 0 && goal_step < committed + 1) goal_step = committed + 1;
  }
}

bool Planner::Impl::agrees_with_emitted(int row) const noexcept {
  for (std::int64_t step = committed; step < std::max(committed, held); ++step) {
    if (!std::ranges::equal(buffer.action(row, step), buffer.action(kFollowed, step))) return false;
  }
  return true;
}

void Planner::Impl::fill_idle(int row, std::int64_t from) noexcept {
  const auto states = goal.size();
  for (std::int64_t step = from; step < end(); ++step) {
    const auto tokens = buffer.tokens(row, step);
    if (step > from) std::ranges::copy(buffer.state(row, from), tokens.begin());
    std::ranges::copy(idle, tokens.subspan(states).begin());
  }
}

void Planner::Impl::adopt(int row, std::int64_t to, std::int64_t reached) noexcept {
  buffer.copy(row, kFollowed, committed, to);
  frontier = to;
  goal_step = reached;
  if (!is_whole()) {
    std::ranges::fill(buffer.tokens(kFollowed, to), kMask);  // What stood there belonged to another candidate.
    std::ranges::fill(buffer.levels(kFollowed, to), kFullNoise);
    return;
  }
  const auto state = buffer.state(row, reached);
  std::ranges::copy(state, buffer.tokens(kFollowed, reached).begin());
  fill_idle(kFollowed, reached);
  frontier = end();
  for (std::int64_t step = committed; step < end(); ++step) {
    std::ranges::fill(buffer.levels(kFollowed, step), NoiseLevel{0});
  }
  remember();
}

void Planner::Impl::remember() noexcept {
  buffer.copy(kFollowed, kWhole, buffer.head() - options.history, end());
  whole_goal = goal_step;
  known.clear();
  // From the goal back: of a state met twice, the later place is the better one.
  for (std::int64_t step = goal_step; step >= oldest_unbroken(); --step)
    known.insert(hash_state(buffer.state(kWhole, step)), step);
}

void Planner::Impl::splice(int row, std::int64_t at, std::int64_t from) noexcept {
  const std::int64_t reached = at + whole_goal - from;
  for (std::int64_t step = 0; step <= whole_goal - from; ++step) {
    std::ranges::copy(buffer.tokens(kWhole, from + step), buffer.tokens(row, at + step).begin());
  }
  if (agrees_with_emitted(row)) {
    adopt(row, reached, reached);
  } else if (row != kFollowed) {
    buffer.copy(row, kPending, committed, reached + 1);
    pending_goal = reached;
  }
}

bool Planner::Impl::rejoin() noexcept {
  const std::int64_t from = known.step_of(hash_state(buffer.state(kFollowed, committed)));
  if (from < 0 || !buffer.contains(from) || committed + whole_goal - from >= end()) return false;
  splice(kFollowed, committed, from);
  return true;
}

bool Planner::Impl::begin_round() noexcept {
  const auto state = buffer.state(kFollowed, committed);
  if (at_goal(state)) {
    if (goal_step != committed) adopt(kFollowed, committed, committed);
    return false;
  }
  if (is_whole() && goal_step - committed <= 1) return false;
  followed_depth = -1;
  const double noise = rounds == 0 ? 0.0 : options.noise;
  // Until there is a whole plan, many narrow rounds find one sooner than few wide ones.
  const int width = is_whole() ? options.candidates : options.pass_windows;
  ++rounds;
  round.start(kFollowed, oldest_unbroken(), committed, width, noise, options.seed ^ (++drawn * 0x9E3779B97F4A7C15ULL));
  return true;
}

void Planner::Impl::run_pass(RefineReport& report) noexcept {
  ++report.passes;
  // A plan that is no shorter than the one we have is of no use, nor is one that does not fit the horizon.
  std::int64_t limit = is_whole() ? goal_step : end();
  if (pending_goal >= 0) limit = std::min(limit, pending_goal);
  const auto arrival = round.pass(goal, known, whole_goal, limit);
  if (arrival.row >= 0) {
    if (arrival.known_step >= 0 && buffer.contains(arrival.known_step)) {
      splice(arrival.row, round.depth(), arrival.known_step);
      return;  // The round goes on: there may be a shorter one.
    }
    if (arrival.known_step < 0) {
      if (agrees_with_emitted(arrival.row)) {
        adopt(arrival.row, round.depth(), round.depth());
      } else {
        buffer.copy(arrival.row, kPending, committed, round.depth() + 1);
        pending_goal = round.depth();
      }
      round.stop();
      return;
    }
  }
  follow_nearest();
  if (!round.complete()) return;
  round.advance();
  if (!round.active()) return;
  if (frontier <= committed) {  // Anything is better than nothing.
    adopt(round.best_row(), round.depth(), -1);
  }
  if (round.depth() + 1 >= limit || round.lost(kPatience * (1 + std::min(rounds, kMostPatience)))) round.stop();
}

void Planner::Impl::follow_nearest() noexcept {
  // While no plan reaches the goal, the followed one is the round's: of the members of a step, the one that seems
  // nearest. Following an older plan that seemed nearer still would drop the round's candidates as its steps begin.
  const auto nearest = round.nearest();
  if (is_whole() || nearest.row < 0 || round.depth() <= committed) return;
  if (round.depth() == followed_depth && nearest.value >= end_value) return;
  if (!agrees_with_emitted(nearest.row)) return;
  adopt(nearest.row, round.depth(), -1);
  followed_depth = round.depth();
  end_value = nearest.value;
}

Planner::Planner(Denoiser& denoiser, const PlannerOptions& options, const Transition* transition) {
  Problems limits("planner");
  limits.range("pass_windows (against the denoiser's limit)", options.pass_windows, 1, denoiser.max_windows());
  limits.require(denoiser.max_steps() >= 2, "the denoiser takes windows of less than 2 steps");
  for (const std::string& problems : {options.validate(), limits.text()}) {
    if (!problems.empty()) throw std::invalid_argument(problems);
  }
  impl_ = std::make_unique<Impl>(denoiser, options, transition);
}

Planner::~Planner() = default;

bool Planner::reset(std::span<const Token> state, std::span<const Token> goal, std::span<const Token> idle) noexcept {
  Impl& p = *impl_;
  const TokenLayout& l = p.layout();
  if (std::ssize(state) != l.states() || std::ssize(goal) != l.states() || std::ssize(idle) != l.actions())
    return false;
  if (!l.valid(state, false) || !l.valid(goal, true)) return false;
  for (int a = 0; a < l.actions(); ++a) {
    if (idle[static_cast<std::size_t>(a)] >= l.slot(l.states() + a).vocabulary) return false;
  }
  p.buffer.reset();
  p.known.clear();
  p.restart();
  p.committed = p.held = p.frontier = p.unbroken = 0;
  p.goal_step = p.whole_goal = -1;
  p.drawn = 0;
  std::ranges::copy(goal, p.goal.begin());
  std::ranges::copy(idle, p.idle.begin());
  std::ranges::copy(state, p.buffer.tokens(kFollowed, 0).begin());
  std::ranges::fill(p.buffer.levels(kFollowed, 0).first(state.size()), NoiseLevel{0});
  p.ready = true;
  return true;
}

RefineReport Planner::refine(const TokenObservation& observation, const Budget& budget) noexcept {
  Impl& p = *impl_;
  RefineReport report;
  if (!p.ready) return report;
  const bool timed = budget.time != Nanoseconds::max();
  const Nanoseconds start = now();
  p.commit(observation.begun);
  report.disturbed = p.clamp(observation);
  if (report.disturbed) report.rejoined = p.rejoin();
  if (p.pending_goal >= 0 && (!p.is_whole() || p.pending_goal < p.goal_step) && p.agrees_with_emitted(kPending)) {
    p.adopt(kPending, p.pending_goal, p.pending_goal);
  }
  p.pending_goal = -1;

  Nanoseconds before = timed ? now() : start;
  while (report.passes < budget.passes) {
    if (!p.round.active() && !p.begin_round()) {
      report.settled = true;
      break;
    }
    const int windows = p.round.next_windows();
    const Nanoseconds predicted = p.predictor.predict(windows);
    if (timed && before - start + predicted > budget.time) {
      if (report.passes == 0) p.predictor.refused();
      break;
    }
    p.run_pass(report);
    const Nanoseconds after = now();
    p.predictor.observe(windows, after - before);
    report.predicted_nanoseconds = predicted.count();
    report.worst_error_nanoseconds = std::max(report.worst_error_nanoseconds, (after - before - predicted).count());
    before = after;
  }
  report.decided_steps = static_cast<std::int32_t>(std::max<std::int64_t>(0, p.frontier - p.buffer.head()));
  report.steps_to_goal = p.is_whole() ? static_cast<std::int32_t>(p.goal_step - p.buffer.head()) : -1;
  report.goal_reached = p.is_whole() && p.goal_step <= p.committed;
  return report;
}

std::span<const Token> Planner::action(int step_ahead) const noexcept {
  const Impl& p = *impl_;
  return decided(step_ahead) ? p.buffer.action(kFollowed, p.buffer.head() + step_ahead)
                             : std::span<const Token>(p.idle);
}

bool Planner::decided(int step_ahead) const noexcept {
  const Impl& p = *impl_;
  return p.ready && step_ahead < p.options.horizon && p.buffer.head() + step_ahead < p.frontier;
}

void Planner::emitted(int steps) noexcept {
  Impl& p = *impl_;
  p.held = std::min(p.buffer.head() + steps, p.frontier);
}

void Planner::shift(int steps) noexcept {
  Impl& p = *impl_;
  p.commit(p.buffer.head() + steps);
  for (; steps > 0; --steps) {
    p.buffer.shift(1);
    if (!p.is_whole()) continue;
    // The step that enters the horizon lies behind the goal.
    p.fill_idle(kFollowed, p.end() - 2);
    std::ranges::fill(p.buffer.levels(kFollowed, p.end() - 1), NoiseLevel{0});
    p.frontier = p.end();
  }
}

std::int64_t Planner::head() const noexcept { return impl_->buffer.head(); }
const PlanBuffer& Planner::buffer() const noexcept { return impl_->buffer; }
const TokenLayout& Planner::layout() const noexcept { return impl_->layout(); }
const PlannerOptions& Planner::options() const noexcept { return impl_->options; }
std::size_t Planner::memory() const noexcept { return impl_->buffer.memory(); }

}  // namespace ripen
