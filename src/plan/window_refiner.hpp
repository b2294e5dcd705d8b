#pragma once
// Ripening by windows: everything in a window is denoised at once, and what the model is sure of is kept for the next
// pass.

#include <algorithm>

#include "plan/checked_denoiser.hpp"
#include "plan/refiner.hpp"
#include "ripen/planner.hpp"
#include "util/random.hpp"

namespace ripen {

/// Rolling masked diffusion (noise levels by token as in diffusion forcing, Chen et al. 2024, arXiv 2407.01392; masks
/// drawn again by confidence as in remasking, Wang et al. 2025, arXiv 2503.00307). A token's level is the probability
/// that the next pass does not see it. A pass reads the steps before the head as they happened, and gives every token
/// behind them a new value and a new level: what it was unsure of is masked again and decided anew beside what it was
/// sure of. What passes see is drawn; what is done is decoded beside it. The first window begins window_history steps
/// before the head; later ones of the same call lie further on.
class WindowRefiner : public Refiner {
 public:
  WindowRefiner(CheckedDenoiser& model, const PlannerOptions& options);

  void reset(std::span<const Token> state, std::span<const Token> goal, std::span<const Token> hold) noexcept override;
  void forget() noexcept override;
  void started(std::int64_t step, std::span<const Token> action) noexcept override;
  void observe(const TickObservation& observation, PlanReport& report) noexcept override;
  [[nodiscard]] int next_pass() noexcept override { return 1; }
  [[nodiscard]] bool run_pass() noexcept override;
  void describe(PlanReport& report) const noexcept override;
  [[nodiscard]] std::int64_t frontier() const noexcept override { return frontier_; }
  void sent(int steps) noexcept override;
  void shift(int steps) noexcept override;
  [[nodiscard]] const PlanBuffer& buffer() const noexcept override { return buffer_; }
  [[nodiscard]] std::span<const Token> hold() const noexcept override { return hold_; }
  void set_hold(std::span<const Token> hold) noexcept override { std::ranges::copy(hold, hold_.begin()); }

 private:
  [[nodiscard]] const TokenLayout& layout() const noexcept { return buffer_.layout(); }
  [[nodiscard]] std::int64_t end() const noexcept { return ledger_.head() + options_.horizon; }
  [[nodiscard]] bool contradicts(std::span<const Token> predicted, std::span<const Token> seen) const noexcept;
  void commit(std::int64_t started) noexcept;
  void draft_as_planned(std::int64_t step) noexcept;
  void doubt(std::int64_t from) noexcept;
  void show(std::int64_t first, int steps) noexcept;
  /// Seen and done: no pass can change anything of it.
  [[nodiscard]] bool is_known(std::int64_t step) const noexcept;
  void decide(std::int64_t step, const float* logits) noexcept;

  PlannerOptions options_;
  CheckedDenoiser& denoiser_;
  PlanBuffer buffer_;
  Random random_;
  std::vector<int> most_bins_off_;  // [states] of what contradicts nothing.
  std::vector<Token> goal_, hold_;
  std::int64_t frontier_ = 0;  // First step whose action no pass has decided.
  std::int64_t next_ = 0;      // First step of the next window that was not in the last.
  bool fresh_ = false;         // A pass has read what was seen last.

  std::vector<Token> tokens_;                    // [steps][slots]
  std::vector<float> logits_;                    // [steps][logits]
  std::vector<float> probabilities_, tempered_;  // Of one slot; the second are what the draft is drawn from.
};

}  // namespace ripen
