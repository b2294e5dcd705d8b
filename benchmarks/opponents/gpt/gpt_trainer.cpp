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

/// Stretches of about one length: nothing is computed beyond the longest.
struct Group {
  GptTensors shown;
  torch::Tensor clean, beside;  // [B, steps, slots]
  torch::Tensor lengths;        // [B]
  std::int64_t steps = 0;
};

/// The shortest stretches first.
std::vector<Group> groups_of(TorchGpt& model, const GptBatch& batch) {
  constexpr std::int64_t kStretches = 16;
  const GptLayout& layout = model->layout();
  const auto count = static_cast<std::int64_t>(batch.lengths.size());
  std::vector<int> all(static_cast<std::size_t>(layout.tokens().slots()));
  std::iota(all.begin(), all.end(), 0);
  const auto in_steps = [&](const train::Values& values) {
    auto [tokens, beside] = model->indices(all, values.tokens.data(), values.fractions.data(), count * layout.window());
    const std::vector<std::int64_t> shape = {count, layout.window(), layout.tokens().slots()};
    return std::pair(tokens.view(shape), beside.view(shape));
  };
  const auto [goal, goal_beside] =
      model->indices(layout.goal(), batch.goal.tokens.data(), batch.goal.fractions.data(), count);
  const auto [shown, shown_beside] = in_steps(batch.shown);
  const auto [clean, clean_beside] = in_steps(batch.clean);
  const std::vector<std::int64_t> arrivals(batch.arrivals.begin(), batch.arrivals.end());
  const std::vector<std::int64_t> given(batch.lengths.begin(), batch.lengths.end());
  const auto arrival = torch::tensor(arrivals, torch::kLong).to(model->device());
  const auto [lengths, order] = torch::tensor(given, torch::kLong).sort();
  std::vector<Group> groups;
  for (std::int64_t first = 0; first < count; first += kStretches) {
    const std::int64_t last = std::min(count, first + kStretches);
    Group& group = groups.emplace_back();
    group.steps = lengths[last - 1].item<std::int64_t>();
    const auto rows = order.slice(0, first, last).to(model->device());
    const auto cut = [&](const torch::Tensor& whole) { return whole.index_select(0, rows).slice(1, 0, group.steps); };
    group.shown = {goal.index_select(0, rows), goal_beside.index_select(0, rows), arrival.index_select(0, rows),
                   cut(shown), cut(shown_beside)};
    group.clean = cut(clean);
    group.beside = cut(clean_beside);
    group.lengths = lengths.slice(0, first, last).to(model->device());
  }
  return groups;
}

void add_nats(TorchGpt& model, const Group& group, Nats& nats) {
  const TokenLayout& layout = model->layout().tokens();
  const auto features = model->features(group.shown);
  const auto step = torch::arange(group.steps, torch::kLong).to(model->device());
  const auto there = step.unsqueeze(0) < group.lengths.unsqueeze(1);
  const auto behind_first = there.logical_and((step > 0).unsqueeze(0));
  const auto add = [](torch::Tensor& sum, const torch::Tensor& more) { sum = sum.defined() ? sum + more : more; };
  for (int s = 0; s < layout.slots(); ++s) {
    const Slot& slot = layout.slot(s);
    const bool is_state = s < layout.states();
    const auto asked = (is_state ? behind_first : there).flatten();
    const auto rows = asked.nonzero().squeeze(1);
    const auto of_slot = [&](const torch::Tensor& whole) {
      return whole.select(2, s).flatten(0, 1).index_select(0, rows);
    };
    const auto logs = torch::log_softmax(model->head(s, of_slot(features)), -1);
    const auto own = of_slot(group.clean);
    const auto each = slot.continuous() ? -(logs * train::smeared(slot, own, of_slot(group.beside))).sum(-1)
                                        : -logs.gather(1, own.unsqueeze(1)).squeeze(1);
    add(is_state ? nats.state : nats.action, each.sum());
    add(is_state ? nats.states : nats.actions, asked.sum().to(torch::kFloat));
  }
}

Nats nats_of(TorchGpt& model, const GptBatch& batch) {
  Nats nats;
  for (const Group& group : groups_of(model, batch)) add_nats(model, group, nats);
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
