#pragma once
// A task small enough to be learnt in a second.

#include <algorithm>

#include "ripen/train/trajectory.hpp"
#include "util/random.hpp"

namespace ripen::train {

/// A hand of a dial walks to 0 the shorter way, one place or two at a time. Slots: place (state), step (action).
class CountingSource : public TrajectorySource {
 public:
  static constexpr int kPlaces = 12;

  [[nodiscard]] const TokenLayout& layout() const override { return layout_; }

  void make(std::uint64_t number, Trajectory& out) const override {
    Random random(number, 0);
    out = {};
    for (int place = random.below(kPlaces);; ++out.steps) {
      const int left = std::min(place, kPlaces - place);
      const int stride = std::min(left, 2) * (place > kPlaces / 2 ? 1 : -1);
      out.tokens.push_back(static_cast<Token>(place));
      out.tokens.push_back(static_cast<Token>(stride + 2));
      out.good_actions.push_back(0);
      out.to_goal.push_back(static_cast<float>((left + 1) / 2));
      if (place == 0) break;
      place = (place + stride + kPlaces) % kPlaces;
    }
    ++out.steps;
  }

 private:
  TokenLayout layout_{{{"place", SlotRole::kState, kPlaces}, {"stride", SlotRole::kAction, 5}}};
};

}  // namespace ripen::train
