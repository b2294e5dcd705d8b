#pragma once
// Where a control loop's actions come from: a planner inside the tick, or one on a thread of its own.

#include <cstdint>
#include <span>

#include "ripen/budget.hpp"
#include "ripen/plan_buffer.hpp"
#include "ripen/planner.hpp"

namespace ripen {

/// What a tick knows before it acts, on the plan's count of steps.
struct TickObservation {
  std::span<const Token> state;  ///< [states]; empty if nothing was sensed
  std::int64_t state_step = 0;   ///< whose state it is
  std::int64_t begun = 0;        ///< steps that have begun
  std::int64_t done = 0;         ///< steps that are done: the head of the plan stands there
  bool observed = true;          ///< false: nothing could be read, so steps may have begun that are not counted
};

/// What the control loop asks of a plan, in this order in each tick: begin_tick, refine, the reads, emitted, refine.
/// One thread; every call is real-time safe.
class PlanSource {
 public:
  virtual ~PlanSource() = default;

  [[nodiscard]] virtual const TokenLayout& layout() const noexcept = 0;
  [[nodiscard]] virtual int horizon() const noexcept = 0;  ///< [steps] of the plan

  /// As Planner::reset.
  [[nodiscard]] virtual bool reset(std::span<const Token> state, std::span<const Token> goal,
                                   std::span<const Token> idle) noexcept = 0;

  /// Clamps what was observed and moves the head on to the first step that is not done.
  virtual void begin_tick(const TickObservation& observation) noexcept = 0;
  /// What the tick can spend on the plan, and what it can as long as the head is not decided.
  virtual void refine(const Budget& budget, const Budget& most) noexcept = 0;

  /// The step the head stands at, counted from reset.
  [[nodiscard]] virtual std::int64_t head() const noexcept = 0;
  /// The action of the head, or of a step behind it. Valid at any instant after reset. [actions]
  [[nodiscard]] virtual std::span<const Token> action(int step_ahead) const noexcept = 0;
  /// Whether it was decided by the model.
  [[nodiscard]] virtual bool decided(int step_ahead) const noexcept = 0;
  /// How unsure that was: the noise level of the action's last token.
  [[nodiscard]] virtual NoiseLevel level(int step_ahead) const noexcept = 0;

  /// What the plan holds for a step, decided or not, kMask where it holds nothing. step_ahead below horizon(). [slots]
  [[nodiscard]] virtual std::span<const Token> tokens(int step_ahead) const noexcept = 0;

  /// Tells that the actions of so many steps, from the head on, went out to the robot: they stay what they are until a
  /// tick that was observed tells which of them have begun. begun: steps that have begun now, if that is known already.
  virtual void emitted(int steps, std::int64_t begun) noexcept = 0;

  /// What was done for the plan since the last begin_tick, and what the plan is like now.
  [[nodiscard]] virtual const RefineReport& report() const noexcept = 0;
  /// [ticks] before this one that the plan does not know of yet: more and more of them if whoever plans is stuck.
  [[nodiscard]] virtual std::int64_t behind() const noexcept = 0;
};

/// A planner inside the tick.
class TickPlanner : public PlanSource {
 public:
  /// Takes a reference: the planner must outlive this.
  explicit TickPlanner(Planner& planner) noexcept : planner_(planner) {}

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return planner_.layout(); }
  [[nodiscard]] int horizon() const noexcept override { return planner_.options().horizon; }
  [[nodiscard]] bool reset(std::span<const Token> state, std::span<const Token> goal,
                           std::span<const Token> idle) noexcept override;
  void begin_tick(const TickObservation& observation) noexcept override;
  void refine(const Budget& budget, const Budget& most) noexcept override;
  [[nodiscard]] std::int64_t head() const noexcept override { return planner_.head(); }
  [[nodiscard]] std::span<const Token> action(int step_ahead) const noexcept override {
    return planner_.action(step_ahead);
  }
  [[nodiscard]] bool decided(int step_ahead) const noexcept override { return planner_.decided(step_ahead); }
  [[nodiscard]] NoiseLevel level(int step_ahead) const noexcept override;
  [[nodiscard]] std::span<const Token> tokens(int step_ahead) const noexcept override {
    return planner_.buffer().tokens(0, planner_.head() + step_ahead);
  }
  void emitted(int steps, std::int64_t /*begun*/) noexcept override { planner_.emitted(steps); }
  [[nodiscard]] const RefineReport& report() const noexcept override { return report_; }
  [[nodiscard]] std::int64_t behind() const noexcept override { return 0; }

 private:
  void add(const RefineReport& report) noexcept;

  Planner& planner_;
  std::int64_t done_ = 0, begun_ = 0;
  RefineReport report_;
};

}  // namespace ripen
