#pragma once
// A GPT-style model drives the loop.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "opponents/gpt/gpt_reader.hpp"
#include "plan/ledger.hpp"
#include "plan/posterior.hpp"
#include "plan/step_time.hpp"
#include "plan/strides.hpp"
#include "ripen/clock.hpp"
#include "ripen/planner.hpp"
#include "util/random.hpp"

namespace ripen::opponents {

enum class GptMode : std::uint8_t {
  kAct,        ///< one action from what is seen, when a step begins
  kPlan,       ///< rolls out samples, does `chunk` steps of the best, and begins anew
  kPlanAhead,  ///< the same, but the next plan is made while these are done, from where they are expected to lead
};

/// Names as command lines have them, in the order of GptMode.
[[nodiscard]] const std::vector<std::string>& gpt_names();
/// None if there is no such name.
[[nodiscard]] std::optional<GptMode> gpt_mode_of(std::string_view name);

struct GptOptions {
  GptMode mode = GptMode::kAct;
  int chunk = 8;    ///< [steps] done of each plan
  int arrival = 0;  ///< [steps] in which kAct asks to be there; 0 leaves it open

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate(const PlannerOptions& planner) const;
};

/// Writes on behind what is seen, token by token. A decision has to be finished before anything of it is done; until
/// then there is the hold action. A pass is one position of all samples, and is never interrupted; a tick goes on where
/// the one before had to stop.
///
/// Of PlannerOptions these matter: horizon, history, window_history (steps behind the head that the model is shown),
/// candidates (samples of a plan), temperature, min_p, value_weight and likelihood_weight (as for the planner's guide:
/// a sample costs so much for each step to its arrival, or the horizon's if it does not get there, and for each nat),
/// tolerances, seed. Samples are asked for arrivals from 1 to the horizon, evenly, or, if what is left of the plan
/// before is known, from three quarters to five quarters of it; a single one is left free. A sample ends at the goal,
/// or when it is dearer already than one that has ended.
class Gpt : public PlanSource {
 public:
  /// Model and clock must outlive this. The model has a sequence for each sample (one for kAct), and is not used by
  /// others meanwhile. clock: what budgets in time are measured by, null for real time. Throws OptionsError listing
  /// every problem.
  Gpt(GptReader& model, const PlannerOptions& planner, const GptOptions& options, const Clock* clock = nullptr);

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return buffer_.layout(); }
  [[nodiscard]] int horizon() const noexcept override { return buffer_.horizon(); }
  [[nodiscard]] PlanReset reset(std::span<const Token> state, std::span<const Token> goal,
                                std::span<const Token> hold) noexcept override;
  /// What is given out of a chunk for another goal, and has not started, is dropped.
  [[nodiscard]] bool aim(std::span<const Token> goal, std::span<const Fraction> fractions) noexcept override;
  void observe(const TickObservation& observation) noexcept override;
  void refine(const Budget& budget, const Budget& most) noexcept override;
  [[nodiscard]] PlannedStep step(int ahead) const noexcept override;
  void sent(int steps, std::int64_t started) noexcept override;
  void started(std::int64_t step, std::span<const Token> action, std::span<const Fraction> fractions) noexcept override;
  [[nodiscard]] const PlanReport& report() const noexcept override { return report_; }

 private:
  struct Read {
    Token token = 0;
    Fraction fraction = 0;
    bool operator==(const Read&) const = default;
  };
  struct Sample {
    bool alive = false;  // Still being written.
    int arrival = -1;    // [steps] to the goal, or -1.
    double nats = 0.0;
    double score = 0.0;
  };
  enum class Action : char { kNone, kDecided, kHeld };

  // --- What becomes known ---
  [[nodiscard]] bool is_off(std::span<const Token> expected, std::span<const Token> seen) const noexcept;
  [[nodiscard]] bool is_met(std::span<const Token> state) const noexcept;
  [[nodiscard]] bool is_broken(std::size_t sample, int step) const noexcept;
  [[nodiscard]] bool take(const TickObservation& observation) noexcept;
  void start_until(std::int64_t started) noexcept;
  void shift(std::int64_t done) noexcept;
  void look_again() noexcept;
  void describe() noexcept;

  // --- The chunk that is given out ---
  [[nodiscard]] bool is_done() const noexcept { return ledger_.head() >= end_; }
  [[nodiscard]] Action& action(std::int64_t step) noexcept {
    return actions_[static_cast<std::size_t>(step) % actions_.size()];
  }
  [[nodiscard]] Action action(std::int64_t step) const noexcept {
    return actions_[static_cast<std::size_t>(step) % actions_.size()];
  }
  /// The first step that can still have another action than the one it had or was sent.
  [[nodiscard]] std::int64_t free_step() const noexcept { return std::max(ledger_.started, held_out_); }
  void place(std::int64_t from) noexcept;
  void unplace(std::int64_t from) noexcept;

  // --- The decision that is being made ---
  [[nodiscard]] std::int64_t due() const noexcept;
  [[nodiscard]] bool begin() noexcept;
  void write_context(std::int64_t first) noexcept;
  [[nodiscard]] int rows_of(int positions) const noexcept;
  [[nodiscard]] int most_positions(int passes) const noexcept;
  [[nodiscard]] bool run_pass(int positions) noexcept;
  [[nodiscard]] bool read(int positions, bool asked) noexcept;
  void decide() noexcept;
  void decide(std::size_t sample, int step, int slot, std::span<const float> logits) noexcept;
  void finish() noexcept;
  void abandon() noexcept { writing_ = finished_ = false; }
  [[nodiscard]] std::size_t at(std::size_t sample, int step, int slot) const noexcept {
    return (sample * static_cast<std::size_t>(steps_) + static_cast<std::size_t>(step)) *
               static_cast<std::size_t>(layout().slots()) +
           static_cast<std::size_t>(slot);
  }

  SteadyClock steady_;
  const Clock& clock_;
  GptReader& model_;
  PlannerOptions planner_;
  GptOptions options_;
  int steps_;  // That a decision reaches to at most.
  PlanBuffer buffer_;
  std::vector<int> most_bins_off_;  // [states] of what contradicts nothing.
  Strides strides_;
  std::vector<Token> goal_, hold_;
  std::vector<Fraction> goal_fractions_;
  Random random_;
  Ledger ledger_;
  std::int64_t seen_ = -1;     // Last step of which a state was seen.
  std::int64_t held_out_ = 0;  // Behind the last step for which a hold action went out.
  PlanReport report_;
  StepTimePredictor predictor_;

  std::vector<Action> actions_;       // By step of the buffer.
  std::int64_t begin_ = 0, end_ = 0;  // The steps that were given out.
  std::int64_t arrival_ = -1;         // Step in which the plan is at the goal; -1: it is not.
  bool begun_ = false;                // The first of them has started.
  std::int64_t context_first_ = 0;    // Step with which the last context began.

  bool writing_ = false, finished_ = false;
  std::int64_t decided_for_ = 0;  // Step whose action comes first.
  int length_ = 0;                // [steps] that this decision reaches to.
  int read_ = 0;                  // Positions read so far.
  int written_ = 0;               // Tokens decided behind the context.
  std::size_t best_ = 0;
  std::vector<Token> state_;                  // With which it begins.
  std::vector<Read> context_;                 // Positions before the first action, but for each sample's arrival.
  std::vector<Token> arrivals_;               // By sample.
  std::vector<std::vector<Read>> sequences_;  // By sample, what its cache holds; as long as the engine says.
  std::vector<Sample> samples_;
  std::vector<Token> tokens_;        // [samples][steps][slots]
  std::vector<Fraction> fractions_;  // The same.
  std::vector<NoiseLevel> levels_;   // The same.
  std::vector<GptRow> rows_;
  std::vector<float> logits_;  // [samples][stride]
  std::vector<float> probabilities_, tempered_;
};

}  // namespace ripen::opponents
