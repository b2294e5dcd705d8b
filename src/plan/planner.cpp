#include "ripen/planner.hpp"

#include <algorithm>

#include "plan/candidate_refiner.hpp"
#include "plan/checked_denoiser.hpp"
#include "plan/chunk_refiner.hpp"
#include "plan/cold_refiner.hpp"
#include "plan/reactive_refiner.hpp"
#include "plan/step_time.hpp"
#include "plan/window_refiner.hpp"
#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen {

using Nanoseconds = std::chrono::nanoseconds;

namespace {

Nanoseconds now() noexcept { return std::chrono::steady_clock::now().time_since_epoch(); }

std::unique_ptr<Refiner> make_refiner(CheckedDenoiser& denoiser, const PlannerOptions& options,
                                      const Transition* transition) {
  if (options.replanning == Replanning::kReactive)
    return std::make_unique<ReactiveRefiner>(denoiser, options, transition);
  std::unique_ptr<Refiner> refiner;
  if (options.method == PlanMethod::kWindow) {
    refiner = std::make_unique<WindowRefiner>(denoiser, options);
  } else {
    refiner = std::make_unique<CandidateRefiner>(denoiser, options, transition);
  }
  switch (options.replanning) {
    case Replanning::kCold:
      return std::make_unique<ColdRefiner>(std::move(refiner));
    case Replanning::kChunk:
    case Replanning::kChunkAhead:
      return std::make_unique<ChunkRefiner>(std::move(refiner), options);
    default:
      return refiner;
  }
}

bool is_action(const TokenLayout& layout, std::span<const Token> action) noexcept {
  if (std::ssize(action) != layout.actions()) return false;
  for (int a = 0; a < layout.actions(); ++a) {
    if (action[static_cast<std::size_t>(a)] >= layout.slot(layout.states() + a).vocabulary) return false;
  }
  return true;
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
  if (replanning == Replanning::kChunk || replanning == Replanning::kChunkAhead) {
    problems.range("chunk", chunk, 1, horizon);
  }
  problems.range("plan_passes", plan_passes, 1, 1 << 20);
  if (method == PlanMethod::kWindow) problems.range("window_history", window_history, 0, history);
  problems.range("temperature", temperature, 0.0, 1e6);
  return problems.text();
}

struct Planner::Impl {
  Impl(Denoiser& denoiser, const PlannerOptions& given, const Transition* transition)
      : options(given),
        model(denoiser),
        refiner(make_refiner(model, options, transition)),
        predictor(options.pass_windows) {}

  PlannerOptions options;
  CheckedDenoiser model;
  std::unique_ptr<Refiner> refiner;
  StepTimePredictor predictor;
  bool ready = false;
};

Planner::Planner(Denoiser& denoiser, const PlannerOptions& options, const Transition* transition) {
  Problems limits("planner");
  limits.range("pass_windows (against the denoiser's limit)", options.pass_windows, 1, denoiser.max_windows());
  limits.require(denoiser.max_steps() >= 2, "the denoiser takes windows of less than 2 steps");
  limits.require(options.method != PlanMethod::kWindow || denoiser.max_steps() > options.window_history + 1,
                 "window_history " + std::to_string(options.window_history) + " leaves nothing of the denoiser's " +
                     std::to_string(denoiser.max_steps()) + " steps");
  const Capabilities can = denoiser.capabilities();
  if (options.method == PlanMethod::kWindow) {
    limits.require(can.mixer, "kWindow needs a model with a mixer, and this one has none");
  } else {
    limits.require(can.tables || transition != nullptr,
                   "kCandidates needs a model with dynamics tables, or a Transition: there is neither");
    limits.require(can.value || options.value_weight == 0.0,
                   "value_weight needs a model with a value head, and this one has none: set it to 0");
  }
  for (const std::string& problems : {options.validate(), limits.text()}) {
    if (!problems.empty()) throw OptionsError(problems);
  }
  impl_ = std::make_unique<Impl>(denoiser, options, transition);
}

Planner::~Planner() = default;

bool Planner::accepts(std::span<const Token> state, std::span<const Token> goal,
                      std::span<const Token> idle) const noexcept {
  const TokenLayout& l = layout();
  return std::ssize(state) == l.states() && std::ssize(goal) == l.states() && l.valid(state, false) &&
         l.valid(goal, true) && is_action(l, idle) &&
         (impl_->options.method == PlanMethod::kWindow ||
          std::ranges::any_of(goal, [](Token token) { return token != kMask; }));
}

bool Planner::reset(std::span<const Token> state, std::span<const Token> goal, std::span<const Token> idle) noexcept {
  if (!accepts(state, goal, idle)) return false;
  impl_->refiner->reset(state, goal, idle);
  impl_->ready = true;
  return true;
}

RefineReport Planner::refine(const TokenObservation& observation, const Budget& budget, const Budget& most) noexcept {
  Impl& p = *impl_;
  RefineReport report;
  if (!p.ready) return report;
  const bool timed = budget.time != Nanoseconds::max() || most.time != Nanoseconds::max();
  const Nanoseconds start = now();
  p.refiner->observe(observation, report);
  Nanoseconds before = timed ? now() : start;
  while (true) {
    const Budget& limit = p.refiner->frontier() > head() ? budget : most;
    if (report.passes >= limit.passes) break;
    const int windows = p.refiner->next_pass();
    if (windows == 0) {
      report.settled = true;
      break;
    }
    const Nanoseconds predicted = p.predictor.predict(windows);
    if (limit.time != Nanoseconds::max() && before - start + predicted > limit.time) {
      const bool whole = report.passes == 0 && limit.time.count() > 0;
      if (!whole || !p.predictor.refused()) break;
    }
    const bool good = p.refiner->run_pass();
    ++report.passes;
    const Nanoseconds after = now();
    p.predictor.observe(windows, after - before);
    report.predicted_nanoseconds = predicted.count();
    if (predicted.count() > 0) {  // The very first pass was not predicted at all.
      report.worst_error_nanoseconds = std::max(report.worst_error_nanoseconds, (after - before - predicted).count());
    }
    before = after;
    if (!good) break;  // Another one now would only be as bad.
  }
  report.bad_model = p.model.was_bad();
  report.decided_steps = static_cast<std::int32_t>(std::max<std::int64_t>(0, p.refiner->frontier() - head()));
  p.refiner->describe(report);
  return report;
}

std::span<const Token> Planner::action(int step_ahead) const noexcept {
  return decided(step_ahead) ? buffer().action(0, head() + step_ahead) : impl_->refiner->idle();
}

bool Planner::decided(int step_ahead) const noexcept {
  const Impl& p = *impl_;
  return p.ready && step_ahead < p.options.horizon && head() + step_ahead < p.refiner->frontier();
}

void Planner::begin(std::int64_t step, std::span<const Token> action) noexcept {
  if (!impl_->ready || !is_action(layout(), action)) return;
  impl_->refiner->begin(step, action);
}

void Planner::emitted(int steps) noexcept { impl_->refiner->emitted(steps); }
void Planner::shift(int steps) noexcept { impl_->refiner->shift(steps); }
std::int64_t Planner::head() const noexcept { return buffer().head(); }
const PlanBuffer& Planner::buffer() const noexcept { return impl_->refiner->buffer(); }
const TokenLayout& Planner::layout() const noexcept { return buffer().layout(); }
const PlannerOptions& Planner::options() const noexcept { return impl_->options; }
std::size_t Planner::memory() const noexcept { return buffer().memory(); }

}  // namespace ripen
