#pragma once
// A simulated robot that pushes the T, with faults on request.

#include <cstdint>
#include <string>
#include <vector>

#include "push_t/world.hpp"
#include "ripen/robot.hpp"

namespace ripen::push_t {

/// What the robot is like; fixed at construction.
struct PushTRobotOptions {
  int sensor_latency_ticks = 0;  ///< [ticks] from the sensed instant to its delivery
  double disturb_rate = 0.0;     ///< probability, in each tick, that somebody shoves the block or pushes the agent
  double drop_rate = 0.0;        ///< probability that the state sensed in a tick is lost
  double occlusion_rate = 0.0;  ///< probability, in each tick, that a point is not seen: agent, or one of the T's three
  std::uint64_t seed = 1;       ///< of all faults
  int max_steps = 300;          ///< after which the robot is done

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// The table, an agent that follows targets, and a camera. A tick is a step is a control period of the world, whatever
/// time the loop gives it: the target written in a tick is followed until the next, and, if ticks were missed, in
/// those too.
///
/// - A shove moves the block by up to 20 px and 0.2 rad; a push changes the agent's speed by up to 300 px/s. Both are
///   as likely. They and the dropped states depend on the seed and the tick alone, not on what the robot does.
/// - The state at the beginning is never dropped, and nothing hides it. What lies beyond the table is seen at its edge.
///
/// Channels: tokens.hpp. Not thread-safe. The physics engine may allocate, so calls are for a simulation.
class PushTRobot : public Robot {
 public:
  /// start: what World::reset() takes. Throws std::invalid_argument listing every problem of the options.
  PushTRobot(const State& start, const PushTRobotOptions& options);

  [[nodiscard]] bool read(std::int64_t tick, Observation& observation) noexcept override;
  /// Returns false, keeping the last target, if the action is not two finite numbers.
  [[nodiscard]] bool write(const Command& command) noexcept override;

  /// The table as it is, whatever the camera has told of it.
  [[nodiscard]] State state() const { return world_.state(); }
  [[nodiscard]] Point target() const noexcept { return target_; }
  [[nodiscard]] std::int64_t steps() const noexcept { return now_; }

  /// The highest reward after any step so far, in [0, 1].
  [[nodiscard]] double score() const noexcept { return reward_of(best_); }
  /// The highest coverage after any step so far, in [0, 1].
  [[nodiscard]] double best_coverage() const noexcept { return best_; }
  /// Whether the coverage was ever above kSuccessCoverage.
  [[nodiscard]] bool succeeded() const noexcept { return best_ > kSuccessCoverage; }
  /// Succeeded, or out of steps: nothing moves any more.
  [[nodiscard]] bool done() const noexcept { return succeeded() || now_ >= options_.max_steps; }
  /// Shoves and pushes so far.
  [[nodiscard]] int disturbances() const noexcept { return disturbances_; }

 private:
  struct Sample {
    State state;
    std::int64_t tick = -1;  // -1: none
  };

  void advance_to(std::int64_t tick);
  void disturb();
  void sense();
  void hide_points(std::int64_t sensed, Observation& observation) const;

  PushTRobotOptions options_;
  World world_;
  Point target_;
  std::int64_t now_ = 0;  // [ticks]
  double best_ = 0.0;
  int disturbances_ = 0;
  std::vector<Sample> samples_;  // ring over the ticks of the latency
  std::int64_t delivered_ = -1;  // tick of the last sample that was read
};

}  // namespace ripen::push_t
