#include "ripen/control_loop.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "loop/real_time_section.hpp"
#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {

using std::chrono::nanoseconds;

/// No robot gets that far: numbers of steps beyond it are garbage, and would overflow.
constexpr std::int64_t kMostSteps = std::int64_t{1} << 61;

bool is_count(std::int64_t steps) noexcept { return steps >= -kMostSteps && steps <= kMostSteps; }

constexpr double kDefaultReserve = 0.2;  // of the period

/// Durations are measured in real time even if the grid is virtual.
TimePoint real_now() noexcept { return SteadyClock().now(); }

Budget budget_of(const ControlLoopOptions& options) {
  const auto reserve = std::chrono::duration_cast<nanoseconds>(options.period * kDefaultReserve);
  return options.budget.value_or(Budget{.time = options.period - options.reserve.value_or(reserve)});
}

/// The options, or an exception: what is initialised from them afterwards can rely on them.
const ControlLoopOptions& checked(const ControlLoopOptions& options) {
  if (const std::string problems = options.validate(); !problems.empty()) {
    throw OptionsError(problems);
  }
  return options;
}

}  // namespace

std::string ControlLoopOptions::validate() const {
  constexpr nanoseconds kLongestPeriod = std::chrono::hours(1);  // 2.5 million of them fit the clock
  constexpr std::int64_t kForever = nanoseconds::max().count();
  constexpr int kMany = std::numeric_limits<int>::max() - 1;
  Problems problems("control loop");
  problems.range("period [ns]", period.count(), std::int64_t{1}, kLongestPeriod.count());
  const bool reserved = reserve && reserve->count() >= 0 && *reserve <= period;
  if (reserve) problems.range("reserve [ns]", reserve->count(), std::int64_t{0}, period.count());
  const auto check = [&](const char* name, const Budget& given, const Budget& least) {
    const std::string of = name;
    const bool timed = given.time != nanoseconds::max();
    const std::int64_t longest = timed && reserved ? (period - *reserve).count() : kForever;
    const std::int64_t shortest = least.time == nanoseconds::max() ? 0 : std::min(longest, least.time.count());
    problems.range((of + ".time [ns]").c_str(), given.time.count(), shortest, longest);
    problems.range((of + ".passes").c_str(), given.passes, least.passes, std::numeric_limits<int>::max());
  };
  const Budget nothing{.time = nanoseconds(0), .passes = 0};
  if (budget) check("budget", *budget, nothing);
  if (most && (reserved || !reserve)) check("most", *most, budget_of(*this));
  problems.range("step_ticks", step_ticks, 0, kMany);
  problems.range("max_read_failures", max_read_failures, 0, kMany);
  problems.range("max_write_failures", max_write_failures, 0, kMany);
  problems.range("max_stale_ticks", max_stale_ticks, 0, kMany);
  problems.range("max_stuck_ticks", max_stuck_ticks, 0, kMany);
  const std::string guard_problems = guard.validate();
  if (guard_problems.empty()) return problems.text();
  return problems.text().empty() ? guard_problems : problems.text() + '\n' + guard_problems;
}

ControlLoop::ControlLoop(PlanSource& plan, Robot& robot, Clock& clock, const ControlLoopOptions& options,
                         TickObserver* observer)
    : plan_(plan),
      robot_(robot),
      clock_(clock),
      options_(checked(options)),
      budget_(budget_of(options)),
      most_(options.most.value_or(budget_)),
      observer_(observer),
      tokenizer_(plan.layout()),
      guard_(plan.layout(), options.guard, options.period),
      state_(static_cast<std::size_t>(plan.layout().states())),
      state_tokens_(state_.size()),
      action_(static_cast<std::size_t>(plan.layout().actions())),
      next_(action_.size()) {}

bool ControlLoop::reset(std::span<const Token> goal, std::span<const Token> idle) noexcept {
  const RealTimeSection section;
  stopping_ = true;
  kept_ = read(next_tick_);
  if (!kept_ || !observation_.fresh || !is_count(observation_.state_step)) return false;
  if (!tokenizer_.encode_state(observation_.state, state_tokens_)) return false;
  if (plan_.reset(state_tokens_, goal, idle) != PlanReset::kOk) return false;
  begin_plan(idle);
  base_ = observation_.state_step;
  return true;
}

bool ControlLoop::reset(std::span<const Token> state, std::span<const Token> goal,
                        std::span<const Token> idle) noexcept {
  const RealTimeSection section;
  stopping_ = true;
  if (plan_.reset(state, goal, idle) != PlanReset::kOk) return false;
  begin_plan(idle);
  base_.reset();
  return true;
}

void ControlLoop::begin_plan(std::span<const Token> idle) noexcept {
  tokenizer_.decode_action(idle, action_);
  guard_.set_safe(action_);
  done_ = 0;
  begun_ = 0;
  read_failures_ = 0;
  write_failures_ = 0;
  sensed_ = next_tick_ - 1;
  stopping_ = false;
  ready_ = true;
}

void ControlLoop::run(const std::stop_token& stop) noexcept {
  place_grid(clock_.now());
  while (!stop.stop_requested()) {
    clock_.sleep_until(origin_ + next_tick_ * options_.period);
    if (!step(clock_.now())) break;
  }
  placed_ = false;
}

bool ControlLoop::step(TimePoint now) noexcept {
  if (!ready_) return false;
  const RealTimeSection section;
  const TimePoint begin = real_now();
  enter_tick(now);
  const bool observed = observe();
  count_failures(observed);
  if (stopping_) {
    stop_robot();
  } else {
    follow_plan(observed, begin);
  }
  leave_tick(begin);
  return observer_ == nullptr || observer_->on_tick(report_);
}

void ControlLoop::place_grid(TimePoint now) noexcept {
  origin_ = now - next_tick_ * options_.period;
  placed_ = true;
}

void ControlLoop::enter_tick(TimePoint now) noexcept {
  if (!placed_) place_grid(now);
  const std::int64_t tick = std::max(next_tick_, (now - origin_) / options_.period);
  report_ = {};
  report_.tick = tick;
  report_.missed = tick - next_tick_;
  report_.wake_up = std::max(nanoseconds(0), now - (origin_ + tick * options_.period));
  kept_ = kept_ && report_.missed == 0;
  next_tick_ = tick + 1;
}

bool ControlLoop::read(std::int64_t tick) noexcept {
  observation_ = {};
  observation_.state = state_;
  const RobotSection section;
  return robot_.read(tick, observation_);
}

/// The observation of the tick, with the plan's count of steps; false if there is none that is sound.
bool ControlLoop::observe() noexcept {
  const bool delivered = std::exchange(kept_, false) || read(report_.tick);
  if (!delivered) {
    report_.faults |= kReadFailed;
    observation_.fresh = false;
  }
  const std::int64_t step_ticks = options_.step_ticks;
  if (step_ticks > 0) {  // time goes on whatever was read
    observation_.steps_done = report_.tick / step_ticks;
    observation_.steps_begun = observation_.steps_done + (report_.tick % step_ticks != 0 ? 1 : 0);
  }
  const bool counted = (!delivered && step_ticks == 0) || take_steps();
  bool sound = counted;
  // A state from before the plan's beginning is no fault, only late.
  observation_.fresh = observation_.fresh && base_ && observation_.state_step >= *base_;
  if (observation_.fresh) {
    sound = sound && is_count(observation_.state_step) && observation_.state_step - *base_ <= begun_ &&
            tokenizer_.encode_state(observation_.state, state_tokens_);
    observation_.fresh = sound;
  }
  if (!sound) report_.faults |= kBadObservation;
  return delivered && sound;
}

/// Takes over what the robot says of its steps; false, changing nothing, if that cannot be.
bool ControlLoop::take_steps() noexcept {
  if (!is_count(observation_.steps_done) || !is_count(observation_.steps_begun)) return false;
  if (!base_) base_ = observation_.steps_done;
  // A plan may begin with a state sensed before some of the steps were done, never after.
  const std::int64_t done = observation_.steps_done - *base_;
  const std::int64_t begun = observation_.steps_begun - *base_;
  if (done < done_ || begun < done || done - done_ > std::numeric_limits<int>::max()) return false;
  done_ = done;
  begun_ = begun;
  return true;
}

void ControlLoop::follow_plan(bool observed, TimePoint begin) noexcept {
  const auto refine = [&] {
    const auto left_of = [spent = report_.wake_up + (real_now() - begin)](Budget budget) {
      if (budget.time != nanoseconds::max()) budget.time = std::max(nanoseconds(0), budget.time - spent);
      return budget;
    };
    plan_.refine(left_of(budget_), left_of(most_));
  };
  TickObservation observation{.started = begun_, .done = done_, .observed = observed};
  if (observation_.fresh) {
    observation.state = state_tokens_;
    observation.state_step = observation_.state_step - *base_;
  }
  plan_.observe(observation);
  if (plan_.report().behind > options_.max_stuck_ticks) {
    report_.faults |= kStuck;
    stopping_ = true;
    stop_robot();
    return;
  }
  const bool head_is_ripe = plan_.report().head_is_ripe;
  if (!head_is_ripe) refine();
  if (!observed || plan_.report().behind > 0) {
    write_planned(CommandSource::kHeld);
  } else {
    const bool ripe = plan_.report().goal_reached || plan_.step(0).decided;
    write_planned(ripe ? CommandSource::kFresh : CommandSource::kPartial);
  }
  if (head_is_ripe) refine();
  const PlanReport& refined = plan_.report();
  if (refined.bad_model) report_.faults |= kBadModel;
  report_.passes = refined.passes;
  report_.decided_steps = refined.decided_steps;
  report_.steps_to_goal = refined.steps_to_goal;
  report_.disturbed = refined.disturbed;
  report_.goal_reached = refined.goal_reached;
}

void ControlLoop::write_planned(CommandSource source) noexcept {
  tokenizer_.decode_action(plan_.step(0).action, action_);
  const PlannedStep next = plan_.step(1);
  const bool next_is_ripe = next.decided;
  if (next_is_ripe) tokenizer_.decode_action(next.action, next_);
  const bool offered_next = write(source, next_is_ripe);
  // The robot begins `next` only together with the step before it, if at all.
  const bool may_begin_next = offered_next && begun_ <= done_ && options_.step_ticks == 0;
  plan_.sent(may_begin_next ? 2 : 1, options_.step_ticks > 0 ? done_ + 1 : begun_);
}

/// Stops the robot when it was out of touch for too long. Missed ticks count: they brought nothing either.
void ControlLoop::count_failures(bool observed) noexcept {
  read_failures_ = observed ? 0 : std::min(read_failures_ + 1, options_.max_read_failures + 1);
  if (observation_.fresh) sensed_ = report_.tick;
  if (report_.tick - sensed_ > options_.max_stale_ticks) report_.faults |= kStale;
  stopping_ = stopping_ || read_failures_ > options_.max_read_failures ||
              write_failures_ > options_.max_write_failures || (report_.faults & kStale) != 0;
}

void ControlLoop::stop_robot() noexcept {
  std::copy(guard_.safe().begin(), guard_.safe().end(), action_.begin());
  write(CommandSource::kStopped, false);
}

/// Returns whether next_ went out with action_: only if it may follow what the guard made of that.
bool ControlLoop::write(CommandSource source, bool offers_next) noexcept {
  report_.faults |= guard_.apply(action_);
  offers_next = offers_next && guard_.may_follow(next_);
  if (!offers_next) std::fill(next_.begin(), next_.end(), std::numeric_limits<double>::quiet_NaN());
  const bool ramping = source == CommandSource::kStopped && (report_.faults & kRateLimited) != 0;
  report_.source = ramping ? CommandSource::kRamping : source;
  const Command command{.tick = report_.tick,
                        .step = done_ + base_.value_or(0),
                        .source = report_.source,
                        .action = action_,
                        .next = next_};
  {
    const RobotSection section;
    if (!robot_.write(command)) report_.faults |= kWriteFailed;
  }
  const bool failed = (report_.faults & kWriteFailed) != 0;
  write_failures_ = failed ? std::min(write_failures_ + 1, options_.max_write_failures + 1) : 0;
  written_ = real_now();
  return offers_next;
}

void ControlLoop::leave_tick(TimePoint begin) noexcept {
  report_.observation_to_action = written_ - begin;
  report_.compute = real_now() - begin;
  report_.slack = options_.period - report_.wake_up - report_.compute;
  statistics_.wake_up.record(report_.wake_up);
  statistics_.observation_to_action.record(report_.observation_to_action);
  statistics_.compute.record(report_.compute);
  statistics_.slack.record(report_.slack);
  if (report_.passes > 0) statistics_.overshoot.record(nanoseconds(plan_.report().worst_error_nanoseconds));
  ++statistics_.ticks;
  statistics_.missed += report_.missed;
  statistics_.late += report_.slack.count() < 0 ? 1 : 0;
  statistics_.passes += report_.passes;
  ++statistics_.sources[static_cast<std::size_t>(report_.source)];
}

}  // namespace ripen
