#include "ripen/torch/step_model.hpp"

namespace ripen {

TorchDenoiser::TorchDenoiser(StepModel model, int max_windows) : model_(std::move(model)), max_windows_(max_windows) {
  model_->eval();
}

void TorchDenoiser::run(const DenoiseBatch& batch) noexcept {
  torch::NoGradGuard no_grad;
  const TokenLayout& layout = model_->layout();
  const std::int64_t rows = static_cast<std::int64_t>(batch.windows) * batch.steps;
  const auto windows = model_->indices(batch.tokens, rows).view({batch.windows, batch.steps, layout.slots()});
  // Per-slot columns, padded to the widest vocabulary, become one row of logits.
  const auto write_states = [&](const torch::Tensor& padded, std::int64_t stride) {
    const auto flat = padded.reshape({-1, layout.states(), model_->widest()}).contiguous();
    for (std::int64_t r = 0; r < flat.size(0); ++r) {
      for (int s = 0; s < layout.states(); ++s) {
        const float* from = flat.data_ptr<float>() + (r * layout.states() + s) * model_->widest();
        std::copy(from, from + layout.slot(s).vocabulary, batch.logits + r * stride + layout.offset(s));
      }
    }
  };
  if (batch.depth == PassDepth::kDynamics) {
    write_states(model_->dynamics(windows.select(1, batch.steps - 2)), layout.state_logits());
    return;
  }
  auto beside = model_->beside_centres(batch.tokens, batch.fractions, rows);
  if (beside.defined()) beside = beside.view_as(windows);
  const bool whole = batch.depth == PassDepth::kWindow;
  const auto states_of = [&](const torch::Tensor& all) {
    if (!all.defined()) return all;
    return (whole ? all.flatten(0, 1) : all.select(1, batch.steps - 1)).slice(1, 0, layout.states());
  };
  const auto encoded = model_->encode(states_of(windows), states_of(beside));
  if (batch.value != nullptr) {
    const auto bins = torch::arange(model_->config().value_bins, torch::kFloat);
    const auto value = (torch::softmax(encoded.value, -1) * bins).sum(-1).contiguous();
    std::copy(value.data_ptr<float>(), value.data_ptr<float>() + value.numel(), batch.value);
  }
  auto action = encoded.action;
  if (whole) {
    const auto [mixed, state] = model_->mix(windows, encoded, beside);
    write_states(state, layout.logits());
    action = mixed.flatten(0, 1);
  }
  action = action.contiguous();
  const std::int64_t stride = whole ? layout.logits() : action.size(1);
  for (std::int64_t r = 0; r < action.size(0); ++r) {
    const float* from = action.data_ptr<float>() + r * action.size(1);
    std::copy(from, from + action.size(1), batch.logits + r * stride + (whole ? layout.state_logits() : 0));
  }
}

}  // namespace ripen
