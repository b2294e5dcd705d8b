#pragma once
// What ranks candidates.

#include <vector>

#include "plan/strides.hpp"
#include "ripen/cost.hpp"
#include "ripen/plan_buffer.hpp"
#include "ripen/planner.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

/// Adds up what a plan costs: steps to the goal, the model's surprise, links that no robot can go, and what the user
/// says. Less is better.
/// Real-time safe but for construction.
class Guide {
 public:
  /// cost: the user's, or null; it must outlive the guide.
  Guide(const TokenLayout& layout, const PlannerOptions& options, const Cost* cost);

  /// What a pass that saw all of a candidate said of it.
  struct Seen {
    int row = 0;                ///< of the buffer, decoded
    std::int64_t first = 0;     ///< step, from the head on
    int steps = 0;              ///< that the pass saw from there
    double surprise = 0.0;      ///< [nats] of the candidate's own tokens
    float to_go = 0.0F;         ///< [steps] to the goal from the last of the steps, if the model has a value
    std::int64_t arrival = -1;  ///< [steps] from the first to the goal in the candidate; -1 if it does not get there
  };
  /// Infinite if nothing that is finite can be said.
  [[nodiscard]] double score(const PlanBuffer& buffer, const Seen& seen) noexcept;

  /// Whether no robot gets from a step's state to the next one's (PlannerOptions::strides).
  [[nodiscard]] bool is_broken(const PlanBuffer& buffer, int row, std::int64_t step) const noexcept {
    return strides_.is_broken(buffer.state(row, step), buffer.fractions(row, step), buffer.state(row, step + 1),
                              buffer.fractions(row, step + 1));
  }

 private:
  const Tokenizer tokenizer_;
  const Strides strides_;
  const double value_weight_, likelihood_weight_;
  const Cost* cost_;
  std::vector<double> values_;  // [steps][slots]
};

}  // namespace ripen
