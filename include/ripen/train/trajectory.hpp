#pragma once
// What a task gives the trainer: clean trajectories.

#include <cstdint>
#include <limits>
#include <vector>

#include "ripen/export.hpp"
#include "ripen/token_layout.hpp"

namespace ripen::train {

/// Of an episode that fails: it has no number of steps to the goal.
inline constexpr float kNever = std::numeric_limits<float>::infinity();

/// Consecutive steps of a demonstration, or of an episode from which only the value is to be learned.
struct Trajectory {
  int steps = 0;
  bool imitate = true;        ///< false, for one that failed: no action and no window is learned from it
  std::vector<Token> tokens;  ///< [steps][slots]
  /// [steps][slots] where in their bins the values lie, as Tokenizer::encode says it; empty: all at the centres.
  std::vector<Fraction> fractions;
  /// [steps] mask of equally good values of the first action slot, bit v for value v; 0: its token. Values from 64 on
  /// have no bit: where one is good, only the token can say so.
  std::vector<std::uint64_t> good_actions;
  /// [steps] steps to the goal; negative where unknown, kNever where it is not reached. The value head tells apart so
  /// many steps as ModelConfig::value_bins says; kNever and all beyond are its last bin.
  std::vector<float> to_goal;
  std::vector<float> chance;  ///< [steps] that training takes the step, in [0, 1]: less where all is learnt; empty: 1
};

/// Whether a value of the first action slot is in a mask of good ones.
[[nodiscard]] constexpr bool is_good(std::uint64_t mask, int value) noexcept {
  return value >= 0 && value < 64 && (mask >> value & 1) != 0;
}

/// Trajectories of this number and beyond are never trained on: the trainer evaluates on them.
inline constexpr std::uint64_t kHeldOut = std::uint64_t{1} << 62;

/// State slots in which the planner shows the model its goal (PlannerOptions::goal_clamp), so that training shows it
/// too: there, windows are never corrupted. A source can make goals of any step that is reached later (hindsight).
struct GoalSlots {
  std::vector<int> always;  ///< in every step, for slots that say what is wanted
  /// In the last step of most windows, for slots that say where the robot is; of half of those, in every step from the
  /// one on in which the robot gets there to stay.
  std::vector<int> at_end;
};

/// Makes trajectories, on the trainer's data threads.
class RIPEN_EXPORT TrajectorySource {
 public:
  virtual ~TrajectorySource() = default;
  [[nodiscard]] virtual const TokenLayout& layout() const = 0;
  /// Which slots show the goal; none unless overridden. The same at all times.
  [[nodiscard]] virtual GoalSlots goal_slots() const { return {}; }
  /// The trajectory of a number: the same number gives the same trajectory. `out` may hold another one. Thread-safe.
  virtual void make(std::uint64_t number, Trajectory& out) const = 0;
};

}  // namespace ripen::train
