#include "train/losses.hpp"

namespace ripen::train {

namespace {

constexpr double kValueWeight = 0.2;  // A by-product: it must not crowd out the actions.

torch::Device device_of(StepModel& model) { return model->parameters().front().device(); }

/// Targets of the first action slot, uniform over equally good values, [N, vocabulary].
torch::Tensor action_targets(const TokenLayout& layout, const std::vector<std::uint64_t>& good, const Token* tokens) {
  const int values = layout.slot(layout.states()).vocabulary;
  auto targets = torch::zeros({static_cast<std::int64_t>(good.size()), values});
  float* out = targets.data_ptr<float>();
  for (std::size_t i = 0; i < good.size(); ++i, out += values) {
    if (good[i] == 0) {
      out[tokens[i * static_cast<std::size_t>(layout.slots()) + static_cast<std::size_t>(layout.states())]] = 1.0F;
      continue;
    }
    const float share = 1.0F / static_cast<float>(std::popcount(good[i]));
    for (int v = 0; v < values; ++v) out[v] = (good[i] >> v & 1) != 0 ? share : 0.0F;
  }
  return targets;
}

/// What both loss and score need of a batch, run through the model.
struct Outputs {
  StepModelImpl::StepOutput step;
  torch::Tensor action_target;  // [N, first action's vocabulary]
  torch::Tensor to_goal;        // [N]
  torch::Tensor next;           // [N, states, widest]
  torch::Tensor next_target;    // [N, states]
  torch::Tensor window_action;  // [B*W, action logits]
  torch::Tensor window_action_target;
  torch::Tensor window_state;   // [B, W, states, widest]
  torch::Tensor window_target;  // [B, W, slots]
};

torch::Tensor state_indices(StepModel& model, const std::vector<Token>& states) {
  const auto count = static_cast<std::int64_t>(states.size()) / model->layout().states();
  auto result = torch::empty({count, model->layout().states()}, torch::kLong);
  std::copy(states.begin(), states.end(), result.data_ptr<std::int64_t>());
  return result.to(device_of(model));
}

Outputs run(StepModel& model, const Batch& batch) {
  const TokenLayout& layout = model->layout();
  const auto device = device_of(model);
  const auto steps = static_cast<std::int64_t>(batch.good.size());
  const auto positions = static_cast<std::int64_t>(batch.window_good.size());
  const auto single = model->indices(batch.steps.data(), steps);
  const auto windows = model->indices(batch.corrupted.data(), positions);

  // One pass of the step encoder over single steps and windows: larger products run better.
  const auto states = torch::cat({single.slice(1, 0, layout.states()), windows.slice(1, 0, layout.states())});
  const auto encoded = model->encode(states);
  Outputs out;
  const auto cut = [&](const torch::Tensor& t, std::int64_t from, std::int64_t to) { return t.slice(0, from, to); };
  out.step = {cut(encoded.features, 0, steps), cut(encoded.action, 0, steps), cut(encoded.value, 0, steps)};
  out.action_target = action_targets(layout, batch.good, batch.steps.data()).to(device);
  out.to_goal = torch::tensor(batch.to_goal).to(device);
  out.next = model->dynamics(single);
  out.next_target = state_indices(model, batch.next_states);
  if (model->config().mixer_width > 0) {
    const auto window = model->config().window;
    const auto rows = steps + positions;
    const StepModelImpl::StepOutput rest{cut(encoded.features, steps, rows), cut(encoded.action, steps, rows), {}};
    const auto shaped = windows.view({-1, window, layout.slots()});
    const auto [action, state] = model->mix(shaped, rest);
    out.window_action = action.flatten(0, 1);
    out.window_state = state;
    out.window_action_target = action_targets(layout, batch.window_good, batch.clean.data()).to(device);
    out.window_target = model->indices(batch.clean.data(), positions).view_as(shaped);
  }
  return out;
}

torch::Tensor soft_cross_entropy(const torch::Tensor& logits, const torch::Tensor& target) {
  return -(torch::log_softmax(logits, -1) * target).sum(-1).mean();
}

/// Mean cross-entropy over all state tokens. logits: [..., states, widest]; target: [..., states].
torch::Tensor state_loss(const TokenLayout& layout, const torch::Tensor& logits, const torch::Tensor& target) {
  torch::Tensor sum;
  int first = 0;
  while (first < layout.states()) {  // Slots of one vocabulary at a time.
    const int size = layout.slot(first).vocabulary;
    int last = first;
    while (last < layout.states() && layout.slot(last).vocabulary == size) ++last;
    const auto part =
        torch::nll_loss(torch::log_softmax(logits.slice(-2, first, last).slice(-1, 0, size), -1).reshape({-1, size}),
                        target.slice(-1, first, last).reshape({-1}), {}, at::Reduction::Mean) *
        (static_cast<double>(last - first) / layout.states());
    sum = sum.defined() ? sum + part : part;
    first = last;
  }
  return sum;
}

double share(const torch::Tensor& right) { return right.to(torch::kFloat).mean().item<double>(); }

double good_share(const torch::Tensor& logits, const torch::Tensor& target) {
  return share(target.gather(1, logits.slice(1, 0, target.size(1)).argmax(1, true)) > 0);
}

}  // namespace

torch::Tensor loss_of(StepModel& model, const Batch& batch) {
  const Outputs out = run(model, batch);
  const TokenLayout& layout = model->layout();
  const auto first_action = [&](const torch::Tensor& logits) { return logits.slice(-1, 0, out.action_target.size(1)); };
  auto loss = soft_cross_entropy(first_action(out.step.action), out.action_target);
  const auto known = out.to_goal >= 0;
  const auto bins = out.to_goal.round().clamp(0, model->config().value_bins - 1).to(torch::kLong);
  loss = loss + kValueWeight * torch::nll_loss(torch::log_softmax(out.step.value, -1),
                                               torch::where(known, bins, torch::full_like(bins, -100)));
  loss = loss + state_loss(layout, out.next, out.next_target);
  if (out.window_action.defined()) {
    loss = loss + soft_cross_entropy(first_action(out.window_action), out.window_action_target) +
           state_loss(layout, out.window_state, out.window_target.slice(-1, 0, layout.states()));
  }
  return loss;
}

Evaluation score(StepModel& model, const Batch& batch) {
  torch::NoGradGuard no_grad;
  const Outputs out = run(model, batch);
  Evaluation result;
  result.good_action = good_share(out.step.action, out.action_target);
  result.whole_state = share((out.next.argmax(-1) == out.next_target).all(1));
  const auto bins = torch::arange(model->config().value_bins, out.to_goal.options());
  const auto expected = (torch::softmax(out.step.value, -1) * bins).sum(-1);
  const auto known = (out.to_goal >= 0).to(torch::kFloat);
  result.value_error = (((expected - out.to_goal).abs() * known).sum() / known.sum()).item<double>();
  if (out.window_action.defined()) {
    result.window_action = good_share(out.window_action, out.window_action_target);
    result.window_state =
        share(out.window_state.argmax(-1) == out.window_target.slice(-1, 0, model->layout().states()));
  }
  return result;
}

}  // namespace ripen::train
