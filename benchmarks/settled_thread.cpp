// What a planner on its own thread takes of a core while a robot rests at its goal: the arm of examples/arm gets there,
// and then nothing happens.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "arm/arm.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner_thread.hpp"
#include "shared/models.hpp"
#include "shared/program.hpp"

namespace ripen {
namespace {

/// [s]
double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Of the other threads of this process: there is only the planner's.
double planner_seconds() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID) - seconds_of(CLOCK_THREAD_CPUTIME_ID); }

int program(int argc, char** argv) {
  double seconds = 20.0;
  PlannerOptions options{
      .horizon = 8, .candidates = 8, .window_history = 0, .reveal_passes = 2, .goal_clamp = GoalClamp::kAlways};
  CLI::App app(
      "What a planner's thread takes of a core while an arm rests at its goal. Exit status: 3 if that is 1 % or more.");
  app.add_option("--seconds", seconds, "At the goal [s]")->check(CLI::Range(1.0, 1e5))->capture_default_str();
  app.add_option("--candidates", options.candidates, "Plans that compete")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  if (const auto status = examples::parse(app, argc, argv)) return *status;

  options.pass_windows = options.candidates;
  NativeDenoiser denoiser(ModelFile::load(examples::model_path("arm.safetensors")),
                          {.max_windows = options.candidates});
  Planner planner(denoiser, options);
  PlannerThread plan(planner);
  arm::Robot robot(1, false, 0.5, 1.0);  // A push in the first second, no jump.
  SteadyClock clock;
  const std::chrono::duration<double> tick(arm::kTick);
  const auto period = std::chrono::duration_cast<std::chrono::nanoseconds>(tick);
  ControlLoop loop(plan, robot, clock,
                   {.period = period,
                    .step_ticks = arm::kStepTicks,
                    .interpolate = true,
                    .limits = {{.rate = 10.0, .acceleration = 1000.0, .measured_by = 0},
                               {.rate = 10.0, .acceleration = 1000.0, .measured_by = 1}},
                    .max_stuck = std::chrono::seconds(1)});
  if (const ResetResult result = loop.reset({.goal = {std::nullopt, std::nullopt, robot.target.x, robot.target.y}});
      result != ResetResult::kOk) {
    throw std::runtime_error(std::string("loop: ") + to_text(result));
  }
  const TimePoint start = clock.now();
  const auto run = [&](double until) {
    for (int i = robot.tick; i < static_cast<int>(until / arm::kTick); ++i) {
      clock.sleep_until(start + i * period);
      loop.step(clock.now());
    }
  };
  constexpr double kUntilThere = 5.0;  // [s]
  run(kUntilThere);
  const double before = planner_seconds();
  const LoopStatistics& all = loop.statistics();
  const LoopStatistics then = all;
  run(kUntilThere + seconds);
  const double share = (planner_seconds() - before) / seconds;
  const auto passes = all.passes - then.passes;
  std::printf(
      "tip %.1f mm from the target; %.2f %% of a core; %.1f passes a second: %.1f to revise, %.1f to reveal, %.1f to "
      "choose\n",
      1000.0 * robot.error(), 100.0 * share, static_cast<double>(passes) / seconds,
      static_cast<double>(all.revised - then.revised) / seconds,
      static_cast<double>(all.revealed - then.revealed) / seconds,
      static_cast<double>(all.chosen - then.chosen) / seconds);
  return share < 0.01 ? 0 : 3;
}

}  // namespace
}  // namespace ripen

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, ripen::program); }
