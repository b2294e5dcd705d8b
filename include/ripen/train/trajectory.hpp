#pragma once
// What a task gives the trainer: clean trajectories.

#include <cstdint>
#include <vector>

#include "ripen/token_layout.hpp"

namespace ripen::train {

/// Consecutive steps of a demonstration.
struct Trajectory {
  int steps = 0;
  std::vector<Token> tokens;  ///< [steps][slots]
  std::vector<std::uint64_t>
      good_actions;            ///< [steps] mask of equally good values of the first action slot; 0: its token
  std::vector<float> to_goal;  ///< [steps] steps to the goal; negative where unknown
  std::vector<float> chance;   ///< [steps] that training takes the step, in [0, 1]: less where all is learnt; empty: 1
};

/// Trajectories of this number and beyond are never trained on: the trainer evaluates on them.
inline constexpr std::uint64_t kHeldOut = std::uint64_t{1} << 62;

/// Makes trajectories, on the trainer's data threads.
class TrajectorySource {
 public:
  virtual ~TrajectorySource() = default;
  [[nodiscard]] virtual const TokenLayout& layout() const = 0;
  /// The trajectory of a number: the same number gives the same trajectory. Thread-safe.
  virtual void make(std::uint64_t number, Trajectory& out) const = 0;
};

}  // namespace ripen::train
