#include "train/forecast.hpp"

#include "plan/posterior.hpp"
#include "train/windows.hpp"

namespace ripen::train {

namespace {

/// What is decoded at some positions [bins]: the mean of the posterior around the likeliest bin, as the planner does
/// it. logits: [N, bins].
torch::Tensor decoded(const torch::Tensor& logits) {
  const auto bins = torch::arange(logits.size(-1), logits.options());
  const auto near = (bins - logits.argmax(-1, true)).abs() <= std::max<std::int64_t>(1, logits.size(-1) / kModeShare);
  const auto mode = torch::softmax(logits, -1) * near;
  return (mode * bins).sum(-1) / mode.sum(-1);
}

/// How far off logits are at one step of every window, on average: of a binned slot in its unit, of a category the
/// share that is right. logits: [windows, vocabulary]; step: of each window.
double quality(const torch::Tensor& logits, const TokenLayout& layout, int slot, const Batch& batch, std::int64_t step,
               std::int64_t steps) {
  const Slot& own = layout.slot(slot);
  const auto said =
      (own.continuous() ? decoded(logits) : logits.argmax(-1).to(torch::kFloat)).to(torch::kCPU).contiguous();
  double sum = 0.0;
  for (std::int64_t w = 0; w < said.numel(); ++w) {
    const auto row = static_cast<std::size_t>(w * steps + step);
    const std::size_t at = row * static_cast<std::size_t>(layout.slots()) + static_cast<std::size_t>(slot);
    const double value = static_cast<double>(said.data_ptr<float>()[w]), token = batch.clean.tokens[at];
    const std::uint64_t good = slot == layout.states() ? batch.window_good[row] : 0;
    if (own.continuous()) {
      sum += std::abs(value - token - static_cast<double>(batch.clean.fractions[at]) / kFractions) *
             (own.high - own.low) / own.vocabulary;
    } else {
      sum += (good != 0 ? is_good(good, static_cast<int>(value)) : value == token) ? 1.0 : 0.0;
    }
  }
  return sum / static_cast<double>(said.numel());
}

}  // namespace

std::vector<Forecast> forecasts(StepModel& model, const GoalSlots& goal, const Batch& batch) {
  torch::NoGradGuard no_grad;
  const TokenLayout& layout = model->layout();
  const int slots = layout.slots(), steps = batch.window, head = steps / 4;
  const auto windows = static_cast<std::int64_t>(batch.known.size());
  const std::vector<std::uint8_t> told =
      Corruption(layout, {.goal_slots = goal}).told({.head = head, .observed = true}, steps);
  Values shown = batch.clean;
  for (std::size_t i = 0; i < shown.tokens.size(); ++i) {
    if (told[i % told.size()] == 0) shown.tokens[i] = kMask;
  }
  const auto mixed = mix_windows(model, shown, windows, steps);
  std::vector<Forecast> all;
  for (int s = 0; s < slots; ++s) {
    Forecast& forecast = all.emplace_back(Forecast{.slot = layout.slot(s).name, .ahead = {}});
    const auto logits = of_slot(layout, mixed, s);
    for (int ahead = 1; head + ahead < steps; ahead *= 2) {  // The action that leads there is done a step before.
      const int step = head + ahead - (s < layout.states() ? 0 : 1);
      forecast.ahead.push_back(quality(logits.select(1, step), layout, s, batch, step, steps));
    }
  }
  return all;
}

}  // namespace ripen::train
