#include "plan/softmax.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "util/random.hpp"

namespace ripen {
namespace {

TEST(Softmax, ExponentialIsWithinAFewBits) {
  for (int i = 0; i <= 870000; ++i) {
    const float x = -1e-4F * static_cast<float>(i);
    const double exact = std::exp(static_cast<double>(x));
    ASSERT_NEAR(exp_of_negative(x), exact, 4e-7 * exact) << "e^" << x;
  }
  EXPECT_EQ(exp_of_negative(0.0F), 1.0F);
  EXPECT_EQ(exp_of_negative(-88.0F), 0.0F);
  EXPECT_EQ(exp_of_negative(-INFINITY), 0.0F);
}

TEST(Softmax, IsWhatItsFormulaSaysAtAnyTemperature) {
  Random random(7);
  for (const std::size_t size : {1U, 2U, 7U, 8U, 19U, 256U}) {
    for (const double temperature : {0.25, 1.0, 2.5}) {
      std::vector<float> logits(size), probabilities(size);
      for (float& logit : logits) logit = static_cast<float>(20.0 * random.uniform() - 10.0);
      softmax(logits, temperature, probabilities);
      double sum = 0.0;
      for (const float logit : logits) sum += std::exp(logit / temperature);
      for (std::size_t i = 0; i < size; ++i) {
        const double exact = std::exp(logits[i] / temperature) / sum;
        EXPECT_NEAR(probabilities[i], exact, 1e-5 * exact) << i << " of " << size << " at " << temperature;
      }
    }
  }
}

TEST(Softmax, NanIsImpossibleAndABrokenModelSaysNothing) {
  std::vector<float> some{NAN, 0.0F, -INFINITY, 0.0F}, probabilities(4);
  softmax(some, 1.0, probabilities);
  EXPECT_EQ(probabilities, (std::vector<float>{0.0F, 0.5F, 0.0F, 0.5F}));
  for (const float broken : {NAN, INFINITY, -INFINITY}) {
    std::vector<float> all(4, broken);
    softmax(all, 2.5, all);
    EXPECT_EQ(all, std::vector<float>(4, 0.25F)) << broken;
  }
}

}  // namespace
}  // namespace ripen
