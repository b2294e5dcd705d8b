#pragma once
// What a plan costs its user: clearance, effort, smoothness, or what else the model was never told.

#include <cstddef>
#include <span>

#include "ripen/export.hpp"

namespace ripen {

/// The steps of a plan from the head on, in the robot's units. A view: valid during the call.
struct PlanView {
  std::span<const double> values = {};  ///< [steps][slots]; a category as a number
  int states = 0;                       ///< slots of a step that are states, which come first
  int slots = 0;

  [[nodiscard]] int steps() const noexcept { return slots == 0 ? 0 : static_cast<int>(values.size()) / slots; }
  /// [states] What is expected at the beginning of a step. ahead: [0, steps())
  [[nodiscard]] std::span<const double> state(int ahead) const noexcept { return of(ahead, 0, states); }
  /// [actions] What is done then.
  [[nodiscard]] std::span<const double> action(int ahead) const noexcept { return of(ahead, states, slots - states); }

 private:
  [[nodiscard]] std::span<const double> of(int ahead, int first, int count) const noexcept {
    return values.subspan(static_cast<std::size_t>(ahead * slots + first), static_cast<std::size_t>(count));
  }
};

/// A part of the guide that a user brings. It ranks candidates, so it is asked about plans that are not followed too.
class RIPEN_EXPORT Cost {
 public:
  virtual ~Cost() = default;

  /// What a plan costs, in the unit of PlannerOptions::value_weight's score: 1 is as bad as being a step later, unless
  /// value_weight says otherwise. Infinity or NaN: never to be followed in place of another. Called in the tick, so it
  /// must be real-time safe; the same plan must cost the same.
  [[nodiscard]] virtual double of(const PlanView& plan) const noexcept = 0;
};

}  // namespace ripen
