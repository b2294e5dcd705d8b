#include "plan/guide.hpp"

#include <cmath>
#include <limits>

namespace ripen {

Guide::Guide(const TokenLayout& layout, const PlannerOptions& options, const Cost* cost)
    : tokenizer_(layout),
      strides_(layout, options.strides),
      value_weight_(options.value_weight),
      likelihood_weight_(options.likelihood_weight),
      cost_(cost),
      values_(cost == nullptr ? 0
                              : static_cast<std::size_t>(options.horizon) * static_cast<std::size_t>(layout.slots())) {}

double Guide::score(const PlanBuffer& buffer, const Seen& seen) noexcept {
  const double to_go =
      seen.arrival >= 0 ? static_cast<double>(seen.arrival) : seen.steps + static_cast<double>(seen.to_go);
  double score = value_weight_ * to_go + likelihood_weight_ * seen.surprise;
  for (std::int64_t step = seen.first; step + 1 < seen.first + seen.steps; ++step) {
    if (is_broken(buffer, seen.row, step)) score += kBrokenLink * (value_weight_ + likelihood_weight_);
  }
  if (cost_ != nullptr) {
    auto value = values_.begin();
    for (int i = 0; i < seen.steps; ++i) {
      const auto tokens = buffer.tokens(seen.row, seen.first + i);
      for (std::size_t s = 0; s < tokens.size(); ++s) {
        *value++ = tokenizer_.decode(static_cast<int>(s), tokens[s], buffer.fraction(seen.row, seen.first + i, s));
      }
    }
    const auto slots = static_cast<int>(buffer.layout().slots());
    score += cost_->of({.values = {values_.data(), static_cast<std::size_t>(seen.steps * slots)},
                        .states = buffer.layout().states(),
                        .slots = slots});
  }
  return std::isfinite(score) ? score : std::numeric_limits<double>::infinity();
}

}  // namespace ripen
