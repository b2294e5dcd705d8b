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

/// When tick 0 was on the system clock, if this tick came at this instant; 0 if that was before 1970.
std::chrono::nanoseconds start_of(std::int64_t tick, TimePoint instant, std::chrono::nanoseconds period) {
  const std::chrono::nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
  const std::chrono::nanoseconds then = now - (SteadyClock().now() - instant);
  return tick <= then / period ? then - tick * period : std::chrono::nanoseconds(0);
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

Recorder::Recorder(const PlanSource& plan, const RecorderOptions& options)
    : options_(checked(options, plan)),
      layout_(plan.layout()),
      states_(static_cast<std::size_t>(layout_.states())),
      actions_(static_cast<std::size_t>(layout_.actions())) {
  const auto ticks = static_cast<std::size_t>(options.ticks);
  const auto slots = static_cast<std::size_t>(layout_.slots());
  for (Bank& bank : banks_) {
    bank.rows.resize(ticks);
    bank.values.resize(ticks * (states_ + 2 * actions_));
    bank.seen.resize(ticks * states_);
    bank.plans.resize(ticks * static_cast<std::size_t>(options.plan_steps) * slots);
  }
}

bool Recorder::on_tick(const Tick& tick) noexcept {
  Bank& bank = banks_[bank_];
  keep(tick, bank);
  bank.instant = SteadyClock().now() - tick.report.compute - tick.report.wake_up;
  bank.next = bank.next + 1 == bank.rows.size() ? 0 : bank.next + 1;
  bank.count = std::min(bank.count + 1, bank.rows.size());
  if (ending_ > 0) --ending_;
  if (calls_for_end(tick.report) && ending_ < 0) ending_ = options_.ticks_after;
  last_ = tick.report;
  if (ending_ == 0) hand_over();
  return true;
}

void Recorder::keep(const Tick& tick, Bank& bank) noexcept {
  bank.rows[bank.next] = {.delivered = tick.delivered,
                          .fresh = tick.observation.fresh,
                          .state_step = tick.observation.state_step,
                          .steps_begun = tick.observation.steps_begun,
                          .steps_done = tick.observation.steps_done,
                          .step = tick.command.step,
                          .report = tick.report};
  double* value = bank.values.data() + bank.next * (states_ + 2 * actions_);
  value = std::copy_n(tick.observation.state.begin(), states_, value);
  for (std::size_t s = 0; s < states_; ++s) {
    bank.seen[bank.next * states_ + s] = tick.observation.seen.empty() || tick.observation.seen[s] ? 1 : 0;
  }
  value = std::copy_n(tick.command.action.begin(), actions_, value);
  std::copy_n(tick.command.next.begin(), actions_, value);
  const auto slots = static_cast<std::size_t>(layout_.slots());
  Token* token = bank.plans.data() + bank.next * static_cast<std::size_t>(options_.plan_steps) * slots;
  for (int step = 0; step < options_.plan_steps; ++step) {
    token = std::copy_n(tick.plan.step(step).tokens.begin(), slots, token);
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
  const struct Freed {  // Also if there is no memory for the recording: the next one may find some.
    std::atomic<int>& bank;
    ~Freed() { bank.store(-1, std::memory_order_release); }
  } freed{full_};
  return recording_of(banks_[static_cast<std::size_t>(full)]);
}

Recording Recorder::kept() const { return recording_of(banks_[bank_]); }

Recording Recorder::recording_of(const Bank& bank) const {
  Recording recording{.layout = layout_, .period = options_.period, .start = {}, .notes = {}, .ticks = {}};
  recording.ticks.reserve(bank.count);
  const std::size_t plan = static_cast<std::size_t>(options_.plan_steps) * static_cast<std::size_t>(layout_.slots());
  const auto part = [](const auto& values, std::size_t from, std::size_t size) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(from);
    return std::vector(begin, begin + static_cast<std::ptrdiff_t>(size));
  };
  for (std::size_t i = 0; i < bank.count; ++i) {
    const std::size_t at = (bank.next + bank.rows.size() - bank.count + i) % bank.rows.size();
    const Row& row = bank.rows[at];
    const std::size_t values = at * (states_ + 2 * actions_);
    recording.ticks.push_back({.delivered = row.delivered,
                               .fresh = row.fresh,
                               .state_step = row.state_step,
                               .steps_begun = row.steps_begun,
                               .steps_done = row.steps_done,
                               .state = part(bank.values, values, states_),
                               .seen = part(bank.seen, at * states_, states_),
                               .plan = part(bank.plans, at * plan, plan),
                               .step = row.step,
                               .action = part(bank.values, values + states_, actions_),
                               .next = part(bank.values, values + states_ + actions_, actions_),
                               .report = row.report});
  }
  if (!recording.ticks.empty()) {
    recording.start = start_of(recording.ticks.back().report.tick, bank.instant, options_.period);
  }
  return recording;
}

}  // namespace ripen
