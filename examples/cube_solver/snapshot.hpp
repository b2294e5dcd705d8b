#pragma once
// What the live view shows, handed from the thread of the ticks to the thread that draws.

#include <array>
#include <cstdint>

#include "cube_solver/cube.hpp"
#include "cube_solver/result.hpp"
#include "util/triple_buffer.hpp"

namespace ripen::cube {

/// One step of the plan ahead.
struct PlannedStep {
  Move move = kHold;
  bool known = false;     ///< the action is no mask
  float ripeness = 0.0F;  ///< 1 is decided, 0 is noise
};

/// Everything the view shows of one instant. Trivially copyable.
struct Snapshot {
  static constexpr int kMaxSteps = 128;

  int cube_number = 1;  ///< counted from 1
  int cubes = 1;
  Cube cube;                               ///< as last aligned
  std::array<double, kFaces> angles = {};  ///< [rad] of the motors
  bool solved = false;

  std::int64_t tick = 0;
  double tick_us = 0.0;
  std::int64_t missed = 0;
  std::int64_t passes = 0;       ///< since the start
  std::int32_t tick_passes = 0;  ///< in the last tick
  Spread wake_up;
  Spread compute;

  int robot_turns = 0;
  int world_turns = 0;
  int slips = 0;

  int planned = 0;  ///< steps of `plan` in use
  std::array<PlannedStep, kMaxSteps> plan;
};

}  // namespace ripen::cube
