#include "ripen/plan_buffer.hpp"

#include <gtest/gtest.h>

#include "ripen/error.hpp"
#include "util/random.hpp"

namespace ripen {
namespace {

const TokenLayout kLayout({{"s", SlotRole::kState, 1000}, {"a", SlotRole::kAction, 10}});

TEST(PlanBuffer, ShiftsWithoutLosingAStepOfTheRing) {
  // Against the obvious: a token per candidate and step, found by its number.
  Random random(5);
  PlanBuffer buffer(kLayout, 3, 7, 2);
  const auto expected = [](int candidate, std::int64_t step) {
    return static_cast<Token>((candidate * 311 + step) % 1000);
  };
  for (int c = 0; c < 3; ++c) {
    for (std::int64_t step = 0; step < 7; ++step) buffer.tokens(c, step)[0] = expected(c, step);
  }
  for (int i = 0; i < 1000; ++i) {
    const int steps = random.below(4);
    const std::int64_t end = buffer.head() + buffer.horizon();
    buffer.shift(steps);
    for (int c = 0; c < 3; ++c) {
      for (std::int64_t step = end; step < end + steps; ++step) {
        ASSERT_EQ(buffer.tokens(c, step)[0], kMask) << "step " << step << " entered unmasked";
        ASSERT_EQ(buffer.levels(c, step)[0], kFullNoise);
        buffer.tokens(c, step)[0] = expected(c, step);
        buffer.levels(c, step)[0] = 0;
      }
      for (std::int64_t step = std::max<std::int64_t>(0, buffer.head() - 2); step < buffer.head() + 7; ++step) {
        ASSERT_TRUE(buffer.contains(step));
        ASSERT_EQ(buffer.state(c, step)[0], expected(c, step)) << "candidate " << c << " step " << step;
      }
    }
    ASSERT_FALSE(buffer.contains(buffer.head() - 3));
    ASSERT_FALSE(buffer.contains(buffer.head() + 7));
  }
}

TEST(PlanBuffer, CopiesAndMasksOnlyWhatIsAsked) {
  PlanBuffer buffer(kLayout, 2, 5, 0);
  for (std::int64_t step = 0; step < 5; ++step) buffer.tokens(0, step)[1] = static_cast<Token>(step);
  buffer.copy(0, 1, 1, 3);
  EXPECT_EQ(buffer.action(1, 0)[0], kMask);
  EXPECT_EQ(buffer.action(1, 2)[0], 2);
  EXPECT_EQ(buffer.action(1, 3)[0], kMask);
  buffer.mask_from(0, 4);
  EXPECT_EQ(buffer.action(0, 3)[0], 3);
  EXPECT_EQ(buffer.action(0, 4)[0], kMask);
}

TEST(PlanBuffer, RefusesSizesThatAreNone) {
  EXPECT_THROW(PlanBuffer(kLayout, 0, 1, 0), OptionsError);
  EXPECT_THROW(PlanBuffer(kLayout, 1, 0, 0), OptionsError);
  EXPECT_THROW(PlanBuffer(kLayout, 1, 1, -1), OptionsError);
}

}  // namespace
}  // namespace ripen
