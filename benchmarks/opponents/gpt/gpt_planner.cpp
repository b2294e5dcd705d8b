#include "opponents/gpt/gpt_planner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plan/by_state.hpp"
#include "plan/fractions.hpp"
#include "plan/softmax.hpp"
#include "plan/tolerance.hpp"
#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen::opponents {

using Nanoseconds = std::chrono::nanoseconds;

namespace {

int samples_of(const PlannerOptions& planner, const GptOptions& options) {
  return options.mode == GptMode::kAct ? 1 : planner.candidates;
}

const PlannerOptions& checked(const GptReader& model, const PlannerOptions& planner, const GptOptions& options) {
  Problems problems("gpt planner");
  problems.include(planner.validate());
  problems.include(options.validate(planner));
  require_by_state(problems, "tolerances", planner.tolerances, model.layout().tokens());
  require_by_state(problems, "strides", planner.strides, model.layout().tokens());
  problems.require(planner.window_history < model.layout().window(),
                   "window_history " + std::to_string(planner.window_history) + " leaves nothing of the model's " +
                       std::to_string(model.layout().window()) + " steps");
  const int samples = samples_of(planner, options);
  problems.range("candidates (against the model's sequences)", samples, 1, model.sequences());
  problems.range("candidates (against the model's rows)", samples, 1, model.max_rows());
  if (!problems.text().empty()) throw OptionsError(problems.text());
  return planner;
}

bool is_nothing(std::span<const Token> state) noexcept {
  return std::ranges::all_of(state, [](Token token) { return token == kMask; });
}

}  // namespace

const std::vector<std::string>& gpt_names() {
  static const std::vector<std::string> kNames = {"gpt-act", "gpt-plan", "gpt-plan-ahead"};
  return kNames;
}

std::optional<GptMode> gpt_mode_of(std::string_view name) {
  const auto found = std::ranges::find(gpt_names(), name);
  if (found == gpt_names().end()) return std::nullopt;
  return static_cast<GptMode>(found - gpt_names().begin());
}

std::string GptOptions::validate(const PlannerOptions& planner) const {
  Problems problems("gpt planner");
  // Where the next plan begins must be planned, too.
  if (mode != GptMode::kAct) problems.range("chunk", chunk, 1, planner.horizon - (mode == GptMode::kPlanAhead ? 1 : 0));
  problems.range("arrival", arrival, 0, 1 << 20);
  return problems.text();
}

Gpt::Gpt(GptReader& model, const PlannerOptions& planner, const GptOptions& options, const Clock* clock)
    : clock_(clock != nullptr ? *clock : steady_),
      model_(model),
      planner_(checked(model, planner, options)),
      options_(options),
      steps_(options.mode == GptMode::kAct ? 1 : std::min(planner.horizon, model.layout().window())),
      // What has been read stays in the buffer as long as it can be told apart from what was seen.
      buffer_(model.layout().tokens(), 1, planner.horizon, std::max(planner.history, model.layout().window())),
      most_bins_off_(most_bins_off(layout(), planner.tolerances)),
      strides_(layout(), planner.strides),
      goal_(static_cast<std::size_t>(layout().states()), kMask),
      hold_(static_cast<std::size_t>(layout().actions()), 0),
      goal_fractions_(goal_.size(), 0),
      random_(planner.seed),
      predictor_(model.max_rows()),
      actions_(static_cast<std::size_t>(buffer_.horizon() + buffer_.history()), Action::kNone),
      state_(goal_.size(), kMask),
      arrivals_(static_cast<std::size_t>(samples_of(planner, options)), 0),
      sequences_(arrivals_.size(), std::vector<Read>(static_cast<std::size_t>(model.layout().positions()))),
      samples_(arrivals_.size()),
      tokens_(samples_.size() * static_cast<std::size_t>(steps_ * layout().slots()), kMask),
      fractions_(tokens_.size(), 0),
      levels_(tokens_.size(), kFullNoise),
      rows_(static_cast<std::size_t>(model.max_rows())),
      logits_(samples_.size() * static_cast<std::size_t>(model.logits_stride())),
      probabilities_(static_cast<std::size_t>(model.logits_stride())),
      tempered_(probabilities_.size()) {
  context_.reserve(static_cast<std::size_t>(model.layout().positions()));
  for (std::size_t k = 0; k < samples_.size(); ++k) model_.truncate(static_cast<int>(k), 0);
}

// --- What becomes known ---

PlanReset Gpt::reset(std::span<const Token> state, std::span<const Token> goal, std::span<const Token> hold) noexcept {
  if (std::ssize(state) != layout().states() || !layout().valid(state, false)) return PlanReset::kBadState;
  if (std::ssize(goal) != layout().states() || !layout().valid(goal, true)) return PlanReset::kBadGoal;
  if (std::ssize(hold) != layout().actions()) return PlanReset::kBadHold;
  for (std::size_t a = 0; a < hold.size(); ++a) {
    if (hold[a] >= layout().slot(layout().states() + static_cast<int>(a)).vocabulary) return PlanReset::kBadHold;
  }
  buffer_.reset();
  random_ = Random(planner_.seed);
  ledger_ = {};
  std::ranges::fill(actions_, Action::kNone);
  begin_ = end_ = context_first_ = held_out_ = 0;
  arrival_ = -1;
  begun_ = false;
  abandon();
  std::ranges::copy(goal, goal_.begin());
  std::ranges::fill(goal_fractions_, Fraction{0});
  std::ranges::copy(hold, hold_.begin());
  std::ranges::copy(state, buffer_.tokens(0, 0).begin());
  std::ranges::fill(buffer_.levels(0, 0).first(state.size()), NoiseLevel{0});
  seen_ = 0;
  report_ = {};
  describe();
  return PlanReset::kOk;
}

bool Gpt::aim(std::span<const Token> goal, std::span<const Fraction> fractions) noexcept {
  if (goal.size() != goal_.size() || !layout().valid(goal, true)) return false;
  if (!fractions.empty() && fractions.size() != goal.size()) return false;
  std::ranges::copy(goal, goal_.begin());
  copy_fractions(fractions, goal_fractions_);
  abandon();
  unplace(ledger_.open());
  describe();
  return true;
}

bool Gpt::is_off(std::span<const Token> expected, std::span<const Token> seen) const noexcept {
  for (std::size_t s = 0; s < seen.size(); ++s) {
    if (expected[s] == kMask || seen[s] == kMask) continue;
    if (std::abs(static_cast<int>(expected[s]) - static_cast<int>(seen[s])) > most_bins_off_[s]) return true;
  }
  return false;
}

/// Whether a state is within tolerance of the goal. Slots that only say what is wanted are met by any.
bool Gpt::is_met(std::span<const Token> state) const noexcept {
  const std::vector<int>& told = model_.layout().goal_slots().always;
  bool wanted = false;
  for (std::size_t s = 0; s < goal_.size(); ++s) {
    if (goal_[s] == kMask || std::ranges::find(told, static_cast<int>(s)) != told.end()) continue;
    wanted = true;
    if (state[s] == kMask) return false;
    if (std::abs(static_cast<int>(goal_[s]) - static_cast<int>(state[s])) > most_bins_off_[s]) return false;
  }
  return wanted;
}

void Gpt::start_until(std::int64_t started) noexcept {
  while (ledger_.started < started && ledger_.started + 1 < ledger_.head() + horizon()) {
    const std::int64_t step = ledger_.started++;
    const auto tokens = buffer_.tokens(0, step).subspan(goal_.size());
    const auto fractions = buffer_.fractions(0, step);
    if (action(step) != Action::kDecided) {  // It had to act before anything was decided.
      action(step) = Action::kHeld;
      std::ranges::copy(hold_, tokens.begin());
      if (!fractions.empty()) std::ranges::fill(fractions.last(hold_.size()), Fraction{0});
    } else if (step == begin_) {
      begun_ = true;
    }
    std::ranges::fill(buffer_.levels(0, step).last(hold_.size()), NoiseLevel{0});
  }
}

void Gpt::shift(std::int64_t done) noexcept {
  if (done <= ledger_.head()) return;
  start_until(done);
  const std::int64_t entering = ledger_.head() + horizon();
  buffer_.shift(static_cast<int>(std::min<std::int64_t>(done - ledger_.head(), 1 << 30)));
  ledger_.done = buffer_.head();
  ledger_.started = std::max(ledger_.started, ledger_.head());  // It may have jumped over the whole horizon.
  for (std::int64_t step = std::max(entering, ledger_.head() - buffer_.history()); step < ledger_.head() + horizon();
       ++step) {
    action(step) = Action::kNone;
  }
}

void Gpt::started(std::int64_t step, std::span<const Token> did, std::span<const Fraction> fractions) noexcept {
  if (step != ledger_.started || step + 1 >= ledger_.head() + horizon() || did.size() != hold_.size()) return;
  for (std::size_t a = 0; a < did.size(); ++a) {
    if (did[a] >= layout().slot(layout().states() + static_cast<int>(a)).vocabulary) return;
  }
  const auto planned = buffer_.tokens(0, step).last(did.size());
  const bool as_planned = action(step) == Action::kDecided && std::ranges::equal(planned, did);
  std::ranges::copy(did, planned.begin());
  if (const auto own = buffer_.fractions(0, step); !own.empty()) copy_fractions(fractions, own.last(did.size()));
  if (as_planned && step == begin_) begun_ = true;
  action(step) = Action::kDecided;
  std::ranges::fill(buffer_.levels(0, step).last(did.size()), NoiseLevel{0});
  ledger_.started = step + 1;
}

void Gpt::observe(const TickObservation& observation) noexcept {
  report_ = {};
  if (observation.hold.size() == hold_.size()) std::ranges::copy(observation.hold, hold_.begin());
  if (observation.observed) {  // What has started is known now.
    ledger_.sent = ledger_.head();
    held_out_ = 0;
  }
  shift(observation.done);
  start_until(observation.started);
  report_.disturbed = take(observation);
  if (report_.disturbed) arrival_ = -1;  // What was planned leads elsewhere.
  look_again();
  describe();
}

/// Clamps what was seen; whether it contradicts what was expected.
bool Gpt::take(const TickObservation& observation) noexcept {
  const std::int64_t step = observation.state_step;
  if (observation.state.size() != goal_.size() || !layout().valid(observation.state, true)) return false;
  if (!buffer_.contains(step) || step > ledger_.started) return false;
  const auto state = buffer_.tokens(0, step).first(goal_.size());
  const auto levels = buffer_.levels(0, step);
  const auto fractions = buffer_.fractions(0, step);
  const bool disturbed = is_off(state, observation.state);
  for (std::size_t s = 0; s < goal_.size(); ++s) {
    if (observation.state[s] == kMask) continue;  // What was not seen stays what is believed.
    state[s] = observation.state[s];
    levels[s] = 0;
    if (!fractions.empty()) {
      const bool between =
          layout().slot(static_cast<int>(s)).continuous() && observation.fractions.size() == state.size();
      fractions[s] = between ? observation.fractions[s] : Fraction{0};
    }
  }
  seen_ = std::max(seen_, step);
  return disturbed;
}

/// What was decided, or is being decided, may be for another state or another step than there is now.
void Gpt::look_again() noexcept {
  const bool waits = end_ > begin_ && !begun_;  // A chunk that was given out, of which nothing has been done.
  const bool is_news = seen_ >= (waits ? begin_ : decided_for_) && buffer_.contains(seen_);
  if ((waits || writing_ || finished_) && is_news && is_off(state_, buffer_.state(0, seen_)) &&
      !(waits && ledger_.sent > begin_)) {
    if (waits) unplace(std::max(begin_, ledger_.started));
    abandon();
  } else if (waits && begin_ != free_step() && ledger_.sent <= begin_) {  // The robot held, or it does no more.
    place(free_step());
  }
  if (finished_ && is_done()) {
    place(free_step());
    finished_ = false;
  }
}

// --- The chunk that is given out ---

/// Gives out the best sample, its first action in a step.
void Gpt::place(std::int64_t from) noexcept {
  if (end_ > begin_ && !begun_) unplace(std::max(begin_, ledger_.started));
  const Sample& best = samples_[best_];
  const std::int64_t end = ledger_.head() + horizon();
  for (int i = 0; i < length_ && from + i < end; ++i) {
    const auto tokens = buffer_.tokens(0, from + i);
    const auto levels = buffer_.levels(0, from + i);
    const auto fractions = buffer_.fractions(0, from + i);
    for (int slot = 0; slot < layout().slots(); ++slot) {
      const auto s = static_cast<std::size_t>(slot);
      if (s < goal_.size() && levels[s] == 0) continue;  // It was seen.
      tokens[s] = tokens_[at(best_, i, slot)];
      levels[s] = levels_[at(best_, i, slot)];
      if (!fractions.empty()) fractions[s] = fractions_[at(best_, i, slot)];
    }
  }
  int steps = options_.mode == GptMode::kAct ? 1 : std::min(options_.chunk, length_);
  if (best.arrival >= 0) steps = std::min(steps, best.arrival);
  begin_ = from;
  end_ = std::min(from + steps, end);
  for (std::int64_t step = begin_; step < end_; ++step) action(step) = Action::kDecided;
  arrival_ = best.arrival < 0 ? -1 : from + best.arrival;
  begun_ = false;
}

/// Takes back what was given out from a step on.
void Gpt::unplace(std::int64_t from) noexcept {
  for (std::int64_t step = std::max(from, ledger_.head()); step < ledger_.head() + horizon(); ++step) {
    action(step) = Action::kNone;
    const auto levels = buffer_.levels(0, step);
    const auto tokens = buffer_.tokens(0, step);
    for (std::size_t s = 0; s < tokens.size(); ++s) {
      // The state with which the first of them begins is what the one before leads to.
      if (levels[s] == 0 || (s < goal_.size() && step == from)) continue;
      tokens[s] = kMask;
      levels[s] = kFullNoise;
    }
  }
  end_ = std::min(end_, from);
  begin_ = std::min(begin_, end_);
  arrival_ = -1;
}

// --- The decision that is being made ---

/// The step for which there is something to decide, or -1.
std::int64_t Gpt::due() const noexcept {
  std::int64_t step = -1;
  if (is_done()) {
    step = std::max(seen_, ledger_.head());
  } else if (options_.mode == GptMode::kPlanAhead && begun_) {
    step = end_;
  }
  if (step < 0 || !buffer_.contains(step)) return -1;
  const auto state = buffer_.state(0, step);
  return is_nothing(state) || is_met(state) ? -1 : step;
}

/// Begins a decision if there is one to make.
bool Gpt::begin() noexcept {
  if (finished_) return false;
  const std::int64_t step = due();
  if (step < 0) return false;
  decided_for_ = step;
  std::ranges::copy(buffer_.state(0, step), state_.begin());
  const std::int64_t oldest = std::max<std::int64_t>(0, ledger_.head() - buffer_.history());
  std::int64_t first = std::max(oldest, step - planner_.window_history);
  if (options_.mode == GptMode::kAct && context_first_ >= oldest && step - context_first_ < model_.layout().window()) {
    first = std::min(first, context_first_);  // What was read before need not be read again.
  }
  context_first_ = first;
  length_ = static_cast<int>(std::min<std::int64_t>(steps_, first + model_.layout().window() - step));
  write_context(first);
  const auto prompt = static_cast<std::size_t>(model_.layout().prompt());
  std::size_t kept = context_.size() - 1;
  for (std::size_t k = 0; k < samples_.size(); ++k) {
    samples_[k] = {.alive = true};
    context_[prompt - 1] = {.token = arrivals_[k]};
    const auto length = std::min(kept, static_cast<std::size_t>(model_.length(static_cast<int>(k))));
    std::size_t same = 0;
    while (same < length && sequences_[k][same] == context_[same]) ++same;
    kept = same;
  }
  for (std::size_t k = 0; k < samples_.size(); ++k) model_.truncate(static_cast<int>(k), static_cast<int>(kept));
  read_ = static_cast<int>(kept);
  written_ = 0;
  writing_ = true;
  return true;
}

/// Prompt, steps from the first one on, and the state for which is decided.
void Gpt::write_context(std::int64_t first) noexcept {
  const GptLayout& layout_of = model_.layout();
  context_.clear();
  for (const int slot : layout_of.goal()) {
    const auto s = static_cast<std::size_t>(slot);
    context_.push_back({goal_[s], goal_[s] == kMask ? Fraction{0} : goal_fractions_[s]});
  }
  context_.push_back({});  // The arrival is each sample's.
  const int gone = static_cast<int>(decided_for_ - first);
  const int count = static_cast<int>(samples_.size());
  int earliest = 0, latest = length_;
  if (arrival_ > decided_for_) {  // The plan so far is there then: as soon, sooner, or a little later.
    const int left = static_cast<int>(arrival_ - decided_for_);
    earliest = left * 3 / 4;
    latest = std::min(length_, left + left / 4 + 1);
  }
  for (int k = 0; k < count; ++k) {
    const int act = options_.arrival > 0 ? options_.arrival : -1;
    const int evenly = count > 1 ? gone + earliest + ((latest - earliest) * (k + 1) + count - 1) / count : -1;
    arrivals_[static_cast<std::size_t>(k)] = layout_of.arrival(options_.mode == GptMode::kAct ? act : evenly);
  }
  for (std::int64_t step = first; step <= decided_for_; ++step) {
    const auto tokens = buffer_.tokens(0, step);
    const int slots = step < decided_for_ ? layout().slots() : layout().states();
    for (int slot = 0; slot < slots; ++slot) {
      const auto s = static_cast<std::size_t>(slot);
      context_.push_back({tokens[s], tokens[s] == kMask ? Fraction{0} : buffer_.fraction(0, step, s)});
    }
  }
}

/// Rows of the next pass, if it is to read so many positions.
int Gpt::rows_of(int positions) const noexcept {
  if (written_ == 0) return positions * static_cast<int>(samples_.size());
  return static_cast<int>(std::ranges::count_if(samples_, [](const Sample& sample) { return sample.alive; }));
}

/// Positions that can be read at once: those of the context are known.
int Gpt::most_positions(int passes) const noexcept {
  if (written_ > 0) return 1;
  const int at_once = std::max(1, model_.max_rows() / static_cast<int>(samples_.size()));
  return std::min({passes, at_once, static_cast<int>(context_.size()) - read_});
}

void Gpt::refine(const Budget& budget, const Budget& most) noexcept {
  const TimePoint start = clock_.now();
  Nanoseconds before{0};
  for (int passes = 0;;) {
    const Budget& limit = action(ledger_.head()) == Action::kDecided ? budget : most;
    if (passes >= limit.passes || limit.time <= before) break;
    report_.settled = !writing_ && !begin();
    if (report_.settled) break;
    int positions = most_positions(limit.passes - passes);
    auto predicted = predictor_.predict(rows_of(positions));
    if (limit.time != Nanoseconds::max()) {
      while (positions > 1 && before + predicted > limit.time) {
        positions /= 2;
        predicted = predictor_.predict(rows_of(positions));
      }
      if (before + predicted > limit.time) {
        const bool whole = passes == 0 && limit.time.count() > 0;
        if (!whole || !predictor_.refused()) break;
      }
    }
    const int rows = rows_of(positions);
    const bool good = run_pass(positions);
    passes += positions;
    report_.passes += positions;
    const Nanoseconds after = clock_.now() - start;
    predictor_.observe(rows, after - before);
    report_.predicted_nanoseconds = predicted.count();
    if (predicted.count() > 0) {
      report_.worst_error_nanoseconds = std::max(report_.worst_error_nanoseconds, (after - before - predicted).count());
    }
    before = after;
    if (!good) {  // Another one now would only be as bad.
      report_.bad_model = true;
      abandon();
      break;
    }
  }
  describe();
}

bool Gpt::run_pass(int positions) noexcept {
  const bool asked = written_ > 0 || read_ + positions == std::ssize(context_);
  if (!read(positions, asked)) return false;
  if (asked) decide();
  return true;
}

/// Reads the next positions of all samples.
bool Gpt::read(int positions, bool asked) noexcept {
  const auto context = static_cast<int>(context_.size());
  std::size_t rows = 0;
  int last = 0;
  for (int p = read_; p < read_ + positions; ++p) {
    last = 0;
    for (std::size_t k = 0; k < samples_.size(); ++k) {
      if (!samples_[k].alive) continue;
      Read next;
      if (p == model_.layout().prompt() - 1) {
        next.token = arrivals_[k];
      } else if (p < context) {
        next = context_[static_cast<std::size_t>(p)];
      } else {
        const int place = layout().states() + p - context;
        const std::size_t own = at(k, place / layout().slots(), place % layout().slots());
        next = {tokens_[own], fractions_[own]};
      }
      sequences_[k][static_cast<std::size_t>(p)] = next;
      rows_[rows++] = {.sequence = static_cast<int>(k), .token = next.token, .fraction = next.fraction};
      ++last;
    }
  }
  read_ += positions;
  return model_.append(std::span(rows_).first(rows), asked ? last : 0, asked ? logits_.data() : nullptr);
}

/// Decides the token that follows in each sample.
void Gpt::decide() noexcept {
  const int place = layout().states() + written_, step = place / layout().slots(), slot = place % layout().slots();
  const auto vocabulary = static_cast<std::size_t>(layout().slot(slot).vocabulary);
  const auto stride = static_cast<std::size_t>(model_.logits_stride());
  if (written_ == 0) {
    for (std::size_t k = 0; k < samples_.size(); ++k) {
      std::ranges::copy(state_, tokens_.begin() + static_cast<std::ptrdiff_t>(at(k, 0, 0)));
      for (int s = 0; s < layout().states(); ++s) {
        fractions_[at(k, 0, s)] = context_[context_.size() - state_.size() + static_cast<std::size_t>(s)].fraction;
        levels_[at(k, 0, s)] = 1;
      }
    }
  }
  std::size_t row = 0;
  double least = std::numeric_limits<double>::infinity();
  for (const Sample& sample : samples_) {
    if (!sample.alive && sample.arrival >= 0) least = std::min(least, sample.score);
  }
  for (std::size_t k = 0; k < samples_.size(); ++k) {
    Sample& sample = samples_[k];
    if (!sample.alive) continue;
    decide(k, step, slot, std::span<const float>(logits_).subspan(row++ * stride, vocabulary));
    const bool is_state = slot + 1 == layout().states();
    if (is_state && step > 0 && is_broken(k, step)) sample.nats += kBrokenLink;
    if (is_state && is_met(std::span(tokens_).subspan(at(k, step, 0), state_.size()))) {
      sample.arrival = step;
      sample.alive = false;
    }
    sample.score = planner_.value_weight * (sample.arrival >= 0 ? sample.arrival : length_) +
                   planner_.likelihood_weight * sample.nats;
    if (sample.arrival >= 0) least = std::min(least, sample.score);
  }
  for (Sample& sample : samples_) {  // Neither steps nor nats become less.
    if (planner_.value_weight * step + planner_.likelihood_weight * sample.nats >= least) sample.alive = false;
  }
  ++written_;
  const bool is_end = step + 1 == length_ && slot + 1 == layout().slots();
  if (is_end || std::ranges::none_of(samples_, [](const Sample& sample) { return sample.alive; })) finish();
}

/// Whether no robot gets from the state before to a step's.
bool Gpt::is_broken(std::size_t sample, int step) const noexcept {
  const auto state = [&](const auto& all, int i) { return std::span(all).subspan(at(sample, i, 0), state_.size()); };
  return strides_.is_broken(state(tokens_, step - 1), state(fractions_, step - 1), state(tokens_, step),
                            state(fractions_, step));
}

void Gpt::decide(std::size_t sample, int step, int slot, std::span<const float> logits) noexcept {
  const Slot& of = layout().slot(slot);
  const auto probabilities = std::span(probabilities_).first(logits.size());
  auto tempered = probabilities;
  float highest = softmax(logits, 1.0, probabilities);
  if (planner_.temperature != 1.0 && planner_.temperature > 0.0) {
    tempered = std::span(tempered_).first(logits.size());
    highest = softmax(logits, planner_.temperature, tempered);
  }
  Fraction unused = 0;
  const Token drawn = planner_.temperature > 0.0
                          ? draw_token(tempered, highest, random_.uniform(), planner_.min_p, unused)
                          : likeliest(probabilities);
  const Decision decoded = decode_around(of, probabilities, drawn);
  const std::size_t own = at(sample, step, slot);
  tokens_[own] = decoded.mean;
  fractions_[own] = decoded.fraction;
  levels_[own] = std::max(level_of(decoded.confidence), NoiseLevel{1});  // 0 is for what is known.
  samples_[sample].nats += nats(decoded.confidence);
}

/// The decision is made. It is given out once all before it is done.
void Gpt::finish() noexcept {
  writing_ = false;
  best_ = 0;
  for (std::size_t k = 1; k < samples_.size(); ++k) {
    // One that was given up is as dear as one that has ended, and might be incomplete.
    const bool is_whole = samples_[k].arrival >= 0 || samples_[k].alive;
    const bool best_is_whole = samples_[best_].arrival >= 0 || samples_[best_].alive;
    if (is_whole && (!best_is_whole || samples_[k].score < samples_[best_].score)) best_ = k;
  }
  finished_ = true;
  look_again();
}

void Gpt::describe() noexcept {
  const std::int64_t head = ledger_.head();
  std::int64_t decided = head;
  while (decided < head + horizon() && action(decided) == Action::kDecided) ++decided;
  const std::int64_t now = seen_ >= ledger_.started ? ledger_.started : head;
  report_.head = head;
  report_.goal_reached = is_met(buffer_.state(0, now));
  report_.decided_steps = static_cast<std::int32_t>(decided - head);
  report_.head_is_ripe = report_.goal_reached || decided > head;
  report_.steps_to_goal = arrival_ >= head ? static_cast<std::int32_t>(arrival_ - head) : -1;
}

PlannedStep Gpt::step(int ahead) const noexcept {
  if (ahead < 0 || ahead >= horizon()) return {.action = hold_};
  const std::int64_t step = ledger_.head() + ahead;
  const bool decided = action(step) == Action::kDecided;
  return {.tokens = buffer_.tokens(0, step),
          .action = decided ? buffer_.action(0, step) : std::span<const Token>(hold_),
          .fractions = decided ? buffer_.action_fractions(0, step) : std::span<const Fraction>(),
          .decided = decided,
          .level = buffer_.levels(0, step).back()};
}

void Gpt::sent(int steps, std::int64_t started) noexcept {
  ledger_.sent = ledger_.head() + steps;
  for (int i = 0; i < std::min(steps, horizon()); ++i) {
    if (action(ledger_.head() + i) != Action::kDecided) held_out_ = ledger_.head() + i + 1;
  }
  start_until(started);
  look_again();
  describe();
}

}  // namespace ripen::opponents
