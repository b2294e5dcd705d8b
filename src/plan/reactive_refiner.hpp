#pragma once
// A baseline: no plan at all.

#include <vector>

#include "plan/checked_denoiser.hpp"
#include "plan/refiner.hpp"

namespace ripen {

/// One pass over the state that was seen last decides the action that is due, once it is seen what the one before led
/// to. Of the frames that a pass reads, the one in which the goal seems nearest decides.
class ReactiveRefiner : public Refiner {
 public:
  ReactiveRefiner(CheckedDenoiser& model, const PlannerOptions& options, const Transition* transition);

  void reset(std::span<const Token> state, std::span<const Token> goal, std::span<const Token> idle) noexcept override;
  void forget() noexcept override { frontier_ = std::max(committed_, held_); }
  void withhold() noexcept override { forget(); }
  void observe(const TokenObservation& observation, RefineReport& report) noexcept override;
  [[nodiscard]] int next_pass() noexcept override {
    return seen_ == committed_ && frontier_ <= committed_ ? frames_ : 0;
  }
  [[nodiscard]] bool run_pass() noexcept override;
  void describe(RefineReport& report) const noexcept override;
  [[nodiscard]] std::int64_t frontier() const noexcept override { return frontier_; }
  void emitted(int steps) noexcept override { held_ = std::min(buffer_.head() + steps, frontier_); }
  void shift(int steps) noexcept override;
  [[nodiscard]] const PlanBuffer& buffer() const noexcept override { return buffer_; }
  [[nodiscard]] std::span<const Token> idle() const noexcept override { return idle_; }

 private:
  void commit(std::int64_t begun) noexcept;

  PlannerOptions options_;
  CheckedDenoiser& denoiser_;
  const Transition* transition_;
  int frames_;  // In one pass.
  PlanBuffer buffer_;
  std::vector<Token> goal_, idle_;
  std::vector<Token> views_;  // The state, in each frame.
  std::vector<float> logits_, values_;
  std::int64_t committed_ = 0;  // Steps that have begun.
  std::int64_t held_ = 0;       // Steps that went out since the last observation.
  std::int64_t frontier_ = 0;   // First step whose action is not decided.
  std::int64_t seen_ = 0;       // Step whose state was seen last.
};

}  // namespace ripen
