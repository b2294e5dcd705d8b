#pragma once
// A cube robot under a small network of random weights: it plans badly, but plans all the time, with all there is.

#include <chrono>
#include <memory>

#include "cube_solver/cube_robot.hpp"
#include "cube_solver/tokens.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner_thread.hpp"
#include "support/random_model.hpp"

namespace ripen::test {

/// Ends a loop after so many ticks.
class StopAfter : public TickObserver {
 public:
  explicit StopAfter(std::int64_t ticks) : left(ticks) {}
  bool on_tick(const Tick&) noexcept override { return --left > 0; }
  std::int64_t left;
};

/// Native denoiser, planner, loop and robot.
class RandomCube {
 public:
  RandomCube(bool planner_thread, Clock& clock, const ControlLoopOptions& options,
             Precision precision = Precision::kFloat32)
      : denoiser_(random_model(cube::layout(),
                               {.width = 64, .blocks = 1, .mixer_width = 64, .mixer_layers = 1, .mixer_heads = 2}),
                  {.precision = precision}),
        planner_(denoiser_, {.horizon = 32, .candidates = 8, .pass_windows = 8}, &transition_),
        thread_(planner_thread ? std::make_unique<PlannerThread>(planner_) : nullptr),
        loop_(std::make_unique<ControlLoop>(thread_ ? static_cast<PlanSource&>(*thread_) : planner_, robot_, clock,
                                            patient(options), std::vector<TickObserver*>{&stop_after_})) {}

  /// Begins a plan and follows it for so many ticks; false if it cannot begin. Takes no heap.
  bool run(std::int64_t ticks) noexcept {
    stop_after_.left = ticks;
    if (loop_->reset(task_, cube::to_channels(robot_.cube())) != ResetResult::kOk) return false;
    loop_->run(never_);
    return true;
  }

  [[nodiscard]] const ControlLoop& loop() const { return *loop_; }
  [[nodiscard]] const cube::CubeRobot& robot() const { return robot_; }

 private:
  /// The camera is blind while a face turns, and drops states.
  static ControlLoopOptions patient(ControlLoopOptions options) {
    options.max_stale = std::chrono::seconds(5);
    return options;
  }
  static cube::Cube start() {
    Random random(5);
    return cube::random_cube(random);
  }

  NativeDenoiser denoiser_;
  const cube::CubeTransition transition_;
  Planner planner_;
  std::unique_ptr<PlannerThread> thread_;
  cube::CubeRobot robot_{
      start(), {.sensor_latency_ticks = 1, .slip_rate = 0.05, .disturb_rate = 0.05, .drop_rate = 0.1, .seed = 3}};
  StopAfter stop_after_{0};
  std::unique_ptr<ControlLoop> loop_;
  const Task task_ = cube::solved_task();
  const std::stop_token never_;
};

}  // namespace ripen::test
