// A robot of one's own (carriage/robot.hpp) under the loop, with limits, somebody who pushes it, and what each tick
// reports.

#include <cmath>
#include <cstdio>

#include "carriage/robot.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/error.hpp"

namespace {

/// Told of every tick, inside it: keep it short, and print nothing on a real robot (see the recorder instead).
class Watcher : public ripen::TickObserver {
 public:
  explicit Watcher(carriage::Robot& robot) : robot_(robot) {}

  bool on_tick(const ripen::Tick& now) noexcept override {
    const ripen::TickReport& report = now.report;
    if (report.tick == 200) robot_.push(-0.4);
    if (report.disturbed) std::printf("tick %lld: pushed\n", static_cast<long long>(report.tick));
    return report.tick < 600;
  }

 private:
  carriage::Robot& robot_;
};

}  // namespace

int main() try {
  carriage::Robot robot(0.2);
  carriage::Denoiser denoiser(30);  // the bin of 1.5 m
  ripen::Planner planner(denoiser, {.horizon = 32, .candidates = 8, .pass_windows = 8});
  ripen::ManualClock clock;
  Watcher watcher(robot);
  ripen::ControlLoop loop(planner, robot, clock,
                          {.period = carriage::kPeriod,
                           .budget = ripen::Budget{.passes = 2},
                           .step_ticks = carriage::kStepTicks,
                           .limits = {carriage::kVelocityLimits}},
                          {&watcher});
  if (loop.reset(carriage::go_to(1.5)) != ripen::ResetResult::kOk) return 1;
  loop.run({});

  const ripen::LoopStatistics& statistics = loop.statistics();
  std::printf("at %.3f m after %lld ticks; compute p99 %.1f us\n", robot.position(),
              static_cast<long long>(statistics.ticks),
              static_cast<double>(statistics.compute.percentile(0.99).count()) / 1e3);
  return std::abs(robot.position() - 1.5) < 0.05 ? 0 : 1;
} catch (const ripen::Error& error) {
  std::fprintf(stderr, "03_own_robot: %s\n", error.what());
  return 1;
}
