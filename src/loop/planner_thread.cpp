#include "ripen/planner_thread.hpp"

#include <algorithm>
#include <future>

#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {

const PlannerThreadOptions& checked(const PlannerThreadOptions& options, const Planner& planner) {
  std::string problems = options.validate();
  if (planner.options().replanning != Replanning::kRolling) {
    problems += (problems.empty() ? "" : "\n") + std::string("planner thread: replanning must be kRolling");
  }
  if (!problems.empty()) throw OptionsError(problems);
  return options;
}

}  // namespace

std::string PlannerThreadOptions::validate() const {
  Problems problems("planner thread");
  problems.range("poll [ns]", poll.count(), std::int64_t{1}, std::int64_t{1'000'000'000});
  std::string text = problems.text();
  if (!real_time) return text;
  const std::string more = real_time->validate();
  if (!text.empty() && !more.empty()) text += '\n';
  return text + more;
}

PlannerThread::News PlannerThread::first_news(const TokenLayout& layout) {
  const auto states = static_cast<std::size_t>(layout.states());
  const auto actions = static_cast<std::size_t>(layout.actions());
  News news;
  for (std::vector<Token>* tokens : {&news.start, &news.goal, &news.state}) tokens->assign(states, 0);
  news.idle.assign(actions, 0);
  for (Sent& sent : news.sent) sent.action.assign(actions, 0);
  return news;
}

PlannerThread::Plan PlannerThread::first_plan(const TokenLayout& layout, int steps) {
  Plan plan;
  plan.tokens.assign(static_cast<std::size_t>(steps) * static_cast<std::size_t>(layout.slots()), kMask);
  plan.levels.assign(static_cast<std::size_t>(steps), kFullNoise);
  return plan;
}

PlannerThread::PlannerThread(Planner& planner, const PlannerThreadOptions& options)
    : layout_(planner.layout()),
      horizon_(planner.options().horizon),
      nothing_(static_cast<std::size_t>(layout_.slots()), kMask),
      options_(checked(options, planner)),
      planner_(planner),
      news_(first_news(layout_)),
      plans_(first_plan(layout_, horizon_)),
      told_(first_news(layout_)) {
  std::promise<void> promise;
  std::future<void> started = promise.get_future();
  thread_ = std::jthread([this, result = std::move(promise)](const std::stop_token& stop) mutable {
    try {
      if (options_.real_time) apply_real_time(*options_.real_time);
    } catch (...) {
      result.set_exception(std::current_exception());
      return;
    }
    result.set_value();
    work(stop);
  });
  started.get();
}

PlannerThread::~PlannerThread() = default;

// --- On the thread of the ticks ---

bool PlannerThread::reset(std::span<const Token> state, std::span<const Token> goal,
                          std::span<const Token> idle) noexcept {
  if (!planner_.accepts(state, goal, idle)) return false;
  ++told_.plan;
  std::ranges::copy(state, told_.start.begin());
  std::ranges::copy(goal, told_.goal.begin());
  std::ranges::copy(idle, told_.idle.begin());
  told_.sensed = 0;
  told_.begun = told_.done = told_.held = 0;
  for (Sent& sent : told_.sent) sent.step = -1;
  report_ = {};
  begun_with_ = told_.number;
  send();
  return true;
}

void PlannerThread::begin_tick(const TickObservation& observation) noexcept {
  plans_.take();
  told_.begun = observation.begun;
  told_.done = observation.done;
  if (observation.observed) told_.held = observation.begun;
  if (!observation.state.empty()) {
    std::ranges::copy(observation.state, told_.state.begin());
    told_.state_step = observation.state_step;
    ++told_.sensed;
  }
  const Plan& plan = plans_.reading();
  behind_ = static_cast<std::int64_t>(told_.number - std::max(plan.number, begun_with_));
  const std::int64_t passes = plan.passes - passes_;
  const bool disturbed = plan.disturbances != disturbances_, bad_model = plan.bad_passes != bad_passes_;
  passes_ = plan.passes;
  disturbances_ = plan.disturbances;
  bad_passes_ = plan.bad_passes;
  report_ = plan.plan == told_.plan ? plan.report : RefineReport{};
  report_.passes = static_cast<std::int32_t>(passes);
  report_.disturbed = disturbed;
  report_.bad_model = bad_model;
  report_.head_is_ripe = decided(0);
  const auto since = static_cast<std::int32_t>(std::min<std::int64_t>(told_.done - plan.head, 1 << 30));
  report_.decided_steps = std::max(0, report_.decided_steps - since);
  if (report_.steps_to_goal >= 0) report_.steps_to_goal = std::max(0, report_.steps_to_goal - since);
}

const PlannerThread::Sent* PlannerThread::fixed(std::int64_t step) const noexcept {
  const Sent& sent = told_.sent[static_cast<std::size_t>(step) % kSent];
  return step < std::max(told_.begun, told_.held) && sent.step == step ? &sent : nullptr;
}

int PlannerThread::place_of(std::int64_t step) const noexcept {
  const Plan& plan = plans_.reading();
  const std::int64_t place = step - plan.head;
  const bool there = plan.plan == told_.plan && place >= 0 && place < std::ssize(plan.levels);
  return there ? static_cast<int>(place) : -1;
}

std::span<const Token> PlannerThread::action(int step_ahead) const noexcept {
  if (const Sent* sent = fixed(told_.done + step_ahead)) return sent->action;
  return decided(step_ahead) ? planned_action(place_of(told_.done + step_ahead)) : told_.idle;
}

std::span<const Token> PlannerThread::planned_action(int place) const noexcept {
  const auto slots = nothing_.size();
  const auto states = static_cast<std::size_t>(layout_.states());
  return std::span(plans_.reading().tokens).subspan(static_cast<std::size_t>(place) * slots, slots).subspan(states);
}

std::span<const Token> PlannerThread::tokens(int step_ahead) const noexcept {
  const auto slots = nothing_.size();
  const int place = place_of(told_.done + step_ahead);
  if (place < 0) return nothing_;
  return std::span(plans_.reading().tokens).subspan(static_cast<std::size_t>(place) * slots, slots);
}

bool PlannerThread::decided(int step_ahead) const noexcept {
  if (const Sent* sent = fixed(told_.done + step_ahead)) return sent->decided;
  const int place = place_of(told_.done + step_ahead);
  if (place < 0 || place >= plans_.reading().decided) return false;
  const Sent* const head = fixed(told_.done);
  const int head_place = place_of(told_.done);
  return head == nullptr || head_place < 0 || std::ranges::equal(head->action, planned_action(head_place));
}

NoiseLevel PlannerThread::level(int step_ahead) const noexcept {
  if (const Sent* sent = fixed(told_.done + step_ahead)) return sent->level;
  const int place = place_of(told_.done + step_ahead);
  return place < 0 ? kFullNoise : plans_.reading().levels[static_cast<std::size_t>(place)];
}

void PlannerThread::emitted(int steps, std::int64_t begun) noexcept {
  for (int i = 0; i < std::min(steps, static_cast<int>(kSent)); ++i) {
    const std::int64_t step = told_.done + i;
    if (fixed(step) != nullptr) continue;
    Sent& sent = told_.sent[static_cast<std::size_t>(step) % kSent];
    std::ranges::copy(action(i), sent.action.begin());
    sent.decided = decided(i);
    sent.level = level(i);
    sent.step = step;
  }
  told_.held = std::max(told_.held, told_.done + steps);
  told_.begun = std::max(told_.begun, begun);
  send();
}

void PlannerThread::send() noexcept {
  ++told_.number;
  news_.writing() = told_;  // Of the same sizes: nothing is allocated.
  news_.publish();
}

bool PlannerThread::caught_up() noexcept {
  plans_.take();
  const Plan& plan = plans_.reading();
  return plan.number == told_.number && (plan.settled || told_.done - plan.head < plan.decided);
}

// --- On the planner's thread ---

void PlannerThread::work(const std::stop_token& stop) noexcept {
  while (!stop.stop_requested()) {
    const bool news = news_.take();
    if (news && take(news_.reading())) ++all_disturbances_;
    RefineReport report;
    if (plan_ > 0) {
      report = planner_.refine({.state = {}, .step = planner_.head(), .begun = begun_}, {.passes = 1});
      all_passes_ += report.passes;
      all_bad_passes_ += report.bad_model ? 1 : 0;
      if (news || report.passes > 0 || report.settled) publish(report);
    }
    if (!news && (report.passes == 0 || report.bad_model)) std::this_thread::sleep_for(options_.poll);
  }
}

bool PlannerThread::take(const News& news) noexcept {
  number_ = news.number;
  if (news.plan != plan_) {
    (void)planner_.reset(news.start, news.goal, news.idle);  // The tokens were checked.
    plan_ = news.plan;
    begun_ = 0;
    sensed_ = 0;
  }
  planner_.emitted(0);
  const auto follow_until = [&](std::int64_t begun) {
    begun_ = std::max(begun_, begun - static_cast<std::int64_t>(kSent));
    for (; begun_ < begun; ++begun_) {
      const Sent& sent = news.sent[static_cast<std::size_t>(begun_) % kSent];
      if (sent.step == begun_) planner_.begin(begun_, sent.action);
    }
    const std::int64_t head = std::min(news.done, begun_);
    planner_.shift(static_cast<int>(std::clamp<std::int64_t>(head - planner_.head(), 0, 1 << 30)));
  };
  bool disturbed = false;
  if (news.sensed != sensed_) {
    // As it happened: what was sensed before an action went out is seen before that begins.
    follow_until(std::min(news.begun, news.state_step));
    const TokenObservation observation{.state = news.state, .step = news.state_step, .begun = begun_};
    disturbed = planner_.refine(observation, {.passes = 0}).disturbed;
    sensed_ = news.sensed;
  }
  follow_until(news.begun);
  int held = 0;
  for (std::int64_t step = news.done; step < news.held; ++step, ++held) {
    const Sent& sent = news.sent[static_cast<std::size_t>(step) % kSent];
    if (sent.step != step || !std::ranges::equal(sent.action, planner_.action(held))) break;
  }
  planner_.emitted(held);
  return disturbed;
}

void PlannerThread::publish(const RefineReport& report) noexcept {
  Plan& plan = plans_.writing();
  plan.number = number_;
  plan.plan = plan_;
  plan.head = planner_.head();
  const PlanBuffer& buffer = planner_.buffer();
  plan.decided = 0;
  auto to = plan.tokens.begin();
  for (int i = 0; i < horizon_; ++i) {
    if (planner_.decided(i)) plan.decided = i + 1;
    to = std::ranges::copy(buffer.tokens(0, plan.head + i), to).out;
    plan.levels[static_cast<std::size_t>(i)] = buffer.levels(0, plan.head + i).back();
  }
  plan.passes = all_passes_;
  plan.disturbances = all_disturbances_;
  plan.bad_passes = all_bad_passes_;
  plan.settled = report.settled;
  plan.report = report;
  plans_.publish();
}

}  // namespace ripen
