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

void SmoothGradient::apply(StepModel& model) const {
  auto parameters = model->named_parameters();
  const TableLayout tables(layout_, false);
  const auto average = [&](const char* name, int first, int last) {
    auto* weight = parameters.find(name);
    if (weight == nullptr || !weight->grad().defined()) return;
    for (int s = first; s < last; ++s) {
      const std::int64_t bins = layout_.slot(s).vocabulary;
      const auto& kernel = kernels_[static_cast<std::size_t>(s)];
      auto part = weight->mutable_grad().slice(1, tables.offset(s), tables.offset(s) + bins);  // Not the mask's.
      if (kernel.defined()) part.copy_(part.matmul(kernel));
    }
  };
  average("step/embed/weight", 0, layout_.states());
  average("mixer/action_in/weight", layout_.states(), layout_.slots());
}

}  // namespace ripen::train
