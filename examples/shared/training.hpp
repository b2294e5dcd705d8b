#pragma once
// What the programs that train have in common.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "ripen/train/trainer.hpp"
#include "shared/interrupt.hpp"

namespace ripen::examples {

/// Declares the options of the trainer that every network has; what is set before is the default.
inline void declare_trainer(CLI::App& app, train::TrainerOptions& options) {
  app.add_option("--device", options.device, "cpu or cuda")->capture_default_str();
  app.add_flag("!--float32", options.bfloat16, "matrix products in float32 instead of bfloat16");
  app.add_option("--threads", options.threads, "LibTorch's threads")->capture_default_str();
  app.add_option("--data-threads", options.data_threads, "threads that make batches")->capture_default_str();
  app.add_option("--windows", options.windows, "windows in a batch")->capture_default_str();
  app.add_option("--unseen", options.unseen, "share of the windows in which some of what was to be seen was not")
      ->capture_default_str();
  app.add_option("--learning-rate", options.learning_rate, "at its peak")->capture_default_str();
  app.add_option("--matrix-learning-rate", options.matrix_learning_rate,
                 "of the layers' matrices, by Muon; 0: by AdamW, as the rest")
      ->capture_default_str();
  app.add_option("--weight-decay", options.weight_decay, "as a share of the rate")->capture_default_str();
  app.add_option("--ema", options.ema, "of the weights that are written")->capture_default_str();
  app.add_option("--minutes", options.minutes, "training time, resumed runs added up")->capture_default_str();
  app.add_option("--steps", options.max_steps, "or this many steps")->capture_default_str();
  app.add_option("--evaluate-every", options.evaluate_every, "seconds between evaluations")->capture_default_str();
  app.add_option("--seed", options.seed, "of weights and data")->capture_default_str();
  app.add_option("--checkpoint", options.checkpoint, "file to resume from and to write");
  app.add_option("--output", options.output, "weights to write")->required();
}

/// The same, with those of the denoiser. from: weights to start from.
inline void declare_training(CLI::App& app, train::TrainerOptions& options, ModelConfig& config, std::string& from) {
  declare_trainer(app, options);
  app.add_option("--batch", options.batch, "single steps in a batch")->capture_default_str();
  app.add_option("--spread", options.spread,
                 "of the values that corrupted windows show, as a share of a channel's range")
      ->capture_default_str();
  app.add_option("--unrolled", options.unrolled, "share of the windows that show the model's own decisions")
      ->capture_default_str();
  app.add_option("--from", from, "weights to start from, which bring their own shape; random ones unless given");
  app.add_option("--width", config.width, "of the step encoder")->capture_default_str();
  app.add_option("--blocks", config.blocks, "of the step encoder")->capture_default_str();
  app.add_option("--mixer-width", config.mixer_width, "of the transformer over steps")->capture_default_str();
  app.add_option("--mixer-layers", config.mixer_layers, "of the transformer over steps")->capture_default_str();
  app.add_option("--mixer-heads", config.mixer_heads, "of the transformer over steps")->capture_default_str();
  app.add_option("--window", config.window, "steps that the transformer sees at once")->capture_default_str();
  app.add_option("--least-window", config.least_window,
                 "steps of the shortest windows, which all end as the trajectory does; 0: all are the longest")
      ->capture_default_str();
}

/// A network of random weights, or of a file's, which brings its own configuration but for the shortest window.
/// between_bins: such a network sees values between its bins from now on, if it did not before.
inline StepModel network(const TokenLayout& layout, const ModelConfig& config, const std::string& from,
                         bool between_bins = false) {
  if (from.empty()) return StepModel(layout, config);
  ModelFile file = ModelFile::load(from);
  if (file.layout != layout) throw std::runtime_error(from + ": token layout is not this task's");
  file.config.fractions = file.config.fractions || between_bins;
  file.config.least_window = config.least_window;
  StepModel model(layout, file.config);
  model->from_file(file);
  return model;
}

/// One JSON object a line for every evaluation. "errors" has train::Forecast::ahead by slot.
inline void print_evaluation(const train::Progress& progress, const train::Evaluation& e) {
  std::printf(
      "{\"step\":%lld,\"minutes\":%.2f,\"loss\":%.4f,\"good_action\":%.4f,\"whole_state\":%.4f,\"value_error\":%.3f,"
      "\"window_action\":%.4f,\"window_state\":%.4f,\"errors\":{",
      static_cast<long long>(progress.step), progress.minutes, progress.loss, e.good_action, e.whole_state,
      e.value_error, e.window_action, e.window_state);
  for (std::size_t s = 0; s < e.forecasts.size(); ++s) {
    std::printf("%s%s:[", s == 0 ? "" : ",", nlohmann::json(e.forecasts[s].slot).dump().c_str());
    for (std::size_t d = 0; d < e.forecasts[s].ahead.size(); ++d) {
      std::printf("%s%.5g", d == 0 ? "" : ",", e.forecasts[s].ahead[d]);
    }
    std::printf("]");
  }
  std::printf("}}\n");
  std::fflush(stdout);
}

/// A line on standard error that is written over once a second, and ended with this.
class ProgressBar {
 public:
  explicit ProgressBar(const train::TrainerOptions& options) : options_(options) {}
  ~ProgressBar() { std::fputc('\n', stderr); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(const train::Progress& progress) {
    if (steps_++ == 0) begin_ = shown_ = Clock::now();
    const Clock::time_point now = Clock::now();
    if (now - shown_ < std::chrono::seconds(1)) return;
    shown_ = now;
    const double rate = static_cast<double>(steps_) / std::chrono::duration<double>(now - begin_).count();
    const auto left = static_cast<int>(std::min((options_.minutes - progress.minutes) * 60.0,
                                                static_cast<double>(options_.max_steps - progress.step) / rate));
    std::fprintf(stderr, "\r%5.1f %%  step %lld  loss %.4f  %.0f samples/s  ETA %d:%02d ",
                 100.0 * progress.minutes / options_.minutes, static_cast<long long>(progress.step), progress.loss,
                 rate * options_.batch, left / 60, left % 60);
  }

 private:
  using Clock = std::chrono::steady_clock;

  const train::TrainerOptions& options_;
  Clock::time_point begin_, shown_;
  std::int64_t steps_ = 0;
};

/// Trains as a program does: a signal to end ends it early with everything written, a bar shows how far it is, and the
/// heap is kept. train: called with what is to be called after each step.
template <typename Train>
void run_training(const train::TrainerOptions& options, const Train& train) {
#ifdef __GLIBC__
  // A step takes the same large tensors as the one before. By default glibc maps and unmaps each, and the page faults
  // took four fifths of the time.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);  // Never.
#endif
  note_interrupts();
  ProgressBar bar(options);
  train([&](const train::Progress& progress) {
    bar.show(progress);
    return interrupt_of_program == 0;
  });
}

/// The same, of a denoiser.
inline void run_training(const StepModel& network, const train::TrajectorySource& source,
                         const train::TrainerOptions& options) {
  run_training(options, [&](const train::OnStep& on_step) {
    train::train(network, source, options, print_evaluation, on_step);
  });
}

}  // namespace ripen::examples
