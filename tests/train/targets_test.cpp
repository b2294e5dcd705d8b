#include "train/targets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace ripen::train {
namespace {

std::vector<float> target_of(const Slot& slot, Token token, int fraction) {
  std::vector<float> target(static_cast<std::size_t>(slot.vocabulary), 0.0F);
  put_target(slot, token, static_cast<Fraction>(fraction), target.data());
  return target;
}

TEST(Target, OfABinHasTheValueAsItsMean) {
  for (const int bins : {2, 3, 5, 20}) {
    const Slot slot{"x", SlotRole::kState, bins, -1.0, 1.0};
    for (int token = 0; token < bins; ++token) {
      for (int fraction = -128; fraction < 128; ++fraction) {
        const std::vector<float> target = target_of(slot, static_cast<Token>(token), fraction);
        double whole = 0.0, sum = 0.0;
        for (std::size_t v = 0; v < target.size(); ++v) {
          ASSERT_GE(target[v], 0.0F) << bins << " bins, " << token << " " << fraction;
          whole += target[v];
          sum += static_cast<double>(v) * target[v];
        }
        ASSERT_NEAR(whole, 1.0, 1e-6) << bins << " bins, " << token << " " << fraction;
        ASSERT_NEAR(sum, std::clamp(token + fraction / 256.0, 0.0, bins - 1.0), 1e-5)
            << bins << " bins, " << token << " " << fraction;
      }
    }
  }
}

TEST(Target, OfABinFavoursItAndReachesTwoBinsFurther) {
  const Slot slot{"x", SlotRole::kState, 20, -1.0, 1.0};
  const std::vector<float> target = target_of(slot, 7, 0), beside = target_of(slot, 7, 100);
  for (int v = 0; v < 20; ++v) {
    const auto at = static_cast<std::size_t>(v);
    EXPECT_EQ(target[at] > 0.0F, std::abs(v - 7) <= 2) << v;
    EXPECT_EQ(beside[at] > 0.0F, v >= 5 && v <= 10) << v;
    if (v != 7) {
      EXPECT_LT(target[at], target[7]) << v;
      EXPECT_LT(beside[at], beside[7]) << v;
    }
  }
}

TEST(Target, OfACategoryIsItAlone) {
  const Slot slot{"kind", SlotRole::kState, 4};
  EXPECT_EQ(target_of(slot, 2, 100), (std::vector<float>{0, 0, 1, 0}));
}

}  // namespace
}  // namespace ripen::train
