#include "ripen/train/trainer.hpp"

#include "ripen/error.hpp"
#include "train/descent.hpp"
#include "train/forecast.hpp"
#include "train/losses.hpp"
#include "train/smooth_gradient.hpp"
#include "train/unroll.hpp"
#include "util/problems.hpp"

namespace ripen::train {

namespace {

/// A run: the weights, their moving average, the optimiser, and how far it is.
class Run {
 public:
  Run(StepModel model, const TrajectorySource& source, const TrainerOptions& options)
      : options_(options),
        source_(source),
        model_(std::move(model)),
        average_(StepModel(model_->layout(), model_->config())),
        device_(options.device),
        smooth_(model_->layout(), device_) {
    model_->to(device_);
    average_->to(device_);
    average_->from_file(model_->to_file());
    for (StepModel* each : {&model_, &average_}) {
      (*each)->set_compute(options.bfloat16 ? torch::kBFloat16 : torch::kFloat);
    }
    descent_ = std::make_unique<Descent>(*model_, *average_, is_table, options);
  }

  double step(Batch batch, double minutes) {
    const auto loss = [&] {
      Random random(options_.seed, static_cast<std::uint64_t>(descent_->steps()));
      for (int windows = static_cast<int>(options_.unrolled * options_.windows); windows > 0; windows /= 2) {
        unroll(model_, windows, random, batch);
      }
      return loss_of(model_, batch);
    };
    return descent_->step(minutes, loss, [&] { smooth_.apply(model_); });
  }

  Evaluation evaluate_and_save(double minutes) {
    descent_->save(minutes);
    if (!options_.output.empty()) {
      ModelFile file = average_->to_file();
      file.notes["steps"] = std::to_string(descent_->steps());
      file.notes["minutes"] = std::to_string(minutes);
      file.notes["batch"] = std::to_string(options_.batch);
      file.notes["seed"] = std::to_string(options_.seed);
      file.save(options_.output);
    }
    return evaluate(average_, source_, 4);
  }

  [[nodiscard]] const ModelConfig& config() const { return model_->config(); }
  [[nodiscard]] const Descent& descent() const { return *descent_; }

 private:
  /// Rows that are rarely touched.
  static bool is_table(const std::string& name) {
    return name == "dynamics/table" || name == "mixer/inverse" || name == "mixer/copy";
  }

  TrainerOptions options_;
  const TrajectorySource& source_;
  StepModel model_, average_;
  torch::Device device_;
  SmoothGradient smooth_;
  std::unique_ptr<Descent> descent_;
};

}  // namespace

std::string TrainerOptions::validate() const {
  constexpr double kSmallest = 1e-12;
  Problems problems("trainer");
  problems.require(device == "cpu" || device.starts_with("cuda"), "device '" + device + "' is neither cpu nor cuda");
  problems.range("threads", threads, 1, 1024);
  problems.range("data_threads", data_threads, 1, 1024);
  problems.range("batch", batch, 1, 1 << 24);
  problems.range("windows", windows, 1, 1 << 20);
  problems.range("unseen", unseen, 0.0, 1.0);
  problems.range("spread", spread, 0.0, 1.0);
  problems.range("unrolled", unrolled, 0.0, 1.0);
  problems.range("learning_rate", learning_rate, kSmallest, 1.0);
  problems.range("table_learning_rate", table_learning_rate, kSmallest, 1.0);
  problems.range("matrix_learning_rate", matrix_learning_rate, 0.0, 1.0);
  problems.range("weight_decay", weight_decay, 0.0, 1.0);
  problems.range("ema", ema, 0.0, 1.0);
  problems.range("minutes", minutes, kSmallest, 1e9);
  problems.range("max_steps", max_steps, std::int64_t{1}, std::int64_t{1} << 60);
  problems.range("evaluate_every", evaluate_every, kSmallest, 1e9);
  return problems.text();
}

void train(StepModel model, const TrajectorySource& source, const TrainerOptions& options,
           const OnEvaluation& on_evaluation, const OnStep& on_step) {
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
  torch::set_num_threads(options.threads);
  torch::manual_seed(options.seed);
  Run run(std::move(model), source, options);

  const BatchShape shape{.steps = options.batch,
                         .windows = options.windows,
                         .window = run.config().window,
                         .least_window = run.config().least_window,
                         .fractions = run.config().fractions,
                         .unseen = options.unseen,
                         .spread = options.spread};
  BatchMaker batches(source, shape, options.data_threads, first_trajectory(options, run.descent()));
  descend(
      options, run.descent(), [&](double minutes) { return run.step(batches.next(), minutes); },
      [&](const Progress& progress) { on_evaluation(progress, run.evaluate_and_save(progress.minutes)); }, on_step);
}

Evaluation evaluate(StepModel model, const TrajectorySource& source, int batches) {
  Evaluation mean;
  std::uint64_t first = kHeldOut;
  for (int b = 0; b < batches; ++b) {
    const ModelConfig& config = model->config();
    const BatchShape shape{.steps = 4096, .windows = 64, .window = config.window, .fractions = config.fractions};
    const Evaluation one = score(model, make_batch(source, shape, first));
    mean.good_action += one.good_action / batches;
    mean.whole_state += one.whole_state / batches;
    mean.value_error += one.value_error / batches;
    mean.window_action += one.window_action / batches;
    mean.window_state += one.window_state / batches;
    if (config.mixer_width == 0) continue;
    const BatchShape windows{.steps = 0, .windows = 64, .window = config.window, .fractions = true};
    const std::vector<Forecast> of_one = forecasts(model, source.goal_slots(), make_batch(source, windows, first));
    if (mean.forecasts.empty()) mean.forecasts = of_one;
    for (std::size_t s = 0; s < of_one.size(); ++s) {
      for (std::size_t d = 0; d < of_one[s].ahead.size(); ++d) {
        mean.forecasts[s].ahead[d] = (b * mean.forecasts[s].ahead[d] + of_one[s].ahead[d]) / (b + 1);
      }
    }
  }
  return mean;
}

}  // namespace ripen::train
