#include "opponents/gpt/gpt_trainer.hpp"

#include <algorithm>
#include <numeric>

#include "opponents/gpt/gpt_batch.hpp"
#include "ripen/error.hpp"
#include "train/descent.hpp"
#include "train/smooth_gradient.hpp"
#include "train/soft_targets.hpp"

namespace ripen::opponents {

namespace {

/// Nats of states and actions, added up, and how many tokens they are of.
struct Nats {
  torch::Tensor state, action;
  torch::Tensor states, actions;
};

/// [steps] of the longest stretch: nothing is computed beyond.
std::int64_t longest(const GptBatch& batch) { return *std::ranges::max_element(batch.lengths); }

/// The first steps of all stretches. all: [stretches * window, slots]
torch::Tensor cut(const GptLayout& layout, const GptBatch& batch, const torch::Tensor& all) {
  return all.view({-1, layout.window(), layout.tokens().slots()}).slice(1, 0, longest(batch));
}

GptTensors tensors_of(TorchGpt& model, const GptBatch& batch) {
  const GptLayout& layout = model->layout();
  const auto count = static_cast<std::int64_t>(batch.lengths.size());
  const std::int64_t window = layout.window();
  std::vector<int> all(static_cast<std::size_t>(layout.tokens().slots()));
  std::iota(all.begin(), all.end(), 0);
  GptTensors tensors;
  std::tie(tensors.goal, tensors.goal_beside) =
      model->indices(layout.goal(), batch.goal.tokens.data(), batch.goal.fractions.data(), count);
  const std::vector<std::int64_t> arrivals(batch.arrivals.begin(), batch.arrivals.end());
  tensors.arrival = torch::tensor(arrivals, torch::kLong).to(model->device());
  const auto [steps, beside] =
      model->indices(all, batch.shown.tokens.data(), batch.shown.fractions.data(), count * window);
  tensors.steps = cut(layout, batch, steps);
  tensors.beside = cut(layout, batch, beside);
  return tensors;
}

Nats nats_of(TorchGpt& model, const GptBatch& batch) {
  const GptLayout& layout = model->layout();
  const auto count = static_cast<std::int64_t>(batch.lengths.size());
  const std::int64_t window = layout.window(), steps = longest(batch);
  const auto features = model->features(tensors_of(model, batch));
  std::vector<int> all(static_cast<std::size_t>(layout.tokens().slots()));
  std::iota(all.begin(), all.end(), 0);
  const auto [clean, clean_beside] =
      model->indices(all, batch.clean.tokens.data(), batch.clean.fractions.data(), count * window);
  const auto tokens = cut(layout, batch, clean).flatten(0, 1), beside = cut(layout, batch, clean_beside).flatten(0, 1);
  const std::vector<std::int64_t> lengths(batch.lengths.begin(), batch.lengths.end());
  const auto step = torch::arange(steps, torch::kLong).to(model->device());
  const auto there = step.unsqueeze(0) < torch::tensor(lengths, torch::kLong).to(model->device()).unsqueeze(1);
  const auto behind_first = there.logical_and((step > 0).unsqueeze(0));
  Nats nats;
  const auto add = [](torch::Tensor& sum, const torch::Tensor& more) { sum = sum.defined() ? sum + more : more; };
  for (int s = 0; s < layout.tokens().slots(); ++s) {
    const Slot& slot = layout.tokens().slot(s);
    const bool is_state = s < layout.tokens().states();
    const auto asked = (is_state ? behind_first : there).reshape(-1);
    const auto rows = asked.nonzero().squeeze(1);
    const auto logits = model->head(s, features.select(2, s).flatten(0, 1).index_select(0, rows));
    const auto own = tokens.select(1, s).index_select(0, rows);
    const auto logs = torch::log_softmax(logits, -1);
    const auto each = slot.continuous()
                          ? -(logs * train::smeared(slot, own, beside.select(1, s).index_select(0, rows))).sum(-1)
                          : -logs.gather(1, own.unsqueeze(1)).squeeze(1);
    add(is_state ? nats.state : nats.action, each.sum());
    add(is_state ? nats.states : nats.actions, asked.sum().to(torch::kFloat));
  }
  return nats;
}

torch::Tensor loss_of(TorchGpt& model, const GptBatch& batch) {
  const Nats nats = nats_of(model, batch);
  return (nats.state + nats.action) / (nats.states + nats.actions);
}

}  // namespace

void train_gpt(TorchGpt model, const train::TrajectorySource& source, const train::TrainerOptions& options,
               const OnGptEvaluation& on_evaluation, const train::OnStep& on_step) {
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
  torch::set_num_threads(options.threads);
  torch::manual_seed(options.seed);
  const GptLayout& layout = model->layout();
  TorchGpt average(layout.tokens(), layout.goal_slots(), model->config());
  average->from_file(model->to_file());
  for (TorchGpt* each : {&model, &average}) {
    (*each)->to(torch::Device(options.device));
    (*each)->set_compute(options.bfloat16 ? torch::kBFloat16 : torch::kFloat);
  }
  const train::SmoothGradient smooth(layout.tokens(), torch::Device(options.device));
  const auto smooth_gradients = [&] {
    for (int s = 0; s < layout.tokens().slots(); ++s) {
      const int first = layout.first_row(s), last = first + layout.tokens().slot(s).vocabulary;  // Not the mask's.
      smooth.average(model->embedding().mutable_grad().slice(1, first, last), s);
    }
  };
  train::Descent descent(
      *model, *average, [](const std::string&) { return false; }, options);
  const GptBatchShape shape{options.windows, options.unseen};
  train::BatchQueue<GptBatch> batches(
      [&](std::uint64_t& number) { return make_gpt_batch(source, layout, shape, number); }, options.data_threads,
      train::first_trajectory(options, descent));
  const auto step = [&](double minutes) {
    const GptBatch batch = batches.next();
    return descent.step(
        minutes, [&] { return loss_of(model, batch); }, smooth_gradients);
  };
  const auto evaluate_and_save = [&](const train::Progress& progress) {
    descent.save(progress.minutes);
    if (!options.output.empty()) {
      GptFile file = average->to_file();
      file.notes["steps"] = std::to_string(progress.step);
      file.notes["minutes"] = std::to_string(progress.minutes);
      file.notes["batch"] = std::to_string(options.windows);
      file.notes["seed"] = std::to_string(options.seed);
      file.save(options.output);
    }
    on_evaluation(progress, evaluate_gpt(average, source, 4));
  };
  train::descend(options, descent, step, evaluate_and_save, on_step);
}

GptEvaluation evaluate_gpt(TorchGpt model, const train::TrajectorySource& source, int batches) {
  torch::NoGradGuard no_grad;
  GptEvaluation mean;
  std::uint64_t first = train::kHeldOut;
  for (int b = 0; b < batches; ++b) {
    const Nats nats = nats_of(model, make_gpt_batch(source, model->layout(), {}, first));
    mean.state += (nats.state / nats.states.clamp_min(1)).item<double>() / batches;
    mean.action += (nats.action / nats.actions).item<double>() / batches;
  }
  return mean;
}

}  // namespace ripen::opponents
