#include "plan/window_refiner.hpp"

#include <algorithm>

#include "plan/posterior.hpp"
#include "plan/softmax.hpp"

namespace ripen {

namespace {

// Rows of the buffer: what is to be done and seen, decoded, and the draft that passes see, drawn. The levels of the
// first are those of both.
constexpr int kPlan = 0;
constexpr int kDraft = 1;
constexpr int kRows = 2;

/// Of a channel's range, unless PlannerOptions::tolerances says it.
constexpr double kTolerance = 0.05;
/// The least level of a plan whose predictions failed: half of it is drawn again.
constexpr NoiseLevel kDoubt = 128;

/// [states] How far what was seen may be from what was expected.
std::vector<int> most_bins_off(const TokenLayout& layout, const std::vector<double>& tolerances) {
  std::vector<int> most(static_cast<std::size_t>(layout.states()), 0);
  for (std::size_t s = 0; s < most.size(); ++s) {
    const Slot& slot = layout.slot(static_cast<int>(s));
    if (!slot.continuous()) continue;
    const double part = tolerances.empty() ? kTolerance : tolerances[s] / (slot.high - slot.low);
    most[s] = static_cast<int>(std::min(part, 1.0) * slot.vocabulary);
  }
  return most;
}

}  // namespace

WindowRefiner::WindowRefiner(CheckedDenoiser& model, const PlannerOptions& options)
    : Refiner(options.horizon),
      options_(options),
      denoiser_(model),
      buffer_(model.layout(), kRows, options.horizon, options.history),
      random_(options.seed),
      most_bins_off_(most_bins_off(model.layout(), options.tolerances)),
      goal_(static_cast<std::size_t>(model.layout().states()), kMask),
      hold_(static_cast<std::size_t>(model.layout().actions()), 0),
      tokens_(static_cast<std::size_t>(model.max_steps()) * static_cast<std::size_t>(model.layout().slots()), kMask),
      logits_(static_cast<std::size_t>(model.max_steps()) * static_cast<std::size_t>(model.layout().logits())),
      probabilities_(static_cast<std::size_t>(model.layout().logits())),
      tempered_(static_cast<std::size_t>(model.layout().logits())) {}

void WindowRefiner::reset(std::span<const Token> state, std::span<const Token> goal,
                          std::span<const Token> hold) noexcept {
  buffer_.reset();
  random_ = Random(options_.seed);
  ledger_ = {};
  frontier_ = next_ = 0;
  fresh_ = false;
  std::ranges::copy(goal, goal_.begin());
  std::ranges::copy(hold, hold_.begin());
  for (int row = 0; row < kRows; ++row) std::ranges::copy(state, buffer_.tokens(row, 0).begin());
  std::ranges::fill(buffer_.levels(kPlan, 0).first(state.size()), NoiseLevel{0});
}

void WindowRefiner::started(std::int64_t step, std::span<const Token> action) noexcept {
  if (step != ledger_.started || step + 1 >= end()) return;
  const auto planned = buffer_.tokens(kPlan, step).subspan(goal_.size());
  if (frontier_ <= step || !std::ranges::equal(planned, action)) {
    doubt(step);
    std::ranges::copy(action, planned.begin());
    frontier_ = std::max(frontier_, step + 1);
  }
  commit(step + 1);
}

void WindowRefiner::observe(const TickObservation& observation, PlanReport& report) noexcept {
  commit(observation.started);
  next_ = ledger_.head();
  const std::size_t states = goal_.size();
  if (observation.state.size() != states || !layout().valid(observation.state, true)) return;
  if (!buffer_.contains(observation.state_step) || observation.state_step > ledger_.started) return;
  const auto state = buffer_.tokens(kPlan, observation.state_step).first(states);
  const auto levels = buffer_.levels(kPlan, observation.state_step).first(states);
  const auto draft = buffer_.tokens(kDraft, observation.state_step).first(states);
  report.disturbed = contradicts(state, observation.state);
  const bool is_doubtful = contradicts(draft, observation.state);
  for (std::size_t s = 0; s < states; ++s) {
    if (observation.state[s] == kMask) continue;  // What was not seen stays what is believed.
    if (levels[s] != 0 || state[s] != observation.state[s]) fresh_ = false;
    state[s] = draft[s] = observation.state[s];
    levels[s] = 0;
  }
  if (is_doubtful) doubt(observation.state_step);
}

bool WindowRefiner::contradicts(std::span<const Token> predicted, std::span<const Token> seen) const noexcept {
  for (std::size_t s = 0; s < seen.size(); ++s) {
    if (predicted[s] == kMask || seen[s] == kMask) continue;
    if (std::abs(static_cast<int>(predicted[s]) - static_cast<int>(seen[s])) > most_bins_off_[s]) return true;
  }
  return false;
}

/// Actions that have begun are history: they are what they are.
void WindowRefiner::commit(std::int64_t started) noexcept {
  while (ledger_.started < started && ledger_.started + 1 < end()) {
    const std::int64_t step = ledger_.started;
    const bool is_decided = frontier_ > step;
    if (!is_decided) {  // It had to act before any pass.
      std::ranges::copy(hold_, buffer_.tokens(kPlan, step).subspan(goal_.size()).begin());
      frontier_ = step + 1;
    }
    std::ranges::fill(buffer_.levels(kPlan, step).subspan(goal_.size()), NoiseLevel{0});
    draft_as_planned(step);
    start(step, is_decided);
  }
}

void WindowRefiner::sent(int steps) noexcept {
  ledger_.sent = std::min(ledger_.head() + steps, frontier_);
  for (std::int64_t step = ledger_.head(); step < ledger_.sent; ++step) draft_as_planned(step);
}

/// The action of a step is what went out, or will.
void WindowRefiner::draft_as_planned(std::int64_t step) noexcept {
  std::ranges::copy(buffer_.action(kPlan, step), buffer_.tokens(kDraft, step).subspan(goal_.size()).begin());
}

/// The plan behind a step was made for another state. What went out stays.
void WindowRefiner::doubt(std::int64_t from) noexcept {
  for (std::int64_t step = from; step < end(); ++step) {
    const auto levels = buffer_.levels(kPlan, step);
    for (std::size_t s = 0; s < levels.size(); ++s) {
      const bool is_fixed = s < goal_.size() ? step == from : step < ledger_.open();
      if (!is_fixed) levels[s] = std::max(levels[s], kDoubt);
    }
  }
}

void WindowRefiner::forget() noexcept {
  for (std::int64_t step = ledger_.head(); step < end(); ++step) {
    const auto tokens = buffer_.tokens(kPlan, step);
    const auto levels = buffer_.levels(kPlan, step);
    for (std::size_t s = 0; s < levels.size(); ++s) {
      if (levels[s] == 0 || (s >= goal_.size() && step < ledger_.sent)) continue;
      tokens[s] = kMask;
      levels[s] = kFullNoise;
    }
  }
  frontier_ = ledger_.open();
  fresh_ = false;
}

void WindowRefiner::show(std::int64_t first, int steps) noexcept {
  const auto slots = static_cast<std::size_t>(layout().slots());
  for (int i = 0; i < steps; ++i) {
    const auto tokens = buffer_.tokens(kDraft, first + i);
    const auto levels = buffer_.levels(kPlan, first + i);
    const auto shown = std::span(tokens_).subspan(static_cast<std::size_t>(i) * slots, slots);
    for (std::size_t s = 0; s < slots; ++s) {
      const bool masked = levels[s] == kFullNoise || (levels[s] > 0 && random_.uniform() * kFullNoise < levels[s]);
      shown[s] = masked ? kMask : tokens[s];
    }
  }
}

bool WindowRefiner::is_known(std::int64_t step) const noexcept {
  return std::ranges::all_of(buffer_.levels(kPlan, step), [](NoiseLevel level) { return level == 0; });
}

void WindowRefiner::decide(std::int64_t step, const float* logits) noexcept {
  const auto plan = buffer_.tokens(kPlan, step), draft = buffer_.tokens(kDraft, step);
  const auto levels = buffer_.levels(kPlan, step);
  for (int s = 0; s < layout().slots(); ++s) {
    const auto slot = static_cast<std::size_t>(s);
    if (levels[slot] == 0 || (s >= layout().states() && step < ledger_.sent)) continue;  // It is known.
    const std::span own(logits + layout().offset(s), static_cast<std::size_t>(layout().slot(s).vocabulary));
    const auto probabilities = std::span(probabilities_).first(own.size());
    softmax(own, 1.0, probabilities);
    auto tempered = probabilities;
    if (options_.temperature != 1.0) {
      tempered = std::span(tempered_).first(options_.temperature > 0.0 ? own.size() : 0);
      if (!tempered.empty()) softmax(own, options_.temperature, tempered);
    }
    // Passes see a draft that is drawn: means of means would shrink to standing still, and a plan that is too sure of
    // itself never changes.
    const bool is_hot = options_.temperature > 1.0;
    const double uniform = random_.uniform();
    const Decision decoded = decide_token(layout().slot(s), probabilities, is_hot ? probabilities : tempered, uniform);
    const Decision drawn = is_hot ? decide_token(layout().slot(s), probabilities, tempered, uniform) : decoded;
    plan[slot] = decoded.mean;
    draft[slot] = drawn.token;
    levels[slot] = std::max(level_of(drawn.confidence), NoiseLevel{1});  // 0 is for what is known.
  }
}

bool WindowRefiner::run_pass() noexcept {
  const int most = denoiser_.max_steps();
  // A window begins with steps that are known, or that the pass before has decided.
  const std::int64_t oldest = std::max<std::int64_t>(0, ledger_.head() - options_.history);
  const std::int64_t first = std::max(oldest, next_ - options_.window_history);
  const int steps = static_cast<int>(std::min<std::int64_t>(most, end() - first));
  show(first, steps);
  int known = 0;
  while (known + 1 < steps && is_known(first + known)) ++known;
  if (!denoiser_.run({PassDepth::kWindow, 1, steps, tokens_.data(), logits_.data(), nullptr, known})) return false;
  for (int i = known; i < steps; ++i)
    decide(first + i, logits_.data() + static_cast<std::ptrdiff_t>(i) * layout().logits());
  frontier_ = std::max(frontier_, first + steps);
  if (next_ <= ledger_.head()) fresh_ = true;
  next_ = first + steps < end() ? first + steps : ledger_.head();
  return true;
}

void WindowRefiner::describe(PlanReport& report) const noexcept {
  const auto state = buffer_.state(kPlan, ledger_.head());
  bool wanted = false, met = true;
  for (std::size_t s = 0; s < goal_.size(); ++s) {
    if (goal_[s] == kMask) continue;
    wanted = true;
    met = met && goal_[s] == state[s];
  }
  report.goal_reached = wanted && met;
  report.head_is_ripe = fresh_ && frontier_ > ledger_.head();
}

void WindowRefiner::shift(int steps) noexcept {
  commit(ledger_.head() + steps);
  buffer_.shift(steps);
  ledger_.done += steps;
  ledger_.started = std::max(ledger_.started, ledger_.head());  // It may have jumped over the whole horizon.
  frontier_ = std::max(frontier_, ledger_.head());
}

}  // namespace ripen
