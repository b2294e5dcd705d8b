#pragma once
// Ticks that no loop made.

#include <array>

#include "ripen/control_loop.hpp"
#include "support/line_world.hpp"

namespace ripen::test {

/// Tells an observer of a tick with this report, of a line world at rest.
inline bool tell(TickObserver& observer, const TickReport& report) noexcept {
  static LineDenoiser denoiser;
  static const Planner planner(denoiser,
                               {.method = PlanMethod::kBeam, .horizon = 24, .candidates = 8, .pass_windows = 8});
  std::array<double, 1> state{};
  const std::array<double, 1> action{};
  const Observation observation{.state = state};
  const Command command{.tick = report.tick, .source = report.source, .action = action, .next = action};
  return observer.on_tick({report, observation, true, command, planner});
}

}  // namespace ripen::test
