#pragma once
// The table with the T and the agent that pushes it: the published task, on the physics engine that it uses.

#include <memory>

#include "push_t/geometry.hpp"

namespace ripen::push_t {

/// What there is to know of the table, but for speeds: the block keeps none, the agent's follows from its targets.
struct State {
  Point agent;
  Pose block;
  bool operator==(const State&) const = default;
};

inline constexpr double kControlPeriod = 0.1;     ///< [s] that a target is followed
inline constexpr double kSuccessCoverage = 0.95;  ///< of the goal; more than this is success

/// What a coverage is worth, in [0, 1]: the published reward.
[[nodiscard]] double reward_of(double coverage) noexcept;

/// Chipmunk with gravity and damping 0 (the block slides on no longer than it is pushed), 10 iterations, and a
/// kinematic agent that a PD controller draws to its target: every 0.01 s, v += (100 (target - p) - 20 v) 0.01.
/// Constants and order of calls are the published environment's ("Diffusion Policy", Chi et al., RSS 2023,
/// pusht_env.py). Deterministic. Calls but the constructor allocate at most what the engine does inside. Not
/// thread-safe.
class World {
 public:
  World();
  ~World();
  World(World&&) noexcept;
  World& operator=(World&&) noexcept;

  /// A fresh table with everything at rest in this state.
  void place(const State& state);

  /// A fresh table as the published reset makes it of its random numbers: the block's position is set before its angle,
  /// which turns it about its centre of gravity and so moves the position; then 0.01 s pass.
  void reset(const State& drawn);

  /// Puts the block elsewhere; what the agent does goes on, and so does the last push for 0.01 s.
  void move_block(const Pose& pose);
  /// Changes the agent's speed [px/s].
  void push_agent(Point change);

  /// Follows a target for kControlPeriod.
  void act(Point target);

  /// The block's angle is as the engine counts it, not in one turn.
  [[nodiscard]] State state() const;
  [[nodiscard]] double coverage() const { return push_t::coverage(state().block); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ripen::push_t
