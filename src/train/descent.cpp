#include "train/descent.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <numbers>

#include "ripen/error.hpp"

namespace ripen::train {

namespace {

using Seconds = std::chrono::duration<double>;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return Seconds(std::chrono::steady_clock::now() - start).count();
}

/// How many matrices of a layer a parameter is: 0 of what is none.
int matrices_of(const std::string& name) {
  if (name.ends_with("/qkv/weight")) return 3;
  const auto is = [&](const char* end) { return name.ends_with(end); };
  return is("/out/weight") || is("/up/weight") || is("/down/weight") ? 1 : 0;
}

}  // namespace

Descent::Descent(torch::nn::Module& model, torch::nn::Module& average,
                 const std::function<bool(const std::string&)>& is_table, const TrainerOptions& options)
    : model_(model), average_(average), options_(options), muon_(options.weight_decay) {
  std::vector<torch::Tensor> tables, weights;
  for (const auto& item : model_.named_parameters()) {
    const int matrices = options.matrix_learning_rate > 0.0 ? matrices_of(item.key()) : 0;
    if (matrices > 0) {
      muon_.add(item.key(), item.value(), matrices);
    } else {
      (is_table(item.key()) ? tables : weights).push_back(item.value());
    }
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

double Descent::step(double minutes, const std::function<torch::Tensor()>& loss, const std::function<void()>& smooth) {
  const double scale = set_rates(
      std::max(minutes / options_.minutes, static_cast<double>(steps_) / static_cast<double>(options_.max_steps)));
  const auto value = loss();
  optimizer_->zero_grad();
  value.backward();
  smooth();
  torch::nn::utils::clip_grad_norm_(model_.parameters(), 1.0);
  muon_.step(options_.matrix_learning_rate * scale);
  optimizer_->step();
  ++steps_;
  update_average();
  return value.item<double>();
}

/// Linear warm-up, then a cosine down to a fiftieth. Returns the share of their peaks that rates have now.
double Descent::set_rates(double progress) {
  const double cosine = 0.5 * (1.0 + std::cos(std::numbers::pi * std::min(1.0, progress)));
  const double scale = std::min(1.0, static_cast<double>(steps_ + 1) / 500.0) * (0.02 + 0.98 * cosine);
  const double peaks[] = {options_.learning_rate, options_.table_learning_rate};
  for (std::size_t g = 0; g < 2; ++g) {
    static_cast<torch::optim::AdamWOptions&>(optimizer_->param_groups()[g].options()).lr(peaks[g] * scale);
  }
  return scale;
}

void Descent::update_average() {
  torch::NoGradGuard no_grad;
  // A short memory at first, so that the average is not made of the random start.
  const double keep =
      std::min(options_.ema, (1.0 + static_cast<double>(steps_)) / (10.0 + static_cast<double>(steps_)));
  const auto from = model_.parameters();
  const auto to = average_.parameters();
  for (std::size_t i = 0; i < to.size(); ++i) to[i].lerp_(from[i], 1.0 - keep);
}

void Descent::save(double minutes) {
  minutes_ = minutes;
  if (options_.checkpoint.empty()) return;
  torch::serialize::OutputArchive archive, model, average, optimizer, muon;
  model_.save(model);
  average_.save(average);
  optimizer_->save(optimizer);
  archive.write("model", model);
  archive.write("average", average);
  archive.write("optimizer", optimizer);
  if (options_.matrix_learning_rate > 0.0) {
    muon_.save(muon);
    archive.write("muon", muon);
  }
  archive.write("steps", torch::tensor(steps_));
  archive.write("minutes", torch::tensor(minutes_, torch::kDouble));
  const std::string partial = options_.checkpoint + ".partial";
  archive.save_to(partial);
  std::filesystem::rename(partial, options_.checkpoint);
}

void Descent::load() {
  try {
    torch::serialize::InputArchive archive, model, average, optimizer, muon;
    archive.load_from(options_.checkpoint, torch::Device(options_.device));
    archive.read("model", model);
    archive.read("average", average);
    archive.read("optimizer", optimizer);
    model_.load(model);
    average_.load(average);
    optimizer_->load(optimizer);
    if (options_.matrix_learning_rate > 0.0) {
      archive.read("muon", muon);
      muon_.load(muon);
    }
    torch::Tensor steps, minutes;
    archive.read("steps", steps);
    archive.read("minutes", minutes);
    steps_ = steps.item<std::int64_t>();
    minutes_ = minutes.item<double>();
  } catch (const c10::Error& error) {
    throw ModelError("checkpoint '" + options_.checkpoint + "': " + error.what_without_backtrace());
  }
}

std::uint64_t first_trajectory(const TrainerOptions& options, const Descent& descent) {
  return options.seed << 56 | static_cast<std::uint64_t>(descent.steps()) << 12;
}

void descend(const TrainerOptions& options, const Descent& descent, const std::function<double(double)>& step,
             const std::function<void(const Progress&)>& evaluate, const OnStep& on_step) {
  const auto start = std::chrono::steady_clock::now();
  const double before = descent.minutes();
  double evaluated = 0.0, loss = 0.0;
  for (bool goes_on = true;;) {
    const double minutes = before + seconds_since(start) / 60.0;
    const bool over = minutes >= options.minutes || descent.steps() >= options.max_steps || !goes_on;
    if (over || seconds_since(start) - evaluated > options.evaluate_every) {
      evaluate({descent.steps(), minutes, loss});
      evaluated = seconds_since(start);
    }
    if (over) break;
    const double now = step(minutes);
    loss = loss == 0.0 ? now : 0.98 * loss + 0.02 * now;
    goes_on = !on_step || on_step({descent.steps(), minutes, loss});
  }
}

}  // namespace ripen::train
