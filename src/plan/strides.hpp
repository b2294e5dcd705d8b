#pragma once
// How far a robot gets in a step.

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <span>
#include <vector>

#include "ripen/token_layout.hpp"

namespace ripen {

/// What a link costs that no robot can go, in steps and in nats: more than any plan.
inline constexpr double kBrokenLink = 1000.0;

/// Tells links of a plan that no robot can go. Real-time safe but for construction.
class Strides {
 public:
  /// most: PlannerOptions::strides.
  Strides(const TokenLayout& layout, const std::vector<double>& most) {
    for (std::size_t s = 0; s < most.size(); ++s) {
      const Slot& slot = layout.slot(static_cast<int>(s));
      const double bins = most[s] / (slot.high - slot.low) * slot.vocabulary;
      most_.push_back(slot.continuous() ? bins : std::numeric_limits<double>::infinity());
    }
  }

  /// Whether some channel goes further from one state to the next than it can. What is not known could be anything.
  [[nodiscard]] bool is_broken(std::span<const Token> from, std::span<const Fraction> from_fractions,
                               std::span<const Token> to, std::span<const Fraction> to_fractions) const noexcept {
    for (std::size_t s = 0; s < most_.size(); ++s) {
      if (from[s] == kMask || to[s] == kMask) continue;
      double bins = to[s] - from[s];
      if (!from_fractions.empty()) bins += static_cast<double>(to_fractions[s] - from_fractions[s]) / kFractions;
      if (std::abs(bins) > most_[s]) return true;
    }
    return false;
  }

 private:
  std::vector<double> most_;  // [states] in bins; empty: nothing is known
};

}  // namespace ripen
