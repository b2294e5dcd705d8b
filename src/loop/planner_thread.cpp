#include "ripen/planner_thread.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "loop/lookout.hpp"
#include "plan/fractions.hpp"
#include "plan/ledger.hpp"
#include "ripen/error.hpp"
#include "util/log.hpp"
#include "util/ordinary_thread.hpp"
#include "util/problems.hpp"
#include "util/triple_buffer.hpp"

namespace ripen {

namespace {

constexpr std::size_t kSent = 8;  // Steps whose actions are remembered: more than a robot has started.

/// An action that went out.
struct Sent {
  std::int64_t step = -1;
  bool decided = false;
  NoiseLevel level = kFullNoise;
  std::vector<Token> action;
  std::vector<Fraction> fractions;  // Of the action; none of a layout without continuous slots.
};

/// From the ticks to the planner.
struct News {
  explicit News(const TokenLayout& layout)
      : start(static_cast<std::size_t>(layout.states()), 0),
        goal(start),
        hold(static_cast<std::size_t>(layout.actions()), 0),
        state(start),
        goal_fractions(start.size(), 0),
        fractions(start.size(), 0) {
    for (Sent& each : sent) {
      each.action = hold;
      each.fractions.assign(hold.size(), 0);
    }
  }
  [[nodiscard]] const Sent& sent_at(std::int64_t step) const noexcept {
    return sent[static_cast<std::size_t>(step) % kSent];
  }

  std::uint64_t number = 0;
  std::uint64_t plan = 0;  // Counts resets.
  std::vector<Token> start, goal, hold;
  std::uint64_t sensed = 0;  // Counts states.
  std::vector<Token> state;
  std::vector<Fraction> goal_fractions, fractions;  // The second is the state's.
  std::uint64_t aimed = 0;                          // Counts goals since the reset.
  std::int64_t state_step = 0;
  Ledger ledger;
  std::array<Sent, kSent> sent;
};

/// What was done since the thread began. The ticks are told what has been added since they asked last: reports may come
/// more often than that.
struct Totals {
  std::int64_t passes = 0, revised = 0, revealed = 0, chosen = 0, switches = 0, disturbances = 0, bad_passes = 0;
  double surprise = 0.0;

  void add(const PlanReport& report) noexcept {
    passes += report.passes;
    revised += report.revised;
    revealed += report.revealed;
    chosen += report.chosen;
    switches += report.switched ? 1 : 0;
    disturbances += report.disturbed ? 1 : 0;
    bad_passes += report.bad_model ? 1 : 0;
    surprise += static_cast<double>(report.surprise);
  }
  /// Says in a report what was done since `before`.
  void tell(const Totals& before, PlanReport& report) const noexcept {
    report.passes = static_cast<std::int32_t>(passes - before.passes);
    report.revised = static_cast<std::int32_t>(revised - before.revised);
    report.revealed = static_cast<std::int32_t>(revealed - before.revealed);
    report.chosen = static_cast<std::int32_t>(chosen - before.chosen);
    report.switched = switches != before.switches;
    report.disturbed = disturbances != before.disturbances;
    report.bad_model = bad_passes != before.bad_passes;
    report.surprise = static_cast<float>(surprise - before.surprise);
  }
};

/// From the planner to the ticks.
struct Plan {
  Plan(const TokenLayout& layout, int steps)
      : tokens(static_cast<std::size_t>(steps) * static_cast<std::size_t>(layout.slots()), kMask),
        fractions(static_cast<std::size_t>(steps) * static_cast<std::size_t>(layout.actions()), 0),
        levels(static_cast<std::size_t>(steps), kFullNoise) {}

  std::uint64_t number = 0;  // Of the news that it has seen.
  std::uint64_t plan = 0;
  int decided = 0;                  // Steps from the head on.
  std::vector<Token> tokens;        // [horizon][slots]
  std::vector<Fraction> fractions;  // [horizon][actions]
  std::vector<NoiseLevel> levels;   // [horizon]
  Totals totals;
  PlanReport report;
};

const PlannerThreadOptions& checked(const PlannerThreadOptions& options) {
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
  return options;
}

}  // namespace

std::string PlannerThreadOptions::validate() const {
  Problems problems("planner thread");
  problems.range("poll [ns]", poll.count(), std::int64_t{1}, std::int64_t{1'000'000'000});
  problems.range("join_timeout [ns]", join_timeout.count(), std::int64_t{0}, std::int64_t{3'600'000'000'000});
  if (real_time) problems.include(real_time->validate());
  return problems.text();
}

struct PlannerThread::Impl {
  Impl(Planner& wanted, const PlannerThreadOptions& given)
      : layout(wanted.layout()),
        options(checked(given)),
        planner(wanted),
        nothing(static_cast<std::size_t>(layout.slots()), kMask),
        news(News(layout)),
        plans(Plan(layout, wanted.horizon())),
        told(layout) {}

  // --- On the thread of the ticks ---
  /// Place of a step in the newest plan; -1 if it has none.
  [[nodiscard]] int place_of(std::int64_t step) const noexcept;
  [[nodiscard]] std::span<const Token> planned(int place) const noexcept;  // [slots]
  [[nodiscard]] std::span<const Token> planned_action(int place) const noexcept {
    return planned(place).subspan(static_cast<std::size_t>(layout.states()));
  }
  [[nodiscard]] std::span<const Fraction> planned_fractions(int place) const noexcept {
    const auto actions = static_cast<std::size_t>(layout.actions());
    return std::span(plans.reading().fractions).subspan(static_cast<std::size_t>(place) * actions, actions);
  }
  /// What went out for a step that can no longer change; null if it can.
  [[nodiscard]] const Sent* fixed(std::int64_t step) const noexcept;
  [[nodiscard]] PlannedStep step(int ahead) const noexcept;
  void tell() noexcept;

  // --- On the planner's ---
  void work() noexcept;
  void take() noexcept;
  void follow(const News& from, std::int64_t started) noexcept;
  void observe(const TickObservation& observation) noexcept;
  void publish() noexcept;

  const TokenLayout layout;
  const PlannerThreadOptions options;
  Planner& planner;
  const std::vector<Token> nothing;  // [slots] of a step that no plan is known for.
  TripleBuffer<News> news;
  TripleBuffer<Plan> plans;
  std::atomic<bool> stop = false;

  // The ticks'.
  News told;                       // What is sent next.
  std::uint64_t started_with = 0;  // Number of the last news before this plan.
  PlanReport report;
  Totals seen;  // So far.

  // The planner's.
  std::uint64_t plan = 0, sensed = 0, aimed = 0, number = 0;
  Ledger ledger;
  Totals totals;

  std::thread thread;
  std::future<void> ended;
};

PlannerThread::PlannerThread(Planner& planner, const PlannerThreadOptions& options)
    : impl_(std::make_shared<Impl>(planner, options)) {
  std::promise<void> start, end;
  std::future<void> started = start.get_future();
  impl_->ended = end.get_future();
  auto work = [impl = impl_, starting = std::move(start), ending = std::move(end)]() mutable {
    try {
      if (impl->options.real_time) apply_real_time(*impl->options.real_time);
      starting.set_value();
      impl->work();
    } catch (...) {
      starting.set_exception(std::current_exception());
    }
    ending.set_value();
  };
  try {
    impl_->thread = std::thread(std::move(work));
  } catch (const std::system_error& error) {
    throw no_thread(error.code());
  }
  try {
    started.get();
  } catch (...) {
    impl_->thread.join();
    throw;
  }
}

PlannerThread::~PlannerThread() {
  impl_->stop = true;
  if (impl_->ended.wait_for(impl_->options.join_timeout + Lookout(impl_->options.poll).longest()) ==
      std::future_status::ready) {
    impl_->thread.join();
    return;
  }
  log_line(logger_or_default(nullptr).get(), LogLevel::kError,
           "the planner's thread does not end its pass and is left behind: the denoiser hangs");
  impl_->thread.detach();
}

// --- On the thread of the ticks ---

const TokenLayout& PlannerThread::layout() const noexcept { return impl_->layout; }
int PlannerThread::horizon() const noexcept { return impl_->planner.horizon(); }
const PlanReport& PlannerThread::report() const noexcept { return impl_->report; }

PlanReset PlannerThread::reset(std::span<const Token> state, std::span<const Token> goal,
                               std::span<const Token> hold) noexcept {
  const PlanReset result = impl_->planner.check(state, goal, hold);
  if (result != PlanReset::kOk) return result;
  News& told = impl_->told;
  ++told.plan;
  std::ranges::copy(state, told.start.begin());
  std::ranges::copy(goal, told.goal.begin());
  std::ranges::copy(hold, told.hold.begin());
  told.sensed = told.aimed = 0;
  told.ledger = {};
  for (Sent& each : told.sent) each.step = -1;
  impl_->report = {};
  impl_->started_with = told.number;
  impl_->tell();
  return PlanReset::kOk;
}

bool PlannerThread::aim(std::span<const Token> goal, std::span<const Fraction> fractions) noexcept {
  News& told = impl_->told;
  if (told.plan == 0 || impl_->planner.check(told.start, goal, told.hold) != PlanReset::kOk) return false;
  if (!fractions.empty() && fractions.size() != goal.size()) return false;
  std::ranges::copy(goal, told.goal.begin());
  copy_fractions(fractions, told.goal_fractions);
  ++told.aimed;
  impl_->tell();
  return true;
}

void PlannerThread::observe(const TickObservation& observation) noexcept {
  Impl& t = *impl_;
  t.plans.take();
  Ledger& ledger = t.told.ledger;
  ledger.started = observation.started;
  ledger.done = observation.done;
  if (observation.observed) ledger.sent = observation.started;
  if (observation.hold.size() == t.told.hold.size()) std::ranges::copy(observation.hold, t.told.hold.begin());
  if (!observation.state.empty()) {
    std::ranges::copy(observation.state, t.told.state.begin());
    copy_fractions(observation.fractions, t.told.fractions);
    t.told.state_step = observation.state_step;
    ++t.told.sensed;
  }
  const Plan& plan = t.plans.reading();
  const bool is_known = plan.plan == t.told.plan;
  const std::int64_t since = is_known ? std::clamp<std::int64_t>(ledger.done - plan.report.head, 0, 1 << 30) : 0;
  const auto left = [&](std::int32_t steps) {
    return static_cast<std::int32_t>(std::max<std::int64_t>(0, steps - since));
  };
  PlanReport& report = t.report;
  report = is_known ? plan.report : PlanReport{};
  report.head = ledger.head();
  plan.totals.tell(t.seen, report);
  t.seen = plan.totals;
  report.head_is_ripe = t.step(0).decided;
  report.decided_steps = left(report.decided_steps);
  if (report.steps_to_goal >= 0) report.steps_to_goal = left(report.steps_to_goal);
  report.behind = static_cast<std::int64_t>(t.told.number - std::max(plan.number, t.started_with));
}

const Sent* PlannerThread::Impl::fixed(std::int64_t step) const noexcept {
  const Sent& sent = told.sent_at(step);
  return step < told.ledger.open() && sent.step == step ? &sent : nullptr;
}

int PlannerThread::Impl::place_of(std::int64_t step) const noexcept {
  const Plan& newest = plans.reading();
  const std::int64_t place = step - newest.report.head;
  const bool there = newest.plan == told.plan && place >= 0 && place < std::ssize(newest.levels);
  return there ? static_cast<int>(place) : -1;
}

std::span<const Token> PlannerThread::Impl::planned(int place) const noexcept {
  if (place < 0) return nothing;
  return std::span(plans.reading().tokens).subspan(static_cast<std::size_t>(place) * nothing.size(), nothing.size());
}

PlannedStep PlannerThread::step(int ahead) const noexcept { return impl_->step(ahead); }

PlannedStep PlannerThread::Impl::step(int ahead) const noexcept {
  const std::int64_t step = told.ledger.head() + ahead;
  const int place = place_of(step);
  PlannedStep result{.tokens = planned(place), .action = told.hold};
  if (const Sent* sent = fixed(step)) {
    result.action = sent->action;
    result.fractions = sent->fractions;
    result.decided = sent->decided;
    result.level = sent->level;
    return result;
  }
  if (place < 0) return result;
  result.level = plans.reading().levels[static_cast<std::size_t>(place)];
  if (place >= plans.reading().decided) return result;
  const Sent* const head = fixed(told.ledger.head());
  const int head_place = place_of(told.ledger.head());
  if (head != nullptr && head_place >= 0 && !std::ranges::equal(head->action, planned_action(head_place))) {
    return result;
  }
  result.action = planned_action(place);
  result.fractions = planned_fractions(place);
  result.decided = true;
  return result;
}

void PlannerThread::sent(int steps, std::int64_t started) noexcept {
  News& told = impl_->told;
  for (int i = 0; i < std::min(steps, static_cast<int>(kSent)); ++i) {
    const std::int64_t step = told.ledger.head() + i;
    if (impl_->fixed(step) != nullptr) continue;
    const PlannedStep planned = impl_->step(i);
    Sent& sent = told.sent[static_cast<std::size_t>(step) % kSent];
    std::ranges::copy(planned.action, sent.action.begin());
    copy_fractions(planned.fractions, sent.fractions);
    sent.decided = planned.decided;
    sent.level = planned.level;
    sent.step = step;
  }
  told.ledger.sent = std::max(told.ledger.sent, told.ledger.head() + steps);
  told.ledger.started = std::max(told.ledger.started, started);
  impl_->tell();
}

void PlannerThread::started(std::int64_t step, std::span<const Token> action,
                            std::span<const Fraction> fractions) noexcept {
  News& told = impl_->told;
  if (step != told.ledger.started || impl_->planner.check(told.start, told.goal, action) != PlanReset::kOk) return;
  Sent& sent = told.sent[static_cast<std::size_t>(step) % kSent];
  std::ranges::copy(action, sent.action.begin());
  copy_fractions(fractions, sent.fractions);
  sent.decided = false;
  sent.level = kFullNoise;
  sent.step = step;
  told.ledger.started = step + 1;
}

void PlannerThread::Impl::tell() noexcept {
  ++told.number;
  news.writing() = told;  // Of the same sizes: nothing is allocated.
  news.publish();
}

bool PlannerThread::caught_up() noexcept {
  impl_->plans.take();
  const Plan& plan = impl_->plans.reading();
  const News& told = impl_->told;
  return plan.number == told.number && (plan.report.settled || told.ledger.head() - plan.report.head < plan.decided);
}

// --- On the planner's thread ---

void PlannerThread::Impl::work() noexcept {
  bool settled = false;
  const SteadyClock clock;
  Lookout lookout(options.poll);
  while (!stop) {
    const bool is_new = news.take();
    if (is_new) take();
    std::int32_t ran = 0;
    bool bad = false;
    if (plan > 0 && (is_new || !settled)) {
      planner.observe({.started = ledger.started, .done = ledger.done, .observed = false});  // The report is a pass's.
      planner.refine({.passes = 1});
      const PlanReport& now = planner.report();
      ran = now.passes;
      bad = now.bad_model;
      totals.add(now);
      settled = now.settled;
      publish();
    }
    if (is_new) lookout.found(clock.now());
    if (is_new || (ran > 0 && !bad)) continue;
    std::this_thread::sleep_for(lookout.wait(clock.now()));  // Nor is a model that gives no numbers asked at once.
  }
}

void PlannerThread::Impl::take() noexcept {
  const News& from = news.reading();
  number = from.number;
  if (from.plan != plan) {
    (void)planner.reset(from.start, from.goal, from.hold);  // The tokens were checked.
    plan = from.plan;
    ledger = {};
    sensed = aimed = 0;
  }
  if (from.aimed != aimed) {
    (void)planner.aim(from.goal, from.goal_fractions);
    aimed = from.aimed;
  }
  planner.sent(0);
  if (from.sensed != sensed) {
    // As it happened: what was sensed before an action went out is seen before that starts.
    follow(from, std::min(from.ledger.started, from.state_step));
    observe({.state = from.state,
             .fractions = from.fractions,
             .state_step = from.state_step,
             .started = ledger.started,
             .done = ledger.done,
             .observed = false});
    sensed = from.sensed;
  }
  follow(from, from.ledger.started);
  observe({.started = ledger.started, .done = ledger.done, .observed = false, .hold = from.hold});
  int fixed_steps = 0;
  for (std::int64_t step = from.ledger.head(); step < from.ledger.sent; ++step, ++fixed_steps) {
    const Sent& sent = from.sent_at(step);
    if (sent.step != step || !std::ranges::equal(sent.action, planner.step(fixed_steps).action)) break;
  }
  planner.sent(fixed_steps);
}

/// What this report says is counted now: the next one is another.
void PlannerThread::Impl::observe(const TickObservation& observation) noexcept {
  planner.observe(observation);
  totals.add(planner.report());
}

/// Goes along with what started, up to a step.
void PlannerThread::Impl::follow(const News& from, std::int64_t started) noexcept {
  ledger.started = std::max(ledger.started, started - static_cast<std::int64_t>(kSent));
  for (; ledger.started < started; ++ledger.started) {
    const Sent& sent = from.sent_at(ledger.started);
    if (sent.step == ledger.started) planner.started(ledger.started, sent.action, sent.fractions);
  }
  ledger.done = std::max(ledger.done, std::min(from.ledger.done, ledger.started));
}

void PlannerThread::Impl::publish() noexcept {
  Plan& to = plans.writing();
  to.number = number;
  to.plan = plan;
  to.decided = 0;
  auto token = to.tokens.begin();
  const auto actions = static_cast<std::size_t>(layout.actions());
  for (int i = 0; i < planner.horizon(); ++i) {
    const PlannedStep step = planner.step(i);
    if (step.decided) to.decided = i + 1;
    token = std::ranges::copy(step.tokens, token).out;
    copy_fractions(step.fractions, std::span(to.fractions).subspan(static_cast<std::size_t>(i) * actions, actions));
    to.levels[static_cast<std::size_t>(i)] = step.level;
  }
  to.totals = totals;
  to.report = planner.report();
  plans.publish();
}

}  // namespace ripen
