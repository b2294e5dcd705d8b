#pragma once
// The anytime planner: a rolling buffer of tokens that ripen over many ticks.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ripen/clock.hpp"
#include "ripen/denoiser.hpp"
#include "ripen/export.hpp"
#include "ripen/plan_source.hpp"
#include "ripen/transition.hpp"

namespace ripen {

/// How a plan ripens.
enum class PlanMethod : std::uint8_t {
  kCandidates,  ///< a beam search over policy and value, with the world's rules if known: for exact, discrete worlds
  kWindow,      ///< masked and denoised, window by window, around what was decided: needs a model with a mixer
};

/// How a planner works; fixed at construction.
struct RIPEN_EXPORT PlannerOptions {
  PlanMethod method = PlanMethod::kCandidates;
  int horizon = 96;                ///< [steps] in the buffer
  int history = 32;                ///< [steps] behind the head: for late observations, and not to walk in circles
  int candidates = 64;             ///< plans kept in parallel (kCandidates)
  int pass_windows = 16;           ///< windows in one pass: the quantum that is never interrupted
  double value_weight = 1.0;       ///< what an expected step to the goal costs a candidate
  double likelihood_weight = 1.0;  ///< what a nat of the model's surprise costs it
  int wait_passes = 0;       ///< passes that the robot holds for, rather than act on a plan that does not reach the
                             ///< goal yet: for worlds that stand still meanwhile (kCandidates)
  double noise = 0.25;       ///< spread of the random bonus that lets later rounds look elsewhere
  int window_history = 4;    ///< [steps] behind the head that a window begins with (kWindow)
  double temperature = 1.0;  ///< of the draft that passes see; what is done is decoded at 1 at most; 0: always
                             ///< the likeliest (kWindow)
  /// [states] [unit of the channel] What was sensed contradicts what was expected if it is further off (kWindow). Of a
  /// categorical channel, any other value does. Empty: 5 % of each channel's range. kCandidates has no tolerance:
  /// there, another bin is another world.
  std::vector<double> tolerances = {};
  std::uint64_t seed = 1;  ///< of everything random

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// Ties buffer, scheduler and denoiser together. One thread; every call but construction is real-time safe.
///
/// Use: reset once, then per tick observe(), refine(), and step(0).action is what to do.
class RIPEN_EXPORT Planner : public PlanSource {
 public:
  /// Takes references: the denoiser and the transition must outlive the planner. All memory is taken and touched here.
  /// Throws OptionsError listing every problem of the options, or what the denoiser lacks for them.
  /// clock: what budgets in time are measured by, null for real time; it must outlive the planner too.
  Planner(Denoiser& denoiser, const PlannerOptions& options, const Transition* transition = nullptr,
          const Clock* clock = nullptr);
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
  void started(std::int64_t step, std::span<const Token> action) noexcept override;
  [[nodiscard]] const PlanReport& report() const noexcept override;

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
