#pragma once
// One episode, from the first observation to the goal.

#include "maze/options.hpp"
#include "maze/result.hpp"
#include "ripen/denoiser.hpp"
#include "shared/interrupt.hpp"

namespace maze {

/// Runs episode `number` of a task (0: of the free starts) until the point is at the goal or out of control steps. Ends
/// after the tick once `interrupt`, if there is one, is not 0. Throws std::invalid_argument if options or denoiser do
/// not fit.
[[nodiscard]] Result run_episode(int task, int number, const Options& options, ripen::Denoiser& denoiser,
                                 const ripen::examples::Interrupt* interrupt = nullptr);

}  // namespace maze
