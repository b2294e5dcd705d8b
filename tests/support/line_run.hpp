#pragma once
// Runs of the line world (line_world.hpp) by hand.

#include <gtest/gtest.h>

#include <array>

#include "ripen/plan_source.hpp"
#include "support/line_world.hpp"

namespace ripen::test {

/// Ticks in a world that obeys, some to a step; returns how many steps the carriage needed, those it held in too. In
/// every tick of a step the action must be the first one's. -1: not in 400 steps.
inline int steps_to_goal(PlanSource& plan, Token place, int passes, int step_ticks = 1) {
  Token action = kStay;
  for (int tick = 0; tick < 400 * step_ticks; ++tick) {
    const std::int64_t step = tick / step_ticks;
    if (place == kLineGoal) return static_cast<int>(step);
    const bool is_first = tick % step_ticks == 0;
    plan.observe({.state = std::array{place}, .state_step = step, .started = step + (is_first ? 0 : 1), .done = step});
    plan.refine({.passes = passes}, {.passes = passes});
    const PlannedStep planned = plan.step(0);
    if (is_first) action = planned.action[0];
    EXPECT_EQ(planned.action[0], action) << "tick " << tick;
    EXPECT_TRUE(planned.decided || action == kStay) << "tick " << tick;
    plan.sent(1, step + 1);
    if (tick % step_ticks + 1 == step_ticks) place = LineDenoiser::moved(place, action);
  }
  return -1;
}

}  // namespace ripen::test
