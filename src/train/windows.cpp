#include "train/windows.hpp"

namespace ripen::train {

std::pair<torch::Tensor, torch::Tensor> mix_windows(StepModel& model, const Values& values, std::int64_t windows,
                                                    std::int64_t steps) {
  const TokenLayout& layout = model->layout();
  const std::int64_t positions = windows * steps;
  const auto tokens = model->indices(values.tokens.data(), positions);
  const auto beside = model->beside_centres(values.tokens.data(), values.fractions.data(), positions);
  const auto states_of = [&](const torch::Tensor& all) {
    return all.defined() ? all.slice(1, 0, layout.states()) : all;
  };
  const auto in_windows = [&](const torch::Tensor& all) {
    return all.defined() ? all.view({windows, steps, layout.slots()}) : all;
  };
  const auto encoded = model->encode(states_of(tokens), states_of(beside));
  return model->mix(in_windows(tokens), encoded, in_windows(beside));
}

torch::Tensor of_slot(const TokenLayout& layout, const std::pair<torch::Tensor, torch::Tensor>& mixed, int slot) {
  const int vocabulary = layout.slot(slot).vocabulary;
  if (slot < layout.states()) return mixed.second.select(2, slot).slice(-1, 0, vocabulary);
  const int first = layout.offset(slot) - layout.state_logits();
  return mixed.first.slice(-1, first, first + vocabulary);
}

}  // namespace ripen::train
