#pragma once
// Masked diffusion over a rolling plan: what was seen is clamped, the rest is masked, and revealed pass by pass.

#include <algorithm>
#include <array>
#include <limits>

#include "plan/checked_denoiser.hpp"
#include "plan/guide.hpp"
#include "plan/posterior.hpp"
#include "plan/refiner.hpp"
#include "plan/reveal.hpp"
#include "ripen/planner.hpp"
#include "util/random.hpp"

namespace ripen {

/// Rolling masked diffusion: levels by token as in diffusion forcing (Chen et al. 2024, arXiv 2407.01392), masks drawn
/// again as in remasking (Wang et al. 2025, arXiv 2503.00307), regions of a settled plan noised again while the rest
/// goes on as in Diffusion ReRoll (arXiv 2607.19919).
///
/// Candidate 0 is the plan that is followed. A pass does one of three things:
/// - Revise: after an observation the followed plan is shown again, what the model is unsure of masked, and decided
///   anew beside what it is sure of. A first plan is revealed over `reveal_passes` such passes instead, and one that
///   was contradicted is revised as often.
/// - Reveal: the other candidates are drafted from noised copies of the followed plan, each keeping another share.
/// - Choose: the model sees candidates and followed plan side by side, half of their tokens hidden in one pass and the
///   other half in the next, and the guide ranks them. The followed plan gives way only to one that is better by
///   `switch_margin`.
/// After `rounds` rounds without a better candidate the plan is settled, until something new is seen.
///
/// A candidate has two rows. Passes see its draft, whose tokens are drawn: means of means would shrink to standing
/// still. What is done and expected is decoded beside it, the posterior's mean in the mode of what was drawn. Each row
/// has levels of its own: the probability, by the model, that the token is another one (of a binned channel: outside of
/// its mode). Those of the draft say what the next pass does not see.
class DenoisingRefiner : public Refiner {
 public:
  DenoisingRefiner(CheckedDenoiser& model, const PlannerOptions& options, const Cost* cost);

  void reset(std::span<const Token> state, std::span<const Token> goal, std::span<const Token> hold) noexcept override;
  void aim(std::span<const Token> goal, std::span<const Fraction> fractions) noexcept override;
  void forget() noexcept override;
  void started(std::int64_t step, std::span<const Token> action, std::span<const Fraction> fractions) noexcept override;
  void observe(const TickObservation& observation, PlanReport& report) noexcept override;
  [[nodiscard]] PassSize next_pass(int most_windows) noexcept override;
  [[nodiscard]] bool run_pass(PlanReport& report) noexcept override;
  void describe(PlanReport& report) const noexcept override;
  [[nodiscard]] std::int64_t frontier() const noexcept override { return frontier_; }
  void sent(int steps) noexcept override;
  void shift(int steps) noexcept override;
  [[nodiscard]] const PlanBuffer& buffer() const noexcept override { return buffer_; }
  [[nodiscard]] std::span<const Token> hold() const noexcept override { return hold_; }
  void set_hold(std::span<const Token> hold) noexcept override { std::ranges::copy(hold, hold_.begin()); }

 private:
  enum class Purpose : std::uint8_t { kRevise, kReveal, kChoose };

  /// How far a draft has been revealed.
  struct Draft {
    Reveal reveal;
    double kept = 0.0;      // Share of it that is shown from the beginning.
    int passes = 0;         // That have seen it; from reveal_passes on it is whole.
    double surprise = 0.0;  // [nats] of its tokens, each seen beside half of the others.
    double score = 0.0;
    std::int64_t arrival = kAnyTime;  // The step from which on the goal is clamped (GoalClamp::kArrival).
  };
  static constexpr std::int64_t kAnyTime = std::numeric_limits<std::int64_t>::max();

  [[nodiscard]] static int plan_row(int candidate) noexcept { return 2 * candidate; }
  [[nodiscard]] static int draft_row(int candidate) noexcept { return 2 * candidate + 1; }
  [[nodiscard]] const TokenLayout& layout() const noexcept { return buffer_.layout(); }
  [[nodiscard]] std::int64_t end() const noexcept { return ledger_.head() + options_.horizon; }
  [[nodiscard]] bool is_whole(const Draft& draft) const noexcept { return draft.passes >= options_.reveal_passes; }
  /// Seen, or sent: no pass can change it.
  [[nodiscard]] bool is_fixed(std::int64_t step, std::size_t slot) const noexcept;
  [[nodiscard]] bool is_known(std::int64_t step) const noexcept;
  /// Whether the goal stands in a slot of a candidate, in a window that ends before `end`.
  [[nodiscard]] bool is_goal(int candidate, std::int64_t step, std::size_t slot, std::int64_t end) const noexcept;

  // --- What becomes known ---
  [[nodiscard]] bool is_off(std::size_t slot, Token predicted, Token seen) const noexcept;
  [[nodiscard]] bool contradicts(std::span<const Token> predicted, std::span<const Token> seen) const noexcept;
  [[nodiscard]] bool is_met(std::span<const Token> state) const noexcept;
  [[nodiscard]] float surprise_of(std::int64_t step, std::span<const Token> seen) const noexcept;
  void commit(std::int64_t started) noexcept;
  void draft_as_planned(std::int64_t step) noexcept;
  void doubt(std::int64_t from) noexcept;
  void begin_plan() noexcept;
  void ask_again(int sweeps) noexcept;
  void look_for_others() noexcept { rounds_in_vain_ = 0; }
  [[nodiscard]] bool is_where_it_settled(std::span<const Token> seen) const noexcept;

  // --- Passes ---
  struct Window {
    std::int64_t first = 0;
    int steps = 0;
    int known = 0;  // Steps at its front about which nothing is asked.
  };
  [[nodiscard]] std::int64_t end_of(Purpose purpose) const noexcept;
  [[nodiscard]] Window window_at(std::int64_t step, std::int64_t end) const noexcept;
  [[nodiscard]] Window next_window() const noexcept {
    return window_at(purpose_ == Purpose::kRevise ? next_ : ledger_.head(), end_of(purpose_));
  }
  void show(const Window& window, int candidate, int place) noexcept;
  [[nodiscard]] bool is_shown(std::int64_t step, std::size_t slot, int candidate, std::int64_t window_end) noexcept;
  [[nodiscard]] bool denoise(const Window& window, int windows) noexcept;
  void plan(int candidate, std::int64_t step, std::size_t slot, const Decision& decoded) noexcept;
  void decide(const Window& window, int candidate, const float* logits) noexcept;
  [[nodiscard]] bool is_hidden(std::int64_t step, std::size_t slot, std::int64_t window_end) const noexcept;
  void doubt_tokens(const Window& window, int candidate, int place) noexcept;
  [[nodiscard]] double rank(const Window& window, int candidate, int place) noexcept;
  [[nodiscard]] std::int64_t arrival_of(int candidate, const Window& window) const noexcept;
  [[nodiscard]] bool is_drafted_anew(int candidate) const noexcept;
  void ask_arrivals(const Window& window, int first) noexcept;
  void begin_round() noexcept;
  void end_round(PlanReport& report) noexcept;
  struct Posterior {
    std::span<float> probabilities;
    float highest = 0.0F;  // of them
  };
  [[nodiscard]] Posterior posterior_of(int slot, const float* logits) noexcept;

  PlannerOptions options_;
  CheckedDenoiser& denoiser_;
  PlanBuffer buffer_;
  Guide guide_;
  Random random_;
  std::vector<int> most_bins_off_;  // [states] of what contradicts nothing.
  std::vector<Token> goal_, hold_;
  std::vector<Fraction> goal_fractions_;

  std::int64_t frontier_ = 0;           // First step whose action no pass has decided.
  std::int64_t next_ = 0;               // First step of the next window that was not in the last.
  int sweeps_ = 0;                      // That the followed plan is to be revised.
  int swept_ = 0;                       // Since something new was seen.
  bool changed_ = false;                // Whether this sweep changed a token for one of another mode.
  bool fresh_ = false;                  // A pass has read what was seen last.
  std::vector<Draft> drafts_;           // By candidate.
  Purpose purpose_ = Purpose::kRevise;  // Of the next pass ...
  int windows_ = 0;                     // ... and how many it has.
  bool in_round_ = false;
  Reveal halves_;  // Of a round's tokens, for choosing.
  bool is_other_half_ = false;
  int compared_ = 0;               // Windows in which the first half was asked for.
  int at_ = 1;                     // Next candidate of the round's stage.
  int rounds_in_vain_ = 0;         // Since something new was seen, or a better candidate found.
  std::vector<Token> settled_at_;  // [states] The head's, as the last of them ended.

  std::vector<Token> tokens_;         // [windows][steps][slots]
  std::vector<Fraction> fractions_;   // The same.
  std::vector<float> logits_;         // [windows][steps][logits]
  std::vector<float> values_;         // [windows][steps]
  std::vector<float> probabilities_;  // Of one slot ...
  std::vector<float> tempered_;       // ... and what its draft is drawn from.
  std::vector<float> arrived_;        // [steps] of a window: how likely the robot is at the goal by then.
};

}  // namespace ripen
