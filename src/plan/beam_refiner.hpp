#pragma once
// Ripening by candidates: plans drafted step by step, kept if the world's rules let them, the best one followed.

#include <algorithm>

#include "plan/checked_denoiser.hpp"
#include "plan/refiner.hpp"
#include "plan/round.hpp"
#include "plan/state_index.hpp"
#include "ripen/planner.hpp"

namespace ripen {

/// Rounds of candidates leave the state that the robot is in; a candidate that reaches the goal in fewer steps than the
/// followed plan takes its place.
class BeamRefiner : public Refiner {
 public:
  BeamRefiner(CheckedDenoiser& model, const PlannerOptions& options, const Transition* transition);

  void reset(std::span<const Token> state, std::span<const Token> goal, std::span<const Token> hold) noexcept override;
  void aim(std::span<const Token> goal, std::span<const Fraction> fractions) noexcept override;
  void forget() noexcept override;
  void started(std::int64_t step, std::span<const Token> action, std::span<const Fraction> fractions) noexcept override;
  void observe(const TickObservation& observation, PlanReport& report) noexcept override;
  [[nodiscard]] PassSize next_pass(int most_windows) noexcept override;
  [[nodiscard]] bool run_pass(PlanReport& report) noexcept override;
  void describe(PlanReport& report) const noexcept override;
  [[nodiscard]] std::int64_t frontier() const noexcept override {
    return is_waiting() ? std::min(ledger_.open(), frontier_) : frontier_;
  }
  void sent(int steps) noexcept override;
  void shift(int steps) noexcept override;
  [[nodiscard]] const PlanBuffer& buffer() const noexcept override { return buffer_; }
  [[nodiscard]] std::span<const Token> hold() const noexcept override { return hold_; }
  void set_hold(std::span<const Token> hold) noexcept override;

 private:
  // --- What the followed plan is ---
  [[nodiscard]] const TokenLayout& layout() const noexcept { return buffer_.layout(); }
  [[nodiscard]] std::int64_t end() const noexcept { return ledger_.head() + options_.horizon; }
  [[nodiscard]] bool is_whole() const noexcept { return goal_step_ >= 0; }
  [[nodiscard]] bool is_waiting() const noexcept { return !is_whole() && waited_ < options_.wait_passes; }
  [[nodiscard]] bool known_state(std::int64_t step) const noexcept;
  [[nodiscard]] bool at_goal(std::span<const Token> state) const noexcept;
  [[nodiscard]] std::int64_t oldest_unbroken() const noexcept;

  // --- Clamping ---
  bool clamp(const TickObservation& observation) noexcept;
  void predict_state(std::int64_t step) noexcept;
  void commit(std::int64_t started) noexcept;
  void jump(std::int64_t target) noexcept;
  void drop_from(std::int64_t step) noexcept;

  // --- Changing the followed plan ---
  [[nodiscard]] bool agrees_with_sent(int row) const noexcept;
  void adopt(int row, std::int64_t to, std::int64_t reached) noexcept;
  void splice(int row, std::int64_t at, std::int64_t from) noexcept;
  void remember() noexcept;
  void fill_hold(int row, std::int64_t from) noexcept;
  bool rejoin() noexcept;
  std::int64_t lead_back() noexcept;

  // --- Refining ---
  bool begin_round() noexcept;
  [[nodiscard]] std::int64_t limit() const noexcept;
  void follow_nearest() noexcept;
  void deepen() noexcept;
  void restart() noexcept;

  PlannerOptions options_;
  CheckedDenoiser& denoiser_;
  const Transition* transition_;
  PlanBuffer buffer_;
  Round round_;
  StateIndex known_;  // States of row kWhole.
  std::vector<Token> goal_, hold_;
  std::vector<Token> seen_;  // [states] what was observed, and what was predicted where nothing was.

  std::int64_t frontier_ = 0;         // First step of the followed plan whose action is not decided.
  std::int64_t unbroken_ = 0;         // Since this step the world did what the followed plan said.
  std::int64_t goal_step_ = -1;       // First step of the followed plan that starts at the goal; -1 if none does.
  std::int64_t whole_goal_ = -1;      // The same for row kWhole.
  std::int64_t pending_goal_ = -1;    // The same for row kPending, which waits until what was sent is settled.
  std::int64_t followed_depth_ = -1;  // The round's step that the followed plan was last taken from ...
  float end_value_ = 0.0F;            // ... and the steps that seemed left from there.
  int waited_ = 0;                    // Passes since there was a plan that reaches the goal.
  bool afresh_ = true;                // Whether no round has begun since the plan was last begun afresh.
  std::uint64_t drawn_ = 0;           // Rounds ever begun.

  std::vector<Token> hop_tokens_;
  std::vector<float> hop_logits_;
};

}  // namespace ripen
