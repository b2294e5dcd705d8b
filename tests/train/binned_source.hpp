#pragma once
// A task of binned channels.

#include <algorithm>

#include "ripen/random.hpp"
#include "ripen/tokenizer.hpp"
#include "ripen/train/trajectory.hpp"

namespace ripen::train {

/// A cart rolls home, half of the way in each step, and stays where `home` is. Slots: place (state, bins of 0.1),
/// velocity (action, bins of 0.2).
class BinnedSource : public TrajectorySource {
 public:
  static constexpr double kHome = 0.233;  // 1.33 bins from the middle.

  [[nodiscard]] const TokenLayout& layout() const override { return layout_; }

  void make(std::uint64_t number, Trajectory& out) const override {
    Random random(number, 0);
    const Tokenizer tokenizer(layout_);
    out = {.steps = 5};
    double place = 2.0 * random.uniform() - 1.0;
    for (int i = 0; i < out.steps; ++i) {
      const double velocity = i + 2 < out.steps ? 0.5 * (kHome - place) : kHome - place;
      out.tokens.push_back(tokenizer.encode(0, place, out.fractions.emplace_back()));
      out.tokens.push_back(tokenizer.encode(1, velocity, out.fractions.emplace_back()));
      out.good_actions.push_back(0);
      out.to_goal.push_back(static_cast<float>(out.steps - 1 - i));
      place += velocity;
    }
  }

 private:
  TokenLayout layout_{{{"place", SlotRole::kState, 20, -1.0, 1.0}, {"velocity", SlotRole::kAction, 11, -1.1, 1.1}}};
};

}  // namespace ripen::train
