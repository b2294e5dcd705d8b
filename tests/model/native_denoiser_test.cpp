#include "ripen/native_denoiser.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <tuple>

#include "ripen/error.hpp"
#include "support/allocation_counter.hpp"
#include "support/random_model.hpp"

namespace ripen {
namespace {

ModelFile model_of(int width, int layers = 1) {
  return random_model(
      TokenLayout({{"s", SlotRole::kState, 4}, {"t", SlotRole::kState, 6}, {"a", SlotRole::kAction, 3}}),
      {.width = width,
       .blocks = 1,
       .mixer_width = 64,
       .mixer_layers = layers,
       .mixer_heads = 2,
       .window = 4,
       .value_bins = 8});
}

std::vector<Token> random_tokens(const TokenLayout& layout, int steps) {
  Random random(5);
  std::vector<Token> tokens;
  for (int i = 0; i < steps; ++i) {
    for (int s = 0; s < layout.slots(); ++s) {
      tokens.push_back(random.below(4) == 0 ? kMask : static_cast<Token>(random.below(layout.slot(s).vocabulary)));
    }
  }
  return tokens;
}

/// All logits and values of whole windows.
std::vector<float> outputs(Denoiser& denoiser, int windows, int known = 0) {
  const int rows = windows * denoiser.max_steps();
  const std::vector<Token> tokens = random_tokens(denoiser.layout(), rows);
  const auto logits = static_cast<std::size_t>(rows * denoiser.layout().logits());
  std::vector<float> result(logits + static_cast<std::size_t>(rows));
  denoiser.run(
      {PassDepth::kWindow, windows, denoiser.max_steps(), tokens.data(), result.data(), result.data() + logits, known});
  return result;
}

double spread(const std::vector<float>& values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0.0;
  for (const float value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

double root_mean_square_difference(const std::vector<float>& a, const std::vector<float>& b) {
  std::vector<float> difference(a.size());
  std::transform(a.begin(), a.end(), b.begin(), difference.begin(), std::minus<>());
  return spread(difference);
}

TEST(NativeDenoiserInstructions, AgreeWithThePortableOnes) {
  const ModelFile model = model_of(64);
  NativeDenoiser portable(model, {.instructions = "portable"});
  for (const std::string& name : available_instructions()) {
    NativeDenoiser denoiser(model, {.instructions = name});
    EXPECT_EQ(denoiser.instructions(), name);
    for (const int windows : {1, 5, 64}) {
      const std::vector<float> a = outputs(portable, windows), b = outputs(denoiser, windows);
      for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-4) << name << " output " << i;
    }
  }
  EXPECT_THROW(NativeDenoiser(model, {.max_windows = 0, .instructions = "mmx"}), OptionsError);
}

TEST(NativeDenoiserInstructions, AreThoseThatTheWidthsAreFor) {
  const ModelFile narrow = model_of(48);
  for (const std::string& name : available_instructions()) {
    if (name.starts_with("avx512")) {
      EXPECT_THROW(NativeDenoiser(narrow, {.instructions = name}), OptionsError);
    } else {
      EXPECT_EQ(NativeDenoiser(narrow, {.instructions = name}).instructions(), name);
    }
  }
  EXPECT_FALSE(NativeDenoiser(narrow).instructions().starts_with("avx512"));
}

TEST(NativeDenoiserInstructions, EightBitsAreTheFastestButWithThePortableOnes) {
  EXPECT_EQ(available_instructions().back(), "portable");
  EXPECT_EQ(fastest_precision(),
            available_instructions().front() == "portable" ? Precision::kFloat32 : Precision::kInt8);
#if defined(__x86_64__) || defined(__aarch64__)
  EXPECT_EQ(fastest_precision(), Precision::kInt8);
#endif
}

TEST(NativeDenoiserKnownSteps, LeaveTheOthersLogitsAsTheyAre) {
  for (const int layers : {0, 1, 2}) {
    const ModelFile model = model_of(64, layers);
    const int steps = model.config.window;
    for (const std::string& name : available_instructions()) {
      for (const Precision precision : {Precision::kFloat32, Precision::kInt8}) {
        NativeDenoiser denoiser(model, {.precision = precision, .instructions = name});
        for (const int windows : {1, 5}) {
          const std::vector<float> all = outputs(denoiser, windows);
          for (int known = 1; known < steps; ++known) {
            const std::vector<float> asked = outputs(denoiser, windows, known);
            const int width = denoiser.layout().logits();
            for (int r = 0; r < windows * steps; ++r) {
              if (r % steps < known) continue;
              const std::string where = name + ", " + std::to_string(known) + " known, row " + std::to_string(r);
              for (int i = r * width; i < (r + 1) * width; ++i) {
                ASSERT_EQ(asked[static_cast<std::size_t>(i)], all[static_cast<std::size_t>(i)]) << where;
              }
              const auto value = static_cast<std::size_t>(windows * steps * width + r);
              ASSERT_EQ(asked[value], all[value]) << where;
            }
          }
        }
      }
    }
  }
}

TEST(NativeDenoiserInt8, IsCloseToFloat32WithEveryInstructionSet) {
  const ModelFile model = model_of(128);
  NativeDenoiser exact(model);
  EXPECT_EQ(exact.precision(), Precision::kFloat32);
  for (const std::string& name : available_instructions()) {
    NativeDenoiser denoiser(model, {.precision = Precision::kInt8, .instructions = name});
    EXPECT_EQ(denoiser.precision(), Precision::kInt8);
    for (const int windows : {1, 5, 64}) {
      const std::vector<float> a = outputs(exact, windows), b = outputs(denoiser, windows);
      EXPECT_LT(root_mean_square_difference(a, b), 0.02 * spread(a)) << name << ", " << windows << " windows";
    }
  }
}

TEST(NativeDenoiserInt8, GivesTheSameBitsWhateverElseIsInTheBatch) {
  const ModelFile model = model_of(64);
  for (const std::string& name : available_instructions()) {
    NativeDenoiser denoiser(model, {.precision = Precision::kInt8, .instructions = name});
    const auto logits = static_cast<std::size_t>(denoiser.max_steps() * denoiser.layout().logits());
    const std::vector<float> alone = outputs(denoiser, 1), among = outputs(denoiser, 9);
    for (std::size_t i = 0; i < logits; ++i) ASSERT_EQ(alone[i], among[i]) << name << " logit " << i;
  }
}

TEST(NativeDenoiserCopy, GivesTheSameBits) {
  for (const Precision precision : {Precision::kFloat32, Precision::kInt8}) {
    NativeDenoiser denoiser(model_of(64), {.max_windows = 5, .precision = precision});
    const std::vector<float> expected = outputs(denoiser, 5);
    NativeDenoiser copy(denoiser);
    EXPECT_EQ(outputs(copy, 5), expected);
    EXPECT_EQ(copy.layout(), denoiser.layout());
    EXPECT_EQ(copy.config(), denoiser.config());
    EXPECT_EQ(copy.max_windows(), 5);
    EXPECT_EQ(copy.precision(), precision);
    EXPECT_EQ(copy.instructions(), denoiser.instructions());
  }
}

TEST(NativeDenoiserCopy, OutlivesTheFirst) {
  auto first = std::make_unique<NativeDenoiser>(model_of(64));
  const std::vector<float> expected = outputs(*first, 2);
  NativeDenoiser copy(*first);
  first.reset();
  EXPECT_EQ(outputs(copy, 2), expected);
}

TEST(NativeDenoiserCopy, RunsOnItsOwnThread) {
  NativeDenoiser first(model_of(64), {.precision = Precision::kInt8});
  const std::vector<float> expected = outputs(first, 3);
  std::vector<std::vector<float>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results) {
    threads.emplace_back([&] {
      NativeDenoiser copy(first);
      for (int i = 0; i < 20; ++i) result = outputs(copy, 3);
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(outputs(first, 3), expected);
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, expected);
}

TEST(NativeDenoiserCopy, HoldsNoWeightsOfItsOwn) {
  if (!test::AllocationCounter::available()) GTEST_SKIP() << "the heap is the sanitizer's";
  const NativeDenoiser first(model_of(512), {.max_windows = 1});
  const NativeMemory memory = first.memory();
  ASSERT_GT(memory.weights, 2 * memory.work_space) << "or the test says nothing";
  const auto held = [] {
    const auto heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
  };
  const std::size_t before = held();
  const NativeDenoiser copy(first);
  const std::size_t taken = held() - before;
  EXPECT_LT(taken, memory.work_space + memory.weights / 10);
  EXPECT_EQ(copy.memory().weights, memory.weights);
  EXPECT_EQ(copy.memory().work_space, memory.work_space);
}

TEST(NativeDenoiserInt8, TakesLessMemory) {
  const ModelFile model = model_of(512);
  const NativeDenoiser exact(model, {.max_windows = 1}),
      small(model, {.max_windows = 1, .precision = Precision::kInt8});
  EXPECT_LT(small.memory().weights, exact.memory().weights / 2);
}

/// A model of binned channels and a category, of random weights.
ModelFile binned_model(bool fractions) {
  return random_model(TokenLayout({{"x", SlotRole::kState, 9, -1.0, 1.0},
                                   {"kind", SlotRole::kState, 4},
                                   {"u", SlotRole::kAction, 7, 0.0, 1.0}}),
                      {.width = 64,
                       .blocks = 1,
                       .mixer_width = 64,
                       .mixer_layers = 1,
                       .mixer_heads = 2,
                       .window = 4,
                       .value_bins = 8,
                       .tables = false,
                       .fractions = fractions});
}

/// All logits and values of one window.
std::vector<float> outputs_of(Denoiser& denoiser, const std::vector<Token>& tokens,
                              const std::vector<Fraction>& fractions) {
  const int steps = denoiser.max_steps();
  const auto logits = static_cast<std::size_t>(steps * denoiser.layout().logits());
  std::vector<float> result(logits + static_cast<std::size_t>(steps));
  denoiser.run({.depth = PassDepth::kWindow,
                .windows = 1,
                .steps = steps,
                .tokens = tokens.data(),
                .logits = result.data(),
                .value = result.data() + logits,
                .fractions = fractions.empty() ? nullptr : fractions.data()});
  return result;
}

class NativeDenoiserFractions : public testing::TestWithParam<std::tuple<std::string, Precision>> {
 protected:
  [[nodiscard]] NativeDenoiser denoiser(bool fractions) const {
    return NativeDenoiser(binned_model(fractions),
                          {.precision = std::get<1>(GetParam()), .instructions = std::get<0>(GetParam())});
  }
  std::vector<Token> tokens_ = {0, 1, 3, 4, kMask, 6, 8, 2, kMask, kMask, 3, 0};  // [steps][slots]
};
INSTANTIATE_TEST_SUITE_P(EveryInstructionSet, NativeDenoiserFractions,
                         testing::Combine(testing::ValuesIn(available_instructions()),
                                          testing::Values(Precision::kFloat32, Precision::kInt8)),
                         [](const auto& set) {
                           const bool int8 = std::get<1>(set.param) == Precision::kInt8;
                           return std::get<0>(set.param) + (int8 ? "Int8" : "Float32");
                         });

TEST_P(NativeDenoiserFractions, AModelThatSeesBinsAloneGivesTheSameBits) {
  NativeDenoiser bins = denoiser(false);
  const std::vector<Fraction> some(tokens_.size(), 77);
  EXPECT_EQ(outputs_of(bins, tokens_, some), outputs_of(bins, tokens_, {}));
}

TEST_P(NativeDenoiserFractions, TheCentresGiveTheBitsOfAModelThatSeesBinsAlone) {
  NativeDenoiser bins = denoiser(false), finer = denoiser(true);
  const std::vector<Fraction> centres(tokens_.size(), 0);
  EXPECT_EQ(outputs_of(finer, tokens_, {}), outputs_of(bins, tokens_, {}));
  EXPECT_EQ(outputs_of(finer, tokens_, centres), outputs_of(bins, tokens_, {}));
}

TEST_P(NativeDenoiserFractions, OfMasksCategoriesAndBeyondTheRangeMeanNothing) {
  NativeDenoiser finer = denoiser(true);
  std::vector<Fraction> fractions(tokens_.size(), 0);
  fractions[0] = -100;                // Below the first bin's centre.
  fractions[1] = fractions[7] = 100;  // Categories.
  fractions[5] = fractions[6] = 100;  // Above the last one's.
  fractions[8] = fractions[9] = 100;  // Masks.
  fractions[4] = -100;                // A category's mask.
  fractions[11] = -128;
  EXPECT_EQ(outputs_of(finer, tokens_, fractions), outputs_of(finer, tokens_, {}));
}

TEST_P(NativeDenoiserFractions, AValueOnTheEdgeOfTwoBinsIsTheSameFromEitherSide) {
  NativeDenoiser finer = denoiser(true);
  std::vector<Fraction> fractions(tokens_.size(), 0);
  for (const std::size_t slot : {std::size_t{3}, std::size_t{2}}) {  // A state of 9 bins, an action of 7.
    std::vector<Token> above = tokens_;
    above[slot] = static_cast<Token>(tokens_[slot] + 1);
    std::vector<Fraction> from_below = fractions, from_above = fractions;
    from_below[slot] = 127;
    from_above[slot] = -128;
    const auto centre = outputs_of(finer, tokens_, {}), next = outputs_of(finer, above, {});
    const auto a = outputs_of(finer, tokens_, from_below), b = outputs_of(finer, above, from_above);
    const double rounding = std::get<1>(GetParam()) == Precision::kInt8 ? 0.1 : 0.03;
    EXPECT_LT(root_mean_square_difference(a, b), rounding * root_mean_square_difference(centre, next)) << slot;
    EXPECT_GT(root_mean_square_difference(a, centre), 0.2 * root_mean_square_difference(centre, next)) << slot;
  }
}

}  // namespace
}  // namespace ripen
