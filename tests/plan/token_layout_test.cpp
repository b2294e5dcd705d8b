#include "ripen/token_layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <stdexcept>

#include "ripen/error.hpp"

namespace ripen {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const TokenLayout kArm({{"elbow", SlotRole::kState, 10, -1.0, 1.0},
                        {"grip", SlotRole::kState, 3},
                        {"torque", SlotRole::kAction, 4, 0.0, 8.0}});

TEST(TokenLayout, CountsSlotsAndLogits) {
  EXPECT_EQ(kArm.slots(), 3);
  EXPECT_EQ(kArm.states(), 2);
  EXPECT_EQ(kArm.actions(), 1);
  EXPECT_EQ(kArm.state_logits(), 13);
  EXPECT_EQ(kArm.action_logits(), 4);
  EXPECT_EQ(kArm.logits(), 17);
  EXPECT_EQ(kArm.offset(2), 13);
}

TEST(TokenLayout, ListsEveryProblemAtOnce) {
  try {
    const TokenLayout bad({{"a", SlotRole::kAction, 1}, {"a", SlotRole::kState, 2, 3.0, 1.0}});
    FAIL() << "accepted";
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("vocabulary 1"), HasSubstr("used twice"), HasSubstr("after an action"),
                                    HasSubstr("is not a range")));
  }
}

TEST(TokenLayout, RefusesARangeThatIsNone) {
  for (const auto& [low, high] : {std::pair(-1e308, 1e308), {0.0, 1e308}, {NAN, NAN}, {INFINITY, INFINITY}}) {
    EXPECT_THROW(TokenLayout({{"a", SlotRole::kState, 10, low, high}, {"b", SlotRole::kAction, 2}}), ModelError)
        << low << " " << high;
  }
}

TEST(TokenLayout, SurvivesJson) {
  EXPECT_EQ(TokenLayout::from_json(kArm.to_json()), kArm);
  EXPECT_EQ(TokenLayout::from_json(kArm.to_json()).hash(), kArm.hash());
  for (const char* text : {"", "{", "[]", "[1]", R"([{"name":"a","role":"x","vocabulary":3}])",
                           R"([{"name":"a","role":"state","vocabulary":1e30}])", R"({"name":"a"})",
                           R"([{"name":"a","name":"b","role":"state","vocabulary":3}])"}) {
    EXPECT_THROW((void)TokenLayout::from_json(text), Error) << text;
  }
}

TEST(TokenLayout, KnowsValidTokens) {
  EXPECT_TRUE(kArm.valid(std::array<Token, 2>{9, 2}, false));
  EXPECT_FALSE(kArm.valid(std::array<Token, 2>{10, 2}, false));
  EXPECT_FALSE(kArm.valid(std::array<Token, 2>{kMask, 2}, false));
  EXPECT_TRUE(kArm.valid(std::array<Token, 2>{kMask, 2}, true));
  EXPECT_FALSE(kArm.valid(std::array<Token, 1>{0}, true));
}

TEST(Tokenizer, DecodesEveryTokenToItself) {
  const Tokenizer tokenizer(kArm);
  for (int slot = 0; slot < kArm.slots(); ++slot) {
    for (Token token = 0; token < kArm.slot(slot).vocabulary; ++token) {
      EXPECT_EQ(tokenizer.encode(slot, tokenizer.decode(slot, token)), token) << kArm.slot(slot).name;
    }
  }
}

TEST(Tokenizer, RefusesWhatIsNoValueAndTakesTheNearestBin) {
  const Tokenizer tokenizer(kArm);
  std::array<Token, 2> tokens{5, 1};
  for (const double grip : {-1.0, 0.5, 3.0, std::nan(""), 1e300}) {
    EXPECT_FALSE(tokenizer.encode_state(std::array{0.0, grip}, tokens)) << grip;
  }
  EXPECT_FALSE(tokenizer.encode_state(std::array<double, 2>{INFINITY, 1.0}, tokens));
  EXPECT_THAT(tokens, ::testing::ElementsAre(5, 1)) << "a refused state must change nothing";
  EXPECT_TRUE(tokenizer.encode_state(std::array{-7.0, 0.0}, tokens));
  EXPECT_EQ(tokens[0], 0);
  EXPECT_TRUE(tokenizer.encode_state(std::array{7.0, 0.0}, tokens));
  EXPECT_EQ(tokens[0], 9);
}

TEST(Tokenizer, AValueIsKnownFinerThanItsBinIsWide) {
  const Tokenizer tokenizer(kArm);
  const Slot& slot = kArm.slot(0);
  const double bin = (slot.high - slot.low) / slot.vocabulary;
  for (int i = 0; i <= 1000; ++i) {
    const double value = slot.low + (slot.high - slot.low) * i / 1000.0;
    Fraction fraction = 0;
    const Token token = tokenizer.encode(0, value, fraction);
    EXPECT_EQ(token, tokenizer.encode(0, value));
    EXPECT_NEAR(tokenizer.decode(0, token, fraction), value, bin / 256.0) << value;
  }
  Fraction fraction = 7;
  EXPECT_EQ(tokenizer.encode(1, 2.0, fraction), 2);
  EXPECT_EQ(fraction, 0) << "a category lies nowhere but at itself";
  EXPECT_EQ(tokenizer.decode(1, 2, 100), 2.0);
}

}  // namespace
}  // namespace ripen
