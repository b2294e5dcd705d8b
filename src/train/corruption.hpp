#pragma once
// The forward process: how clean windows become what the planner meets at run time.

#include <cstdint>
#include <span>
#include <vector>

#include "ripen/token_layout.hpp"
#include "ripen/train/trajectory.hpp"
#include "util/random.hpp"

namespace ripen::train {

/// What a network will be asked.
struct CorruptionOptions {
  bool fractions = false;  ///< false leaves all of them 0, for networks that see bins alone
  double unseen = 0.0;     ///< share of the windows in which some of what was to be seen was not
  GoalSlots goal_slots = {};
};

/// Corrupts windows of a plan. Every step has its own noise level (diffusion forcing, Chen et al. 2024,
/// arXiv 2407.01392); a token is kept, masked, or replaced by a wrong one, so that the model learns to revise. A kept
/// token of a binned channel is moved a little, the more the noisier, and a wrong one is anywhere in its bin.
class Corruption {
 public:
  /// Throws OptionsError if a goal slot is no state slot.
  Corruption(const TokenLayout& layout, CorruptionOptions options);

  /// Values of a window's slots, [steps][slots] each.
  struct Window {
    std::span<Token> tokens;
    std::span<Fraction> fractions;
  };

  /// How far a window has been lived through.
  struct Known {
    int head = 0;           ///< steps that were done and seen
    bool observed = false;  ///< the state of the step behind them was seen too
  };

  /// window: clean, corrupted in place but for what is told. stale: a window of a plan made for another start, same
  /// shape, which may take the place of everything behind the head's state. told: [steps][slots], set to whether a
  /// token is what was seen or done, or the goal; of the steps that were seen, some slots may not have been.
  Known apply(const Window& window, const Window& stale, std::span<std::uint8_t> told, Random& random);

  /// What a window tells that was lived through so far and of which all was seen, the goal at its end included.
  /// [steps][slots]
  [[nodiscard]] std::vector<std::uint8_t> told(const Known& known, int steps) const;

 private:
  /// goal_from: the first step in which the goal stands in the slots of GoalSlots::at_end.
  void tell(const Known& known, int goal_from, std::span<std::uint8_t> told) const;
  /// The first step from which on a window stays where it ends.
  [[nodiscard]] int arrival_of(const Window& window) const;
  void blind(const Known& known, const Window& window, std::span<std::uint8_t> told, Random& random) const;
  void set_levels(int steps, Random& random);
  void noise(int slot, Token& token, Fraction& fraction, double level, Random& random) const;

  [[nodiscard]] std::size_t at(int step, int slot) const noexcept {
    return static_cast<std::size_t>(step * layout_.slots() + slot);
  }

  const TokenLayout& layout_;
  CorruptionOptions options_;
  std::vector<double> levels_;
};

}  // namespace ripen::train
