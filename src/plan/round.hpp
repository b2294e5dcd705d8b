#pragma once
// One round of ripening: candidates that leave the same state, decided step by step.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "plan/checked_denoiser.hpp"
#include "plan/state_index.hpp"
#include "ripen/plan_buffer.hpp"
#include "ripen/planner.hpp"
#include "util/random.hpp"

namespace ripen {

/// Candidates of one round stand in two sets of rows of the buffer, which take turns: a set's children go to the other.
/// A pass predicts the frontier states of a few members (kDynamics) and reads what to do there (kStep); when all were
/// read, the best children of all become the members (a beam; resampling by weight in the limit of no noise, with
/// Gumbel noise a draw without replacement: Kool et al. 2019, arXiv 1903.06059). If the world looks the same in several
/// frames, a round begins in as many as a pass reads, and what seems nearest in any of them goes on; the board games'
/// networks were read so (Silver et al. 2016, doi 10.1038/nature16961). Real-time safe but for construction.
class Round {
 public:
  /// Uses rows [first_row, first_row + 2 * options.candidates) of the buffer.
  Round(PlanBuffer& buffer, CheckedDenoiser& denoiser, const Transition* transition, const PlannerOptions& options,
        int first_row);

  /// Begins at a step whose state is known in row `source`, with at most `width` members. The states of
  /// that row from step `since` on are not come back to. noise scales the random part of every choice.
  void start(int source, std::int64_t since, std::int64_t root, int width, double noise, std::uint64_t seed) noexcept;
  void stop() noexcept { members_ = 0; }

  [[nodiscard]] bool active() const noexcept { return members_ > 0; }
  [[nodiscard]] std::int64_t depth() const noexcept { return depth_; }  ///< the step being decided
  [[nodiscard]] int next_windows() const noexcept;                      ///< members in the next pass

  /// A candidate that got somewhere: the state of `row` at depth() is the goal, or is known from elsewhere.
  struct Arrival {
    int row = -1;
    std::int64_t known_step = -1;  ///< the step whose state it is in the known plan; -1 at the goal
    std::int64_t gain = 0;         ///< steps saved against the limit
    bool bad = false;              ///< the model gave no numbers: nothing of the round can be relied on, stop it
  };

  /// Runs one pass. goal: [states], kMask means any. `known` finds states of the last whole plan, which ends at
  /// `known_goal`; arrivals later than step `limit` do not count.
  Arrival pass(std::span<const Token> goal, StateIndex& known, std::int64_t known_goal, std::int64_t limit) noexcept;

  /// The member nearest to the goal among those that the last pass read, by the model's own estimate.
  struct Nearest {
    int row = -1;
    float value = 0.0F;  ///< [steps] to the goal
  };
  [[nodiscard]] Nearest nearest() const noexcept { return nearest_; }

  /// Whether even the member nearest to the goal would arrive more than `patience` steps later than estimated at the
  /// root. Right after advance().
  [[nodiscard]] bool lost(int patience) const noexcept;

  /// Whether every member was read, so that advance() is due.
  [[nodiscard]] bool complete() const noexcept { return read_ == members_; }

  /// Makes the best children members and moves the frontier on by a step. Stops the round if there are none.
  void advance() noexcept;

  /// The row of the best member, whose steps before depth() are decided. Best first after advance().
  [[nodiscard]] int best_row() const noexcept { return row(set_, 0); }

  /// Drops members whose action at a step is not the followed row's. Stops the round if none is left or if it has not
  /// come past the step.
  void keep_only(int followed, std::int64_t step) noexcept;

 private:
  struct Member {
    float likelihood = 0.0F;  ///< log-probability of its actions
    float noise = 0.0F;       ///< sum of its random bonuses
    int frame = 0;            ///< in which the model sees its states
  };
  struct Child {
    float score;
    int parent;
    Token action;  // Of the first slot, in the parent's frame.
    float log_probability, noise;
  };

  [[nodiscard]] int row(int set, int member) const noexcept { return first_row_ + set * options_.candidates + member; }
  /// First step of a member that is still in the ring.
  [[nodiscard]] std::int64_t oldest() const noexcept { return std::max(root_, buffer_.head() - buffer_.history()); }
  [[nodiscard]] bool predict(int first, int count) noexcept;
  [[nodiscard]] Arrival admit(int member, std::span<const Token> goal, StateIndex& known, std::int64_t known_goal,
                              std::int64_t limit) noexcept;
  [[nodiscard]] bool read(int count) noexcept;
  void add_children(int member, std::span<float> logits, float value) noexcept;

  PlanBuffer& buffer_;
  CheckedDenoiser& denoiser_;
  const Transition* transition_;
  const PlannerOptions& options_;
  int first_row_;
  int actions_;  // Values of the first action slot.

  std::int64_t root_ = 0, depth_ = 0;
  int width_ = 0;
  int set_ = 0, members_ = 0, read_ = 0;
  double noise_ = 0.0;
  Nearest nearest_;
  float root_value_ = 0.0F;
  float least_value_ = 0.0F;  // Of the members of the last complete step.
  Random random_{0};
  std::vector<Member> member_[2];
  std::vector<Child> children_;
  std::size_t child_count_ = 0;
  StateIndex visited_;

  std::vector<int> admitted_;  // Members that the pass reads.
  std::size_t admitted_count_ = 0;
  std::vector<Token> tokens_;
  std::vector<Token> next_;
  std::vector<Token> action_;  // In the world.
  std::vector<float> logits_, values_;
};

}  // namespace ripen
