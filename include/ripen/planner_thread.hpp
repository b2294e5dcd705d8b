#pragma once
// A planner on a thread of its own, which ripens all the time while the ticks only read.

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "ripen/export.hpp"
#include "ripen/plan_source.hpp"
#include "ripen/planner.hpp"
#include "ripen/real_time.hpp"

namespace ripen {

struct RIPEN_EXPORT PlannerThreadOptions {
  /// Between two looks for news when there is nothing left to improve. The first look comes shortly before the next
  /// news are due, as they came before, and while there are none the thread looks more and more seldom: every 10 ms at
  /// last.
  std::chrono::nanoseconds poll = std::chrono::microseconds(100);
  /// Asked of the system for the planner's thread; none: as the thread that constructs it. A FIFO priority must be
  /// below the control thread's, unless each has a processor of its own: this thread rests only when the plan is
  /// settled.
  std::optional<RealTimeOptions> real_time = {};
  /// How long the destructor waits for the pass that runs.
  std::chrono::nanoseconds join_timeout = std::chrono::seconds(1);

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// Runs a planner on another thread. Observations go there and plans come back through triple buffers: neither thread
/// ever waits for the other. A tick acts on the newest plan there is, which is from before what it has just observed:
/// the answer to a disturbance comes with the tick after the pass that saw it. Which actions went out and which of them
/// started goes back with each tick, and the planner goes on from there whatever it would rather have done.
///
/// Budgets mean nothing here, whatever they are: the thread runs one pass after the other.
class RIPEN_EXPORT PlannerThread : public PlanSource {
 public:
  /// Takes a reference: the planner must outlive this and is this thread's alone. Starts the thread. Throws
  /// OptionsError listing every problem of the options, or what apply_real_time throws.
  explicit PlannerThread(Planner& planner, const PlannerThreadOptions& options = {});
  /// Stops the thread after its pass, and joins it. If the pass does not end within join_timeout, that is logged and
  /// the thread is left behind, with what it shares with this: planner and denoiser must then never be destroyed.
  ~PlannerThread() override;
  PlannerThread(const PlannerThread&) = delete;
  PlannerThread& operator=(const PlannerThread&) = delete;

  [[nodiscard]] const TokenLayout& layout() const noexcept override;
  [[nodiscard]] int horizon() const noexcept override;
  [[nodiscard]] bool works_in_tick() const noexcept override { return false; }
  /// As Planner::reset, but the plan comes when the thread has made it; until then the action is the hold action.
  [[nodiscard]] PlanReset reset(std::span<const Token> state, std::span<const Token> goal,
                                std::span<const Token> hold) noexcept override;
  [[nodiscard]] bool aim(std::span<const Token> goal, std::span<const Fraction> fractions) noexcept override;
  void observe(const TickObservation& observation) noexcept override;
  void refine(const Budget& /*budget*/, const Budget& /*most*/) noexcept override {}
  /// A step behind the head is also undecided if the plan is for another action than what went out for the head.
  [[nodiscard]] PlannedStep step(int ahead) const noexcept override;
  void sent(int steps, std::int64_t started) noexcept override;
  void started(std::int64_t step, std::span<const Token> action, std::span<const Fraction> fractions) noexcept override;
  [[nodiscard]] const PlanReport& report() const noexcept override;

  /// Whether the newest plan knows all that the ticks have told and its head is decided, if it can be. For who wants to
  /// wait for that, in virtual time say. On the thread of the ticks.
  [[nodiscard]] bool caught_up() noexcept;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // The thread's as well, should it be left behind.
};

}  // namespace ripen
