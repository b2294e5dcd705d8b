#pragma once
// What a control loop asks of whoever plans: a planner inside the tick, one on a thread of its own, or something else.

#include <chrono>
#include <cstdint>
#include <span>

#include "ripen/export.hpp"
#include "ripen/plan_buffer.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

/// A limit in time, in passes, or both; whichever comes first. A budget of passes alone makes a run reproducible bit
/// for bit.
struct Budget {
  std::chrono::nanoseconds time =
      std::chrono::nanoseconds::max();  ///< from the call; no pass starts that would end later
  int passes = 1 << 30;                 ///< passes that may start
};

/// What a tick knows before it acts, on the plan's count of steps.
struct TickObservation {
  std::span<const Token> state = {};  ///< [states]; empty if nothing was sensed, kMask for a channel that was not seen
  std::span<const Fraction> fractions = {};  ///< [states] of them, or empty for the bins' centres
  std::int64_t state_step = 0;               ///< whose state it is
  std::int64_t started = 0;                  ///< steps that have started: their actions do not change any more
  std::int64_t done = 0;                     ///< steps that are done: the head of the plan stands there
  bool observed = true;  ///< false: nothing could be read, so steps may have started that are not counted
  /// [actions] The hold action from now on, as a joint's moves with the joint; empty: it stays what it is.
  std::span<const Token> hold = {};
};

/// What a plan holds for one step. A view: valid until the plan is told or asked to change.
struct PlannedStep {
  std::span<const Token> tokens = {};  ///< [slots] as planned, decided or not; kMask where nothing is known
  std::span<const Token> action = {};  ///< [actions] to be done: the plan's if it is decided, else the hold action
  std::span<const Fraction> fractions = {};  ///< [actions] of the action, or empty for the bins' centres
  bool decided = false;                      ///< by the model, rather than due before any pass reached it
  NoiseLevel level = kFullNoise;             ///< of the action's last token: how unsure it is
};

/// What was done for the plan since the last observe(), and what the plan is like now. A POD.
struct PlanReport {
  std::int64_t head = 0;      ///< the step that the plan begins with, counted from reset
  std::int32_t passes = 0;    ///< passes run
  std::int32_t revised = 0;   ///< of them, those that made the followed plan agree with what was seen (kDenoise)
  std::int32_t revealed = 0;  ///< of them, those that drafted candidates (kDenoise)
  std::int32_t chosen = 0;    ///< of them, those that ranked candidates (kDenoise)
  bool switched = false;      ///< a candidate took the place of the followed plan (kDenoise)
  float surprise = 0.0F;      ///< [nats] of what was observed under what was predicted (kDenoise); of states, added up
  bool disturbed = false;     ///< the observation contradicted the plan's prediction
  bool rejoined = false;      ///< the plan goes on from another of its own states, or is led back there by one action
  bool head_is_ripe = false;  ///< the head's action is decided, and on all that was seen
  bool goal_reached = false;  ///< the first step that has not started begins at the goal
  bool settled = false;       ///< nothing was left that a pass could improve
  bool bad_model = false;     ///< the model gave NaN or infinity: that pass was thrown away, and none followed it
  std::int32_t decided_steps = 0;            ///< steps decided from the head on
  std::int32_t steps_to_goal = -1;           ///< steps from the head to the goal in the plan; -1: it does not reach it
  bool ends_at_goal = false;                 ///< the plan ends there, and the robot is to rest (kBeam)
  std::int64_t behind = 0;                   ///< [ticks] before this one that the plan does not know of yet
  std::int64_t predicted_nanoseconds = 0;    ///< predicted cost of the last pass
  std::int64_t worst_error_nanoseconds = 0;  ///< by how much a pass outlasted its prediction
};

/// What came of a reset.
enum class PlanReset : std::uint8_t {
  kOk,
  kBadState,  ///< not [states] tokens of their vocabularies
  kBadGoal,   ///< not [states] tokens of their vocabularies or kMask
  kBadHold,   ///< not [actions] tokens of their vocabularies
  kNoGoal,    ///< the goal is kMask throughout, and the planner has to get somewhere
};

/// In each tick: started (if need be), observe, refine, step, sent, refine. One thread; every call is real-time safe.
class RIPEN_EXPORT PlanSource {
 public:
  virtual ~PlanSource() = default;

  [[nodiscard]] virtual const TokenLayout& layout() const noexcept = 0;
  [[nodiscard]] virtual int horizon() const noexcept = 0;  ///< [steps] of the plan
  /// Whether refine() does the work. If not, the work is done beside the tick, and budgets mean nothing.
  [[nodiscard]] virtual bool works_in_tick() const noexcept { return true; }

  /// Forgets everything and begins at step 0 in this state. state and goal: [states]; kMask in the goal means any.
  /// hold: the action of a step for which nothing is decided, and at the goal. [actions]
  /// Changes nothing unless it returns kOk.
  [[nodiscard]] virtual PlanReset reset(std::span<const Token> state, std::span<const Token> goal,
                                        std::span<const Token> hold) noexcept = 0;

  /// Changes the goal in mid-run: the plan stays as a draft. goal: [states], kMask means any; fractions: [states], or
  /// empty. False, changing nothing, if the goal is not of the layout, or if who plans can only do so anew.
  [[nodiscard]] virtual bool aim(std::span<const Token> goal, std::span<const Fraction> fractions) noexcept {
    (void)goal;
    (void)fractions;
    return false;
  }

  /// Clamps what was observed and moves the head on to the first step that is not done.
  virtual void observe(const TickObservation& observation) noexcept = 0;

  /// Improves the plan until `budget` is spent or nothing is left to do; as long as the head's action is not decided,
  /// until `most` is.
  virtual void refine(const Budget& budget, const Budget& most) noexcept = 0;

  /// What is planned for the head or a step behind it. ahead: [0, horizon()); beyond, there are no tokens.
  [[nodiscard]] virtual PlannedStep step(int ahead) const noexcept = 0;

  /// Tells that the actions of so many steps, from the head on, went out to the robot: they stay what they are until a
  /// tick that was observed tells which of them have started. started: those known to have started now.
  virtual void sent(int steps, std::int64_t started) noexcept = 0;

  /// Tells, before observe(), that the first step that had not started has now started with this action, whatever was
  /// planned for it. Ignored for any other step, and if the action is out of its vocabulary. action: [actions]
  virtual void started(std::int64_t step, std::span<const Token> action, std::span<const Fraction> fractions) noexcept {
    (void)step;
    (void)action;
    (void)fractions;
  }

  [[nodiscard]] virtual const PlanReport& report() const noexcept = 0;
};

}  // namespace ripen
