#include "ripen/recorder.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {

constexpr int kMostTicks = 100'000'000;

const RecorderOptions& checked(const RecorderOptions& options, const PlanSource& plan) {
  std::string problems = options.validate();
  if (options.plan_steps > plan.horizon()) {
    Problems more("recorder");
    more.range("plan_steps", options.plan_steps, 0, plan.horizon());
    problems += (problems.empty() ? "" : "\n") + more.text();
  }
  if (!problems.empty()) throw OptionsError(problems);
  return options;
}

}  // namespace

std::string RecorderOptions::validate() const {
  Problems problems("recorder");
  problems.range("ticks", ticks, 1, kMostTicks);
  problems.range("ticks_after", ticks_after, 0, std::max(0, ticks - 1));
  problems.range("plan_steps", plan_steps, 0, kMostTicks);
  problems.range("period [ns]", period.count(), std::int64_t{1}, std::numeric_limits<std::int64_t>::max());
  return problems.text();
}

Recorder::Recorder(Robot& robot, const PlanSource& plan, const RecorderOptions& options, TickObserver* next)
    : robot_(robot),
      plan_(plan),
      options_(checked(options, plan)),
      next_(next),
      layout_(plan.layout()),
      states_(static_cast<std::size_t>(layout_.states())),
      actions_(static_cast<std::size_t>(layout_.actions())) {
  const auto ticks = static_cast<std::size_t>(options.ticks);
  const auto slots = static_cast<std::size_t>(layout_.slots());
  for (Bank& bank : banks_) {
    bank.ticks.resize(ticks);
    bank.values.resize(ticks * (states_ + 2 * actions_));
    bank.plans.resize(ticks * static_cast<std::size_t>(options.plan_steps) * slots);
  }
}

bool Recorder::read(std::int64_t tick_number, Observation& observation) noexcept {
  const bool delivered = robot_.read(tick_number, observation);
  Tick& kept = tick();
  kept.delivered = delivered;
  kept.fresh = observation.fresh;
  kept.state_step = observation.state_step;
  kept.steps_begun = observation.steps_begun;
  kept.steps_done = observation.steps_done;
  std::copy(observation.state.begin(), observation.state.end(), values());
  return delivered;
}

bool Recorder::write(const Command& command) noexcept {
  tick().step = command.step;
  std::copy(command.action.begin(), command.action.end(), values() + states_);
  std::copy(command.next.begin(), command.next.end(), values() + states_ + actions_);
  return robot_.write(command);
}

bool Recorder::on_tick(const TickReport& report) noexcept {
  keep_plan();
  tick().report = report;
  Bank& bank = banks_[bank_];
  bank.next = bank.next + 1 == bank.ticks.size() ? 0 : bank.next + 1;
  bank.count = std::min(bank.count + 1, bank.ticks.size());
  if (ending_ > 0) --ending_;
  if (calls_for_end(report) && ending_ < 0) ending_ = options_.ticks_after;
  last_ = report;
  if (ending_ == 0) hand_over();
  return next_ == nullptr || next_->on_tick(report);
}

Recorder::Tick& Recorder::tick() noexcept { return banks_[bank_].ticks[banks_[bank_].next]; }

double* Recorder::values() noexcept {
  return banks_[bank_].values.data() + banks_[bank_].next * (states_ + 2 * actions_);
}

void Recorder::keep_plan() noexcept {
  Bank& bank = banks_[bank_];
  const auto slots = static_cast<std::size_t>(layout_.slots());
  Token* to = bank.plans.data() + bank.next * static_cast<std::size_t>(options_.plan_steps) * slots;
  for (int step = 0; step < options_.plan_steps; ++step) {
    const auto tokens = plan_.step(step).tokens;
    to = std::copy(tokens.begin(), tokens.end(), to);
  }
}

/// Whether something has just appeared; what goes on calls for no second recording.
bool Recorder::calls_for_end(const TickReport& report) noexcept {
  const bool requested = requested_.load(std::memory_order_relaxed) && requested_.exchange(false);
  const bool appeared = (report.faults & ~last_.faults & options_.faults) != 0;
  const bool worsened = options_.severity && report.source >= *options_.severity && last_.source < *options_.severity;
  return requested || appeared || worsened;
}

void Recorder::hand_over() noexcept {
  if (ready()) return;  // The other bank is not free yet.
  full_.store(static_cast<int>(bank_), std::memory_order_release);
  bank_ = 1 - bank_;
  banks_[bank_].next = 0;
  banks_[bank_].count = 0;
  ending_ = -1;
}

Recording Recorder::take() {
  const int full = full_.load(std::memory_order_acquire);
  if (full < 0) throw RecordingError("recorder: no recording is over");
  Recording recording = recording_of(banks_[static_cast<std::size_t>(full)]);
  full_.store(-1, std::memory_order_release);
  return recording;
}

Recording Recorder::kept() const { return recording_of(banks_[bank_]); }

Recording Recorder::recording_of(const Bank& bank) const {
  Recording recording{.layout = layout_, .period = options_.period, .notes = {}, .ticks = {}};
  recording.ticks.reserve(bank.count);
  const std::size_t plan = static_cast<std::size_t>(options_.plan_steps) * static_cast<std::size_t>(layout_.slots());
  const auto part = [](const auto& values, std::size_t from, std::size_t size) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(from);
    return std::vector(begin, begin + static_cast<std::ptrdiff_t>(size));
  };
  for (std::size_t i = 0; i < bank.count; ++i) {
    const std::size_t at = (bank.next + bank.ticks.size() - bank.count + i) % bank.ticks.size();
    const Tick& tick = bank.ticks[at];
    const std::size_t values = at * (states_ + 2 * actions_);
    recording.ticks.push_back({.delivered = tick.delivered,
                               .fresh = tick.fresh,
                               .state_step = tick.state_step,
                               .steps_begun = tick.steps_begun,
                               .steps_done = tick.steps_done,
                               .state = part(bank.values, values, states_),
                               .plan = part(bank.plans, at * plan, plan),
                               .step = tick.step,
                               .action = part(bank.values, values + states_, actions_),
                               .next = part(bank.values, values + states_ + actions_, actions_),
                               .report = tick.report});
  }
  return recording;
}

}  // namespace ripen
