#include "ripen/planner.hpp"

#include <algorithm>
#include <chrono>

#include "plan/beam_refiner.hpp"
#include "plan/by_state.hpp"
#include "plan/checked_denoiser.hpp"
#include "plan/denoising_refiner.hpp"
#include "plan/step_time.hpp"
#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen {

using Nanoseconds = std::chrono::nanoseconds;

namespace {

std::unique_ptr<Refiner> make_refiner(CheckedDenoiser& denoiser, const PlannerOptions& options,
                                      const Transition* transition, const Cost* cost) {
  if (options.method == PlanMethod::kDenoise) return std::make_unique<DenoisingRefiner>(denoiser, options, cost);
  return std::make_unique<BeamRefiner>(denoiser, options, transition);
}

bool is_action(const TokenLayout& layout, std::span<const Token> action) noexcept {
  if (std::ssize(action) != layout.actions()) return false;
  for (int a = 0; a < layout.actions(); ++a) {
    if (action[static_cast<std::size_t>(a)] >= layout.slot(layout.states() + a).vocabulary) return false;
  }
  return true;
}

PlanReset check_goal(const TokenLayout& layout, PlanMethod method, std::span<const Token> goal) noexcept {
  if (std::ssize(goal) != layout.states() || !layout.valid(goal, true)) return PlanReset::kBadGoal;
  const bool is_wanted = std::ranges::any_of(goal, [](Token token) { return token != kMask; });
  return is_wanted || method == PlanMethod::kDenoise ? PlanReset::kOk : PlanReset::kNoGoal;
}

/// What the denoiser lacks for a planner of these options.
std::string problems_with(const Denoiser& denoiser, const PlannerOptions& options, const Transition* transition,
                          const Cost* cost) {
  Problems problems("planner");
  // One window a candidate is all that denoising ever shows at once.
  const bool denoises = options.method == PlanMethod::kDenoise;
  const int windows = denoises ? std::min(options.pass_windows, options.candidates) : options.pass_windows;
  problems.range("pass_windows (against the denoiser's limit)", windows, 1, denoiser.max_windows());
  problems.require(denoiser.max_steps() >= 2, "the denoiser takes windows of less than 2 steps");
  const Capabilities can = denoiser.capabilities();
  problems.range("least_steps (of the denoiser's windows)", can.least_steps, 0, denoiser.max_steps());
  require_by_state(problems, "tolerances", options.tolerances, denoiser.layout());
  require_by_state(problems, "strides", options.strides, denoiser.layout());
  if (options.method == PlanMethod::kDenoise) {
    problems.require(can.mixer, "kDenoise needs a model with a mixer, and this one has none");
    problems.require(denoiser.max_steps() > options.window_history + 1,
                     "window_history " + std::to_string(options.window_history) + " leaves nothing of the denoiser's " +
                         std::to_string(denoiser.max_steps()) + " steps");
  } else {
    problems.require(cost == nullptr, "kBeam knows no Cost: it ranks by the model's value alone");
    problems.require(can.tables || transition != nullptr,
                     "kBeam needs a model with dynamics tables, or a Transition: there is neither");
    problems.require(can.value || options.value_weight == 0.0,
                     "value_weight needs a model with a value head, and this one has none: set it to 0");
  }
  return problems.text();
}

}  // namespace

std::string PlannerOptions::validate() const {
  Problems problems("planner");
  problems.range("horizon", horizon, 2, 4096);
  problems.range("history", history, 1, 4096);
  problems.range("candidates", candidates, 1, 4096);
  problems.range("pass_windows", pass_windows, 1, 4096);
  problems.range("value_weight", value_weight, 0.0, 1e6);
  problems.range("likelihood_weight", likelihood_weight, 0.0, 1e6);
  problems.range("wait_passes", wait_passes, 0, 1 << 20);
  problems.range("noise", noise, 0.0, 1e6);
  if (method == PlanMethod::kDenoise) {
    problems.range("window_history", window_history, 0, history);
    problems.require(candidates == 1 || pass_windows > 1,
                     "pass_windows 1 cannot show a candidate beside the followed plan: give 2 or more, or 1 candidate");
  }
  problems.range("reveal_passes", reveal_passes, 1, 1 << 20);
  problems.range("switch_margin", switch_margin, 0.0, 1e6);
  problems.range("rounds", rounds, 0, 1 << 20);
  problems.range("temperature", temperature, 0.0, 1e6);
  problems.range("min_p", min_p, 0.0, 1.0);
  for (const double tolerance : tolerances) {
    problems.require(tolerance >= 0.0, "tolerances: " + std::to_string(tolerance) + " is negative");
  }
  for (const double stride : strides) {
    problems.require(stride > 0.0, "strides: " + std::to_string(stride) + " is not positive");
  }
  return problems.text();
}

struct Planner::Impl {
  Impl(Denoiser& denoiser, const PlannerOptions& given, const Transition* transition, const Clock* time,
       const Cost* cost)
      : options(given),
        clock(time != nullptr ? *time : steady),
        model(denoiser),
        refiner(make_refiner(model, options, transition, cost)),
        predictor(options.pass_windows) {}

  /// Says in the report what the plan is like now.
  void describe() noexcept {
    report.head = refiner->ledger().head();
    report.decided_steps =
        static_cast<std::int32_t>(std::max<std::int64_t>(0, refiner->frontier() - refiner->ledger().head()));
    report.bad_model = model.was_bad() || report.bad_model;
    refiner->describe(report);
  }

  [[nodiscard]] Nanoseconds now() const noexcept { return clock.now().time_since_epoch(); }

  PlannerOptions options;
  SteadyClock steady;
  const Clock& clock;
  CheckedDenoiser model;
  std::unique_ptr<Refiner> refiner;
  StepTimePredictor predictor;
  PlanReport report;
  bool ready = false;
};

Planner::Planner(Denoiser& denoiser, const PlannerOptions& options, const Transition* transition, const Clock* clock,
                 const Cost* cost) {
  for (const std::string& problems : {options.validate(), problems_with(denoiser, options, transition, cost)}) {
    if (!problems.empty()) throw OptionsError(problems);
  }
  impl_ = std::make_unique<Impl>(denoiser, options, transition, clock, cost);
}

Planner::~Planner() = default;

PlanReset Planner::check(std::span<const Token> state, std::span<const Token> goal,
                         std::span<const Token> hold) const noexcept {
  const TokenLayout& l = layout();
  if (std::ssize(state) != l.states() || !l.valid(state, false)) return PlanReset::kBadState;
  const PlanReset of_goal = check_goal(l, options().method, goal);
  if (of_goal == PlanReset::kBadGoal) return of_goal;
  return is_action(l, hold) ? of_goal : PlanReset::kBadHold;
}

PlanReset Planner::reset(std::span<const Token> state, std::span<const Token> goal,
                         std::span<const Token> hold) noexcept {
  const PlanReset checked = check(state, goal, hold);
  if (checked != PlanReset::kOk) return checked;
  impl_->refiner->reset(state, goal, hold);
  impl_->report = {};
  impl_->ready = true;
  return PlanReset::kOk;
}

void Planner::observe(const TickObservation& observation) noexcept {
  Impl& p = *impl_;
  if (!p.ready) return;
  p.report = {};
  if (is_action(layout(), observation.hold)) p.refiner->set_hold(observation.hold);
  if (observation.observed) p.refiner->sent(0);  // What has started is known now.
  const std::int64_t steps = observation.done - p.refiner->ledger().head();
  p.refiner->shift(static_cast<int>(std::clamp<std::int64_t>(steps, 0, 1 << 30)));
  p.refiner->observe(observation, p.report);
  p.describe();
}

void Planner::refine(const Budget& budget, const Budget& most) noexcept {
  Impl& p = *impl_;
  if (!p.ready) return;
  const Nanoseconds start = p.now();
  Nanoseconds before = start;
  for (int passes = 0;;) {
    const Budget& limit = p.refiner->frontier() > p.refiner->ledger().head() ? budget : most;
    if (passes >= limit.passes) break;
    PassSize size = p.refiner->next_pass(p.options.pass_windows);
    p.report.settled = size.windows == 0;
    if (size.windows == 0) break;
    Nanoseconds predicted = p.predictor.predict(size.windows, size.length);
    const auto is_late = [&] { return limit.time != Nanoseconds::max() && before - start + predicted > limit.time; };
    while (is_late() && size.windows > size.least) {  // Better a smaller pass now than a larger one some time.
      size = p.refiner->next_pass(size.windows - 1);
      predicted = p.predictor.predict(size.windows, size.length);
    }
    if (is_late()) {
      const bool whole = passes == 0 && limit.time.count() > 0;
      if (!whole || !p.predictor.refused()) break;
    }
    const bool good = p.refiner->run_pass(p.report);
    ++passes;
    ++p.report.passes;
    const Nanoseconds after = p.now();
    p.predictor.observe(size.windows, after - before, size.length);
    p.report.predicted_nanoseconds = predicted.count();
    if (predicted.count() > 0) {  // The very first pass was not predicted at all.
      p.report.worst_error_nanoseconds =
          std::max(p.report.worst_error_nanoseconds, (after - before - predicted).count());
    }
    before = after;
    if (!good) break;  // Another one now would only be as bad.
  }
  p.describe();
}

PlannedStep Planner::step(int ahead) const noexcept {
  const Refiner& refiner = *impl_->refiner;
  if (ahead < 0 || ahead >= horizon()) return {.action = refiner.hold()};
  const std::int64_t step = refiner.ledger().head() + ahead;
  const bool decided = impl_->ready && refiner.decided(step);
  return {.tokens = buffer().tokens(0, step),
          .action = decided ? buffer().action(0, step) : refiner.hold(),
          .fractions = decided ? buffer().action_fractions(0, step) : std::span<const Fraction>(),
          .decided = decided,
          .level = buffer().levels(0, step).back()};
}

void Planner::sent(int steps, std::int64_t /*started*/) noexcept { impl_->refiner->sent(steps); }

void Planner::started(std::int64_t step, std::span<const Token> action, std::span<const Fraction> fractions) noexcept {
  if (impl_->ready && is_action(layout(), action)) impl_->refiner->started(step, action, fractions);
}

bool Planner::aim(std::span<const Token> goal, std::span<const Fraction> fractions) noexcept {
  if (!impl_->ready || check_goal(layout(), options().method, goal) != PlanReset::kOk) return false;
  if (!fractions.empty() && fractions.size() != goal.size()) return false;
  impl_->refiner->aim(goal, fractions);
  impl_->describe();
  return true;
}

void Planner::forget() noexcept {
  impl_->refiner->forget();
  impl_->describe();
}

const PlanReport& Planner::report() const noexcept { return impl_->report; }
const PlanBuffer& Planner::buffer() const noexcept { return impl_->refiner->buffer(); }
const TokenLayout& Planner::layout() const noexcept { return buffer().layout(); }
const PlannerOptions& Planner::options() const noexcept { return impl_->options; }
std::size_t Planner::memory() const noexcept { return buffer().memory(); }

}  // namespace ripen
