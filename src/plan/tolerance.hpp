#pragma once
// How far what was seen may be from what was expected.

#include <algorithm>
#include <vector>

#include "ripen/token_layout.hpp"

namespace ripen {

/// Of a channel's range, unless PlannerOptions::tolerances says it.
inline constexpr double kTolerance = 0.05;

/// [states] In bins; 0 for a category, of which any other value contradicts. tolerances: PlannerOptions::tolerances.
inline std::vector<int> most_bins_off(const TokenLayout& layout, const std::vector<double>& tolerances) {
  std::vector<int> most(static_cast<std::size_t>(layout.states()), 0);
  for (std::size_t s = 0; s < most.size(); ++s) {
    const Slot& slot = layout.slot(static_cast<int>(s));
    if (!slot.continuous()) continue;
    const double part = tolerances.empty() ? kTolerance : tolerances[s] / (slot.high - slot.low);
    most[s] = static_cast<int>(std::min(part, 1.0) * slot.vocabulary);
  }
  return most;
}

}  // namespace ripen
