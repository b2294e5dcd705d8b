#pragma once
// The anytime planner: a rolling buffer of tokens that ripen over many ticks.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ripen/clock.hpp"
#include "ripen/cost.hpp"
#include "ripen/denoiser.hpp"
#include "ripen/export.hpp"
#include "ripen/plan_source.hpp"
#include "ripen/transition.hpp"

namespace ripen {

/// How a plan ripens.
enum class PlanMethod : std::uint8_t {
  kDenoise,  ///< masked diffusion over windows of steps: needs a model with a mixer
  kBeam,     ///< a beam search over policy and value, with the world's rules if known: for exact, discrete worlds in
             ///< which every action moves everything, so that a plan can only be decided in its own order
};

/// In which order the passes of a draft reveal its tokens (kDenoise).
enum class RevealOrder : std::uint8_t {
  kPlan,          ///< from the head on
  kSurest,        ///< what the model is surest of
  kCoarseToFine,  ///< the middle of the plan, then the middles of what is left
  kRandom,        ///< each token by chance
};

/// What the denoiser is shown of the goal (kDenoise).
enum class GoalClamp : std::uint8_t {
  kNone,     ///< nothing: the model knows its goal, or is told it by what is observed
  kAlways,   ///< the goal's tokens, in their slots in every step of every window: for slots that say what is wanted
  kEnd,      ///< the goal's tokens, in the last step of every window: for slots that say where the robot is
  kArrival,  ///< kEnd, and of each candidate but the first plan in all steps from one on: candidates are asked to
             ///< arrive at different times, and the guide says which is worth following. How likely the robot is
             ///< there at a time is taken from the goal's least likely slot: exact if one says it by itself
};

/// How a planner works; fixed at construction.
struct RIPEN_EXPORT PlannerOptions {
  PlanMethod method = PlanMethod::kDenoise;
  int horizon = 96;      ///< [steps] in the buffer
  int history = 32;      ///< [steps] behind the head: for late observations, and not to walk in circles
  int candidates = 8;    ///< plans that compete; kDenoise: the followed one among them, so that 1 leaves no choice
  int pass_windows = 8;  ///< most windows in one pass: the quantum that is never interrupted
  /// Candidates are ranked by what they cost: value_weight for each step to the goal, likelihood_weight for each nat of
  /// the model's surprise, and what a Cost says.
  double value_weight = 1.0;
  double likelihood_weight = 1.0;

  // --- kDenoise ---
  int window_history = 4;                         ///< [steps] behind the head that a window begins with
  RevealOrder reveal_order = RevealOrder::kPlan;  ///< of drafts (models/README.md compares them)
  int reveal_passes = 8;                          ///< in which a draft is revealed: coherence for the first plan
  double switch_margin = 1.0;  ///< by which a candidate must be better than the followed plan to take its place
  int rounds = 2;              ///< of candidates without a better one, after which the plan is settled
  double temperature = 1.0;    ///< of the draft that passes see; what is done is decoded at 1 at most; 0: always the
                               ///< likeliest
  double min_p = 0.02;         ///< tokens less likely than this share of the likeliest one are never drawn
  GoalClamp goal_clamp = GoalClamp::kNone;
  /// [states] [unit of the channel] What was sensed contradicts what was expected if it is further off. Of a
  /// categorical channel, any other value does. Empty: 5 % of each channel's range. kBeam has no tolerance: there,
  /// another bin is another world.
  std::vector<double> tolerances = {};
  /// [states] [unit of the channel] The most that a channel can change in a step. A plan that needs more is followed
  /// only where all need more: a model sees both sides of a jump, and finds either likely. kUnlimited where it is not
  /// known; categories may change to anything. Empty: nothing is known (kDenoise).
  std::vector<double> strides = {};

  // --- kBeam ---
  int wait_passes = 0;  ///< passes that the robot holds for, rather than act on a plan that does not reach the goal
                        ///< yet: for worlds that stand still meanwhile
  double noise = 0.25;  ///< spread of the random bonus that lets later rounds look elsewhere

  std::uint64_t seed = 1;  ///< of everything random

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// Ties buffer, scheduler and denoiser together. One thread; every call but construction is real-time safe.
///
/// Use: reset once, then per tick observe(), refine(), and step(0).action is what to do.
class RIPEN_EXPORT Planner : public PlanSource {
 public:
  /// Takes references, which must outlive the planner. All memory is taken and touched here.
  /// transition: the world's rules (kBeam), or null. clock: what budgets in time are measured by, null for real time.
  /// cost: what candidates cost beside what the model says (kDenoise), or null.
  /// Throws OptionsError listing every problem of the options, or what the denoiser lacks for them.
  Planner(Denoiser& denoiser, const PlannerOptions& options, const Transition* transition = nullptr,
          const Clock* clock = nullptr, const Cost* cost = nullptr);
  ~Planner() override;
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;

  [[nodiscard]] const TokenLayout& layout() const noexcept override;
  [[nodiscard]] int horizon() const noexcept override { return options().horizon; }
  [[nodiscard]] PlanReset reset(std::span<const Token> state, std::span<const Token> goal,
                                std::span<const Token> hold) noexcept override;
  void observe(const TickObservation& observation) noexcept override;
  void refine(const Budget& budget, const Budget& most) noexcept override;
  void refine(const Budget& budget) noexcept { refine(budget, budget); }
  [[nodiscard]] PlannedStep step(int ahead) const noexcept override;
  void sent(int steps, std::int64_t started) noexcept override;
  void sent(int steps) noexcept { sent(steps, 0); }
  void started(std::int64_t step, std::span<const Token> action, std::span<const Fraction> fractions) noexcept override;
  void started(std::int64_t step, std::span<const Token> action) noexcept { started(step, action, {}); }
  [[nodiscard]] const PlanReport& report() const noexcept override;

  [[nodiscard]] bool aim(std::span<const Token> goal, std::span<const Fraction> fractions) noexcept override;
  [[nodiscard]] bool aim(std::span<const Token> goal) noexcept { return aim(goal, {}); }

  /// What reset() would say. Any thread.
  [[nodiscard]] PlanReset check(std::span<const Token> state, std::span<const Token> goal,
                                std::span<const Token> hold) const noexcept;

  /// Forgets the plan but for what has started or was sent, and what was seen.
  void forget() noexcept;

  /// The plan being followed: tokens, noise levels. Candidate 0 of the buffer.
  [[nodiscard]] const PlanBuffer& buffer() const noexcept;

  [[nodiscard]] const PlannerOptions& options() const noexcept;
  /// Memory of buffer and work space [bytes].
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ripen
