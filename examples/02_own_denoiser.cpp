// A denoiser of one's own (carriage/denoiser.hpp), and what a planner does with it: no robot, no clock, no loop.

#include <array>
#include <cstdio>

#include "carriage/denoiser.hpp"
#include "ripen/error.hpp"
#include "ripen/planner.hpp"

int main() try {
  constexpr std::array<ripen::Token, 1> kGoal{30}, kIdle{carriage::kStay};
  std::array<ripen::Token, 1> place{4};
  carriage::Denoiser denoiser(kGoal[0]);
  ripen::Planner planner(denoiser, {.horizon = 32, .candidates = 8, .pass_windows = 8});
  if (planner.reset(place, kGoal, kIdle) != ripen::PlanReset::kOk) return 1;

  for (int step = 0; step < 36; ++step) {
    if (step == 10) place[0] = 8;  // the world does something else: what is left of the plan is a warm start
    // Three passes a step: the plan ripens over many steps, and step(0) is valid at any time.
    planner.observe({.state = place, .state_step = step, .started = step, .done = step});
    planner.refine({.passes = 3});
    const ripen::PlanReport& report = planner.report();
    const ripen::Token velocity = planner.step(0).action[0];
    std::printf("step %2d: at %2d, %+d, %2d steps decided, %d passes%s%s\n", step, place[0], velocity - carriage::kStay,
                report.decided_steps, report.passes, report.disturbed ? ", disturbed" : "",
                report.settled ? ", settled" : "");
    place[0] = carriage::Denoiser::moved(place[0], velocity);
  }
  return place == kGoal ? 0 : 1;
} catch (const ripen::Error& error) {
  std::fprintf(stderr, "02_own_denoiser: %s\n", error.what());
  return 1;
}
