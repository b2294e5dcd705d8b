#pragma once
// What came of one episode.

#include <cstdint>
#include <optional>

#include "shared/reliability.hpp"
#include "shared/spread.hpp"

namespace ripen::push_t {

using examples::Spread;

/// One episode's run.
struct Result {
  std::uint32_t start_seed = 0;  ///< start_of()
  double score = 0.0;            ///< highest reward after any step, in [0, 1]
  double coverage = 0.0;         ///< highest after any step, in [0, 1]
  bool succeeded = false;        ///< the coverage was above kSuccessCoverage
  bool interrupted = false;      ///< the run was ended from outside before anything came of it
  std::int64_t steps = 0;        ///< until then, or all
  int disturbances = 0;          ///< shoves and pushes
  std::int64_t ticks = 0;
  std::int64_t missed = 0;  ///< [ticks]
  std::int64_t passes = 0;

  Spread wake_up;                ///< later than the tick's instant
  Spread compute;                ///< all work of a tick
  Spread slack;                  ///< from the end of the work to the next tick
  Spread observation_to_action;  ///< from the observation to the command

  examples::ReliabilityTable reliability;  ///< of the plan's levels, if it was asked for
};

}  // namespace ripen::push_t
