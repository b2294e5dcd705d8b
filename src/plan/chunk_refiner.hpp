#pragma once
// Baselines: a plan must be finished before anything of it is done.

#include <memory>

#include "plan/refiner.hpp"

namespace ripen {

/// Gives out the plan of another refiner in chunks. A plan is made with plan_passes passes, or fewer if it reaches the
/// goal and the robot waits for it; until then there is no action. Then `chunk` steps of it are done, and the next plan
/// is made: after them or, kChunkAhead, while they are done, from the state they are expected to lead to. What is seen
/// while a chunk is done is kept for the next plan, and changes nothing of this one.
class ChunkRefiner : public Refiner {
 public:
  ChunkRefiner(std::unique_ptr<Refiner> inner, const PlannerOptions& options);

  void reset(std::span<const Token> state, std::span<const Token> goal, std::span<const Token> idle) noexcept override;
  void forget() noexcept override;
  void withhold() noexcept override { inner_->withhold(); }
  void observe(const TokenObservation& observation, RefineReport& report) noexcept override;
  [[nodiscard]] int next_pass() noexcept override;
  [[nodiscard]] bool run_pass() noexcept override;
  void describe(RefineReport& report) const noexcept override;
  [[nodiscard]] std::int64_t frontier() const noexcept override;
  void emitted(int steps) noexcept override;
  void shift(int steps) noexcept override;
  [[nodiscard]] const PlanBuffer& buffer() const noexcept override { return inner_->buffer(); }
  [[nodiscard]] std::span<const Token> idle() const noexcept override { return inner_->idle(); }

 private:
  [[nodiscard]] bool is_done() const noexcept { return buffer().head() >= chunk_end_; }
  [[nodiscard]] std::int64_t goal_step() const noexcept;  // Where the plan that is being made reaches it; or -1.
  void release() noexcept;

  std::unique_ptr<Refiner> inner_;
  bool ahead_;
  int plan_passes_, chunk_;
  std::int64_t chunk_end_ = 0;  // First step that was not given out.
  int passes_ = 0;              // Of the plan that is being made.
  bool finished_ = false;       // The plan that comes after the chunk.
};

}  // namespace ripen
