#pragma once
// Demonstrations to learn from.

#include <vector>

#include "arm/arm.hpp"
#include "ripen/token_layout.hpp"
#include "ripen/train/trajectory.hpp"
#include "util/random.hpp"

namespace arm {

/// What the expert did in some episodes.
class Demonstrations : public ripen::train::TrajectorySource {
 public:
  explicit Demonstrations(int count) {
    constexpr int kEvaluated = 100;
    for (int i = 0; i < count + kEvaluated; ++i) {
      (i < kEvaluated ? held_out_ : trained_).push_back(demonstration(1000000 + static_cast<std::uint64_t>(i)));
    }
  }

  [[nodiscard]] const ripen::TokenLayout& layout() const override { return tokenizer_.layout(); }
  [[nodiscard]] ripen::train::GoalSlots goal_slots() const override { return {.always = {2, 3}}; }  // The target's.

  void make(std::uint64_t number, ripen::train::Trajectory& out) const override {
    const auto& set = number >= ripen::train::kHeldOut ? held_out_ : trained_;
    ripen::Random random(number, 0);
    const auto& steps = set[static_cast<std::size_t>(random.below(static_cast<int>(set.size())))];
    out = {.steps = static_cast<int>(steps.size())};
    out.good_actions.assign(steps.size(), 0);
    for (const Shown& shown : steps) {
      for (int slot = 0; slot < layout().slots(); ++slot) {
        ripen::Fraction fraction = 0;
        out.tokens.push_back(tokenizer_.encode(slot, shown.channels[static_cast<std::size_t>(slot)], fraction));
        out.fractions.push_back(fraction);
      }
      out.to_goal.push_back(static_cast<float>(shown.to_goal));
    }
  }

 private:
  ripen::Tokenizer tokenizer_{arm::layout()};
  std::vector<std::vector<Shown>> trained_, held_out_;
};

}  // namespace arm
