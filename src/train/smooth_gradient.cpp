#include "train/smooth_gradient.hpp"

#include "model/table_layout.hpp"

namespace ripen::train {

namespace {
constexpr double kReach = 1.0 / 64.0;  // Of a channel's range: the deviation of the Gaussian average.
}

SmoothGradient::SmoothGradient(const TokenLayout& layout, const torch::Device& device) : layout_(layout) {
  for (int s = 0; s < layout.slots(); ++s) {
    kernels_.emplace_back();
    if (!layout.slot(s).continuous()) continue;
    const auto at = torch::arange(layout.slot(s).vocabulary, torch::kFloat);
    const auto distance = (at.unsqueeze(0) - at.unsqueeze(1)) / (kReach * layout.slot(s).vocabulary);
    kernels_.back() = torch::softmax(-0.5 * distance * distance, 1).to(device);
  }
}

void SmoothGradient::average(torch::Tensor columns, int slot) const {
  const auto& kernel = kernels_[static_cast<std::size_t>(slot)];
  if (kernel.defined()) columns.copy_(columns.matmul(kernel));
}

void SmoothGradient::apply(StepModel& model) const {
  auto parameters = model->named_parameters();
  const TableLayout tables(layout_, false);
  const auto average_slots = [&](const char* name, int first, int last) {
    auto* weight = parameters.find(name);
    if (weight == nullptr || !weight->grad().defined()) return;
    for (int s = first; s < last; ++s) {
      const std::int64_t bins = layout_.slot(s).vocabulary;
      average(weight->mutable_grad().slice(1, tables.offset(s), tables.offset(s) + bins), s);
    }
  };
  average_slots("step/embed/weight", 0, layout_.states());
  average_slots("mixer/action_in/weight", layout_.states(), layout_.slots());
}

}  // namespace ripen::train
