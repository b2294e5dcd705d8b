#include "ripen/train/trainer.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <numbers>

#include "ripen/error.hpp"
#include "train/forecast.hpp"
#include "train/losses.hpp"
#include "train/smooth_gradient.hpp"
#include "train/unroll.hpp"
#include "util/problems.hpp"

namespace ripen::train {

namespace {

using Seconds = std::chrono::duration<double>;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return Seconds(std::chrono::steady_clock::now() - start).count();
}

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
    std::vector<torch::Tensor> tables, weights;
    for (const auto& item : model_->named_parameters()) {
      const bool table = item.key() == "dynamics/table" || item.key() == "mixer/inverse" || item.key() == "mixer/copy";
      (table ? tables : weights).push_back(item.value());
    }
    const auto group = [&](std::vector<torch::Tensor> parameters, double rate, double decay) {
      return torch::optim::OptimizerParamGroup(
          std::move(parameters),
          std::make_unique<torch::optim::AdamWOptions>(torch::optim::AdamWOptions(rate).weight_decay(decay)));
    };
    optimizer_ = std::make_unique<torch::optim::AdamW>(
        std::vector<torch::optim::OptimizerParamGroup>{group(weights, options.learning_rate, options.weight_decay),
                                                       group(tables, options.table_learning_rate, 0.0)},
        torch::optim::AdamWOptions(options.learning_rate));
    if (!options.checkpoint.empty() && std::filesystem::exists(options.checkpoint)) load();
  }

  double step(Batch batch, double minutes) {
    set_rates(
        std::max(minutes / options_.minutes, static_cast<double>(steps_) / static_cast<double>(options_.max_steps)));
    Random random(options_.seed, static_cast<std::uint64_t>(steps_));
    for (int windows = static_cast<int>(options_.unrolled * options_.windows); windows > 0; windows /= 2) {
      unroll(model_, windows, random, batch);
    }
    const auto loss = loss_of(model_, batch);
    optimizer_->zero_grad();
    loss.backward();
    smooth_.apply(model_);
    torch::nn::utils::clip_grad_norm_(model_->parameters(), 1.0);
    optimizer_->step();
    ++steps_;
    update_average();
    return loss.item<double>();
  }

  Evaluation evaluate_and_save(double minutes) {
    minutes_ = minutes;
    if (!options_.checkpoint.empty()) save();
    if (!options_.output.empty()) {
      ModelFile file = average_->to_file();
      file.notes["steps"] = std::to_string(steps_);
      file.notes["minutes"] = std::to_string(minutes);
      file.notes["batch"] = std::to_string(options_.batch);
      file.notes["seed"] = std::to_string(options_.seed);
      file.save(options_.output);
    }
    return evaluate(average_, source_, 4);
  }

  [[nodiscard]] const ModelConfig& config() const { return model_->config(); }
  [[nodiscard]] std::int64_t steps() const { return steps_; }
  [[nodiscard]] double minutes() const { return minutes_; }

 private:
  /// Linear warm-up, then a cosine down to a fiftieth.
  void set_rates(double progress) {
    const double cosine = 0.5 * (1.0 + std::cos(std::numbers::pi * std::min(1.0, progress)));
    const double scale = std::min(1.0, static_cast<double>(steps_ + 1) / 500.0) * (0.02 + 0.98 * cosine);
    const double peaks[] = {options_.learning_rate, options_.table_learning_rate};
    for (std::size_t g = 0; g < 2; ++g) {
      static_cast<torch::optim::AdamWOptions&>(optimizer_->param_groups()[g].options()).lr(peaks[g] * scale);
    }
  }

  void update_average() {
    torch::NoGradGuard no_grad;
    // A short memory at first, so that the average is not made of the random start.
    const double keep =
        std::min(options_.ema, (1.0 + static_cast<double>(steps_)) / (10.0 + static_cast<double>(steps_)));
    const auto from = model_->parameters();
    const auto to = average_->parameters();
    for (std::size_t i = 0; i < to.size(); ++i) to[i].lerp_(from[i], 1.0 - keep);
  }

  void save() const {
    torch::serialize::OutputArchive archive, model, average, optimizer;
    model_->save(model);
    average_->save(average);
    optimizer_->save(optimizer);
    archive.write("model", model);
    archive.write("average", average);
    archive.write("optimizer", optimizer);
    archive.write("steps", torch::tensor(steps_));
    archive.write("minutes", torch::tensor(minutes_, torch::kDouble));
    const std::string partial = options_.checkpoint + ".partial";
    archive.save_to(partial);
    std::filesystem::rename(partial, options_.checkpoint);
  }

  void load() {
    try {
      torch::serialize::InputArchive archive, model, average, optimizer;
      archive.load_from(options_.checkpoint, device_);
      archive.read("model", model);
      archive.read("average", average);
      archive.read("optimizer", optimizer);
      model_->load(model);
      average_->load(average);
      optimizer_->load(optimizer);
      torch::Tensor steps, minutes;
      archive.read("steps", steps);
      archive.read("minutes", minutes);
      steps_ = steps.item<std::int64_t>();
      minutes_ = minutes.item<double>();
    } catch (const c10::Error& error) {
      throw ModelError("checkpoint '" + options_.checkpoint + "': " + error.what_without_backtrace());
    }
  }

  TrainerOptions options_;
  const TrajectorySource& source_;
  StepModel model_, average_;
  torch::Device device_;
  SmoothGradient smooth_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;
  std::int64_t steps_ = 0;
  double minutes_ = 0.0;
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

  const BatchShape shape{options.batch,          options.windows, run.config().window,
                         run.config().fractions, options.unseen,  options.spread};
  // A resumed run goes on with trajectories that it has not seen.
  BatchMaker batches(source, shape, options.data_threads,
                     options.seed << 56 | static_cast<std::uint64_t>(run.steps()) << 12);

  const auto start = std::chrono::steady_clock::now();
  const double before = run.minutes();
  double evaluated = 0.0, loss = 0.0;
  for (bool goes_on = true;;) {
    const double minutes = before + seconds_since(start) / 60.0;
    const bool over = minutes >= options.minutes || run.steps() >= options.max_steps || !goes_on;
    if (over || seconds_since(start) - evaluated > options.evaluate_every) {
      on_evaluation({run.steps(), minutes, loss}, run.evaluate_and_save(minutes));
      evaluated = seconds_since(start);
    }
    if (over) break;
    const double now = run.step(batches.next(), minutes);
    loss = loss == 0.0 ? now : 0.98 * loss + 0.02 * now;
    goes_on = !on_step || on_step({run.steps(), minutes, loss});
  }
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
