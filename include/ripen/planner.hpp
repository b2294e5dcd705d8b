#pragma once
// The anytime planner: a rolling buffer of tokens that ripen over many ticks.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ripen/budget.hpp"
#include "ripen/denoiser.hpp"
#include "ripen/plan_buffer.hpp"
#include "ripen/transition.hpp"

namespace ripen {

/// How a plan ripens.
enum class PlanMethod : std::uint8_t {
  kCandidates,  ///< drafted step by step, many at once, checked against the world's rules: for exact, discrete worlds
  kWindow,      ///< denoised as a whole, window by window, around what was decided: needs a model with a mixer
};

/// What becomes of a plan from tick to tick. All but the first are what others do, to compare with.
enum class Replanning : std::uint8_t {
  kRolling,     ///< it stays and ripens
  kCold,        ///< it is forgotten at every shift(), that is every tick
  kChunk,       ///< it is made, `chunk` steps of it are done whatever is seen, and the next one is made
  kChunkAhead,  ///< the same, but the next one is made while these are done
  kReactive,    ///< there is none: one pass decides the action that is due
};

/// How a planner works; fixed at construction.
struct PlannerOptions {
  PlanMethod method = PlanMethod::kCandidates;
  int horizon = 96;                ///< [steps] in the buffer
  int history = 32;                ///< [steps] behind the head: for late observations, and not to walk in circles
  int candidates = 64;             ///< plans kept in parallel (kCandidates)
  int pass_windows = 16;           ///< windows in one pass: the quantum that is never interrupted
  double value_weight = 1.0;       ///< what an expected step to the goal costs a candidate
  double likelihood_weight = 1.0;  ///< what a nat of the model's surprise costs it
  int wait_passes = 0;       ///< passes that the robot idles for, rather than act on a plan that does not reach the
                             ///< goal yet: for worlds that stand still meanwhile (kCandidates)
  double noise = 0.25;       ///< spread of the random bonus that lets later rounds look elsewhere
  int window_history = 4;    ///< [steps] behind the head that a window begins with (kWindow)
  double temperature = 1.0;  ///< of the draft that passes see; what is done is decoded at 1 at most; 0: always
                             ///< the likeliest (kWindow)
  std::uint64_t seed = 1;    ///< of everything random

  Replanning replanning = Replanning::kRolling;
  int chunk = 8;         ///< [steps] done of each plan (kChunk, kChunkAhead)
  int plan_passes = 64;  ///< passes that make a plan; fewer if the robot waits for it and it reaches the goal before
                         ///< (kChunk, kChunkAhead)

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// What one refine() did. A POD.
struct RefineReport {
  std::int32_t passes = 0;    ///< passes run
  bool disturbed = false;     ///< the observation contradicted the plan's prediction
  bool rejoined = false;      ///< the plan goes on from another of its own states, or is led back there by one action
  bool head_is_ripe = false;  ///< the head's action is decided, and on all that was seen
  bool goal_reached = false;  ///< the first step not begun starts at the goal
  bool settled = false;       ///< nothing was left that a pass could improve
  bool bad_model = false;     ///< the model gave NaN or infinity: that pass was thrown away, and none followed it
  std::int32_t decided_steps = 0;          ///< steps decided from the head on
  std::int32_t steps_to_goal = -1;         ///< steps from the head to the goal in the plan; -1 if it does not reach it
  std::int64_t predicted_nanoseconds = 0;  ///< predicted cost of the last pass
  std::int64_t worst_error_nanoseconds = 0;  ///< by how much a pass outlasted its prediction
};

/// An observation in tokens, as the planner takes it.
struct TokenObservation {
  std::span<const Token> state;  ///< [states]; empty if nothing was sensed
  std::int64_t step = 0;         ///< whose state it is, on the absolute count of steps since reset
  std::int64_t begun = 0;        ///< steps that have begun: their actions are not changed any more
};

/// Ties buffer, scheduler and denoiser together. One thread; every call but construction is real-time safe.
///
/// Use: reset once, then per tick refine(observation, budget), action(), and shift(n) when n steps are done.
class Planner {
 public:
  /// Takes references: the denoiser and the transition must outlive the planner. All memory is taken and touched here.
  /// Throws OptionsError listing every problem of the options, or what the denoiser lacks for them.
  Planner(Denoiser& denoiser, const PlannerOptions& options, const Transition* transition = nullptr);
  ~Planner();
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;

  /// Forgets everything and begins at step 0 in this state. state and goal: [states]; kMask in the goal means any.
  /// `idle` is the action taken where there is nothing to do: at the goal, and until a first pass was run. [actions]
  /// Returns false and changes nothing if a token is out of its vocabulary, or if the goal is kMask throughout though
  /// kCandidates has to get somewhere.
  [[nodiscard]] bool reset(std::span<const Token> state, std::span<const Token> goal,
                           std::span<const Token> idle) noexcept;

  /// Whether reset() would take these. Any thread.
  [[nodiscard]] bool accepts(std::span<const Token> state, std::span<const Token> goal,
                             std::span<const Token> idle) const noexcept;

  /// Clamps what was observed, then refines until the budget is spent or nothing is left to do.
  RefineReport refine(const TokenObservation& observation, const Budget& budget) noexcept {
    return refine(observation, budget, budget);
  }
  /// The same, but goes on until `most` is spent as long as the head's action is not decided.
  RefineReport refine(const TokenObservation& observation, const Budget& budget, const Budget& most) noexcept;

  /// The action of the head, or of a step behind it, as decided so far. Valid at any instant after reset. [actions]
  [[nodiscard]] std::span<const Token> action(int step_ahead = 0) const noexcept;

  /// Whether the action was decided by the model, rather than left idle or due before any pass reached it.
  [[nodiscard]] bool decided(int step_ahead = 0) const noexcept;

  /// Tells that the first step that had not begun has now begun with this action, whatever the plan says of it: for who
  /// hands actions on later than they were planned. Ignored for any other step, if the action is out of its vocabulary,
  /// and unless Replanning is kRolling. action: [actions]
  void begin(std::int64_t step, std::span<const Token> action) noexcept;

  /// Tells that the actions of so many steps, from the head on, went out to the robot: they stay what they are until
  /// the next call, which says 0 once it is known which of them have begun.
  void emitted(int steps) noexcept;

  /// Moves the head on by this many finished steps. O(1) per candidate.
  void shift(int steps) noexcept;

  /// The step the head stands at, counted from reset.
  [[nodiscard]] std::int64_t head() const noexcept;

  /// The plan being followed: tokens, noise levels. Candidate 0 of the buffer.
  [[nodiscard]] const PlanBuffer& buffer() const noexcept;

  [[nodiscard]] const TokenLayout& layout() const noexcept;
  [[nodiscard]] const PlannerOptions& options() const noexcept;
  /// Memory of buffer and work space [bytes].
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ripen
