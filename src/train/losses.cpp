#include "train/losses.hpp"

#include "train/soft_targets.hpp"
#include "train/targets.hpp"

namespace ripen::train {

namespace {

constexpr double kValueWeight = 0.2;  // A by-product: it must not crowd out the actions.

torch::Device device_of(StepModel& model) { return model->parameters().front().device(); }

double share(const torch::Tensor& right) { return right.to(torch::kFloat).mean().item<double>(); }

/// Targets of the action slots, [N, action logits]; the first slot's are uniform over equally good values.
torch::Tensor action_targets(const TokenLayout& layout, const std::vector<std::uint64_t>& good, const Values& clean) {
  auto targets = torch::zeros({static_cast<std::int64_t>(good.size()), layout.action_logits()});
  float* out = targets.data_ptr<float>();
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int s = layout.states(); s < layout.slots(); out += layout.slot(s).vocabulary, ++s) {
      const std::uint64_t mask = s == layout.states() ? good[i] : 0;
      const std::size_t at = i * static_cast<std::size_t>(layout.slots()) + static_cast<std::size_t>(s);
      if (mask == 0) put_target(layout.slot(s), clean.tokens[at], clean.fractions[at], out);
      for (int v = 0; v < layout.slot(s).vocabulary && mask != 0; ++v) {
        out[v] = is_good(mask, v) ? 1.0F / static_cast<float>(std::popcount(mask)) : 0.0F;
      }
    }
  }
  return targets;
}

/// What the state slots should be.
struct StateTarget {
  torch::Tensor tokens;  // [..., states]
  torch::Tensor beside;  // [..., states] their beside_centres(); undefined for the centres
};

StateTarget state_target(StepModel& model, const Values& clean) {
  const auto count = static_cast<std::int64_t>(clean.tokens.size()) / model->layout().slots();
  const auto states_of = [&](const torch::Tensor& all) {
    return all.defined() ? all.slice(1, 0, model->layout().states()) : all;
  };
  return {states_of(model->indices(clean.tokens.data(), count)),
          states_of(model->beside_centres(clean.tokens.data(), clean.fractions.data(), count))};
}

/// What both loss and score need of a batch, run through the model.
struct Outputs {
  StepModelImpl::StepOutput step;
  torch::Tensor action_target;  // [N, action logits], 0 where the action is not to be learned
  double imitated = 0.0;        // share of N whose action is
  torch::Tensor to_goal;        // [N]
  torch::Tensor next;           // [N, states, widest]
  StateTarget next_target;      // [N, states]
  torch::Tensor window_action;  // [B*W, action logits]
  torch::Tensor window_action_target;
  torch::Tensor window_state;  // [B, W, states, widest]
  StateTarget window_target;   // [B, W, states]
};

Outputs run(StepModel& model, const Batch& batch) {
  const TokenLayout& layout = model->layout();
  const auto device = device_of(model);
  const auto steps = static_cast<std::int64_t>(batch.good.size());
  const auto positions = static_cast<std::int64_t>(batch.window_good.size());
  const auto single = model->indices(batch.steps.tokens.data(), steps);
  const auto windows = model->indices(batch.corrupted.tokens.data(), positions);
  const auto beside = [&](const Values& values, std::int64_t count) {
    return model->beside_centres(values.tokens.data(), values.fractions.data(), count);
  };
  const auto single_beside = beside(batch.steps, steps), windows_beside = beside(batch.corrupted, positions);

  // One pass of the step encoder over single steps and windows: larger products run better.
  const auto states_of = [&](const torch::Tensor& a, const torch::Tensor& b) {
    return a.defined() ? torch::cat({a.slice(1, 0, layout.states()), b.slice(1, 0, layout.states())}) : torch::Tensor();
  };
  const auto encoded = model->encode(states_of(single, windows), states_of(single_beside, windows_beside));
  Outputs out;
  const auto cut = [&](const torch::Tensor& t, std::int64_t from, std::int64_t to) { return t.slice(0, from, to); };
  out.step = {cut(encoded.features, 0, steps), cut(encoded.action, 0, steps), cut(encoded.value, 0, steps)};
  out.action_target = action_targets(layout, batch.good, batch.steps).to(device);
  const auto imitate = torch::tensor(batch.imitate).to(device);
  out.action_target *= imitate.unsqueeze(1);
  out.imitated = std::max(share(imitate), 1.0 / static_cast<double>(steps));
  out.to_goal = torch::tensor(batch.to_goal).to(device);
  out.next = model->dynamics(single);
  out.next_target = state_target(model, batch.next);
  if (model->config().mixer_width > 0) {
    const std::int64_t window = batch.window;
    const auto rows = steps + positions;
    const StepModelImpl::StepOutput rest{cut(encoded.features, steps, rows), cut(encoded.action, steps, rows), {}};
    const auto in_windows = [&](const torch::Tensor& all) {
      return all.defined() ? all.view({-1, window, all.size(-1)}) : all;
    };
    const auto [action, state] = model->mix(in_windows(windows), rest, in_windows(windows_beside));
    out.window_action = action.flatten(0, 1);
    out.window_state = state;
    out.window_action_target = action_targets(layout, batch.window_good, batch.clean).to(device);
    const StateTarget target = state_target(model, batch.clean);
    out.window_target = {in_windows(target.tokens), in_windows(target.beside)};
  }
  return out;
}

torch::Tensor soft_cross_entropy(const torch::Tensor& logits, const torch::Tensor& target) {
  return -(torch::log_softmax(logits, -1) * target).sum(-1).mean();
}

/// Mean cross-entropy over the action slots. logits, target: [N, action logits].
torch::Tensor action_loss(const TokenLayout& layout, const torch::Tensor& logits, const torch::Tensor& target) {
  std::vector<std::int64_t> sizes;
  for (int s = layout.states(); s < layout.slots(); ++s) sizes.push_back(layout.slot(s).vocabulary);
  const auto own = torch::split_with_sizes(logits, sizes, -1), wanted = torch::split_with_sizes(target, sizes, -1);
  torch::Tensor sum;
  for (std::size_t s = 0; s < sizes.size(); ++s) {
    const auto part = soft_cross_entropy(own[s], wanted[s]);
    sum = sum.defined() ? sum + part : part;
  }
  return sum / layout.actions();
}

/// Mean cross-entropy over all state tokens. logits: [..., states, widest]; target: [..., states].
torch::Tensor state_loss(const TokenLayout& layout, const torch::Tensor& logits, const StateTarget& target) {
  torch::Tensor sum;
  int first = 0;
  while (first < layout.states()) {  // Slots of one vocabulary at a time.
    const Slot& slot = layout.slot(first);
    int last = first;
    while (last < layout.states() && layout.slot(last).vocabulary == slot.vocabulary &&
           layout.slot(last).continuous() == slot.continuous()) {
      ++last;
    }
    const auto scores = logits.slice(-2, first, last).slice(-1, 0, slot.vocabulary).reshape({-1, slot.vocabulary});
    const auto of_slots = [&](const torch::Tensor& all) {
      return all.defined() ? all.slice(-1, first, last).reshape({-1}) : all;
    };
    const auto tokens = of_slots(target.tokens);
    const auto part = slot.continuous()
                          ? soft_cross_entropy(scores, smeared(slot, tokens, of_slots(target.beside)))
                          : torch::nll_loss(torch::log_softmax(scores, -1), tokens, {}, at::Reduction::Mean);
    const auto weighted = part * (static_cast<double>(last - first) / layout.states());
    sum = sum.defined() ? sum + weighted : weighted;
    first = last;
  }
  return sum;
}

/// Of the action slots' likeliest values, how many are good; of a binned one, within two bins, or fewer at an end of
/// its range.
double good_share(const TokenLayout& layout, const torch::Tensor& logits, const torch::Tensor& target) {
  double sum = 0.0;
  for (int s = layout.states(); s < layout.slots(); ++s) {
    const int first = layout.offset(s) - layout.state_logits(), last = first + layout.slot(s).vocabulary;
    sum += share(target.slice(1, first, last).gather(1, logits.slice(1, first, last).argmax(1, true)) > 0);
  }
  return sum / layout.actions();
}

}  // namespace

torch::Tensor loss_of(StepModel& model, const Batch& batch) {
  const Outputs out = run(model, batch);
  const TokenLayout& layout = model->layout();
  auto loss = action_loss(layout, out.step.action, out.action_target) / out.imitated;
  const auto known = out.to_goal >= 0;
  const auto bins = out.to_goal.round().clamp(0, model->config().value_bins - 1).to(torch::kLong);
  const auto value = torch::log_softmax(out.step.value, -1).gather(1, bins.unsqueeze(1)).squeeze(1);
  // A task need not know how far its goal is.
  loss = loss - kValueWeight * torch::where(known, value, torch::zeros_like(value)).sum() / known.sum().clamp_min(1);
  if (model->config().tables) loss = loss + state_loss(layout, out.next, out.next_target);
  if (out.window_action.defined()) {
    loss = loss + action_loss(layout, out.window_action, out.window_action_target) +
           state_loss(layout, out.window_state, out.window_target);
  }
  return loss;
}

Evaluation score(StepModel& model, const Batch& batch) {
  torch::NoGradGuard no_grad;
  const Outputs out = run(model, batch);
  Evaluation result;
  result.good_action = good_share(model->layout(), out.step.action, out.action_target) / out.imitated;
  result.whole_state = share((out.next.argmax(-1) == out.next_target.tokens).all(1));
  const auto bins = torch::arange(model->config().value_bins, out.to_goal.options());
  const auto expected = (torch::softmax(out.step.value, -1) * bins).sum(-1);
  const auto known = (out.to_goal >= 0).to(torch::kFloat);
  const auto to_goal = out.to_goal.clamp_max(model->config().value_bins - 1);  // Never is the last bin.
  result.value_error = (((expected - to_goal).abs() * known).sum() / known.sum().clamp_min(1)).item<double>();
  if (out.window_action.defined()) {
    result.window_action = good_share(model->layout(), out.window_action, out.window_action_target);
    result.window_state = share(out.window_state.argmax(-1) == out.window_target.tokens);
  }
  return result;
}

}  // namespace ripen::train
