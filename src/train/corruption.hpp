#pragma once
// The forward process: how clean windows become what the planner meets at run time.

#include <span>
#include <vector>

#include "ripen/token_layout.hpp"
#include "util/random.hpp"

namespace ripen::train {

/// Corrupts windows of a plan. Every step has its own noise level (diffusion forcing, Chen et al. 2024,
/// arXiv 2407.01392); a token is kept, masked, or replaced by a wrong one, so that the model learns to revise. A kept
/// token of a binned channel is moved a little, the more the noisier.
class Corruption {
 public:
  explicit Corruption(const TokenLayout& layout) : layout_(layout) {}

  /// What of a window is known.
  struct Known {
    int head = 0;           ///< steps that were done and seen
    bool observed = false;  ///< the state of the step behind them was seen too
  };

  /// window: clean tokens, [steps][slots], corrupted in place but for what is known. stale: a window of a plan made for
  /// another start, same shape, which may take the place of everything behind the head's state.
  Known apply(std::span<Token> window, std::span<const Token> stale, Random& random);

 private:
  void set_levels(int steps, Random& random);
  [[nodiscard]] Token noised(int slot, Token token, double level, Random& random) const;

  const TokenLayout& layout_;
  std::vector<double> levels_;
};

}  // namespace ripen::train
