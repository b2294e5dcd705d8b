#include "ripen/control_loop.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <utility>

#include "loop/command_guard.hpp"
#include "loop/control_loop_options.hpp"
#include "loop/real_time_section.hpp"
#include "loop/senses.hpp"
#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {

using std::chrono::nanoseconds;

/// No robot gets that far: numbers of steps beyond it are garbage, and would overflow.
constexpr std::int64_t kMostSteps = std::int64_t{1} << 61;

bool is_count(std::int64_t steps) noexcept { return steps >= -kMostSteps && steps <= kMostSteps; }

constexpr int kFollowing = 8;  // a grid that follows its caller goes this part of the way in a tick

/// The options, or an exception: what is initialised from them afterwards can rely on them.
ControlLoopOptions checked(ControlLoopOptions options, const PlanSource& plan) {
  if (!plan.works_in_tick()) {
    options.budget.reset();
    options.most.reset();
    options.reserve.reset();
  }
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
  return options;
}

std::vector<TickObserver*> checked(std::vector<TickObserver*> observers) {
  Problems problems("control loop");
  for (std::size_t i = 0; i < observers.size(); ++i) {
    problems.require(observers[i] != nullptr, "observer " + std::to_string(i) + " is null");
  }
  if (!problems.text().empty()) throw OptionsError(problems.text());
  return observers;
}

}  // namespace

struct ControlLoop::Impl {
  Impl(PlanSource& source, Robot& driven, Clock& time, const ControlLoopOptions& given, std::vector<TickObserver*> told)
      : plan(source),
        robot(driven),
        clock(time),
        options(checked(given, plan)),
        budget(budget_of(options)),
        most(options.most.value_or(budget)),
        observers(checked(std::move(told))),
        tokenizer(plan.layout()),
        guard(plan.layout(), options.limits, options.period),
        senses(plan.layout(), options.limits),
        goal(static_cast<std::size_t>(plan.layout().states()), kMask),
        goal_fractions(goal.size(), 0),
        hold(static_cast<std::size_t>(plan.layout().actions()), kMask),
        instead(hold),
        instead_fractions(hold.size(), 0),
        rest(hold.size()),
        planned(hold.size()),
        wanted(hold.size()),
        action(hold.size()),
        next(hold.size()) {}

  // --- Beginning ---
  ResetResult begin(const Task& task) noexcept;
  ResetResult set_goal(std::span<const ChannelValue> wanted_goal) noexcept;
  ResetResult set_rest(const Task& task) noexcept;
  ResetResult start_commands() noexcept;
  void set_hold() noexcept;

  // --- A tick ---
  StepResult step(TimePoint now) noexcept;
  void place_grid(TimePoint now) noexcept;
  void enter_tick(TimePoint now) noexcept;
  bool read(std::int64_t tick) noexcept;
  bool observe() noexcept;
  bool take_steps() noexcept;
  void count_failures(bool observed) noexcept;
  void follow_plan(bool observed, TimePoint begin) noexcept;
  void refine(TimePoint begin) noexcept;
  void begin_plan_tick(bool observed) noexcept;
  void tell_what_began(bool observed) noexcept;
  void tell_what_went_out(int planned_steps) noexcept;
  void stop_robot() noexcept;
  void write_planned(CommandSource source) noexcept;
  void fall_back(Fallback fallback) noexcept;
  bool want_plan() noexcept;
  bool write(CommandSource source, bool offers_next) noexcept;
  void leave_tick(TimePoint begin) noexcept;

  [[nodiscard]] int ticks_left() const noexcept {
    return options.step_ticks > 0 ? options.step_ticks - static_cast<int>(report.tick % options.step_ticks) : 1;
  }
  /// Whether something that was last in order in this tick has been out of order for longer than it may.
  [[nodiscard]] bool too_long(std::int64_t last_good, nanoseconds limit) const noexcept {
    return report.tick - last_good > limit / options.period;
  }

  PlanSource& plan;
  Robot& robot;
  Clock& clock;
  ControlLoopOptions options;
  Budget budget, most;
  std::vector<TickObserver*> observers;
  Tokenizer tokenizer;
  CommandGuard guard;
  Senses senses;

  std::vector<Token> goal;                  // [states]
  std::vector<Fraction> goal_fractions;     // [states]
  std::vector<Token> hold;                  // [actions]
  std::vector<Token> instead;               // [actions] what step `instead_step` was sent in place of what was planned
  std::vector<Fraction> instead_fractions;  // [actions]
  std::vector<ChannelValue> rest;
  std::vector<double> planned;   // [actions] of the step due
  std::vector<Setpoint> wanted;  // [actions]
  std::vector<double> action;    // [actions] sent
  std::vector<double> next;      // [actions]
  Observation observation;
  Observation as_read;     // what observers are shown
  bool delivered = false;  // what Robot::read returned
  Command command;

  bool ready = false;                // a plan was begun
  bool kept = false;                 // `observation` is of next_tick already
  bool placed = false;               // origin is set
  bool running = false;              // commands went out since the last pause
  TimePoint origin;                  // tick 0 on the grid
  TimePoint work_ended;              // when the last tick's work ended
  nanoseconds lateness{};            // of this tick, from its instant
  std::int64_t next_tick = 0;        // the first that was neither done nor missed
  std::optional<std::int64_t> base;  // the robot's count of steps where the plan's begins
  std::int64_t done = 0;             // [steps] of the plan
  std::int64_t begun = 0;            // [steps] of the plan
  std::int64_t sent = 0;             // [steps] of the plan whose own actions went out since it was known what began
  std::int64_t instead_step = -1;    // of the plan; -1: none
  CommandSource instead_source = CommandSource::kFresh;

  // Ticks in which all was well.
  std::int64_t read_ok = 0, written_ok = 0, sensed = 0, model_ok = 0, in_range = 0, lively = 0;
  bool write_bad = false;  // the last command was not taken
  bool model_bad = false;  // the last pass was thrown away
  bool stopping = false;   // latched until reset
  std::atomic<bool> stop_asked = false;

  TimePoint written;
  TickReport report;
  LoopStatistics statistics;
};

// --- Beginning ---

ResetResult ControlLoop::Impl::set_goal(std::span<const ChannelValue> wanted_goal) noexcept {
  if (!wanted_goal.empty() && wanted_goal.size() != goal.size()) return ResetResult::kBadGoal;
  for (std::size_t s = 0; s < wanted_goal.size(); ++s) {
    if (!wanted_goal[s]) continue;
    const Slot& slot = plan.layout().slot(static_cast<int>(s));
    const double value = *wanted_goal[s];
    if (slot.continuous() && !(value >= slot.low && value <= slot.high)) return ResetResult::kBadGoal;
    if (tokenizer.encode(static_cast<int>(s), value) == kMask) return ResetResult::kBadGoal;
  }
  for (std::size_t s = 0; s < goal.size(); ++s) {
    const bool given = !wanted_goal.empty() && wanted_goal[s];
    goal_fractions[s] = 0;
    goal[s] = given ? tokenizer.encode(static_cast<int>(s), *wanted_goal[s], goal_fractions[s]) : kMask;
  }
  return ResetResult::kOk;
}

ResetResult ControlLoop::Impl::set_rest(const Task& task) noexcept {
  if (!task.rest.empty() && task.rest.size() != rest.size()) return ResetResult::kBadRest;
  for (std::size_t c = 0; c < rest.size(); ++c) {
    rest[c] = task.rest.empty() ? ChannelValue() : task.rest[c];
    action[c] = rest[c].value_or(guard.last(c));
    if (!rest[c] && !guard.continuous(c)) return ResetResult::kBadRest;
  }
  return guard.within_limits(action) ? ResetResult::kOk : ResetResult::kBadRest;
}

/// The first command starts from what was measured; after that, from what was sent.
ResetResult ControlLoop::Impl::start_commands() noexcept {
  for (std::size_t c = 0; c < rest.size(); ++c) {
    if (!guard.continuous(c)) continue;
    const int measured_by = options.limits[c].measured_by;
    if (measured_by >= 0 && !running) {
      if (!guard.start_at(c, senses.value(static_cast<std::size_t>(measured_by)))) return ResetResult::kOutOfLimits;
    } else if (!rest[c] && !guard.begun(c)) {
      return ResetResult::kNothingToHold;
    }
  }
  set_hold();
  return ResetResult::kOk;
}

/// What the plan takes for doing nothing: resting, or staying where the last command goes.
void ControlLoop::Impl::set_hold() noexcept {
  for (std::size_t c = 0; c < rest.size(); ++c) {
    hold[c] = tokenizer.encode(plan.layout().states() + static_cast<int>(c), rest[c].value_or(guard.wanted(c)));
  }
}

/// From what was sensed, once it was encoded.
ResetResult ControlLoop::Impl::begin(const Task& task) noexcept {
  if (const ResetResult result = set_goal(task.goal); result != ResetResult::kOk) return result;
  if (const ResetResult result = set_rest(task); result != ResetResult::kOk) return result;
  if (const ResetResult result = start_commands(); result != ResetResult::kOk) return result;
  if (plan.reset(senses.tokens(), goal, hold) != PlanReset::kOk) return ResetResult::kPlannerRefused;
  const bool between_bins = std::ranges::any_of(goal_fractions, [](Fraction fraction) { return fraction != 0; });
  if (between_bins) (void)plan.aim(goal, goal_fractions);  // Whoever cannot aim has the nearest bin.
  guard.set_rest(rest);
  done = begun = sent = 0;
  instead_step = -1;
  read_ok = written_ok = sensed = model_ok = in_range = lively = next_tick - 1;
  write_bad = model_bad = stopping = false;
  stop_asked.store(false, std::memory_order_relaxed);
  ready = true;
  return ResetResult::kOk;
}

ControlLoop::ControlLoop(PlanSource& plan, Robot& robot, Clock& clock, const ControlLoopOptions& options,
                         std::vector<TickObserver*> observers)
    : impl_(std::make_unique<Impl>(plan, robot, clock, options, std::move(observers))) {}

ControlLoop::~ControlLoop() = default;

void ControlLoop::stop() noexcept { impl_->stop_asked.store(true, std::memory_order_relaxed); }
const TickReport& ControlLoop::report() const noexcept { return impl_->report; }
const LoopStatistics& ControlLoop::statistics() const noexcept { return impl_->statistics; }

ResetResult ControlLoop::reset(const Task& task) noexcept {
  const RealTimeSection section;
  Impl& l = *impl_;
  l.stopping = true;
  l.kept = false;
  l.senses.forget();
  if (!l.read(l.next_tick)) return ResetResult::kNotRead;
  if (!l.observation.fresh) return ResetResult::kNotSensed;
  if (!l.senses.owns(l.observation) || !is_count(l.observation.state_step) || l.senses.encode() != 0) {
    return ResetResult::kBadState;
  }
  if (!std::ranges::all_of(l.senses.tokens(), [](Token token) { return token != kMask; })) {
    return ResetResult::kNotSensed;
  }
  const ResetResult result = l.begin(task);
  if (result != ResetResult::kOk) return result;
  l.kept = true;
  l.base = l.observation.state_step;
  return result;
}

ResetResult ControlLoop::reset(const Task& task, std::span<const double> state) noexcept {
  const RealTimeSection section;
  Impl& l = *impl_;
  l.stopping = true;
  l.kept = false;
  l.senses.forget();
  const Observation given = l.senses.blank();
  if (state.size() != given.state.size()) return ResetResult::kBadState;
  std::ranges::copy(state, given.state.begin());
  if (l.senses.encode() != 0) return ResetResult::kBadState;
  const ResetResult result = l.begin(task);
  if (result == ResetResult::kOk) l.base.reset();
  return result;
}

ResetResult ControlLoop::aim(std::span<const ChannelValue> goal) noexcept {
  const RealTimeSection section;
  Impl& l = *impl_;
  if (!l.ready) return ResetResult::kPlannerRefused;
  if (const ResetResult result = l.set_goal(goal); result != ResetResult::kOk) return result;
  return l.plan.aim(l.goal, l.goal_fractions) ? ResetResult::kOk : ResetResult::kPlannerRefused;
}

// --- A tick ---

RunResult ControlLoop::run(const std::stop_token& stop) noexcept {
  Impl& l = *impl_;
  if (!l.ready) return RunResult::kNotReset;
  l.place_grid(l.clock.now());
  RunResult result = RunResult::kStopRequested;
  while (!stop.stop_requested()) {
    l.clock.sleep_until(l.origin + l.next_tick * l.options.period);
    if (l.step(l.clock.now()) == StepResult::kEnded) {
      result = RunResult::kEnded;
      break;
    }
  }
  l.placed = l.running = false;
  return result;
}

StepResult ControlLoop::step(TimePoint now) noexcept {
  Impl& l = *impl_;
  if (!l.ready) return StepResult::kNotReset;
  const bool follows = l.options.grid == Grid::kFollow && l.placed;
  const TimePoint due = l.origin + l.next_tick * l.options.period;
  const StepResult result = l.step(now);
  // Only a little of the way at a time: a call that comes late once does not make the next ones early.
  const nanoseconds off = now - due - l.report.missed * l.options.period;
  if (follows) l.origin += off < -l.options.period / 2 ? off : off / kFollowing;
  return result;
}

StepResult ControlLoop::Impl::step(TimePoint now) noexcept {
  const RealTimeSection section;
  const TimePoint begin = clock.now();
  enter_tick(now);
  const bool observed = observe();
  count_failures(observed);
  if (stopping) {
    stop_robot();
  } else {
    follow_plan(observed, begin);
  }
  leave_tick(begin);
  const Tick tick{report, as_read, delivered, command, plan};
  bool goes_on = true;
  for (TickObserver* observer : observers) goes_on = observer->on_tick(tick) && goes_on;
  return goes_on ? StepResult::kDone : StepResult::kEnded;
}

void ControlLoop::Impl::place_grid(TimePoint now) noexcept {
  origin = now - next_tick * options.period;
  work_ended = now;
  placed = true;
}

void ControlLoop::Impl::enter_tick(TimePoint now) noexcept {
  if (!placed) place_grid(now);
  const TimePoint due = origin + next_tick * options.period;
  // Who is followed may be a little early.
  const nanoseconds margin = options.grid == Grid::kFollow ? options.period / 4 : nanoseconds(0);
  const std::int64_t tick = std::max(next_tick, (now - origin + margin) / options.period);
  report = {};
  report.tick = tick;
  report.missed = tick - next_tick;
  lateness = std::max(nanoseconds(0), now - (origin + tick * options.period));
  // Work that lasts too long is no late wake-up.
  report.wake_up = std::max(nanoseconds(0), now - std::max(due, work_ended));
  if (due - now > options.period / 2) ++statistics.early;
  kept = kept && report.missed == 0;
  next_tick = tick + 1;
}

bool ControlLoop::Impl::read(std::int64_t tick) noexcept {
  observation = senses.blank();
  if (options.step_ticks > 0) observation.state_step = tick / options.step_ticks;
  const Observation blank = observation;
  const RobotSection section;
  delivered = robot.read(tick, observation);
  as_read = observation;
  as_read.state = blank.state;
  as_read.seen = blank.seen;
  return delivered;
}

/// The observation of the tick, with the plan's count of steps; false if there is none that is sound.
bool ControlLoop::Impl::observe() noexcept {
  const bool came = std::exchange(kept, false) || read(report.tick);
  if (!came) {
    report.faults |= kReadFailed;
    observation.fresh = false;
  }
  const std::int64_t step_ticks = options.step_ticks;
  if (step_ticks > 0) {  // time goes on whatever was read
    observation.steps_done = report.tick / step_ticks;
    observation.steps_begun = observation.steps_done + (report.tick % step_ticks != 0 ? 1 : 0);
  }
  const bool counted = (!came && step_ticks == 0) || take_steps();
  bool sound = counted && senses.owns(observation);
  // A state from before the plan's beginning is no fault, only late.
  observation.fresh = observation.fresh && base && observation.state_step >= *base;
  if (observation.fresh) {
    sound = sound && is_count(observation.state_step) && observation.state_step - *base <= begun;
    const std::uint32_t faults = sound ? senses.encode() : 0U;
    report.faults |= faults;
    sound = sound && (faults & kBadObservation) == 0;
    observation.fresh = sound;
  }
  if (!sound) report.faults |= kBadObservation;
  return came && sound;
}

/// Takes over what the robot says of its steps; false, changing nothing, if that cannot be.
bool ControlLoop::Impl::take_steps() noexcept {
  if (!is_count(observation.steps_done) || !is_count(observation.steps_begun)) return false;
  if (!base) base = observation.steps_done;
  // A plan may begin with a state sensed before some of the steps were done, never after.
  const std::int64_t now_done = observation.steps_done - *base;
  const std::int64_t now_begun = observation.steps_begun - *base;
  if (now_done < done || now_begun < now_done || now_done - done > std::numeric_limits<int>::max()) return false;
  done = now_done;
  begun = now_begun;
  return true;
}

/// Stops the robot when something was out of order for too long. Missed ticks count: they brought nothing either.
void ControlLoop::Impl::count_failures(bool observed) noexcept {
  if (observed) read_ok = report.tick;
  if (observation.fresh) {
    sensed = report.tick;
    if (!senses.is_frozen()) lively = report.tick;
    if ((report.faults & kOutOfRange) == 0) in_range = report.tick;
  }
  report.observation_age = (report.tick - sensed) * options.period;
  if (too_long(sensed, options.max_stale)) report.faults |= kStale;
  // Without a fresh state nothing shows that a sensor is frozen, or well again.
  if (lively < sensed && too_long(lively, options.max_frozen)) report.faults |= kFrozen;
  const bool out = in_range < sensed && too_long(in_range, options.max_out_of_range);
  stopping = stopping || stop_asked.exchange(false, std::memory_order_relaxed) || out ||
             (report.faults & (kStale | kFrozen)) != 0 || too_long(read_ok, options.max_read_failure) ||
             (write_bad && too_long(written_ok + 1, options.max_write_failure)) ||
             (model_bad && too_long(model_ok + 1, options.max_bad_model));
}

void ControlLoop::Impl::begin_plan_tick(bool observed) noexcept {
  set_hold();
  tell_what_began(observed);
  TickObservation seen{.started = begun, .done = done, .observed = observed, .hold = hold};
  if (observation.fresh) {
    seen.state = senses.tokens();
    seen.fractions = senses.fractions();
    seen.state_step = observation.state_step - *base;
  }
  plan.observe(seen);
}

/// A step that began with something else than its planned action.
void ControlLoop::Impl::tell_what_began(bool observed) noexcept {
  if (observed) sent = 0;
  if (instead_step < 0) return;
  if (begun > instead_step) plan.started(instead_step, instead, instead_fractions);
  if (done > instead_step || (observed && begun <= instead_step)) instead_step = -1;
}

/// planned_steps: whose planned actions went out; 0: something else did.
void ControlLoop::Impl::tell_what_went_out(int planned_steps) noexcept {
  if (planned_steps > 0) {
    sent = std::max(sent, done + planned_steps);
    instead_step = -1;
  } else if (begun <= done && sent <= done && instead_step < 0) {
    for (std::size_t c = 0; c < instead.size(); ++c) {
      const double value = guard.continuous(c) ? guard.wanted(c) : action[c];
      instead[c] = tokenizer.encode(plan.layout().states() + static_cast<int>(c), value, instead_fractions[c]);
    }
    if (std::ranges::equal(instead, plan.step(0).action)) {
      sent = done + 1;
    } else {
      instead_step = done;
      instead_source = report.source;
    }
  }
  const bool starts = options.step_ticks > 0 && instead_step != done;
  plan.sent(static_cast<int>(std::max<std::int64_t>(0, sent - done)), starts ? done + 1 : begun);
}

void ControlLoop::Impl::refine(TimePoint begin) noexcept {
  const auto left_of = [spent = lateness + (clock.now() - begin)](Budget given) {
    if (given.time != nanoseconds::max()) given.time = std::max(nanoseconds(0), given.time - spent);
    return given;
  };
  plan.refine(left_of(budget), left_of(most));
}

void ControlLoop::Impl::follow_plan(bool observed, TimePoint begin) noexcept {
  begin_plan_tick(observed);
  if (plan.report().behind > options.max_stuck / options.period) {
    report.faults |= kStuck;
    stopping = true;
    stop_robot();
    return;
  }
  const bool head_is_ripe = plan.report().head_is_ripe;
  if (!head_is_ripe) refine(begin);
  if (!observed || plan.report().behind > 0 || plan.report().bad_model || (head_is_ripe && model_bad)) {
    write_planned(CommandSource::kHeld);
  } else {
    const bool ripe = plan.report().goal_reached || plan.step(0).decided;
    write_planned(ripe ? CommandSource::kFresh : CommandSource::kPartial);
  }
  if (head_is_ripe) refine(begin);
  const PlanReport& refined = plan.report();
  if (refined.bad_model) report.faults |= kBadModel;
  if (refined.passes > 0 || refined.bad_model || refined.settled) model_bad = refined.bad_model;
  if (!model_bad) model_ok = report.tick;
  report.passes = refined.passes;
  report.revised = refined.revised;
  report.revealed = refined.revealed;
  report.chosen = refined.chosen;
  report.surprise = refined.surprise;
  report.switched = refined.switched;
  report.settled = refined.settled;
  report.decided_steps = refined.decided_steps;
  report.steps_to_goal = refined.steps_to_goal;
  report.disturbed = refined.disturbed;
  report.goal_reached = refined.goal_reached;
}

void ControlLoop::Impl::fall_back(Fallback fallback) noexcept {
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    const bool rests = rest[c] && fallback != Fallback::kHold;
    wanted[c] = {.value = rest[c].value_or(0.0), .hold = !rests};
  }
}

/// What the plan says of the step that is due, and of the one after it if that is decided. False if a channel stays
/// where it is instead, at the goal.
bool ControlLoop::Impl::want_plan() noexcept {
  const int to_goal = plan.report().ends_at_goal ? plan.report().steps_to_goal : -1;
  const auto decode = [&](const PlannedStep& step, std::span<double> to) {
    tokenizer.decode_action(step.action, to, step.fractions);
  };
  decode(plan.step(0), planned);
  if (plan.step(1).decided) decode(plan.step(1), next);
  bool stays = false;
  for (std::size_t c = 0; c < planned.size(); ++c) {
    if (rest[c] || !guard.continuous(c)) continue;
    stays = to_goal == 0;
    if (stays) planned[c] = guard.wanted(c);  // At the goal there is nothing to do: the channel stays there.
    if (to_goal >= 0 && to_goal <= 1) next[c] = planned[c];
  }
  const bool interpolates = options.interpolate && plan.step(1).decided;
  const double part = interpolates ? 1.0 - static_cast<double>(ticks_left()) / options.step_ticks : 0.0;
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    const bool moves = interpolates && guard.continuous(c);
    wanted[c] = {.value = moves ? planned[c] + part * (next[c] - planned[c]) : planned[c]};
  }
  return !stays;
}

void ControlLoop::Impl::write_planned(CommandSource source) noexcept {
  // A step of several ticks that began with a fallback goes on with it.
  const bool goes_on = options.step_ticks > 0 && instead_step == done;
  if (goes_on) source = std::max(source, instead_source);
  const bool follows = !goes_on && (source != CommandSource::kHeld || options.fallback.unread == Fallback::kPlan);
  const bool is_planned = follows && plan.step(0).decided;
  bool as_planned = false;
  if (is_planned) {
    as_planned = want_plan();
  } else {
    fall_back(source == CommandSource::kHeld ? options.fallback.unread : options.fallback.undecided);
  }
  const bool offered_next = write(source, is_planned && plan.step(1).decided);
  // The robot begins `next` only together with the step before it, if at all.
  const bool may_begin_next = offered_next && begun <= done && options.step_ticks == 0;
  tell_what_went_out(!as_planned ? 0 : may_begin_next ? 2 : 1);
}

void ControlLoop::Impl::stop_robot() noexcept {
  const bool follows = options.fallback.stopped == Fallback::kPlan && (report.faults & kStuck) == 0;
  if (follows) begin_plan_tick(false);
  if (follows && plan.step(0).decided) {
    const bool as_planned = want_plan();
    write(CommandSource::kRamping, false);
    tell_what_went_out(as_planned ? 1 : 0);
  } else {
    fall_back(options.fallback.stopped);
    write(CommandSource::kStopped, false);
  }
}

/// Returns whether `next` went out too: only if the limits leave the time to get there before its step ends.
bool ControlLoop::Impl::write(CommandSource source, bool offers_next) noexcept {
  report.faults |= guard.apply(wanted, action);
  offers_next = offers_next && guard.reaches(next, ticks_left() + std::max(options.step_ticks, 1) - 1);
  if (!offers_next) std::fill(next.begin(), next.end(), std::numeric_limits<double>::quiet_NaN());
  const bool ramping = source == CommandSource::kStopped && (report.faults & kRateLimited) != 0;
  report.source = ramping ? CommandSource::kRamping : source;
  command = {
      .tick = report.tick, .step = done + base.value_or(0), .source = report.source, .action = action, .next = next};
  {
    const RobotSection section;
    write_bad = !robot.write(command);
  }
  if (write_bad) {
    report.faults |= kWriteFailed;
  } else {
    written_ok = report.tick;
  }
  running = true;
  senses.sent(action, rest);
  written = clock.now();
  return offers_next;
}

void ControlLoop::Impl::leave_tick(TimePoint begin) noexcept {
  work_ended = clock.now();
  report.observation_to_action = written - begin;
  report.compute = work_ended - begin;
  report.slack = options.period - lateness - report.compute;
  statistics.wake_up.record(report.wake_up);
  statistics.observation_to_action.record(report.observation_to_action);
  statistics.compute.record(report.compute);
  statistics.slack.record(report.slack);
  if (report.passes > 0) statistics.overshoot.record(nanoseconds(plan.report().worst_error_nanoseconds));
  ++statistics.ticks;
  statistics.missed += report.missed;
  statistics.late += report.slack.count() < 0 ? 1 : 0;
  statistics.passes += report.passes;
  statistics.revised += report.revised;
  statistics.revealed += report.revealed;
  statistics.chosen += report.chosen;
  statistics.switched += report.switched ? 1 : 0;
  ++statistics.sources[static_cast<std::size_t>(report.source)];
}

}  // namespace ripen
