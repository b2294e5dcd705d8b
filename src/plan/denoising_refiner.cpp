#include "plan/denoising_refiner.hpp"

#include <cmath>

#include "plan/softmax.hpp"
#include "plan/tolerance.hpp"

namespace ripen {

namespace {

/// The least level of a plan whose predictions failed: half of it is drawn again.
constexpr NoiseLevel kDoubt = 128;
/// Of the chance to be at the goal before the horizon ends, at which share candidates are asked to be there: from this
/// on, up to the other. What comes first is where the model errs, and what comes last are ways round.
constexpr double kEarliest = 0.1;
constexpr double kLatest = 0.8;

}  // namespace

DenoisingRefiner::DenoisingRefiner(CheckedDenoiser& model, const PlannerOptions& options, const Cost* cost)
    : Refiner(options.horizon),
      options_(options),
      denoiser_(model),
      buffer_(model.layout(), 2 * options.candidates, options.horizon, options.history),
      guide_(model.layout(), options, cost),
      random_(options.seed),
      most_bins_off_(most_bins_off(model.layout(), options.tolerances)),
      goal_(static_cast<std::size_t>(model.layout().states()), kMask),
      hold_(static_cast<std::size_t>(model.layout().actions()), 0),
      goal_fractions_(goal_.size(), 0),
      drafts_(static_cast<std::size_t>(options.candidates)),
      settled_at_(goal_.size(), kMask),
      probabilities_(static_cast<std::size_t>(model.layout().logits())),
      tempered_(probabilities_.size()) {
  const auto positions = static_cast<std::size_t>(std::min(options.pass_windows, options.candidates)) *
                         static_cast<std::size_t>(model.max_steps());
  tokens_.assign(positions * static_cast<std::size_t>(model.layout().slots()), kMask);
  fractions_.assign(tokens_.size(), 0);
  logits_.resize(positions * static_cast<std::size_t>(model.layout().logits()));
  arrived_.resize(static_cast<std::size_t>(model.max_steps()));
  values_.assign(positions, 0.0F);
}

// --- What becomes known ---

void DenoisingRefiner::reset(std::span<const Token> state, std::span<const Token> goal,
                             std::span<const Token> hold) noexcept {
  buffer_.reset();
  random_ = Random(options_.seed);
  ledger_ = {};
  frontier_ = next_ = 0;
  std::ranges::copy(goal, goal_.begin());
  copy_fractions({}, goal_fractions_);
  std::ranges::copy(hold, hold_.begin());
  for (const int row : {plan_row(0), draft_row(0)}) std::ranges::copy(state, buffer_.tokens(row, 0).begin());
  std::ranges::fill(buffer_.levels(plan_row(0), 0).first(state.size()), NoiseLevel{0});
  begin_plan();
}

/// There is no plan yet: it is revealed as drafts are.
void DenoisingRefiner::begin_plan() noexcept {
  drafts_[0] = {
      .reveal = Reveal(options_.reveal_order, ledger_.head(), window_at(ledger_.head(), end()).steps, random_.next())};
  fresh_ = in_round_ = false;
  sweeps_ = 0;
  ask_again(options_.reveal_passes);
  look_for_others();
}

/// Something is new: the plan is to be revised so often.
void DenoisingRefiner::ask_again(int sweeps) noexcept {
  sweeps_ = std::max(sweeps_, sweeps);
  swept_ = 0;
  changed_ = false;
  next_ = ledger_.head();
  is_other_half_ = false;  // Both are to be of the same observation.
}

/// Whether what was seen lies in the modes of what was seen when others were last looked for in vain: as long as the
/// robot rests there, another look would find what the last ones did.
bool DenoisingRefiner::is_where_it_settled(std::span<const Token> seen) const noexcept {
  for (std::size_t s = 0; s < seen.size(); ++s) {
    if (seen[s] != kMask && !is_near(layout().slot(static_cast<int>(s)), settled_at_[s], seen[s])) return false;
  }
  return true;
}

void DenoisingRefiner::aim(std::span<const Token> goal, std::span<const Fraction> fractions) noexcept {
  std::ranges::copy(goal, goal_.begin());
  copy_fractions(fractions, goal_fractions_);
  if (options_.goal_clamp == GoalClamp::kNone) return;
  drafts_[0].arrival = kAnyTime;
  doubt(ledger_.open());
}

void DenoisingRefiner::started(std::int64_t step, std::span<const Token> action,
                               std::span<const Fraction> fractions) noexcept {
  if (step != ledger_.started || step + 1 >= end()) return;
  const auto planned = buffer_.tokens(plan_row(0), step).subspan(goal_.size());
  if (frontier_ <= step || !std::ranges::equal(planned, action)) {
    doubt(step);
    std::ranges::copy(action, planned.begin());
    frontier_ = std::max(frontier_, step + 1);
  }
  const auto own = buffer_.fractions(plan_row(0), step);
  if (!own.empty() && fractions.size() == action.size()) std::ranges::copy(fractions, own.last(action.size()).begin());
  commit(step + 1);
}

void DenoisingRefiner::observe(const TickObservation& observation, PlanReport& report) noexcept {
  commit(observation.started);
  const std::size_t states = goal_.size();
  if (observation.state.size() != states || !layout().valid(observation.state, true)) return;
  if (!buffer_.contains(observation.state_step) || observation.state_step > ledger_.started) return;
  const auto state = buffer_.tokens(plan_row(0), observation.state_step).first(states);
  const auto draft = buffer_.tokens(draft_row(0), observation.state_step).first(states);
  const auto levels = buffer_.levels(plan_row(0), observation.state_step).first(states);
  report.disturbed = contradicts(state, observation.state);
  report.surprise = surprise_of(observation.state_step, observation.state);
  const bool is_doubtful = contradicts(draft, observation.state);
  bool is_new = false;
  for (std::size_t s = 0; s < states; ++s) {
    if (observation.state[s] == kMask) continue;  // What was not seen stays what is believed.
    Fraction fraction = 0;
    if (layout().slot(static_cast<int>(s)).continuous() && observation.fractions.size() == states) {
      fraction = observation.fractions[s];
    }
    is_new = is_new || levels[s] != 0 || state[s] != observation.state[s];
    // Of the other candidates too, which were drafted before it was seen: they are ranked by where they arrive.
    for (int row = 0; row < buffer_.candidates(); ++row) {
      buffer_.tokens(row, observation.state_step)[s] = observation.state[s];
      if (const auto own = buffer_.fractions(row, observation.state_step); !own.empty()) {
        is_new = is_new || own[s] != fraction;
        own[s] = fraction;
      }
    }
    levels[s] = 0;
  }
  if (is_new) {
    fresh_ = false;
    ask_again(1);
    if (!is_where_it_settled(observation.state)) look_for_others();
  }
  if (is_doubtful) doubt(observation.state_step);
}

bool DenoisingRefiner::is_off(std::size_t slot, Token predicted, Token seen) const noexcept {
  return std::abs(static_cast<int>(predicted) - static_cast<int>(seen)) > most_bins_off_[slot];
}

bool DenoisingRefiner::contradicts(std::span<const Token> predicted, std::span<const Token> seen) const noexcept {
  for (std::size_t s = 0; s < seen.size(); ++s) {
    if (predicted[s] != kMask && seen[s] != kMask && is_off(s, predicted[s], seen[s])) return true;
  }
  return false;
}

/// Whether a state is known, and within tolerance of the goal.
bool DenoisingRefiner::is_met(std::span<const Token> state) const noexcept {
  for (std::size_t s = 0; s < state.size(); ++s) {
    if (goal_[s] != kMask && state[s] == kMask) return false;
  }
  return !contradicts(state, goal_);
}

/// What is left of a posterior once it is decided is how likely its mode is: inside or outside of that was seen.
float DenoisingRefiner::surprise_of(std::int64_t step, std::span<const Token> seen) const noexcept {
  const auto predicted = buffer_.state(plan_row(0), step);
  const auto levels = buffer_.levels(plan_row(0), step);
  double sum = 0.0;
  for (std::size_t s = 0; s < seen.size(); ++s) {
    if (predicted[s] == kMask || seen[s] == kMask || levels[s] == 0) continue;
    const float outside = static_cast<float>(levels[s]) / kFullNoise;
    sum += nats(is_off(s, predicted[s], seen[s]) ? outside : 1.0F - outside);
  }
  return static_cast<float>(sum);
}

/// Actions that have begun are history: they are what they are.
void DenoisingRefiner::commit(std::int64_t started) noexcept {
  while (ledger_.started < started && ledger_.started + 1 < end()) {
    const std::int64_t step = ledger_.started;
    const bool is_decided = frontier_ > step;
    if (!is_decided) {  // It had to act before any pass.
      std::ranges::copy(hold_, buffer_.tokens(plan_row(0), step).subspan(goal_.size()).begin());
      if (const auto own = buffer_.fractions(plan_row(0), step); !own.empty()) {
        std::ranges::fill(own.subspan(goal_.size()), Fraction{0});
      }
      frontier_ = step + 1;
    }
    std::ranges::fill(buffer_.levels(plan_row(0), step).subspan(goal_.size()), NoiseLevel{0});
    draft_as_planned(step);
    start(step, is_decided);
  }
}

void DenoisingRefiner::sent(int steps) noexcept {
  ledger_.sent = std::min(ledger_.head() + steps, frontier_);
  for (std::int64_t step = ledger_.head(); step < ledger_.sent; ++step) draft_as_planned(step);
}

/// The action of a step is what went out, or will, in drafts and candidates too.
void DenoisingRefiner::draft_as_planned(std::int64_t step) noexcept {
  const auto actions = buffer_.action(plan_row(0), step);
  const auto fractions = buffer_.action_fractions(plan_row(0), step);
  for (int row = plan_row(0) + 1; row < buffer_.candidates(); ++row) {
    std::ranges::copy(actions, buffer_.tokens(row, step).last(actions.size()).begin());
    if (!fractions.empty()) std::ranges::copy(fractions, buffer_.fractions(row, step).last(fractions.size()).begin());
  }
}

/// The plan behind a step was made for another state. What went out stays.
void DenoisingRefiner::doubt(std::int64_t from) noexcept {
  for (std::int64_t step = from; step < end(); ++step) {
    for (const int row : {plan_row(0), draft_row(0)}) {
      const auto levels = buffer_.levels(row, step);
      for (std::size_t s = 0; s < levels.size(); ++s) {
        const bool is_history = s < goal_.size() ? step == from : step < ledger_.open();
        if (!is_history) levels[s] = std::max(levels[s], kDoubt);
      }
    }
  }
  fresh_ = false;
  ask_again(options_.reveal_passes);
  look_for_others();
}

void DenoisingRefiner::forget() noexcept {
  for (std::int64_t step = ledger_.head(); step < end(); ++step) {
    for (std::size_t s = 0; s < static_cast<std::size_t>(layout().slots()); ++s) {
      if (is_fixed(step, s)) continue;
      buffer_.tokens(plan_row(0), step)[s] = kMask;
      for (const int row : {plan_row(0), draft_row(0)}) buffer_.levels(row, step)[s] = kFullNoise;
    }
  }
  frontier_ = ledger_.open();
  begin_plan();
}

void DenoisingRefiner::shift(int steps) noexcept {
  if (steps == 0) return;
  commit(ledger_.head() + steps);
  buffer_.shift(steps);
  ledger_.done += steps;
  ledger_.started = std::max(ledger_.started, ledger_.head());  // It may have jumped over the whole horizon.
  if (drafts_[0].arrival <= ledger_.head()) drafts_[0].arrival = kAnyTime;  // It is late.
  frontier_ = std::max(frontier_, ledger_.head());
  ask_again(1);  // Steps have entered the horizon.
}

// --- Passes ---

bool DenoisingRefiner::is_fixed(std::int64_t step, std::size_t slot) const noexcept {
  return buffer_.levels(plan_row(0), step)[slot] == 0 || (slot >= goal_.size() && step < ledger_.sent);
}

bool DenoisingRefiner::is_known(std::int64_t step) const noexcept {
  return std::ranges::all_of(buffer_.levels(plan_row(0), step), [](NoiseLevel level) { return level == 0; });
}

bool DenoisingRefiner::is_goal(int candidate, std::int64_t step, std::size_t slot,
                               std::int64_t window_end) const noexcept {
  if (slot >= goal_.size() || goal_[slot] == kMask || options_.goal_clamp == GoalClamp::kNone) return false;
  if (options_.goal_clamp == GoalClamp::kAlways) return true;
  const bool is_there = step + 1 >= window_end || step >= drafts_[static_cast<std::size_t>(candidate)].arrival;
  return is_there && step >= ledger_.started;
}

/// Where the plans that a pass sees end: as the last of them arrives, if all are asked to and the model knows windows
/// as short. What lies behind is rest.
std::int64_t DenoisingRefiner::end_of(Purpose purpose) const noexcept {
  const int least = denoiser_.capabilities().least_steps;
  if (options_.goal_clamp != GoalClamp::kArrival || least == 0) return end();
  std::int64_t latest = drafts_[0].arrival;
  for (std::size_t c = 1; c < drafts_.size() && purpose != Purpose::kRevise; ++c) {
    latest = std::max(latest, drafts_[c].arrival);
  }
  if (latest >= end()) return end();  // Or whenever it does.
  return std::min(end(), std::max(latest + 1, ledger_.head() + least));
}

/// A window begins with steps that are known, or that the pass before has decided.
DenoisingRefiner::Window DenoisingRefiner::window_at(std::int64_t step, std::int64_t end) const noexcept {
  const std::int64_t oldest = std::max<std::int64_t>(0, ledger_.head() - options_.history);
  Window window{.first = std::max(oldest, step - options_.window_history)};
  window.steps = static_cast<int>(std::min<std::int64_t>(denoiser_.max_steps(), end - window.first));
  while (window.known + 1 < window.steps && is_known(window.first + window.known)) ++window.known;
  return window;
}

PassSize DenoisingRefiner::next_pass(int most_windows) noexcept {
  purpose_ = Purpose::kRevise;
  int least = 1;
  if (sweeps_ > 0) {
    windows_ = 1;
  } else if (options_.candidates < 2 || rounds_in_vain_ >= options_.rounds) {
    return {};
  } else {
    if (!in_round_) begin_round();
    const int left = options_.candidates - at_;
    const bool is_whole_draft = is_whole(drafts_[static_cast<std::size_t>(at_)]);
    purpose_ = is_whole_draft ? Purpose::kChoose : Purpose::kReveal;
    if (purpose_ == Purpose::kReveal) {
      windows_ = std::min(most_windows, left);
    } else if (!is_other_half_) {
      least = 2;  // The followed plan is seen beside them.
      windows_ = compared_ = 1 + std::clamp(most_windows - 1, 1, left);
    } else {
      least = windows_ = compared_;
    }
  }
  return {
      .windows = windows_, .least = least, .length = static_cast<double>(next_window().steps) / denoiser_.max_steps()};
}

bool DenoisingRefiner::run_pass(PlanReport& report) noexcept {
  const int windows = windows_;
  const Window window = next_window();
  const auto candidate_at = [&](int place) {
    if (purpose_ == Purpose::kRevise) return 0;
    if (purpose_ == Purpose::kReveal) return at_ + place;
    return place == 0 ? 0 : at_ + place - 1;
  };
  for (int place = 0; place < windows; ++place) show(window, candidate_at(place), place);
  if (!denoise(window, windows)) return false;
  const auto stride = static_cast<std::ptrdiff_t>(window.steps) * layout().logits();
  if (purpose_ != Purpose::kChoose) ask_arrivals(window, candidate_at(0));
  if (purpose_ != Purpose::kChoose) {
    for (int place = 0; place < windows; ++place) decide(window, candidate_at(place), logits_.data() + place * stride);
  }
  switch (purpose_) {
    case Purpose::kRevise:
      ++report.revised;
      frontier_ = std::max(frontier_, window.first + window.steps);
      if (next_ <= ledger_.head()) {
        fresh_ = true;
        if (!is_whole(drafts_[0]))
          ++drafts_[0].passes;  // Whether or not there is time for the windows behind this one.
      }
      next_ = window.first + window.steps;
      if (next_ < end_of(Purpose::kRevise)) break;
      next_ = ledger_.head();
      --sweeps_;
      ++swept_;
      // What a sweep changed, what follows from it has not seen yet.
      if (sweeps_ == 0 && changed_ && swept_ < options_.reveal_passes) sweeps_ = 1;
      changed_ = false;
      break;
    case Purpose::kReveal:
      ++report.revealed;
      for (int place = 0; place < windows; ++place) ++drafts_[static_cast<std::size_t>(at_ + place)].passes;
      at_ += windows;
      if (at_ == options_.candidates) at_ = 1;
      break;
    case Purpose::kChoose:
      ++report.chosen;
      for (int place = 0; place < windows; ++place) doubt_tokens(window, candidate_at(place), place);
      is_other_half_ = !is_other_half_;
      if (is_other_half_) break;
      for (int place = 0; place < windows; ++place) {
        drafts_[static_cast<std::size_t>(candidate_at(place))].score = rank(window, candidate_at(place), place);
      }
      // Scores of the same passes are of the same observation.
      for (int place = 1; place < windows; ++place) {
        double& score = drafts_[static_cast<std::size_t>(candidate_at(place))].score;
        if (std::isfinite(score)) score -= drafts_[0].score;  // Which may be infinite: anything is better then.
      }
      at_ += windows - 1;
      if (at_ == options_.candidates) end_round(report);
      break;
  }
  return true;
}

/// Puts what a pass sees of a candidate into its place of the batch.
void DenoisingRefiner::show(const Window& window, int candidate, int place) noexcept {
  const auto slots = static_cast<std::size_t>(layout().slots());
  const std::int64_t window_end = window.first + window.steps;
  std::size_t at = static_cast<std::size_t>(place) * static_cast<std::size_t>(window.steps) * slots;
  bool breaks = false;
  for (std::int64_t step = window.first; step < window_end; ++step) {
    const auto known = buffer_.tokens(plan_row(0), step), draft = buffer_.tokens(draft_row(candidate), step);
    // Where no robot gets from a state to the next, a model takes what it is shown for right, and would leave it so.
    const bool broke = breaks;
    breaks =
        purpose_ != Purpose::kChoose && step + 1 < window_end && guide_.is_broken(buffer_, draft_row(candidate), step);
    const bool is_torn = broke || breaks;
    for (std::size_t s = 0; s < slots; ++s, ++at) {
      Token token = kMask;
      Fraction fraction = 0;
      if (is_goal(candidate, step, s, window_end)) {
        token = goal_[s];
        fraction = goal_fractions_[s];
      } else if (is_fixed(step, s)) {
        token = known[s];
        fraction = buffer_.fraction(plan_row(0), step, s);
      } else if (is_shown(step, s, candidate, window_end) && !(is_torn && s < goal_.size())) {
        token = draft[s];
        fraction = buffer_.fraction(draft_row(candidate), step, s);
      }
      tokens_[at] = token;
      fractions_[at] = fraction;
    }
  }
}

bool DenoisingRefiner::is_shown(std::int64_t step, std::size_t slot, int candidate, std::int64_t window_end) noexcept {
  const NoiseLevel level = buffer_.levels(draft_row(candidate), step)[slot];
  if (level == kFullNoise) return false;  // Nothing was ever decided.
  const Draft& draft = drafts_[static_cast<std::size_t>(candidate)];
  if (!is_whole(draft)) {
    const double share = draft.kept + (1.0 - draft.kept) * draft.passes / options_.reveal_passes;
    return draft.reveal.rank(step, static_cast<int>(slot), level) < share;
  }
  if (purpose_ == Purpose::kChoose) return !is_hidden(step, slot, window_end);
  return random_.uniform() * kFullNoise >= level;
}

bool DenoisingRefiner::denoise(const Window& window, int windows) noexcept {
  return denoiser_.run(
      {.depth = PassDepth::kWindow,
       .windows = windows,
       .steps = window.steps,
       .tokens = tokens_.data(),
       .logits = logits_.data(),
       .value = purpose_ == Purpose::kChoose && denoiser_.capabilities().value ? values_.data() : nullptr,
       .known = window.known,
       .fractions = fractions_.data()});
}

DenoisingRefiner::Posterior DenoisingRefiner::posterior_of(int slot, const float* logits) noexcept {
  const std::span own(logits + layout().offset(slot), static_cast<std::size_t>(layout().slot(slot).vocabulary));
  const auto probabilities = std::span(probabilities_).first(own.size());
  return {probabilities, softmax(own, 1.0, probabilities)};
}

/// What is to be done, or expected, according to a pass.
void DenoisingRefiner::plan(int candidate, std::int64_t step, std::size_t slot, const Decision& decoded) noexcept {
  const int row = plan_row(candidate);
  buffer_.tokens(row, step)[slot] = decoded.mean;
  if (const auto fractions = buffer_.fractions(row, step); !fractions.empty()) fractions[slot] = decoded.fraction;
  buffer_.levels(row, step)[slot] = std::max(level_of(decoded.confidence), NoiseLevel{1});  // 0 is for what is known.
}

/// Takes over what a pass says of a candidate. logits: [steps][logits]
void DenoisingRefiner::decide(const Window& window, int candidate, const float* logits) noexcept {
  const bool is_hot = options_.temperature > 1.0;
  for (int i = window.known; i < window.steps; ++i) {
    const std::int64_t step = window.first + i;
    const float* own = logits + static_cast<std::ptrdiff_t>(i) * layout().logits();
    const auto draft = buffer_.tokens(draft_row(candidate), step);
    const auto draft_fractions = buffer_.fractions(draft_row(candidate), step);
    for (int s = 0; s < layout().slots(); ++s) {
      const auto slot = static_cast<std::size_t>(s);
      if (is_fixed(step, slot)) continue;
      Decision decoded;
      Token drawn = 0;
      Fraction fraction = 0;
      NoiseLevel doubt = 0;
      if (is_goal(candidate, step, slot, window.first + window.steps)) {
        drawn = goal_[slot];
        fraction = goal_fractions_[slot];
        decoded = {.token = drawn, .mean = drawn, .fraction = goal_fractions_[slot], .confidence = 1.0F};
      } else {
        const Posterior posterior = posterior_of(s, own);
        const auto probabilities = posterior.probabilities;
        const double uniform = random_.uniform();
        auto tempered = probabilities;
        float highest = posterior.highest;
        if (options_.temperature != 1.0 && options_.temperature > 0.0) {
          tempered = std::span(tempered_).first(probabilities.size());
          highest = softmax({own + layout().offset(s), probabilities.size()}, options_.temperature, tempered);
        }
        drawn = options_.temperature > 0.0 ? draw_token(tempered, highest, uniform, options_.min_p, fraction)
                                           : likeliest(probabilities);
        // Only passes see what a hot draw came to.
        Fraction unused = 0;
        const Token meant =
            is_hot ? draw_token(probabilities, posterior.highest, uniform, options_.min_p, unused) : drawn;
        decoded = decode_around(layout().slot(s), probabilities, meant);
        doubt = is_hot ? level_of(decode_around(layout().slot(s), probabilities, drawn).confidence)
                       : level_of(decoded.confidence);
      }
      const bool is_other = draft[slot] != kMask && !is_near(layout().slot(s), draft[slot], drawn);
      changed_ = changed_ || (candidate == 0 && is_other);
      plan(candidate, step, slot, decoded);
      draft[slot] = drawn;
      if (!draft_fractions.empty()) draft_fractions[slot] = layout().slot(s).continuous() ? fraction : Fraction{0};
      buffer_.levels(draft_row(candidate), step)[slot] = doubt;
    }
  }
}

// --- Choosing ---

/// Whether a candidate of a round keeps nothing of the followed plan, so that it may arrive at another time.
bool DenoisingRefiner::is_drafted_anew(int candidate) const noexcept {
  return candidate == 1 || (options_.goal_clamp == GoalClamp::kArrival && 2 * candidate <= options_.candidates);
}

/// Draws when candidates are to be at the goal, by how likely the robot is there at each time: a first pass over a
/// candidate that shows nothing but what is known and the goal at its end says it, for all that are drafted like it.
void DenoisingRefiner::ask_arrivals(const Window& window, int first) noexcept {
  const Draft& draft = drafts_[static_cast<std::size_t>(first)];
  if (options_.goal_clamp != GoalClamp::kArrival || draft.arrival != kAnyTime) return;  // It was asked before.
  if (draft.passes > 0 || draft.kept > 0.0) return;
  float most = 0.0F;
  for (int i = window.known; i + 1 < window.steps; ++i) {
    float here = 1.0F;
    for (std::size_t s = 0; s < goal_.size(); ++s) {
      if (goal_[s] == kMask) continue;
      const auto slot = static_cast<int>(s);
      const float* own = logits_.data() + static_cast<std::ptrdiff_t>(i) * layout().logits();
      here = std::min(here, mass_around(layout().slot(slot), posterior_of(slot, own).probabilities, goal_[s]));
    }
    most = std::max(most, here);  // Who has arrived stays.
    arrived_[static_cast<std::size_t>(i)] = most;
  }
  int last = first + 1;
  while (first > 0 && last < options_.candidates && is_drafted_anew(last)) ++last;
  for (int c = first; c < last; ++c) {
    const auto wanted = static_cast<float>(kEarliest + (kLatest - kEarliest) * random_.uniform()) * most;
    int i = window.known;
    while (i + 1 < window.steps && arrived_[static_cast<std::size_t>(i)] < wanted) ++i;
    drafts_[static_cast<std::size_t>(c)].arrival = std::max(window.first + i, ledger_.started + 1);
  }
}

/// Drafts copies of the followed plan, each of which keeps another share of it: the first ones nothing.
void DenoisingRefiner::begin_round() noexcept {
  const Window window = window_at(ledger_.head(), end());
  for (int c = 1; c < options_.candidates; ++c) {
    buffer_.copy(plan_row(0), plan_row(c), window.first, end());
    buffer_.copy(draft_row(0), draft_row(c), window.first, end());
    drafts_[static_cast<std::size_t>(c)] = {
        .reveal = Reveal(options_.reveal_order, ledger_.head(), window.steps, random_.next()),
        .kept = is_drafted_anew(c) ? 0.0 : (c - 1.0) / (options_.candidates - 1),
        .arrival = is_drafted_anew(c) ? kAnyTime : drafts_[0].arrival};
  }
  halves_ = Reveal(RevealOrder::kRandom, ledger_.head(), window.steps, random_.next());
  is_other_half_ = false;
  at_ = 1;
  in_round_ = true;
}

/// Of each half of the choosing, which tokens the model has to say without seeing them. The last step's it sees: its
/// value is of them.
bool DenoisingRefiner::is_hidden(std::int64_t step, std::size_t slot, std::int64_t window_end) const noexcept {
  return step + 1 < window_end && (halves_.rank(step, static_cast<int>(slot), 0) < 0.5) != is_other_half_;
}

/// How much likelier than a candidate's own tokens the model finds others, where it did not see them: it takes what it
/// sees for right, mostly. Surprise alone would rank a plan first that stands about, which is always sure, and then
/// jumps to the goal.
void DenoisingRefiner::doubt_tokens(const Window& window, int candidate, int place) noexcept {
  double& surprise = drafts_[static_cast<std::size_t>(candidate)].surprise;
  if (!is_other_half_) surprise = 0.0;
  const auto first = static_cast<std::ptrdiff_t>(place) * window.steps;
  for (int i = window.known; i < window.steps; ++i) {
    const std::int64_t step = window.first + i;
    if (step < ledger_.head()) continue;
    const float* logits = logits_.data() + (first + i) * layout().logits();
    const auto draft = buffer_.tokens(draft_row(candidate), step);
    for (int s = 0; s < layout().slots(); ++s) {
      const auto slot = static_cast<std::size_t>(s);
      if (is_fixed(step, slot) || is_goal(candidate, step, slot, window.first + window.steps)) continue;
      if (draft[slot] == kMask || !is_hidden(step, slot, window.first + window.steps)) continue;
      const auto probabilities = posterior_of(s, logits).probabilities;
      surprise += nats(mass_around(layout().slot(s), probabilities, draft[slot])) -
                  nats(best_mass(layout().slot(s), probabilities));
    }
  }
}

/// What the guide says of a candidate both halves of which were asked for.
double DenoisingRefiner::rank(const Window& window, int candidate, int place) noexcept {
  Guide::Seen seen{.row = plan_row(candidate),
                   .first = std::max(window.first, ledger_.head()),
                   .surprise = drafts_[static_cast<std::size_t>(candidate)].surprise};
  seen.steps = static_cast<int>(window.first + window.steps - seen.first);
  if (denoiser_.capabilities().value) seen.to_go = values_[static_cast<std::size_t>((place + 1) * window.steps - 1)];
  seen.arrival = arrival_of(candidate, window);
  return guide_.score(buffer_, seen);
}

/// [steps] from the head to the first step of a candidate that begins at the goal; -1 if none does in the window.
std::int64_t DenoisingRefiner::arrival_of(int candidate, const Window& window) const noexcept {
  if (std::ranges::all_of(goal_, [](Token token) { return token == kMask; })) return -1;
  if (options_.goal_clamp == GoalClamp::kAlways) return -1;  // It stands in slots that the robot does not move.
  for (std::int64_t step = ledger_.head(); step < window.first + window.steps; ++step) {
    if (is_met(buffer_.state(plan_row(candidate), step))) return step - ledger_.head();
  }
  return -1;
}

/// All candidates were ranked against the followed plan: the best one takes its place if it is better enough.
void DenoisingRefiner::end_round(PlanReport& report) noexcept {
  in_round_ = false;
  int best = 1;
  for (int c = 2; c < options_.candidates; ++c) {
    if (drafts_[static_cast<std::size_t>(c)].score < drafts_[static_cast<std::size_t>(best)].score) best = c;
  }
  ++rounds_in_vain_;
  std::ranges::copy(buffer_.state(plan_row(0), ledger_.head()), settled_at_.begin());
  if (!(drafts_[static_cast<std::size_t>(best)].score < -options_.switch_margin)) return;
  rounds_in_vain_ = 0;
  report.switched = true;
  const Window window = next_window();
  drafts_[0].arrival = drafts_[static_cast<std::size_t>(best)].arrival;
  for (std::int64_t step = window.first + window.known; step < window.first + window.steps; ++step) {
    for (const auto& [from, to] : {std::pair(draft_row(best), draft_row(0)), std::pair(plan_row(best), plan_row(0))}) {
      const auto fractions = buffer_.fractions(from, step);
      for (std::size_t s = 0; s < static_cast<std::size_t>(layout().slots()); ++s) {
        // What has entered the horizon since the candidate was drafted was never decided.
        if (is_fixed(step, s) || buffer_.tokens(from, step)[s] == kMask) continue;
        buffer_.tokens(to, step)[s] = buffer_.tokens(from, step)[s];
        if (!fractions.empty()) buffer_.fractions(to, step)[s] = fractions[s];
        buffer_.levels(to, step)[s] = buffer_.levels(from, step)[s];
      }
    }
  }
}

void DenoisingRefiner::describe(PlanReport& report) const noexcept {
  const bool wanted = std::ranges::any_of(goal_, [](Token token) { return token != kMask; });
  report.goal_reached = wanted && is_met(buffer_.state(plan_row(0), ledger_.head()));
  report.head_is_ripe = fresh_ && frontier_ > ledger_.head();
  const Window all{.first = ledger_.head(), .steps = options_.horizon};
  // As long as it is to be revised, what lies behind what was seen does not follow from it.
  report.steps_to_goal = sweeps_ > 0 ? -1 : static_cast<std::int32_t>(arrival_of(0, all));
}

}  // namespace ripen
