#include "plan/softmax.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "util/random.hpp"

namespace ripen {
namespace {

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const char* name : {"portable", "avx2", "avx512"}) {
    if (SoftmaxKernels::find(name) != nullptr) names.emplace_back(name);
  }
  return names;
}

class Softmax : public testing::TestWithParam<std::string> {
 protected:
  const SoftmaxKernels& kernels_ = *SoftmaxKernels::find(GetParam().c_str());
};
INSTANTIATE_TEST_SUITE_P(Kernels, Softmax, testing::ValuesIn(instruction_sets()),
                         [](const auto& set) { return set.param; });

std::vector<float> random_logits(std::size_t size, Random& random, double most = 20.0) {
  std::vector<float> logits(size);
  for (float& logit : logits) logit = static_cast<float>(most * random.uniform() - 10.0);
  return logits;
}

TEST_P(Softmax, ExponentialIsWithinAFewBits) {
  for (int i = 0; i + 8 <= 870000; i += 8) {
    std::vector<float> logits(9, 0.0F), probabilities(9);
    for (int j = 0; j < 8; ++j) logits[static_cast<std::size_t>(j)] = -1e-4F * static_cast<float>(i + j);
    // Ones that do not divide: the last logit is the highest of these.
    kernels_.softmax(logits.data(), 9, 0.0F, 1.0F, probabilities.data());
    for (std::size_t j = 0; j < 8; ++j) {
      const double exact = std::exp(static_cast<double>(logits[j])) * probabilities[8];
      ASSERT_NEAR(probabilities[j], exact, 5e-7 * exact + std::numeric_limits<float>::min()) << "e^" << logits[j];
    }
  }
  const std::vector<float> ends{0.0F, -88.0F, -std::numeric_limits<float>::infinity()};
  std::vector<float> probabilities(3);
  EXPECT_EQ(kernels_.softmax(ends.data(), 3, 0.0F, 1.0F, probabilities.data()), 1.0F);
  EXPECT_EQ(probabilities, (std::vector<float>{1.0F, 0.0F, 0.0F}));
}

TEST_P(Softmax, IsWhatItsFormulaSaysAtAnyTemperature) {
  Random random(7);
  for (const std::size_t size : {1U, 2U, 7U, 8U, 19U, 31U, 256U}) {
    for (const double temperature : {0.25, 1.0, 2.5}) {
      const std::vector<float> logits = random_logits(size, random);
      std::vector<float> probabilities(size);
      softmax(logits, temperature, probabilities, kernels_);
      double sum = 0.0;
      for (const float logit : logits) sum += std::exp(logit / temperature);
      for (std::size_t i = 0; i < size; ++i) {
        const double exact = std::exp(logits[i] / temperature) / sum;
        EXPECT_NEAR(probabilities[i], exact, 1e-5 * exact) << i << " of " << size << " at " << temperature;
      }
    }
  }
}

TEST_P(Softmax, GivesThePortableOnesBits) {
  const SoftmaxKernels& portable = *SoftmaxKernels::find("portable");
  const auto bits = [](const std::vector<float>& values) {
    std::vector<std::uint32_t> all;
    for (const float value : values) all.push_back(std::bit_cast<std::uint32_t>(value));
    return all;
  };
  Random random(3);
  for (std::size_t size = 1; size <= 130; ++size) {
    std::vector<float> logits = random_logits(size, random, 110.0);  // Some of e^x are 0.
    if (size > 20) logits[size / 3] = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> mine(size), theirs(size);
    const float highest = softmax(logits, 2.5, mine, kernels_);
    ASSERT_EQ(highest, softmax(logits, 2.5, theirs, portable)) << size;
    ASSERT_EQ(bits(mine), bits(theirs)) << size;
    ASSERT_EQ(kernels_.greatest(logits.data(), static_cast<int>(size)),
              portable.greatest(logits.data(), static_cast<int>(size)))
        << size;
    const int blocks = static_cast<int>(size) / kSumBlock;
    std::vector<float> my_sums(size), their_sums(size);
    for (const float least : {0.0F, 0.1F * highest}) {
      kernels_.sum_blocks(mine.data(), blocks, least, my_sums.data());
      portable.sum_blocks(mine.data(), blocks, least, their_sums.data());
      ASSERT_EQ(bits(my_sums), bits(their_sums)) << size;
    }
    softmax(logits, 2.5, logits, kernels_);  // In place.
    ASSERT_EQ(bits(logits), bits(theirs)) << size;
  }
}

TEST_P(Softmax, SumsOfBlocksLeaveOutWhatIsTooSmall) {
  std::vector<float> values(2 * kSumBlock, 0.25F), sums(2);
  values[3] = 0.125F;
  values[20] = 0.0F;
  kernels_.sum_blocks(values.data(), 2, 0.0F, sums.data());
  EXPECT_EQ(sums, (std::vector<float>{3.875F, 3.75F}));
  kernels_.sum_blocks(values.data(), 2, 0.25F, sums.data());
  EXPECT_EQ(sums, (std::vector<float>{3.75F, 3.75F}));
}

TEST_P(Softmax, NanIsImpossibleAndABrokenModelSaysNothing) {
  std::vector<float> some{NAN, 0.0F, -INFINITY, 0.0F}, probabilities(4);
  softmax(some, 1.0, probabilities, kernels_);
  EXPECT_EQ(probabilities, (std::vector<float>{0.0F, 0.5F, 0.0F, 0.5F}));
  for (const std::size_t size : {4U, 64U}) {
    for (const float broken : {NAN, INFINITY, -INFINITY}) {
      std::vector<float> all(size, broken);
      softmax(all, 2.5, all, kernels_);
      EXPECT_EQ(all, std::vector<float>(size, 1.0F / static_cast<float>(size))) << broken;
    }
  }
}

TEST_P(Softmax, WhatIsNotFiniteIsFoundAnywhere) {
  for (int at = 0; at < 67; ++at) {
    std::vector<float> values(67, -std::numeric_limits<float>::max());
    ASSERT_TRUE(kernels_.are_finite(values.data(), 67));
    for (const float broken : {NAN, INFINITY, -INFINITY}) {
      values[static_cast<std::size_t>(at)] = broken;
      ASSERT_FALSE(kernels_.are_finite(values.data(), 67)) << broken << " at " << at;
      ASSERT_TRUE(kernels_.are_finite(values.data(), at)) << broken << " at " << at;
    }
  }
}

TEST(SoftmaxKernels, BestIsOneThatTheProcessorHasAndUnknownOnesAreNone) {
  EXPECT_EQ(&SoftmaxKernels::best(), SoftmaxKernels::find(instruction_sets().back().c_str()));
  EXPECT_EQ(SoftmaxKernels::find("sse9"), nullptr);
}

}  // namespace
}  // namespace ripen
