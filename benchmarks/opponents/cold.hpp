#pragma once
// The plan begins from nothing in every tick.

#include "ripen/planner.hpp"

namespace ripen::opponents {

/// A planner that forgets in each tick all but what has started or was sent, and what was seen.
class Cold : public PlanSource {
 public:
  Cold(Denoiser& denoiser, const PlannerOptions& options, const Transition* transition, const Clock* clock)
      : planner_(denoiser, options, transition, clock) {}

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return planner_.layout(); }
  [[nodiscard]] int horizon() const noexcept override { return planner_.horizon(); }
  [[nodiscard]] PlanReset reset(std::span<const Token> state, std::span<const Token> goal,
                                std::span<const Token> hold) noexcept override {
    return planner_.reset(state, goal, hold);
  }
  void observe(const TickObservation& observation) noexcept override {
    planner_.observe(observation);
    planner_.forget();
  }
  void refine(const Budget& budget, const Budget& most) noexcept override { planner_.refine(budget, most); }
  [[nodiscard]] PlannedStep step(int ahead) const noexcept override { return planner_.step(ahead); }
  void sent(int steps, std::int64_t started) noexcept override { planner_.sent(steps, started); }
  void started(std::int64_t step, std::span<const Token> action,
               std::span<const Fraction> fractions) noexcept override {
    planner_.started(step, action, fractions);
  }
  [[nodiscard]] const PlanReport& report() const noexcept override { return planner_.report(); }

 private:
  Planner planner_;
};

}  // namespace ripen::opponents
