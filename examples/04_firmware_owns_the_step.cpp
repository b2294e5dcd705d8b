// Firmware that has its own timer calls step(now); the library owns neither thread nor sleep.

#include <cmath>
#include <cstdio>

#include "carriage/robot.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/error.hpp"

int main() try {
  carriage::Robot robot(0.2);
  carriage::Denoiser denoiser(30);  // the bin of 1.5 m
  ripen::Planner planner(denoiser, {.horizon = 32, .candidates = 8, .pass_windows = 8});
  ripen::ManualClock timer;  // stands for the firmware's timer: any monotonic time will do
  ripen::ControlLoop loop(planner, robot, timer,
                          {.period = carriage::kPeriod,
                           .budget = ripen::Budget{.passes = 2},
                           .step_ticks = carriage::kStepTicks,
                           .limits = {carriage::kVelocityLimits}});
  if (loop.reset(carriage::go_to(1.5)) != ripen::ResetResult::kOk) return 1;

  for (int interrupt = 0; interrupt < 400; ++interrupt) {
    // Once, something else keeps the processor for four periods. The grid stays: three ticks are missed and counted,
    // and the plan goes on where it would have been.
    timer.advance(interrupt == 100 ? 4 * carriage::kPeriod : carriage::kPeriod);
    if (loop.step(timer.now()) != ripen::StepResult::kDone) break;
    if (loop.report().missed > 0) {
      std::printf("tick %lld: %lld missed before it\n", static_cast<long long>(loop.report().tick),
                  static_cast<long long>(loop.report().missed));
    }
  }
  std::printf("at %.3f m\n", robot.position());
  return loop.statistics().missed == 3 && std::abs(robot.position() - 1.5) < 0.05 ? 0 : 1;
} catch (const ripen::Error& error) {
  std::fprintf(stderr, "04_firmware_owns_the_step: %s\n", error.what());
  return 1;
}
