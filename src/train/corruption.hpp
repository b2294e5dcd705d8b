#pragma once
// The forward process: how clean windows become what the planner meets at run time.

#include <span>
#include <vector>

#include "ripen/random.hpp"
#include "ripen/token_layout.hpp"

namespace ripen::train {

/// Corrupts windows of a plan. Every step has its own noise level (diffusion forcing, Chen et al. 2024,
/// arXiv 2407.01392); a token is kept, masked, or replaced by a wrong one, so that the model learns to revise. A kept
/// token of a binned channel is moved a little, the more the noisier, and a wrong one is anywhere in its bin.
class Corruption {
 public:
  /// fractions: false leaves all of them 0, for networks that see bins alone.
  Corruption(const TokenLayout& layout, bool fractions) : layout_(layout), fractions_(fractions) {}

  /// Values of a window's slots, [steps][slots] each.
  struct Window {
    std::span<Token> tokens;
    std::span<Fraction> fractions;
  };

  /// What of a window is known.
  struct Known {
    int head = 0;           ///< steps that were done and seen
    bool observed = false;  ///< the state of the step behind them was seen too
  };

  /// window: clean, corrupted in place but for what is known. stale: a window of a plan made for another start, same
  /// shape, which may take the place of everything behind the head's state.
  Known apply(const Window& window, const Window& stale, Random& random);

 private:
  void set_levels(int steps, Random& random);
  void noise(int slot, Token& token, Fraction& fraction, double level, Random& random) const;

  const TokenLayout& layout_;
  bool fractions_;
  std::vector<double> levels_;
};

}  // namespace ripen::train
