#pragma once
// A way to make a plan ripen: what the planner asks of each.

#include "ripen/planner.hpp"

namespace ripen {

/// Owns the buffer and decides what the next pass is. Row 0 of the buffer is the plan that is followed. All calls but
/// construction are real-time safe.
class Refiner {
 public:
  virtual ~Refiner() = default;

  /// Begins at step 0 in this state; the tokens were checked.
  virtual void reset(std::span<const Token> state, std::span<const Token> goal,
                     std::span<const Token> idle) noexcept = 0;

  /// Forgets the plan but for what has begun or went out.
  virtual void forget() noexcept = 0;

  /// Tells that the action due did not go out though it was decided: a step that begins without it is idle.
  virtual void withhold() noexcept = 0;

  /// Tells that a step has begun with this action, whatever the plan says. Does nothing unless it is the first step
  /// that had not begun; the baselines that hold plans back know no other action than their own.
  virtual void begin(std::int64_t step, std::span<const Token> action) noexcept {
    (void)step;
    (void)action;
  }

  /// Takes what is known at the beginning of a call: what was seen, and which steps have begun.
  virtual void observe(const TokenObservation& observation, RefineReport& report) noexcept = 0;

  /// Windows of the pass that is worth most now; 0 if none is worth anything.
  [[nodiscard]] virtual int next_pass() noexcept = 0;
  /// Runs the pass that next_pass() spoke of. False if it was thrown away, because the model gave no numbers: then the
  /// plan is what it was.
  [[nodiscard]] virtual bool run_pass() noexcept = 0;

  /// What the followed plan is like now.
  virtual void describe(RefineReport& report) const noexcept = 0;

  /// First step whose action is not decided.
  [[nodiscard]] virtual std::int64_t frontier() const noexcept = 0;
  virtual void emitted(int steps) noexcept = 0;
  virtual void shift(int steps) noexcept = 0;

  [[nodiscard]] virtual const PlanBuffer& buffer() const noexcept = 0;
  [[nodiscard]] virtual std::span<const Token> idle() const noexcept = 0;
};

}  // namespace ripen
