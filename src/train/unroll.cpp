#include "train/unroll.hpp"

#include "plan/posterior.hpp"

namespace ripen::train {

namespace {

/// One slot's probabilities at every position. logits: [N, vocabulary].
torch::Tensor probabilities_of(const torch::Tensor& logits) {
  return torch::softmax(logits, -1).to(torch::kCPU).contiguous();
}

}  // namespace

void unroll(StepModel& model, int windows, Random& random, Batch& batch) {
  const TokenLayout& layout = model->layout();
  const std::int64_t slots = layout.slots(), steps = model->config().window, positions = windows * steps;
  torch::NoGradGuard no_grad;
  const auto tokens = model->indices(batch.corrupted.data(), positions);
  const auto encoded = model->encode(tokens.slice(1, 0, layout.states()));
  const auto [action, state] = model->mix(tokens.view({windows, steps, slots}), encoded);

  std::vector<Token> decided(static_cast<std::size_t>(positions * slots));
  for (int s = 0; s < layout.slots(); ++s) {
    const Slot& slot = layout.slot(s);
    const int first = layout.offset(s) - layout.state_logits();
    const auto probabilities = probabilities_of(
        s < layout.states() ? state.select(2, s).slice(-1, 0, slot.vocabulary).reshape({positions, slot.vocabulary})
                            : action.slice(-1, first, first + slot.vocabulary).reshape({positions, slot.vocabulary}));
    const float* row = probabilities.data_ptr<float>();
    for (std::int64_t i = 0; i < positions; ++i, row += slot.vocabulary) {
      const std::span of_slot(row, static_cast<std::size_t>(slot.vocabulary));
      decided[static_cast<std::size_t>(i * slots + s)] = draw_token(of_slot, random.uniform());
    }
  }

  for (std::int64_t w = 0; w < windows; ++w) {
    Corruption::Known& known = batch.known[static_cast<std::size_t>(w)];
    const int before = known.head;
    if (before + 1 < steps && random.below(2) == 1) known = {.head = before + 1, .observed = true};
    const double shown[] = {random.uniform(), random.uniform()};  // Of the states, and of the actions.
    for (int i = before; i < steps; ++i) {
      for (int s = 0; s < layout.slots(); ++s) {
        const bool is_action = s >= layout.states();
        const bool is_known = i < known.head || (i == known.head && !is_action && known.observed);
        const auto at = static_cast<std::size_t>((w * steps + i) * slots + s);
        const bool masked = random.uniform() >= shown[is_action ? 1 : 0];
        batch.corrupted[at] = is_known ? batch.clean[at] : masked ? kMask : decided[at];
      }
    }
  }
}

}  // namespace ripen::train
