#include "plan/round.hpp"

#include <algorithm>
#include <cmath>

#include "plan/frames.hpp"
#include "plan/posterior.hpp"

namespace ripen {

Round::Round(PlanBuffer& buffer, CheckedDenoiser& denoiser, const Transition* transition, const PlannerOptions& options,
             int first_row)
    : buffer_(buffer),
      denoiser_(denoiser),
      transition_(transition),
      options_(options),
      first_row_(first_row),
      actions_(buffer.layout().slot(buffer.layout().states()).vocabulary),
      visited_(static_cast<std::size_t>(options.candidates + 1) *
               static_cast<std::size_t>(options.horizon + options.history)) {
  const auto candidates = static_cast<std::size_t>(options.candidates);
  const auto windows = static_cast<std::size_t>(options.pass_windows);
  const TokenLayout& layout = buffer.layout();
  for (auto& set : member_) set.resize(candidates);
  children_.resize(candidates * static_cast<std::size_t>(actions_));
  admitted_.resize(windows);
  tokens_.assign(windows * 2 * static_cast<std::size_t>(layout.slots()), kMask);
  next_.resize(static_cast<std::size_t>(layout.states()));
  action_.resize(static_cast<std::size_t>(layout.actions()));
  logits_.resize(windows * static_cast<std::size_t>(layout.logits()));
  values_.resize(windows);
}

void Round::start(int source, std::int64_t since, std::int64_t root, int width, double noise,
                  std::uint64_t seed) noexcept {
  width_ = std::min(width, options_.candidates);
  root_ = depth_ = root;
  set_ = read_ = 0;
  child_count_ = 0;
  noise_ = noise;
  random_ = Random(seed);
  visited_.clear();
  for (std::int64_t step = since; step < root; ++step) visited_.insert(hash_state(buffer_.state(source, step)), step);
  const int frames = frames_of(transition_);
  members_ = std::min({frames, options_.pass_windows, width_});
  const int first = random_.below(frames);
  for (int i = 0; i < members_; ++i) {
    member_[0][static_cast<std::size_t>(i)] = {.frame = (first + i) % frames};
    buffer_.copy(source, row(0, i), root, root + 1);
  }
}

int Round::next_windows() const noexcept { return std::min(options_.pass_windows, members_ - read_); }

bool Round::predict(int first, int count) noexcept {
  const TokenLayout& layout = buffer_.layout();
  const auto states = static_cast<std::size_t>(layout.states());
  if (!denoiser_.capabilities().tables) {  // The rules alone say what follows. What they forbid is left out later.
    for (int i = 0; i < count; ++i) {
      const int at = row(set_, first + i);
      (void)transition_->next(buffer_.state(at, depth_ - 1), buffer_.action(at, depth_ - 1),
                              buffer_.tokens(at, depth_).first(states));
    }
    return true;
  }
  const auto slots = static_cast<std::ptrdiff_t>(layout.slots());
  for (int i = 0; i < count; ++i) {
    const auto window = tokens_.begin() + i * 2 * slots;
    std::ranges::copy(buffer_.tokens(row(set_, first + i), depth_ - 1), window);
    std::fill(window + slots, window + 2 * slots, kMask);
  }
  if (!denoiser_.run({PassDepth::kDynamics, count, 2, tokens_.data(), logits_.data(), nullptr})) return false;
  for (int i = 0; i < count; ++i) {
    decide_state(layout, logits_.data() + i * layout.state_logits(),
                 buffer_.tokens(row(set_, first + i), depth_).first(states));
  }
  return true;
}

Round::Arrival Round::admit(int member, std::span<const Token> goal, StateIndex& known, std::int64_t known_goal,
                            std::int64_t limit) noexcept {
  const int at = row(set_, member);
  const auto state = buffer_.state(at, depth_);
  if (depth_ > root_ && transition_ != nullptr) {
    // A candidate whose state tokens break the world's rules is worth nothing.
    if (!transition_->next(buffer_.state(at, depth_ - 1), buffer_.action(at, depth_ - 1), next_) ||
        !std::ranges::equal(next_, state)) {
      return {};
    }
  }
  const std::uint64_t hash = hash_state(state);
  // Reached before, in no more steps. The robot itself may well be where it was, if it had to wait.
  if (!visited_.insert(hash, depth_) && depth_ > root_) return {};
  bool arrived = true;
  for (std::size_t s = 0; s < goal.size(); ++s) arrived = arrived && (goal[s] == kMask || goal[s] == state[s]);
  if (arrived) return {at, -1, limit - depth_};
  admitted_[admitted_count_++] = member;
  if (const std::int64_t step = known.step_of(hash); step >= 0 && depth_ + known_goal - step < limit) {
    return {at, step, limit - (depth_ + known_goal - step)};
  }
  return {};
}

bool Round::read(int count) noexcept {
  const TokenLayout& layout = buffer_.layout();
  const auto slots = static_cast<std::ptrdiff_t>(layout.slots());
  for (int i = 0; i < count; ++i) {
    const auto window = tokens_.begin() + i * slots;
    const auto member = static_cast<std::size_t>(admitted_[static_cast<std::size_t>(i)]);
    const auto state = buffer_.state(row(set_, static_cast<int>(member)), depth_);
    to_frame(transition_, member_[set_][member].frame, state, {window, state.size()});
    std::fill(window + layout.states(), window + slots, kMask);
  }
  if (!denoiser_.run({PassDepth::kStep, count, 1, tokens_.data(), logits_.data(), values_.data()})) return false;
  const int stride = layout.logits() - layout.state_logits();
  for (int i = 0; i < count; ++i) {
    add_children(admitted_[static_cast<std::size_t>(i)],
                 std::span(logits_).subspan(static_cast<std::size_t>(i * stride), static_cast<std::size_t>(stride)),
                 values_[static_cast<std::size_t>(i)]);
  }
  return true;
}

void Round::add_children(int member, std::span<float> logits, float value) noexcept {
  const TokenLayout& layout = buffer_.layout();
  // Action slots behind the first take their likeliest values; the first one's values compete. They stand in the
  // member's frame until a child takes them.
  const auto action = buffer_.tokens(row(set_, member), depth_).subspan(static_cast<std::size_t>(layout.states()));
  for (int s = layout.states() + 1; s < layout.slots(); ++s) {
    const auto slot = logits.subspan(static_cast<std::size_t>(layout.offset(s) - layout.state_logits()),
                                     static_cast<std::size_t>(layout.slot(s).vocabulary));
    action[static_cast<std::size_t>(s - layout.states())] =
        static_cast<Token>(std::ranges::max_element(slot) - slot.begin());
  }
  const auto first = logits.first(static_cast<std::size_t>(actions_));
  normalize_log(first);
  least_value_ = child_count_ == 0 ? value : std::min(least_value_, value);
  if (depth_ == root_) root_value_ = least_value_;
  if (nearest_.row < 0 || value < nearest_.value) nearest_ = {row(set_, member), value};
  const auto previous = depth_ > root_ ? buffer_.action(row(set_, member), depth_ - 1) : std::span<const Token>{};
  const Member& parent = member_[set_][static_cast<std::size_t>(member)];
  for (int a = 0; a < actions_; ++a) {
    action[0] = static_cast<Token>(a);
    if (transition_ != nullptr) {
      std::ranges::copy(action, action_.begin());
      transition_->from_frame(parent.frame, action_);
      if (!transition_->sensible(previous, action_)) continue;
    }
    const float log_probability = first[static_cast<std::size_t>(a)];
    float noise = parent.noise;
    if (noise_ > 0.0) noise += static_cast<float>(-noise_ * std::log(-std::log(random_.uniform() + 1e-300)));
    const double score = options_.likelihood_weight * (parent.likelihood + log_probability) -
                         options_.value_weight * value + static_cast<double>(noise);
    children_[child_count_++] = {static_cast<float>(score), member, static_cast<Token>(a), log_probability, noise};
  }
}

Round::Arrival Round::pass(std::span<const Token> goal, StateIndex& known, std::int64_t known_goal,
                           std::int64_t limit) noexcept {
  const int count = next_windows();
  const int first = read_;
  read_ += count;
  if (depth_ > root_ && !predict(first, count)) return {.bad = true};
  admitted_count_ = 0;
  nearest_ = {};
  Arrival best;
  for (int i = 0; i < count; ++i) {
    const Arrival arrival = admit(first + i, goal, known, known_goal, limit);
    if (arrival.gain > best.gain) best = arrival;
  }
  if (admitted_count_ > 0 && !read(static_cast<int>(admitted_count_))) return {.bad = true};
  return best;
}

bool Round::lost(int patience) const noexcept {
  // Without a value head there is no telling.
  if (root_value_ <= 0.0F) return false;
  const auto gone = static_cast<float>(depth_ - 1 - root_);
  return gone + least_value_ > root_value_ + static_cast<float>(patience);
}

void Round::advance() noexcept {
  const auto kept = std::min(child_count_, static_cast<std::size_t>(width_));
  const auto better = [](const Child& a, const Child& b) {
    // Ties must not depend on the library's sort.
    return a.score != b.score ? a.score > b.score : a.parent != b.parent ? a.parent < b.parent : a.action < b.action;
  };
  const auto begin = children_.begin();
  std::partial_sort(begin, begin + static_cast<std::ptrdiff_t>(kept), begin + static_cast<std::ptrdiff_t>(child_count_),
                    better);
  const int other = 1 - set_;
  for (std::size_t i = 0; i < kept; ++i) {
    const Child& child = children_[i];
    const int target = row(other, static_cast<int>(i));
    buffer_.copy(row(set_, child.parent), target, oldest(), depth_ + 1);
    const Member& parent = member_[set_][static_cast<std::size_t>(child.parent)];
    const auto action = buffer_.tokens(target, depth_).subspan(static_cast<std::size_t>(buffer_.layout().states()));
    action[0] = child.action;
    from_frame(transition_, parent.frame, action);
    std::ranges::fill(buffer_.levels(target, depth_), level_of(std::exp(child.log_probability)));
    member_[other][i] = {parent.likelihood + child.log_probability, child.noise, parent.frame};
  }
  set_ = other;
  members_ = static_cast<int>(kept);
  child_count_ = 0;
  read_ = 0;
  ++depth_;
}

void Round::keep_only(int followed, std::int64_t step) noexcept {
  if (!active() || step < root_) return;
  if (step >= depth_) return stop();
  // Members move up in order; children of members that are gone go with them.
  const auto agrees = [&](int member) {
    return std::ranges::equal(buffer_.action(row(set_, member), step), buffer_.action(followed, step));
  };
  std::size_t children = 0;
  for (std::size_t i = 0; i < child_count_; ++i) {
    if (agrees(children_[i].parent)) children_[children++] = children_[i];
  }
  child_count_ = children;
  int kept = 0, read = 0;
  for (int m = 0; m < members_; ++m) {
    if (!agrees(m)) continue;
    if (m != kept) {
      buffer_.copy(row(set_, m), row(set_, kept), oldest(), depth_ + 1);
      member_[set_][static_cast<std::size_t>(kept)] = member_[set_][static_cast<std::size_t>(m)];
      for (std::size_t i = 0; i < child_count_; ++i) {
        if (children_[i].parent == m) children_[i].parent = kept;
      }
    }
    if (m < read_) ++read;
    ++kept;
  }
  members_ = kept;
  read_ = read;
}

}  // namespace ripen
