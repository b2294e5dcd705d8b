#pragma once
// One cube, from the first observation to the last turn.

#include "cube_solver/options.hpp"
#include "cube_solver/result.hpp"
#include "cube_solver/snapshot.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/denoiser.hpp"
#include "ripen/recording.hpp"
#include "shared/interrupt.hpp"

namespace ripen::cube {

/// Where a cube stands among all, and who watches.
struct Place {
  int number = 1;  ///< counted from 1
  int cubes = 1;
  TripleBuffer<Snapshot>* view = nullptr;          ///< shown what happens in each tick, if not null
  Recording* recording = nullptr;                  ///< filled with every tick, if not null
  const examples::Interrupt* interrupt = nullptr;  ///< ends the run after the tick once it is not 0, if not null

  [[nodiscard]] bool interrupted() const noexcept { return interrupt != nullptr && *interrupt != 0; }
};

/// The loop that the options ask for.
[[nodiscard]] ControlLoopOptions loop_options_of(const Options& options);

/// Runs the robot until the cube is solved, the turns are used up, or a second per allowed turn has passed without
/// either, or it is interrupted. Throws std::invalid_argument if options or denoiser do not fit.
[[nodiscard]] Result solve(const Cube& cube, const Options& options, Denoiser& denoiser, const Place& place);

}  // namespace ripen::cube
