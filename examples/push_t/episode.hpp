#pragma once
// One episode, from the first observation to the last step.

#include "push_t/episodes.hpp"
#include "push_t/options.hpp"
#include "push_t/recording.hpp"
#include "push_t/result.hpp"
#include "ripen/denoiser.hpp"
#include "shared/interrupt.hpp"

namespace ripen::push_t {

/// Runs the robot from start_of(start_seed) until it succeeds or is out of steps, and records it if asked to. Another
/// attempt is another draw of all that is random but the start. Ends after the tick once `interrupt`, if there is one,
/// is not 0. Throws std::invalid_argument if options or denoiser do not fit.
[[nodiscard]] Result run_episode(std::uint32_t start_seed, const Options& options, Denoiser& denoiser,
                                 Recording* recording = nullptr, int attempt = 0,
                                 const examples::Interrupt* interrupt = nullptr);

/// A recording as a demonstration: what was seen and what was done, up to the last target that moved anything.
[[nodiscard]] Episode episode_of(const Recording& recording);

}  // namespace ripen::push_t
