// The planner works on another core all the time; a tick only takes the newest plan, guards and writes. The loop has a
// real-time thread, and what the system refuses is told before anything moves.

#include <cmath>
#include <cstdio>
#include <stop_token>

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
  carriage::Robot robot(0.2);
  carriage::Denoiser denoiser(30);  // the bin of 1.5 m
  ripen::Planner planner(denoiser, {.horizon = 40, .candidates = 8, .pass_windows = 8});
  // The planner is this thread's from here on. On a robot, PlannerThreadOptions::real_time gives it a core.
  ripen::PlannerThread plan(planner);
  ripen::SteadyClock clock;
  Events events(robot);
  ripen::ControlLoop loop(
      plan, robot, clock,
      {.period = carriage::kPeriod, .step_ticks = carriage::kStepTicks, .limits = {carriage::kVelocityLimits}},
      {&events});
  if (loop.reset(carriage::go_to(1.5)) != ripen::ResetResult::kOk) return 1;
  // kWarn, so that this runs anywhere. On a robot, take kEnforce, name a core, and raise the priority: what the system
  // refuses is then thrown here, to main(), and the loop does not start.
  ripen::start_real_time_thread({.fifo_priority = 1, .policy = ripen::RealTimePolicy::kWarn},
                                [&](const std::stop_token& stop) { loop.run(stop); })
      .join();

  const ripen::LoopStatistics& statistics = loop.statistics();
  std::printf("at %.3f m; %lld ticks, %lld passes beside them; disturbed %d times; compute p99 %.3f ms\n",
              robot.position(), static_cast<long long>(statistics.ticks), static_cast<long long>(statistics.passes),
              events.disturbed, std::chrono::duration<double, std::milli>(statistics.compute.percentile(0.99)).count());
  return events.disturbed > 0 && std::abs(robot.position() - 1.5) < 0.05 ? 0 : 1;
} catch (const ripen::Error& error) {
  std::fprintf(stderr, "05_planner_thread: %s\n", error.what());
  return 1;
}
