// The native engine reads the same with a cache as without, whatever the order, and takes nothing from the heap.

#include "opponents/gpt/gpt_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ripen/error.hpp"
#include "support/allocation_counter.hpp"
#include "support/random_gpt.hpp"

namespace ripen::opponents {
namespace {

constexpr GptConfig kConfig{.width = 64, .layers = 2, .heads = 2, .window = 9};
const train::GoalSlots kGoal{.always = {1}, .at_end = {0}};

/// A whole sequence of random tokens, some of them unknown.
std::vector<GptRow> random_rows(const GptLayout& layout, int sequence, std::uint64_t seed) {
  Random random(seed);
  std::vector<GptRow> rows;
  for (int p = 0; p < layout.positions(); ++p) {
    const int slot = layout.slot_at(p);
    const int bound = slot < 0 ? layout.arrivals() : layout.tokens().slot(slot).vocabulary;
    GptRow row{sequence, static_cast<Token>(random.below(bound)), static_cast<Fraction>(random.below(256) - 128)};
    if (slot >= 0 && slot < layout.tokens().states() && random.below(5) == 0) row.token = kMask;
    rows.push_back(row);
  }
  return rows;
}

int vocabulary_after(const GptLayout& layout, int length) {
  return layout.tokens().slot((length - layout.prompt()) % layout.tokens().slots()).vocabulary;
}

/// The logits behind the first `length` rows, read in one go by an engine that knows nothing yet.
std::vector<float> recomputed(GptEngine& engine, const std::vector<GptRow>& rows, int length) {
  std::vector<GptRow> own(rows.begin(), rows.begin() + length);
  for (GptRow& row : own) row.sequence = 0;
  engine.truncate(0, 0);
  std::vector<float> logits(static_cast<std::size_t>(engine.logits_stride()), 0.0F);
  EXPECT_TRUE(engine.append(own, 1, logits.data()));
  logits.resize(static_cast<std::size_t>(vocabulary_after(engine.layout(), length)));
  return logits;
}

void expect_near(const std::vector<float>& expected, const float* logits, double most, const std::string& what) {
  for (std::size_t v = 0; v < expected.size(); ++v)
    ASSERT_NEAR(expected[v], logits[v], most) << what << ", value " << v;
}

class GptEveryInstructionSet : public testing::TestWithParam<std::string> {
 protected:
  static GptEngine engine(int sequences, Precision precision = Precision::kFloat32) {
    return GptEngine(test::random_gpt(kConfig, kGoal, 1),
                     {.sequences = sequences, .rows = 64, .precision = precision, .instructions = GetParam()});
  }
};
INSTANTIATE_TEST_SUITE_P(Gpt, GptEveryInstructionSet, testing::ValuesIn(available_instructions()),
                         [](const auto& set) { return set.param; });

TEST_P(GptEveryInstructionSet, TokenByTokenIsWhatAllAtOnceIs) {
  for (const Precision precision : {Precision::kFloat32, Precision::kInt8}) {
    GptEngine cached = engine(1, precision), whole = engine(1, precision);
    const GptLayout& layout = cached.layout();
    const std::vector<GptRow> rows = random_rows(layout, 0, 2);
    std::vector<float> logits(static_cast<std::size_t>(cached.logits_stride()));
    for (int p = 0; p + 1 < layout.positions(); ++p) {
      ASSERT_TRUE(cached.append({&rows[static_cast<std::size_t>(p)], 1}, 1, logits.data()));
      ASSERT_EQ(cached.length(0), p + 1);
      if (p + 1 < layout.prompt()) continue;
      expect_near(recomputed(whole, rows, p + 1), logits.data(), 1e-4, "position " + std::to_string(p));
    }
  }
}

TEST_P(GptEveryInstructionSet, SequencesSideBySideDoNotSeeEachOther) {
  constexpr int kSequences = 5;
  GptEngine many = engine(kSequences), alone = engine(1);
  const GptLayout& layout = many.layout();
  std::vector<std::vector<GptRow>> rows;
  for (int k = 0; k < kSequences; ++k) rows.push_back(random_rows(layout, k, 10 + static_cast<std::uint64_t>(k)));
  std::vector<float> logits(static_cast<std::size_t>(kSequences * many.logits_stride()));
  for (std::size_t p = 0; p + 1 < rows[0].size(); ++p) {
    std::vector<GptRow> now;
    for (const auto& each : rows) now.push_back(each[p]);
    ASSERT_TRUE(many.append(now, kSequences, logits.data()));
    if (static_cast<int>(p) + 1 < layout.prompt() || p % 3 != 0) continue;
    for (int k = 0; k < kSequences; ++k) {
      expect_near(recomputed(alone, rows[static_cast<std::size_t>(k)], static_cast<int>(p) + 1),
                  logits.data() + k * many.logits_stride(), 1e-4, "sequence " + std::to_string(k));
    }
  }
}

TEST_P(GptEveryInstructionSet, AForkGoesOnFromThePrefixAndLeavesTheOtherAlone) {
  for (const Precision precision : {Precision::kFloat32, Precision::kInt8}) {
    GptEngine engine_of = engine(3, precision), alone = engine(1, precision);
    const std::vector<GptRow> rows = random_rows(engine_of.layout(), 0, 20),
                              others = random_rows(engine_of.layout(), 2, 21);
    constexpr int kRead = 25, kShared = 18;
    ASSERT_TRUE(engine_of.append(std::span(rows).first(kRead), 0, nullptr));
    ASSERT_TRUE(engine_of.append(std::span(others).first(7), 0, nullptr));  // What it had read is forgotten.
    engine_of.fork(0, 2, kShared);
    EXPECT_EQ(engine_of.length(2), kShared);
    EXPECT_EQ(engine_of.length(0), kRead);
    std::vector<GptRow> forked(rows.begin(), rows.begin() + kShared);
    forked.insert(forked.end(), others.begin() + kShared, others.begin() + kShared + 4);
    std::vector<float> logits(static_cast<std::size_t>(2 * engine_of.logits_stride()));
    std::vector<GptRow> next(forked.begin() + kShared, forked.end());
    for (GptRow& row : next) row.sequence = 2;
    ASSERT_TRUE(engine_of.append(next, 1, logits.data()));
    expect_near(recomputed(alone, forked, static_cast<int>(forked.size())), logits.data(), 1e-4, "the fork");
    ASSERT_TRUE(engine_of.append({&rows[kRead], 1}, 1, logits.data()));
    expect_near(recomputed(alone, rows, kRead + 1), logits.data(), 1e-4, "the other");
  }
}

TEST_P(GptEveryInstructionSet, WhatWasForgottenIsReadAnew) {
  GptEngine engine_of = engine(1), alone = engine(1);
  const std::vector<GptRow> rows = random_rows(engine_of.layout(), 0, 30),
                            other = random_rows(engine_of.layout(), 0, 31);
  ASSERT_TRUE(engine_of.append(std::span(other).first(30), 0, nullptr));
  engine_of.truncate(0, 3);
  std::vector<GptRow> mixed(other.begin(), other.begin() + 3);
  mixed.insert(mixed.end(), rows.begin() + 3, rows.begin() + 20);
  std::vector<float> logits(static_cast<std::size_t>(engine_of.logits_stride()));
  ASSERT_TRUE(engine_of.append(std::span(mixed).subspan(3), 1, logits.data()));
  expect_near(recomputed(alone, mixed, 20), logits.data(), 1e-4, "after truncate()");
}

TEST_P(GptEveryInstructionSet, EightBitsSayNearlyTheSame) {
  GptEngine exact = engine(1), coarse = engine(1, Precision::kInt8);
  const std::vector<GptRow> rows = random_rows(exact.layout(), 0, 40);
  double error = 0.0, spread = 0.0;
  for (int length = exact.layout().prompt(); length < exact.layout().positions(); ++length) {
    const std::vector<float> a = recomputed(exact, rows, length), b = recomputed(coarse, rows, length);
    for (std::size_t v = 0; v < a.size(); ++v) {
      error += std::pow(double{a[v]} - double{b[v]}, 2);
      spread += std::pow(double{a[v]}, 2);
    }
  }
  EXPECT_LT(std::sqrt(error / spread), 0.03);
}

TEST(GptEngine, CopiesShareTheWeightsAndHaveSequencesOfTheirOwn) {
  GptEngine one(test::random_gpt(kConfig, kGoal, 1), {.sequences = 2});
  const std::vector<GptRow> rows = random_rows(one.layout(), 1, 50);
  ASSERT_TRUE(one.append(std::span(rows).first(10), 0, nullptr));
  GptEngine other(one);
  EXPECT_EQ(one.length(1), 10);
  EXPECT_EQ(other.length(1), 0);
  EXPECT_EQ(other.sequences(), 2);
  EXPECT_EQ(recomputed(one, rows, 12), recomputed(other, rows, 12));
}

TEST(GptEngine, ReadsWithoutTheHeap) {
  for (const Precision precision : {Precision::kFloat32, Precision::kInt8}) {
    GptEngine engine(test::random_gpt(kConfig, kGoal, 1), {.sequences = 2, .precision = precision});
    const std::vector<GptRow> rows = random_rows(engine.layout(), 0, 60);
    std::vector<float> logits(static_cast<std::size_t>(2 * engine.logits_stride()));
    const test::AllocationCounter counter;
    for (int round = 0; round < 3; ++round) {
      engine.truncate(0, 0);
      bool good = engine.append(std::span(rows).first(20), 1, logits.data());
      engine.fork(0, 1, 11);
      for (std::size_t p = 20; p < rows.size(); ++p) good = engine.append({&rows[p], 1}, 1, logits.data()) && good;
      ASSERT_TRUE(good);
    }
    EXPECT_EQ(counter.calls(), 0);
  }
}

TEST(GptEngine, SaysIfItsLogitsAreNoNumbers) {
  GptFile file = test::random_gpt(kConfig, kGoal, 1);
  std::ranges::fill(file.tensors.at("layer.1.down.bias").values, 3e38F);
  file.tensors.at("layer.1.down.bias").values[0] = -3e38F;  // Their variance is beyond float32.
  std::ranges::fill(file.tensors.at("head.2.bias").values, 3e38F);
  std::ranges::fill(file.tensors.at("head.2.weight").values, 3e38F);
  GptEngine engine(file, {});
  const std::vector<GptRow> rows = random_rows(engine.layout(), 0, 70);
  std::vector<float> logits(static_cast<std::size_t>(engine.logits_stride()));
  EXPECT_FALSE(engine.append(std::span(rows).first(5), 1, logits.data()));
}

TEST(GptEngine, RefusesWhatItCannotDo) {
  const GptFile file = test::random_gpt(kConfig, kGoal, 1);
  try {
    GptEngine engine(file, {.sequences = 0, .rows = 0, .instructions = "abacus"});
    FAIL() << "accepted";
  } catch (const OptionsError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("sequences 0"), testing::HasSubstr("rows 0"),
                                             testing::HasSubstr("'abacus'")));
  }
  GptFile broken = file;
  broken.tensors.erase("norm.bias");
  EXPECT_THROW(GptEngine(broken, {}), ModelError);
}

TEST(GptEngine, TakesWidthsThatFillNoWidePanel) {
  GptEngine engine(test::random_gpt({.width = 32, .layers = 1, .heads = 2, .window = 4}, kGoal, 1), {});
  EXPECT_FALSE(engine.instructions().starts_with("avx512"));
}

}  // namespace
}  // namespace ripen::opponents
