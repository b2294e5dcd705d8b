// The planner works on another core all the time; a tick only takes the newest plan, guards and writes.

#include <array>
#include <cmath>
#include <cstdio>

#include "carriage/robot.hpp"
#include "ripen/error.hpp"
#include "ripen/ripen.hpp"

/// Somebody takes the carriage away after half a second; ends the loop after two and a half.
struct Events : ripen::TickObserver {
  explicit Events(carriage::Robot& carriage) : robot(carriage) {}
  bool on_tick(const ripen::Tick& now) noexcept override {
    const ripen::TickReport& report = now.report;
    if (report.tick >= 100 && !pushed) {
      robot.push(-0.3);
      pushed = true;
    }
    disturbed += report.disturbed ? 1 : 0;
    return report.tick < 500;
  }
  carriage::Robot& robot;
  bool pushed = false;
  int disturbed = 0;
};

int main() try {
  constexpr std::array<ripen::Token, 1> kGoal{30}, kIdle{carriage::kStay};
  carriage::Robot robot(0.2);
  carriage::Denoiser denoiser(kGoal[0]);
  ripen::Planner planner(denoiser, {.horizon = 40, .candidates = 8, .pass_windows = 8});
  // The planner is this thread's from here on. On a robot, apply_real_time() gives the loop's thread a core and a
  // priority, and PlannerThreadOptions::real_time gives this one another core.
  ripen::PlannerThread plan(planner);
  ripen::SteadyClock clock;
  Events events(robot);
  ripen::ControlLoop loop(plan, robot, clock, {.period = carriage::kPeriod, .step_ticks = carriage::kStepTicks},
                          {&events});
  if (!loop.reset(kGoal, kIdle)) return 1;
  loop.run({});

  const ripen::LoopStatistics& statistics = loop.statistics();
  std::printf("at %.3f m; %lld ticks, %lld passes beside them; disturbed %d times; compute p99 %.3f ms\n",
              robot.position(), static_cast<long long>(statistics.ticks), static_cast<long long>(statistics.passes),
              events.disturbed, std::chrono::duration<double, std::milli>(statistics.compute.percentile(0.99)).count());
  return events.disturbed > 0 && std::abs(robot.position() - 1.5) < 0.05 ? 0 : 1;
} catch (const ripen::Error& error) {
  std::fprintf(stderr, "05_planner_thread: %s\n", error.what());
  return 1;
}
