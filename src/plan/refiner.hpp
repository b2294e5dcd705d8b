#pragma once
// A way to make a plan ripen: what the planner asks of each.

#include <cstddef>
#include <vector>

#include "plan/ledger.hpp"
#include "ripen/plan_source.hpp"

namespace ripen {

/// What a pass will cost depends on these.
struct PassSize {
  int windows = 0;      ///< 0: no pass is worth anything
  int least = 0;        ///< it may have as few, and leaves the others to the next one
  double length = 1.0;  ///< of the windows, as a share of the longest that there are
};

/// Owns the buffer and decides what the next pass is. Row 0 of the buffer is the plan that is followed. All calls but
/// construction are real-time safe.
class Refiner {
 public:
  explicit Refiner(int horizon) : held_(static_cast<std::size_t>(horizon), 0) {}
  virtual ~Refiner() = default;

  /// Begins at step 0 in this state; the tokens were checked.
  virtual void reset(std::span<const Token> state, std::span<const Token> goal,
                     std::span<const Token> hold) noexcept = 0;

  /// Another goal from now on; the tokens were checked. fractions: [states], or empty.
  virtual void aim(std::span<const Token> goal, std::span<const Fraction> fractions) noexcept = 0;

  /// Forgets the plan but for what has started or was sent.
  virtual void forget() noexcept = 0;

  /// Tells that a step has started with this action, whatever the plan says. Does nothing unless it is the first step
  /// that had not started.
  /// fractions: [actions], or empty.
  virtual void started(std::int64_t step, std::span<const Token> action,
                       std::span<const Fraction> fractions) noexcept = 0;

  /// Takes what was seen, and which steps have started. The head is where observation.done says already.
  virtual void observe(const TickObservation& observation, PlanReport& report) noexcept = 0;

  /// The pass that is worth most now, of at most so many windows, or of its least.
  [[nodiscard]] virtual PassSize next_pass(int most_windows) noexcept = 0;
  /// Runs the pass that next_pass() spoke of. False if it was thrown away, because the model gave no numbers: then the
  /// plan is what it was. Counts in the report what the pass was for.
  [[nodiscard]] virtual bool run_pass(PlanReport& report) noexcept = 0;

  /// What the followed plan is like now.
  virtual void describe(PlanReport& report) const noexcept = 0;

  /// First step whose action is not decided.
  [[nodiscard]] virtual std::int64_t frontier() const noexcept = 0;
  virtual void sent(int steps) noexcept = 0;
  virtual void shift(int steps) noexcept = 0;

  [[nodiscard]] virtual const PlanBuffer& buffer() const noexcept = 0;
  [[nodiscard]] virtual std::span<const Token> hold() const noexcept = 0;
  /// The tokens were checked.
  virtual void set_hold(std::span<const Token> hold) noexcept = 0;

  [[nodiscard]] const Ledger& ledger() const noexcept { return ledger_; }
  /// Whether the model decided the action of a step of the horizon. Not of one that started before it had.
  [[nodiscard]] bool decided(std::int64_t step) const noexcept {
    return step < frontier() && (step >= ledger_.started || held_[place(step)] == 0);
  }

 protected:
  /// A step starts: with what was decided, or with the hold action.
  void start(std::int64_t step, bool decided) noexcept {
    held_[place(step)] = decided ? 0 : 1;
    ledger_.started = step + 1;
  }

  Ledger ledger_;

 private:
  [[nodiscard]] std::size_t place(std::int64_t step) const noexcept {
    return static_cast<std::size_t>(step) % held_.size();
  }

  std::vector<char> held_;  // By step of the horizon, of those that have started.
};

}  // namespace ripen
