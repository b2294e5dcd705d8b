#include "train/soft_targets.hpp"

#include "train/targets.hpp"

namespace ripen::train {

namespace {

/// Rows of a slot's targets at the bins' centres, [vocabulary, vocabulary].
torch::Tensor target_rows(const Slot& slot) {
  auto rows = torch::zeros({slot.vocabulary, slot.vocabulary});
  for (int v = 0; v < slot.vocabulary; ++v) {
    put_target(slot, static_cast<Token>(v), 0,
               rows.data_ptr<float>() + static_cast<std::ptrdiff_t>(v) * slot.vocabulary);
  }
  return rows;
}

}  // namespace

torch::Tensor smeared(const Slot& slot, const torch::Tensor& tokens, const torch::Tensor& beside) {
  const auto rows = target_rows(slot).to(tokens.device());
  const auto own = torch::embedding(rows, tokens);
  if (!beside.defined()) return own;
  return torch::lerp(own, torch::embedding(rows, tokens + beside.sign().to(torch::kLong)), beside.abs().unsqueeze(-1));
}

}  // namespace ripen::train
