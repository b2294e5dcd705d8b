#include "train/unroll.hpp"

#include <span>

namespace ripen::train {

namespace {

/// One slot's probabilities at every position. logits: [N, vocabulary].
torch::Tensor probabilities_of(const torch::Tensor& logits) {
  return torch::softmax(logits, -1).to(torch::kCPU).contiguous();
}

/// Draws a token. What is left of the random number in [0, 1) says where in its bin a value lies.
Token draw(std::span<const float> probabilities, double uniform, Fraction& fraction) {
  constexpr double kFractions = 256.0;  // Of a bin.
  std::size_t token = 0;
  while (token + 1 < probabilities.size() && uniform >= static_cast<double>(probabilities[token])) {
    uniform -= static_cast<double>(probabilities[token++]);
  }
  const double share = uniform / std::max(1e-9, static_cast<double>(probabilities[token]));
  fraction = static_cast<Fraction>(std::clamp(std::floor(share * kFractions) - 128.0, -128.0, 127.0));
  return static_cast<Token>(token);
}

}  // namespace

void unroll(StepModel& model, int windows, Random& random, Batch& batch) {
  const TokenLayout& layout = model->layout();
  const std::int64_t slots = layout.slots(), steps = model->config().window, positions = windows * steps;
  torch::NoGradGuard no_grad;
  Values& shown = batch.corrupted;
  const auto tokens = model->indices(shown.tokens.data(), positions);
  const auto beside = model->beside_centres(shown.tokens.data(), shown.fractions.data(), positions);
  const auto states_of = [&](const torch::Tensor& all) {
    return all.defined() ? all.slice(1, 0, layout.states()) : all;
  };
  const auto in_windows = [&](const torch::Tensor& all) {
    return all.defined() ? all.view({windows, steps, slots}) : all;
  };
  const auto encoded = model->encode(states_of(tokens), states_of(beside));
  const auto [action, state] = model->mix(in_windows(tokens), encoded, in_windows(beside));

  Values decided{std::vector<Token>(static_cast<std::size_t>(positions * slots)),
                 std::vector<Fraction>(static_cast<std::size_t>(positions * slots), 0)};
  for (int s = 0; s < layout.slots(); ++s) {
    const Slot& slot = layout.slot(s);
    const int first = layout.offset(s) - layout.state_logits();
    const auto probabilities = probabilities_of(
        s < layout.states() ? state.select(2, s).slice(-1, 0, slot.vocabulary).reshape({positions, slot.vocabulary})
                            : action.slice(-1, first, first + slot.vocabulary).reshape({positions, slot.vocabulary}));
    const float* row = probabilities.data_ptr<float>();
    for (std::int64_t i = 0; i < positions; ++i, row += slot.vocabulary) {
      const auto at = static_cast<std::size_t>(i * slots + s);
      Fraction fraction = 0;
      decided.tokens[at] = draw(std::span(row, static_cast<std::size_t>(slot.vocabulary)), random.uniform(), fraction);
      if (slot.continuous() && model->config().fractions) decided.fractions[at] = fraction;
    }
  }

  for (std::int64_t w = 0; w < windows; ++w) {
    Corruption::Known& known = batch.known[static_cast<std::size_t>(w)];
    const int before = known.head;
    if (before + 1 < steps && random.below(2) == 1) known = {.head = before + 1, .observed = true};
    const double shares[] = {random.uniform(), random.uniform()};  // Of the states that are shown, and of the actions.
    for (int i = before; i < steps; ++i) {
      for (int s = 0; s < layout.slots(); ++s) {
        const bool is_action = s >= layout.states();
        const bool is_known = i < known.head || (i == known.head && !is_action && known.observed);
        const auto at = static_cast<std::size_t>((w * steps + i) * slots + s);
        const bool masked = random.uniform() >= shares[is_action ? 1 : 0];
        const Values& from = is_known ? batch.clean : decided;
        shown.tokens[at] = !is_known && masked ? kMask : from.tokens[at];
        shown.fractions[at] = !is_known && masked ? Fraction{0} : from.fractions[at];
      }
    }
  }
}

}  // namespace ripen::train
