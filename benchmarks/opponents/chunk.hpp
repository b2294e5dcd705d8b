#pragma once
// A plan must be finished before anything of it is done.

#include <cstdint>
#include <vector>

#include "opponents/opponents.hpp"

namespace ripen::opponents {

/// Gives out a planner's plan in chunks. A plan is made with plan_passes passes, or fewer if it reaches the goal and
/// the robot waits for it; until then there is no action. Then `chunk` steps of it are done, and the next plan is made:
/// after them or, kChunkAhead, while they are done, from the state they are expected to lead to, as executors of action
/// chunks do (DiscreteRTC, arXiv 2604.25050, for discrete diffusion). What is seen while a chunk is done is kept for
/// the next plan, and changes nothing of this one.
class Chunk : public PlanSource {
 public:
  Chunk(Denoiser& denoiser, const PlannerOptions& planner, const Options& options, const Transition* transition,
        const Clock* clock);

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return planner_.layout(); }
  [[nodiscard]] int horizon() const noexcept override { return planner_.horizon(); }
  [[nodiscard]] PlanReset reset(std::span<const Token> state, std::span<const Token> goal,
                                std::span<const Token> hold) noexcept override;
  void observe(const TickObservation& observation) noexcept override;
  void refine(const Budget& budget, const Budget& most) noexcept override;
  [[nodiscard]] PlannedStep step(int ahead) const noexcept override;
  void sent(int steps, std::int64_t started) noexcept override;
  [[nodiscard]] const PlanReport& report() const noexcept override { return report_; }

 private:
  [[nodiscard]] std::int64_t head() const noexcept { return planner_.report().head; }
  [[nodiscard]] bool is_done() const noexcept { return head() >= end_; }
  [[nodiscard]] std::int64_t goal_step() const noexcept;  // Where the plan that is being made reaches it; or -1.
  void make_another() noexcept;
  void release() noexcept;
  void describe(bool settled) noexcept;

  SteadyClock steady_;
  const Clock& clock_;
  Planner planner_;
  bool ahead_;
  int plan_passes_, chunk_;
  std::vector<Token> hold_;
  std::int64_t end_ = 0;   // First step that was not given out.
  int passes_ = 0;         // Of the plan that is being made.
  bool finished_ = false;  // The plan that comes after the chunk.
  PlanReport report_;
};

}  // namespace ripen::opponents
