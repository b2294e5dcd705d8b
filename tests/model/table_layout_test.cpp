#include "model/table_layout.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "ripen/error.hpp"

namespace ripen {
namespace {

const TokenLayout kLayout(
    {{"s", SlotRole::kState, 4}, {"t", SlotRole::kState, 6}, {"a", SlotRole::kAction, 3}, {"b", SlotRole::kAction, 2}});

/// Calls with every token of a slot, the mask last.
template <typename Call>
void for_each_token(int slot, const Call& call) {
  for (Token token = 0; token < kLayout.slot(slot).vocabulary; ++token) call(token);
  call(kMask);
}

TEST(TableLayout, GivesEveryTokenAndMaskItsRow) {
  const TableLayout tables(kLayout, true);
  EXPECT_EQ(tables.state_rows(), 5 + 7);
  EXPECT_EQ(tables.action_rows(), 4 + 3);
  EXPECT_EQ(tables.widest(), 6);
  int expected = 0;
  for (int slot = 0; slot < kLayout.slots(); ++slot) {
    if (slot == kLayout.states()) expected = 0;  // An embedding of their own.
    EXPECT_EQ(tables.offset(slot), expected);
    for_each_token(slot, [&](Token token) { EXPECT_EQ(tables.row(slot, token), expected++) << slot << " " << token; });
  }
}

TEST(TableLayout, GivesEveryPairItsRow) {
  const TableLayout tables(kLayout, true);
  EXPECT_EQ(tables.joint_actions(), 4 * 3);
  EXPECT_EQ(tables.pair_rows(), (5 + 7) * 4 * 3);
  std::int64_t expected = 0;  // The last action slot's tokens are next to each other.
  for (int slot = 0; slot < kLayout.states(); ++slot) {
    for_each_token(slot, [&](Token token) {
      for_each_token(2, [&](Token a) {
        for_each_token(3, [&](Token b) {
          const std::int64_t joint = tables.joint_action(std::array<Token, 4>{0, 0, a, b}.data());
          EXPECT_EQ(tables.pair_row(slot, token, joint), expected++) << slot << " " << token << " " << a << " " << b;
        });
      });
    });
  }
  EXPECT_EQ(expected, tables.pair_rows());
}

TEST(TableLayout, RefusesMoreJointActionsThanATableMayHave) {
  std::vector<Slot> slots{{"s", SlotRole::kState, 4}};
  for (int i = 0; i < 200; ++i) slots.push_back({"a" + std::to_string(i), SlotRole::kAction, 4096});
  EXPECT_THROW(TableLayout(TokenLayout(slots), true), ModelError);
  const TableLayout without(TokenLayout(slots), false);
  EXPECT_EQ(without.pair_rows(), 0);
  EXPECT_EQ(without.action_rows(), 200 * 4097);
  EXPECT_NO_THROW(TableLayout(TokenLayout({{"s", SlotRole::kState, 2}, {"a", SlotRole::kAction, 4095}}), true));
}

}  // namespace
}  // namespace ripen
