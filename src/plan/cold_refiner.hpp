#pragma once
// A baseline: the plan begins from nothing in every tick.

#include <memory>

#include "plan/refiner.hpp"

namespace ripen {

/// Forgets the plan of another refiner with every shift(), of which the loop makes one a tick.
class ColdRefiner : public Refiner {
 public:
  explicit ColdRefiner(std::unique_ptr<Refiner> inner) : inner_(std::move(inner)) {}

  void reset(std::span<const Token> state, std::span<const Token> goal, std::span<const Token> idle) noexcept override {
    inner_->reset(state, goal, idle);
  }
  void forget() noexcept override { inner_->forget(); }
  void withhold() noexcept override { inner_->withhold(); }
  void observe(const TokenObservation& observation, RefineReport& report) noexcept override {
    inner_->observe(observation, report);
  }
  [[nodiscard]] int next_pass() noexcept override { return inner_->next_pass(); }
  [[nodiscard]] bool run_pass() noexcept override { return inner_->run_pass(); }
  void describe(RefineReport& report) const noexcept override { inner_->describe(report); }
  [[nodiscard]] std::int64_t frontier() const noexcept override { return inner_->frontier(); }
  void emitted(int steps) noexcept override { inner_->emitted(steps); }
  void shift(int steps) noexcept override {
    inner_->shift(steps);
    inner_->forget();
  }
  [[nodiscard]] const PlanBuffer& buffer() const noexcept override { return inner_->buffer(); }
  [[nodiscard]] std::span<const Token> idle() const noexcept override { return inner_->idle(); }

 private:
  std::unique_ptr<Refiner> inner_;
};

}  // namespace ripen
