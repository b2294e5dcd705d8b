// The whole idea: a model, a plan that ripens while the robot already moves, one command a tick.

#include <array>
#include <cstdio>

#include "cube_solver/cube_robot.hpp"
#include "cube_solver/notation.hpp"
#include "cube_solver/tokens.hpp"
#include "ripen/ripen.hpp"

using namespace ripen;

struct UntilSolved : TickObserver {
  explicit UntilSolved(const cube::CubeRobot& watched) : robot(watched) {}
  bool on_tick(const Tick& now) noexcept override { return !robot.solved() && now.report.tick < 2000; }
  const cube::CubeRobot& robot;
};

int main() try {
  cube::Cube scrambled;
  scrambled.apply(cube::parse_moves("R U F2 L' D"));
  cube::CubeRobot robot(scrambled, {});                        // simulated; read() and write() once a tick
  NativeDenoiser denoiser(ModelFile::load(RIPEN_CUBE_MODEL));  // tokens in, posteriors out
  const cube::CubeTransition rules;                            // what the world is known to do, if anything is
  Planner planner(denoiser, {.method = PlanMethod::kBeam, .horizon = 32, .candidates = 32, .pass_windows = 16}, &rules);
  ManualClock clock;  // virtual time; a SteadyClock on a real robot
  UntilSolved until(robot);
  ControlLoop loop(planner, robot, clock, {.budget = Budget{.passes = 8}}, {&until});

  if (loop.reset(cube::solved_task()) != ResetResult::kOk) return 1;
  loop.run({});
  for (const cube::LoggedTurn& turn : robot.turns()) std::printf("%s ", cube::to_text(turn.move).c_str());
  std::printf("in %lld ticks\n", static_cast<long long>(loop.statistics().ticks));
  return robot.solved() ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "01_first_loop: %s\n", error.what());
  return 1;
}
