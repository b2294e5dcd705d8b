#pragma once
// No plan at all.

#include <cstdint>
#include <vector>

#include "plan/checked_denoiser.hpp"
#include "plan/ledger.hpp"
#include "plan/step_time.hpp"
#include "ripen/planner.hpp"

namespace ripen::opponents {

/// One pass over the state that was seen last decides the action that is due, once it is seen what the one before led
/// to. Of the frames that a pass reads, the one in which the goal seems nearest decides.
class Reactive : public PlanSource {
 public:
  /// Throws OptionsError listing every problem of the options.
  Reactive(Denoiser& denoiser, const PlannerOptions& options, const Transition* transition, const Clock* clock);

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return steps_.layout(); }
  [[nodiscard]] int horizon() const noexcept override { return steps_.horizon(); }
  [[nodiscard]] PlanReset reset(std::span<const Token> state, std::span<const Token> goal,
                                std::span<const Token> hold) noexcept override;
  void observe(const TickObservation& observation) noexcept override;
  void refine(const Budget& budget, const Budget& most) noexcept override;
  [[nodiscard]] PlannedStep step(int ahead) const noexcept override;
  void sent(int steps, std::int64_t started) noexcept override;
  [[nodiscard]] const PlanReport& report() const noexcept override { return report_; }

 private:
  [[nodiscard]] bool is_due() const noexcept { return seen_ == ledger_.started && frontier_ <= ledger_.started; }
  void start_until(std::int64_t started) noexcept;
  [[nodiscard]] bool take(const TickObservation& observation) noexcept;
  bool decide() noexcept;
  void describe() noexcept;

  SteadyClock steady_;
  const Clock& clock_;
  CheckedDenoiser denoiser_;
  const Transition* transition_;
  int frames_;  // In one pass.
  PlanBuffer steps_;
  std::vector<Token> goal_, hold_;
  std::vector<Token> views_;  // The state, in each frame.
  std::vector<float> logits_, values_;
  Ledger ledger_;
  std::int64_t frontier_ = 0;  // First step whose action is not decided.
  std::int64_t held_ = -1;     // Last step that started with the hold action.
  std::int64_t seen_ = 0;      // Step whose state was seen last.
  StepTimePredictor predictor_;
  PlanReport report_;
};

}  // namespace ripen::opponents
