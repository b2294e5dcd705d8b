#pragma once
// A simulated robot that turns a cube's six faces, with faults on request.

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cube_solver/cube.hpp"
#include "ripen/robot.hpp"

namespace ripen::cube {

/// What the robot is like; fixed at construction.
struct CubeRobotOptions {
  std::chrono::nanoseconds tick = std::chrono::milliseconds(5);
  std::chrono::nanoseconds quarter_turn = std::chrono::milliseconds(40);
  std::chrono::nanoseconds half_turn = std::chrono::milliseconds(60);
  int sensor_latency_ticks = 0;  ///< [ticks] from the sensed instant to its delivery
  double slip_rate = 0.0;        ///< probability that a robot's turn leaves the face where it was
  double disturb_rate = 0.0;     ///< probability that somebody turns a face after a robot's turn
  double drop_rate = 0.0;        ///< probability that the state sensed in a tick is lost
  std::uint64_t seed = 1;        ///< of all faults
  int log_turns = 1024;          ///< turns that the log can hold

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// One turn of a face, as it was begun.
struct LoggedTurn {
  Move move = kHold;
  bool by_world = false;  ///< somebody else's turn, not the robot's
  bool slipped = false;   ///< the motor turned, the face did not
  std::int64_t tick = 0;  ///< when it began
};

/// Six motors and a camera around a cube, advanced in whole ticks. A step of the plan is one face turn.
///
/// - The command for the step that is next to begin begins it if the cube is aligned, or if only the opposite face is
///   turning. If Command::next is a turn of the opposite face, that begins at the same time. A hold, or a command for
///   any other step, does nothing.
/// - A turn is finished at the first tick at or after its end; steps count as done in order, which the motors' encoders
///   tell at once.
/// - The camera senses aligned cubes only, once a tick, and delivers late.
/// - Somebody else's turn begins as soon as the cube is aligned, and the robot waits for its end. Slips and such turns
///   depend on the seed and the step alone, dropped states on the seed and the tick, so that neither depends on timing.
///
/// Channels: 20 states (places of the cubies), one action (index of the turn). Not thread-safe. Every call but the
/// constructor is real-time safe.
class CubeRobot : public Robot {
 public:
  /// Throws std::invalid_argument listing every problem of the options, or if the cube cannot be solved.
  CubeRobot(const Cube& start, const CubeRobotOptions& options);

  [[nodiscard]] bool read(std::int64_t tick, Observation& observation) noexcept override;
  /// Returns false, doing nothing, if the action is no move.
  [[nodiscard]] bool write(const Command& command) noexcept override;

  /// The cube as it was when it was last aligned, whatever the camera has told of it.
  [[nodiscard]] const Cube& cube() const noexcept { return cube_; }
  /// Whether no face is turning.
  [[nodiscard]] bool aligned() const noexcept { return turning_ == 0; }
  /// Whether the camera has shown the cube solved since the last turn.
  [[nodiscard]] bool solved() const noexcept {
    return aligned() && delivered_.steps_done == steps_begun_ && delivered_.cube.is_solved();
  }

  [[nodiscard]] std::int64_t steps_begun() const noexcept { return steps_begun_; }
  [[nodiscard]] std::int64_t steps_done() const noexcept;

  /// How far a face's motor has turned from its last rest [rad, clockwise] at an instant since tick 0: half the time
  /// speeding up, half slowing down, at one acceleration.
  [[nodiscard]] double angle(Face face, std::chrono::nanoseconds instant) const noexcept;

  /// Turns begun so far, in order; the first CubeRobotOptions::log_turns of them.
  [[nodiscard]] std::span<const LoggedTurn> turns() const noexcept { return turns_; }

 private:
  struct Turning {
    Move move = kHold;
    bool by_world = false;
    bool slips = false;
    Move disturbance = kHold;  // turn by the world that follows
    std::int64_t step = 0;
    std::int64_t begin = 0;  // [ticks]
    std::int64_t end = 0;    // [ticks]
  };
  struct Sample {
    Cube cube;
    std::int64_t steps_done = -1;
    bool valid = false;
  };

  [[nodiscard]] std::chrono::nanoseconds duration(Move move) const noexcept;
  [[nodiscard]] bool may_begin(Move move) const noexcept;
  void begin_step(Move move) noexcept;
  void begin(Turning turning) noexcept;
  void advance_to(std::int64_t tick) noexcept;
  void finish_turns() noexcept;
  void sense() noexcept;

  CubeRobotOptions options_;
  Cube cube_;
  std::int64_t now_ = -1;  // [ticks]
  std::int64_t steps_begun_ = 0;
  std::array<Turning, 2> active_;  // the first turning_ of them, in the order of their beginning
  int turning_ = 0;
  std::array<Move, 2> awaited_{};  // turns by the world for which the cube is not yet aligned
  int awaiting_ = 0;
  std::vector<Sample> samples_;  // ring over the ticks of the latency
  Sample delivered_;             // the last; valid while nobody has read it
  std::vector<LoggedTurn> turns_;
};

}  // namespace ripen::cube
