#include "train/unroll.hpp"

#include "plan/posterior.hpp"
#include "train/windows.hpp"

namespace ripen::train {

namespace {

/// One slot's probabilities at every position. logits: [N, vocabulary].
torch::Tensor probabilities_of(const torch::Tensor& logits) {
  return torch::softmax(logits, -1).to(torch::kCPU).contiguous();
}

/// The head's action is done, and the state behind it is seen: of its slots those that were seen before, or all if none
/// could be. told: [..][slots] of the window.
void move_on(const TokenLayout& layout, Corruption::Known& known, std::span<std::uint8_t> told) {
  const auto slots = static_cast<std::size_t>(layout.slots());
  const std::size_t head = static_cast<std::size_t>(known.head) * slots;
  for (std::size_t s = 0; s < slots; ++s) {
    if (s >= static_cast<std::size_t>(layout.states()) || !known.observed) told[head + s] = 1;
    if (s < static_cast<std::size_t>(layout.states())) told[head + slots + s] |= told[head + s];
  }
  known = {.head = known.head + 1, .observed = true};
}

}  // namespace

void unroll(StepModel& model, int windows, Random& random, Batch& batch) {
  const TokenLayout& layout = model->layout();
  const std::int64_t slots = layout.slots(), steps = batch.window, positions = windows * steps;
  torch::NoGradGuard no_grad;
  const auto mixed = mix_windows(model, batch.corrupted, windows, steps);

  Values decided{std::vector<Token>(static_cast<std::size_t>(positions * slots)),
                 std::vector<Fraction>(static_cast<std::size_t>(positions * slots), 0)};
  for (int s = 0; s < layout.slots(); ++s) {
    const Slot& slot = layout.slot(s);
    const auto probabilities = probabilities_of(of_slot(layout, mixed, s).reshape({positions, slot.vocabulary}));
    const float* row = probabilities.data_ptr<float>();
    for (std::int64_t i = 0; i < positions; ++i, row += slot.vocabulary) {
      const auto at = static_cast<std::size_t>(i * slots + s);
      Fraction fraction = 0;
      decided.tokens[at] =
          draw_token({row, static_cast<std::size_t>(slot.vocabulary)}, 1.0F, random.uniform(), 0.0, fraction);
      if (slot.continuous() && model->config().fractions) decided.fractions[at] = fraction;
    }
  }

  Values& shown = batch.corrupted;
  for (std::int64_t w = 0; w < windows; ++w) {
    Corruption::Known& known = batch.known[static_cast<std::size_t>(w)];
    const int before = known.head;
    if (before + 1 < steps && random.below(2) == 1) {
      move_on(layout, known, std::span(batch.told).subspan(static_cast<std::size_t>(w * steps * slots)));
    }
    const double shares[] = {random.uniform(), random.uniform()};  // Of the states that are shown, and of the actions.
    for (int i = before; i < steps; ++i) {
      for (int s = 0; s < layout.slots(); ++s) {
        const auto at = static_cast<std::size_t>((w * steps + i) * slots + s);
        const bool told = batch.told[at] != 0;
        const bool masked = random.uniform() >= shares[s >= layout.states() ? 1 : 0] && !told;
        const Values& from = told ? batch.clean : decided;
        shown.tokens[at] = masked ? kMask : from.tokens[at];
        shown.fractions[at] = masked ? Fraction{0} : from.fractions[at];
      }
    }
  }
}

}  // namespace ripen::train
