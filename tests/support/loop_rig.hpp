#pragma once
// A control loop and everything that it needs, in virtual time.

#include <cstdint>
#include <utility>
#include <vector>

#include "ripen/control_loop.hpp"
#include "support/line_world.hpp"

namespace ripen::test {

/// Keeps the reports; ends the loop after some ticks.
class ReportKeeper : public TickObserver {
 public:
  explicit ReportKeeper(std::int64_t ticks) : ticks_(ticks) {
    reports.reserve(2000);  // more than any test ticks: a tick takes nothing from the heap
  }
  bool on_tick(const Tick& tick) noexcept override {
    reports.push_back(tick.report);
    return std::ssize(reports) < ticks_;
  }
  std::vector<TickReport> reports;

 private:
  std::int64_t ticks_;
};

struct LoopRig {
  explicit LoopRig(LineRobot made, std::int64_t ticks,
                   const ControlLoopOptions& options = {.budget = Budget{.passes = 8}})
      : robot(std::move(made)), recorder(ticks), loop(planner, robot, clock, with_limits(options), {&recorder}) {}

  [[nodiscard]] std::vector<CommandSource> sources() const {
    std::vector<CommandSource> all;
    for (const auto& written : robot.written) all.push_back(written.source);
    return all;
  }

  LineDenoiser denoiser;
  Planner planner{denoiser,
                  {.method = PlanMethod::kBeam, .horizon = 24, .history = 4, .candidates = 4, .pass_windows = 4}};
  LineRobot robot;
  ManualClock clock;
  ReportKeeper recorder;
  ControlLoop loop;
};

inline ControlLoopOptions fixed_steps(int step_ticks) {
  return {.budget = Budget{.passes = 8}, .step_ticks = step_ticks};
}

}  // namespace ripen::test
