// Runs ticks with an installed model, through the umbrella header alone.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ripen/ripen.hpp>
#include <vector>

namespace {

/// Senses each state slot's token 0, does nothing, and keeps what it was told.
class Standing : public ripen::Robot {
 public:
  [[nodiscard]] bool read(std::int64_t /*tick*/, ripen::Observation& observation) noexcept override {
    std::ranges::fill(observation.state, 0.0);
    observation.fresh = true;
    return true;
  }
  [[nodiscard]] bool write(const ripen::Command& command) noexcept override {
    ++commands;
    finite = finite && std::ranges::all_of(command.action, [](double value) { return std::isfinite(value); });
    return true;
  }

  int commands = 0;
  bool finite = true;
};

bool ticks() {
  ripen::NativeDenoiser denoiser(ripen::ModelFile::load(MODEL));
  ripen::Planner planner(denoiser,
                         {.method = ripen::PlanMethod::kBeam, .horizon = 8, .candidates = 8, .pass_windows = 8});
  Standing robot;
  ripen::ManualClock clock;
  ripen::TickLog log;
  ripen::ControlLoop loop(planner, robot, clock, {.budget = ripen::Budget{.passes = 4}}, {&log});
  ripen::Task task;
  task.goal.assign(static_cast<std::size_t>(denoiser.layout().states()), 1.0);
  task.rest.assign(static_cast<std::size_t>(denoiser.layout().actions()), 0.0);
  if (loop.reset(task) != ripen::ResetResult::kOk) return false;
  constexpr int kTicks = 3;
  for (int tick = 0; tick < kTicks; ++tick) {
    loop.step(clock.now());
    clock.advance(std::chrono::milliseconds(5));
  }
  std::printf("%d commands, %lld passes\n", robot.commands, static_cast<long long>(loop.statistics().passes));
  return robot.commands == kTicks && robot.finite && loop.statistics().passes > 0;
}

}  // namespace

int main() {
  if (!ticks()) return 1;
  try {
    const ripen::NativeDenoiser denoiser(ripen::ModelFile::load("/nonexistent.safetensors"));
    return 1;
  } catch (const ripen::Error& error) {
    std::printf("as it should be: %s\n", error.what());
  }
  ripen::apply_real_time({.lock_memory = false});
  return 0;
}
