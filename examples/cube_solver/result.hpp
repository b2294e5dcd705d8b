#pragma once
// What came of one cube.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cube_solver/cube_robot.hpp"
#include "cube_solver/ripening.hpp"
#include "shared/spread.hpp"

namespace ripen::cube {

using examples::Spread;

/// One cube's run.
struct Result {
  std::string facelets = {};           ///< at the start
  bool solved = false;                 ///< as the camera saw it
  bool interrupted = false;            ///< the run was ended from outside before anything came of it
  std::vector<LoggedTurn> turns = {};  ///< in the order of their beginning
  std::int64_t ticks = 0;
  std::int64_t missed = 0;  ///< [ticks]
  std::int64_t passes = 0;
  std::int64_t undecided = 0;            ///< [ticks] in which no action was decided though one was due
  int recoveries = 0;                    ///< times the plan reached the goal again after the world had contradicted it
  std::int64_t recovery_ticks = 0;       ///< [ticks] they took, all together
  std::int64_t recovery_passes = 0;      ///< ... and passes
  std::vector<PlannedRun> planned = {};  ///< what the plan was, in every tick, if a picture is asked for
  std::vector<std::int64_t> disturbed = {};   ///< [ticks] in which the world contradicted the plan, likewise
  std::vector<std::int64_t> ripe_ticks = {};  ///< for each turn begun, how long its choice had been what it was
  std::optional<std::int64_t> first_action_tick = {};  ///< when the robot's first turn began

  Spread wake_up;                ///< later than the tick's instant
  Spread compute;                ///< all work of a tick
  Spread slack;                  ///< from the end of the work to the next tick
  Spread observation_to_action;  ///< from the observation to the command

  /// Turns by the robot, slipped ones too.
  [[nodiscard]] int robot_turns() const;
  [[nodiscard]] int slips() const;
};

}  // namespace ripen::cube
