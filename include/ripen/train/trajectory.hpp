#pragma once
// What a task gives the trainer: clean trajectories.

#include <cstdint>
#include <vector>

#include "ripen/export.hpp"
#include "ripen/token_layout.hpp"

namespace ripen::train {

/// Consecutive steps of a demonstration.
struct Trajectory {
  int steps = 0;
  std::vector<Token> tokens;  ///< [steps][slots]
  /// [steps][slots] where in their bins the values lie, as Tokenizer::encode says it; empty: all at the centres.
  std::vector<Fraction> fractions;
  /// [steps] mask of equally good values of the first action slot, bit v for value v; 0: its token. Values from 64 on
  /// have no bit: where one is good, only the token can say so.
  std::vector<std::uint64_t> good_actions;
  std::vector<float> to_goal;  ///< [steps] steps to the goal; negative where unknown
  std::vector<float> chance;   ///< [steps] that training takes the step, in [0, 1]: less where all is learnt; empty: 1
};

/// Whether a value of the first action slot is in a mask of good ones.
[[nodiscard]] constexpr bool is_good(std::uint64_t mask, int value) noexcept {
  return value >= 0 && value < 64 && (mask >> value & 1) != 0;
}

/// Trajectories of this number and beyond are never trained on: the trainer evaluates on them.
inline constexpr std::uint64_t kHeldOut = std::uint64_t{1} << 62;

/// Makes trajectories, on the trainer's data threads.
class RIPEN_EXPORT TrajectorySource {
 public:
  virtual ~TrajectorySource() = default;
  [[nodiscard]] virtual const TokenLayout& layout() const = 0;
  /// The trajectory of a number: the same number gives the same trajectory. Thread-safe.
  virtual void make(std::uint64_t number, Trajectory& out) const = 0;
};

}  // namespace ripen::train
