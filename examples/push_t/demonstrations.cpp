#include "push_t/demonstrations.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "push_t/shift.hpp"
#include "ripen/random.hpp"
#include "ripen/tokenizer.hpp"

namespace ripen::push_t {

namespace {

constexpr double kStill = 1.0;  // [px]

/// Whether anything has moved from one step to the other.
bool differ(const Channels& a, const Channels& b) {
  for (std::size_t s = 0; s < kStates; ++s) {
    if (std::abs(a[s] - b[s]) >= kStill) return true;
  }
  return false;
}

}  // namespace

Demonstrations::Demonstrations(std::span<const Episode> episodes, Options options)
    : trained_(select(episodes, options.trained, "train")),
      held_out_(select(episodes, options.held_out, "evaluate")),
      mirrored_(options.mirrored),
      shifted_(options.shifted) {}

void Demonstrations::shift_by_chance(std::span<Channels> steps, Random& random) {
  constexpr double kFarthest = 40.0, kMostTurn = 0.35;  // [px], [rad]
  for (double share = 1.0; share > 0.1; share /= 2.0) {
    const auto drawn = [&] { return share * (2.0 * random.uniform() - 1.0); };
    const Shift chosen{.by = {kFarthest * drawn(), kFarthest * drawn()}, .turn = kMostTurn * drawn()};
    if (shift(steps, chosen)) return;
  }
}

Demonstrations::Set Demonstrations::select(std::span<const Episode> episodes, const std::vector<int>& indices,
                                           const char* what) {
  Set set;
  for (const int index : indices) {
    if (index < 0 || index >= std::ssize(episodes)) {
      throw std::invalid_argument("demonstrations: episode " + std::to_string(index) + " is outside [0, " +
                                  std::to_string(episodes.size()) + ")");
    }
    const Episode& episode = episodes[static_cast<std::size_t>(index)];
    auto& steps = set.episodes.emplace_back();
    for (std::size_t i = 0; i < episode.states.size(); ++i) {
      Channels step{};
      to_channels(episode.states[i], step);
      step[kStates] = episode.targets[i].x;
      step[kStates + 1] = episode.targets[i].y;
      if (steps.empty() || differ(steps.back(), step)) {
        steps.push_back(step);
      } else {  // What was done last is what ended the waiting.
        std::copy(step.begin() + kStates, step.end(), steps.back().begin() + kStates);
      }
    }
    set.of_step.insert(set.of_step.end(), steps.size(), static_cast<int>(set.episodes.size()) - 1);
  }
  if (set.of_step.empty()) throw std::invalid_argument(std::string("demonstrations: there is none to ") + what + " on");
  return set;
}

void Demonstrations::make(std::uint64_t number, train::Trajectory& out) const {
  const bool evaluated = number >= train::kHeldOut;
  const Set& set = evaluated ? held_out_ : trained_;
  Random random(number, 0);
  const auto episode = static_cast<std::size_t>(
      set.of_step[static_cast<std::size_t>(random.below(static_cast<int>(set.of_step.size())))]);
  const bool in_mirror = mirrored_ && !evaluated && random.below(2) == 1;
  std::vector<Channels> steps = set.episodes[episode];
  if (!evaluated && random.uniform() < shifted_) shift_by_chance(steps, random);
  const Tokenizer tokenizer(layout_);
  out.steps = static_cast<int>(steps.size());
  out.tokens.clear();
  out.fractions.clear();
  out.to_goal.clear();
  out.chance.clear();
  out.good_actions.assign(steps.size(), 0);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Channels& channels = steps[i];
    if (in_mirror) mirror(channels);
    for (int slot = 0; slot < layout_.slots(); ++slot) {
      out.tokens.push_back(
          tokenizer.encode(slot, channels[static_cast<std::size_t>(slot)], out.fractions.emplace_back()));
    }
    out.to_goal.push_back(static_cast<float>(steps.size() - i));
  }
}

}  // namespace ripen::push_t
