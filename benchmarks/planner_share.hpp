#pragma once
// What the planner itself takes of a tick, beside its model: as the examples plan, on a scene that goes as planned.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"
#include "shared/models.hpp"
#include "util/random.hpp"

namespace ripen {

/// Adds up the time that a denoiser takes.
class TimedDenoiser : public Denoiser {
 public:
  explicit TimedDenoiser(Denoiser& denoiser) : denoiser_(denoiser) {}
  [[nodiscard]] const TokenLayout& layout() const noexcept override { return denoiser_.layout(); }
  [[nodiscard]] int max_windows() const noexcept override { return denoiser_.max_windows(); }
  [[nodiscard]] int max_steps() const noexcept override { return denoiser_.max_steps(); }
  [[nodiscard]] Capabilities capabilities() const noexcept override { return denoiser_.capabilities(); }
  void run(const DenoiseBatch& batch) noexcept override {
    const auto begin = std::chrono::steady_clock::now();
    denoiser_.run(batch);
    spent_ += std::chrono::steady_clock::now() - begin;
  }
  /// [us] since the last call.
  [[nodiscard]] double spent() noexcept { return std::exchange(spent_, {}).count(); }

 private:
  Denoiser& denoiser_;
  std::chrono::duration<double, std::micro> spent_{};
};

/// A shipped model that denoises, and how its example plans.
struct Denoised {
  const char* model;
  PlannerOptions options;
  int passes;  // a tick
  std::vector<Token> goal;
};

inline std::vector<Denoised> denoised() {
  const std::vector<Token> nothing(8, kMask), some_place{kMask, kMask, 70, 90}, corner{6, 0};
  PlannerOptions push_t{.horizon = 8, .candidates = 1, .reveal_passes = 1}, hot = push_t;
  hot.temperature = 2.5;
  hot.min_p = 0.0;
  PlannerOptions arm{.horizon = 8, .window_history = 0, .reveal_passes = 2, .goal_clamp = GoalClamp::kAlways};
  PlannerOptions grid{.horizon = 16, .temperature = 0.6, .goal_clamp = GoalClamp::kEnd};
  return {{"push_t", hot, 1, nothing},
          {"push_t", push_t, 1, nothing},
          {"arm", arm, 8, some_place},
          {"grid", grid, 8, corner}};
}

/// Prints one line of the table: medians over the ticks, by pass.
inline void measure_share(const Denoised& task, Precision precision, int ticks) {
  NativeDenoiser native(ModelFile::load(examples::model_path(std::string(task.model) + ".safetensors")),
                        {.max_windows = task.options.candidates, .precision = precision});
  TimedDenoiser denoiser(native);
  PlannerOptions options = task.options;
  options.horizon = std::min(options.horizon, native.max_steps());
  Planner planner(denoiser, options);
  const TokenLayout& layout = native.layout();
  Random random(1);
  std::vector<Token> state;
  for (int s = 0; s < layout.states(); ++s)
    state.push_back(static_cast<Token>(random.below(layout.slot(s).vocabulary)));
  const std::vector<Token> hold(static_cast<std::size_t>(layout.actions()), 0);
  if (planner.reset(state, task.goal, hold) != PlanReset::kOk) throw std::runtime_error("the planner takes no reset");
  std::vector<double> of_model, own;  // [us] a pass
  int passes = 0;
  for (int tick = 0; tick < ticks; ++tick) {
    const auto begin = std::chrono::steady_clock::now();
    planner.observe({.state = state, .state_step = tick, .started = tick, .done = tick});
    planner.refine({.passes = task.passes});
    planner.sent(1);
    const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - begin;
    const auto expected = planner.step(1).tokens.first(state.size());
    std::ranges::copy(expected, state.begin());
    passes += planner.report().passes;
    if (planner.report().passes == 0) continue;
    const double model = denoiser.spent();
    of_model.push_back(model / planner.report().passes);
    own.push_back((spent.count() - model) / planner.report().passes);
  }
  const auto median = [](std::vector<double>& values) {
    std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
    return values[values.size() / 2];
  };
  const double model = median(of_model), rest = median(own);
  std::printf("| %s | %g | %s | %.1f | %.1f | %.1f | %.1f %% |\n", task.model, options.temperature,
              precision == Precision::kInt8 ? "int8" : "float32", static_cast<double>(passes) / ticks, model, rest,
              100.0 * rest / model);
}

inline void compare_shares(int ticks) {
  std::printf(
      "| model | temperature | precision | passes a tick | model, a pass [us] | planner's own, a pass [us] | of the "
      "model's |\n|---|---|---|---|---|---|---|\n");
  for (const Denoised& task : denoised()) {
    for (const Precision precision : {Precision::kFloat32, Precision::kInt8}) measure_share(task, precision, ticks);
  }
}

}  // namespace ripen
