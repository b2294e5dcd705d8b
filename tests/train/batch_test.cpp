#include "train/batch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <string>

#include "ripen/error.hpp"
#include "train/binned_source.hpp"
#include "train/counting_source.hpp"
#include "train/unroll.hpp"

namespace ripen::train {
namespace {

constexpr int kWindow = 6;
constexpr int kSlots = 2;
constexpr BatchShape kShape{.steps = 50, .windows = 400, .window = kWindow};

/// Whether the forward process must have left a token alone.
bool is_known(const Batch& batch, int window, int step, int slot) {
  const auto [head, observed] = batch.known[static_cast<std::size_t>(window)];
  return step < head || (step == head && slot == 0 && observed);
}

std::size_t place_of(int window, int step, int slot) {
  return static_cast<std::size_t>((window * kWindow + step) * kSlots + slot);
}

Batch batch_of(std::uint64_t number) { return make_batch(CountingSource(), kShape, number); }

TEST(Trajectory, ValuesBeyondTheMaskOfGoodOnesAreInNone) {
  constexpr std::uint64_t kEnds = std::uint64_t{1} << 63 | 1;
  for (int value = -1; value < 300; ++value) {
    EXPECT_EQ(is_good(kEnds, value), value == 0 || value == 63) << value;
    EXPECT_EQ(is_good(~std::uint64_t{0}, value), value >= 0 && value < 64) << value;
  }
}

TEST(Batch, HasItsShape) {
  const Batch batch = batch_of(1);
  for (const Values* values : {&batch.steps, &batch.next}) {
    EXPECT_EQ(values->tokens.size(), 50U * kSlots);
    EXPECT_EQ(values->fractions.size(), 50U * kSlots);
  }
  for (const Values* values : {&batch.clean, &batch.corrupted}) {
    EXPECT_EQ(values->tokens.size(), 400U * kWindow * kSlots);
    EXPECT_EQ(values->fractions.size(), 400U * kWindow * kSlots);
  }
  EXPECT_EQ(batch.window_good.size(), 400U * kWindow);
  EXPECT_EQ(batch.known.size(), 400U);
}

TEST(Batch, ShorterWindowsHaveEveryLengthAndEndWhereTheTrajectoryDoes) {
  constexpr BatchShape kShort{.steps = 0, .windows = 60, .window = kWindow, .least_window = 3};
  std::set<int> lengths;
  std::uint64_t number = 1;
  for (int b = 0; b < 40; ++b) {
    const std::uint64_t first = number;
    const Batch batch = make_batch(CountingSource(), kShort, number);
    lengths.insert(batch.window);
    const auto row = static_cast<std::size_t>(batch.window * kSlots);
    ASSERT_EQ(batch.clean.tokens.size(), 60U * row) << "from trajectory " << first;
    ASSERT_EQ(batch.told.size(), 60U * row);
    ASSERT_EQ(batch.window_good.size(), 60U * static_cast<std::size_t>(batch.window));
    std::set<Token> begins;
    for (std::size_t w = 0; w < 60; ++w) {
      EXPECT_EQ(batch.clean.tokens[(w + 1) * row - kSlots], 0) << "from trajectory " << first << " window " << w;
      begins.insert(batch.clean.tokens[w * row]);
    }
    EXPECT_GT(begins.size(), 4U) << "they begin anywhere from which they reach it";
  }
  EXPECT_EQ(lengths, (std::set<int>{3, 4, 5, 6}));
}

TEST(Batch, CorruptionLeavesWhatIsKnownAndSpoilsTheRest) {
  const CountingSource source;
  const Batch batch = batch_of(2);
  int masked = 0, wrong = 0, unknown = 0;
  for (int w = 0; w < kShape.windows; ++w) {
    for (int i = 0; i < kWindow; ++i) {
      for (int s = 0; s < kSlots; ++s) {
        const Token clean = batch.clean.tokens[place_of(w, i, s)], shown = batch.corrupted.tokens[place_of(w, i, s)];
        ASSERT_TRUE(shown == kMask || shown < source.layout().slot(s).vocabulary);
        if (is_known(batch, w, i, s)) {
          ASSERT_EQ(shown, clean) << "window " << w << " step " << i << " slot " << s;
          continue;
        }
        ++unknown;
        masked += shown == kMask ? 1 : 0;
        wrong += shown != kMask && shown != clean ? 1 : 0;
      }
    }
  }
  EXPECT_GT(masked, unknown / 4);
  EXPECT_LT(masked, unknown * 3 / 4);
  EXPECT_GT(wrong, unknown / 50) << "the model must learn to revise";
}

TEST(Batch, SameNumberSameBatch) {
  EXPECT_EQ(batch_of(3).corrupted.tokens, batch_of(3).corrupted.tokens);
  EXPECT_NE(batch_of(3).corrupted.tokens, batch_of(4).corrupted.tokens);
}

/// A value in bins.
double value_of(const Values& values, std::size_t at) { return values.tokens[at] + values.fractions[at] / 256.0; }

TEST(Batch, FractionsGoWithTheirTokens) {
  constexpr BatchShape kFine{.steps = 50, .windows = 400, .window = kWindow, .fractions = true};
  const BinnedSource source;
  std::uint64_t number = 1;
  const Batch batch = make_batch(source, kFine, number);
  for (std::size_t i = 0; i + 1 < batch.good.size(); ++i) {
    if (batch.to_goal[i] != 2.0F) continue;  // Then it rolls home.
    const double bins_from_home = value_of(batch.next, kSlots * i) + 0.5 - (BinnedSource::kHome + 1.0) / 0.1;
    const double halfway = value_of(batch.steps, kSlots * i) + 0.5 - (BinnedSource::kHome + 1.0) / 0.1;
    EXPECT_NEAR(bins_from_home, halfway / 2.0, 0.01) << i;
  }
  int near = 0, moved = 0;
  std::set<Fraction> fractions;
  for (int w = 0; w < kFine.windows; ++w) {
    for (int i = 0; i < kWindow; ++i) {
      for (int s = 0; s < kSlots; ++s) {
        const std::size_t at = place_of(w, i, s);
        if (batch.corrupted.tokens[at] == kMask) {
          ASSERT_EQ(batch.corrupted.fractions[at], 0) << "window " << w << " step " << i << " slot " << s;
        } else if (is_known(batch, w, i, s)) {
          ASSERT_EQ(batch.corrupted.fractions[at], batch.clean.fractions[at]) << "window " << w << " step " << i;
        } else {
          const double off = std::abs(value_of(batch.corrupted, at) - value_of(batch.clean, at));
          near += off < 0.25 ? 1 : 0;
          moved += off > 0.0 && off < 0.25 ? 1 : 0;
          fractions.insert(batch.corrupted.fractions[at]);
        }
      }
    }
  }
  EXPECT_GT(moved, near / 2) << "kept values are moved by less than a bin";
  EXPECT_GT(fractions.size(), 200U);
}

TEST(Batch, NetworksThatSeeBinsAloneSeeTheSameAsFromATaskWithoutFractions) {
  class Bins : public BinnedSource {
   public:
    void make(std::uint64_t number, Trajectory& out) const override {
      BinnedSource::make(number, out);
      out.fractions.clear();
    }
  };
  std::uint64_t number = 7, again = 7;
  const Batch fine = make_batch(BinnedSource(), kShape, number), bins = make_batch(Bins(), kShape, again);
  EXPECT_EQ(fine.steps.tokens, bins.steps.tokens);
  EXPECT_EQ(fine.corrupted.tokens, bins.corrupted.tokens);
  for (const Values* values : {&fine.steps, &fine.next, &fine.clean, &fine.corrupted}) {
    EXPECT_THAT(values->fractions, testing::Each(Fraction{0}));
  }
}

TEST(Batch, SaysWhatIsWrongWithATrajectory) {
  class Damaged : public BinnedSource {
   public:
    explicit Damaged(std::function<void(Trajectory&)> damage) : damage_(std::move(damage)) {}
    void make(std::uint64_t number, Trajectory& out) const override {
      BinnedSource::make(number, out);
      if (number == 3) damage_(out);
    }

   private:
    std::function<void(Trajectory&)> damage_;
  };
  const auto complaint = [](std::function<void(Trajectory&)> damage) -> std::string {
    std::uint64_t number = 1;
    try {
      (void)make_batch(Damaged(std::move(damage)), kShape, number);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(complaint([](Trajectory&) {}), "");
  EXPECT_EQ(complaint([](Trajectory& t) { t.steps = 0; }), "trajectory 3: steps is 0, not 1 or more");
  EXPECT_EQ(complaint([](Trajectory& t) { t.steps = 4; }), "trajectory 3: tokens has 10 values, not 8");
  EXPECT_EQ(complaint([](Trajectory& t) { t.fractions.pop_back(); }), "trajectory 3: fractions has 9 values, not 10");
  EXPECT_EQ(complaint([](Trajectory& t) { t.good_actions.clear(); }), "trajectory 3: good_actions has 0 values, not 5");
  EXPECT_EQ(complaint([](Trajectory& t) { t.to_goal.push_back(0); }), "trajectory 3: to_goal has 6 values, not 5");
  EXPECT_EQ(complaint([](Trajectory& t) { t.chance = {1.0F}; }), "trajectory 3: chance has 1 values, not 5");
  EXPECT_EQ(complaint([](Trajectory& t) { t.tokens[5] = 11; }),
            "trajectory 3: step 2, slot 'velocity': token 11 is outside of its 11 values");
  EXPECT_EQ(complaint([](Trajectory& t) { t.to_goal[2] = std::nanf(""); }),
            "trajectory 3: to_goal of step 2 is not a number");
  EXPECT_EQ(complaint([](Trajectory& t) { t.to_goal[2] = kNever; }), "");
  EXPECT_THAT(complaint([](Trajectory& t) { t.tokens[4] = kMask; }), testing::HasSubstr("slot 'place': token 65535"));
}

/// The carts of BinnedSource, with an order where to roll to that is shown to the model.
class OrderedSource : public TrajectorySource {
 public:
  explicit OrderedSource(GoalSlots goal) : goal_(std::move(goal)) {}
  [[nodiscard]] const TokenLayout& layout() const override { return layout_; }
  [[nodiscard]] GoalSlots goal_slots() const override { return goal_; }
  void make(std::uint64_t number, Trajectory& out) const override {
    Trajectory carts;
    BinnedSource().make(number, carts);
    out = {.steps = carts.steps};
    out.good_actions = carts.good_actions;
    out.to_goal = carts.to_goal;
    for (std::size_t i = 0; i < static_cast<std::size_t>(out.steps); ++i) {
      for (const Token token : {carts.tokens[2 * i], static_cast<Token>(number % 9), carts.tokens[2 * i + 1]}) {
        out.tokens.push_back(token);
      }
    }
  }

 private:
  GoalSlots goal_;
  TokenLayout layout_{{{"place", SlotRole::kState, 20, -1.0, 1.0},
                       {"order", SlotRole::kState, 9},
                       {"velocity", SlotRole::kAction, 11, -1.1, 1.1}}};
};

/// In how many windows the corrupted tokens of a slot in the step from the last are clean, and told.
std::pair<int, int> clean_and_told(const Batch& batch, int slots, int slot, int from_last) {
  std::pair<int, int> result;
  for (int w = 0; w < kShape.windows; ++w) {
    const auto at = static_cast<std::size_t>((w * kWindow + kWindow - 1 - from_last) * slots + slot);
    result.first += batch.corrupted.tokens[at] == batch.clean.tokens[at] ? 1 : 0;
    result.second += batch.told[at] != 0 ? 1 : 0;
    EXPECT_TRUE(batch.told[at] == 0 || batch.corrupted.tokens[at] == batch.clean.tokens[at]) << w;
  }
  return result;
}

TEST(Batch, TheGoalIsShownInEveryStepIfThePlannerShowsItThere) {
  const OrderedSource source({.always = {1}});
  torch::manual_seed(1);
  StepModel model(source.layout(),
                  ModelConfig{.width = 64, .mixer_width = 64, .mixer_heads = 2, .window = kWindow, .tables = false});
  std::uint64_t number = 1;
  Batch batch = make_batch(source, {.steps = 50, .windows = kShape.windows, .window = kWindow, .unseen = 1.0}, number);
  for (int turn = 0; turn < 2; ++turn) {
    for (int i = 0; i < kWindow; ++i) {
      EXPECT_EQ(clean_and_told(batch, 3, 1, i), std::pair(kShape.windows, kShape.windows)) << i;
      EXPECT_LT(clean_and_told(batch, 3, 0, i).first, kShape.windows * 9 / 10) << i;
    }
    Random random(1);
    unroll(model, kShape.windows, random, batch);  // And once more.
  }
}

TEST(Batch, TheGoalIsShownAtTheEndOfMostWindowsIfThePlannerShowsItThere) {
  std::uint64_t number = 1, again = 1;
  const Batch batch = make_batch(OrderedSource({.at_end = {0}}), kShape, number);
  const Batch without = make_batch(OrderedSource({}), kShape, again);
  const auto [clean, told] = clean_and_told(batch, 3, 0, 0);
  EXPECT_NEAR(told, 0.8 * kShape.windows, 0.06 * kShape.windows);
  EXPECT_GT(clean, told);
  EXPECT_EQ(clean_and_told(batch, 3, 1, 0).second, 0);
  EXPECT_EQ(clean_and_told(without, 3, 0, 0).second, 0);
}

TEST(Batch, TheGoalIsShownFromTheArrivalOnInMostOfThem) {
  std::uint64_t number = 1;
  const Batch batch = make_batch(OrderedSource({.at_end = {0}}), kShape, number);
  int early = 0, from_arrival = 0;  // Windows in which the robot rests before the last step; those that tell it.
  for (int w = 0; w < kShape.windows; ++w) {
    const auto at = [&](int step) { return static_cast<std::size_t>((w * kWindow + step) * 3); };
    const Token goal = batch.clean.tokens[at(kWindow - 1)];
    int arrival = kWindow - 1;
    while (arrival > 0 && batch.clean.tokens[at(arrival - 1)] == goal) --arrival;
    if (arrival == kWindow - 1 || batch.known[static_cast<std::size_t>(w)].head >= arrival ||
        batch.told[at(kWindow - 1)] == 0) {
      continue;
    }
    ++early;
    from_arrival += batch.told[at(arrival)] != 0 ? 1 : 0;
    for (int i = arrival + 1; i < kWindow - 1; ++i) {
      EXPECT_EQ(batch.told[at(i)], batch.told[at(arrival)]) << "window " << w << ", step " << i;
    }
  }
  ASSERT_GT(early, 50);
  EXPECT_NEAR(from_arrival, 0.7 * early, early / 5.0);
}

TEST(Batch, GoalsAreInStateSlots) {
  for (const int slot : {-1, 2, 3}) {
    std::uint64_t number = 1;
    try {
      (void)make_batch(OrderedSource({.at_end = {slot}}), kShape, number);
      ADD_FAILURE() << slot;
    } catch (const OptionsError& error) {
      EXPECT_EQ(std::string(error.what()), "goal slot " + std::to_string(slot) + " is none of the 2 state slots");
    }
  }
}

TEST(Batch, FailuresAreNotImitated) {
  class Failing : public BinnedSource {  // Two of three: their velocity is 0.
   public:
    void make(std::uint64_t number, Trajectory& out) const override {
      BinnedSource::make(number, out);
      out.imitate = number % 3 == 0;
      for (std::size_t i = 0; i < out.to_goal.size() && !out.imitate; ++i) {
        out.tokens[2 * i + 1] = 0;
        out.to_goal[i] = kNever;
      }
    }
  };
  std::uint64_t number = 1;
  const Batch batch = make_batch(Failing(), kShape, number);
  double imitated = 0.0;
  for (std::size_t i = 0; i < batch.good.size(); ++i) {
    EXPECT_EQ(batch.imitate[i] == 0.0F, batch.to_goal[i] == kNever) << i;
    EXPECT_EQ(batch.imitate[i] == 0.0F, batch.steps.tokens[kSlots * i + 1] == 0) << i;
    imitated += static_cast<double>(batch.imitate[i]);
  }
  EXPECT_NEAR(imitated / static_cast<double>(batch.good.size()), 1.0 / 3.0, 0.1);
  for (int w = 0; w < kShape.windows; ++w) {
    for (int i = 0; i < kWindow; ++i) ASSERT_NE(batch.clean.tokens[place_of(w, i, 1)], 0) << "window " << w;
  }
}

TEST(Batch, DoesNotWaitForeverForWhatASourceNeverGives) {
  class Useless : public BinnedSource {
   public:
    explicit Useless(bool short_ones) : short_(short_ones) {}
    void make(std::uint64_t number, Trajectory& out) const override {
      BinnedSource::make(number, out);
      out.imitate = false;
      if (short_) out = {.steps = 1, .tokens = {1, 1}, .good_actions = {0}, .to_goal = {0.0F}};
    }

   private:
    bool short_;
  };
  const auto complaint = [](bool short_ones) -> std::string {
    std::uint64_t number = 1;
    try {
      (void)make_batch(Useless(short_ones), kShape, number);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(complaint(false), testing::HasSubstr("none has 'imitate'"));
  EXPECT_THAT(complaint(true), testing::HasSubstr("none has two steps"));
}

TEST(Batch, SomeOfWhatWasToBeSeenWasNot) {
  std::uint64_t number = 1;
  const Batch partial =
      make_batch(OrderedSource({}), {.steps = 50, .windows = kShape.windows, .window = kWindow, .unseen = 0.5}, number);
  int blind_windows = 0, unseen = 0, masked = 0, seen_beside = 0;
  for (int w = 0; w < kShape.windows; ++w) {
    const auto [head, observed] = partial.known[static_cast<std::size_t>(w)];
    bool blind = false;
    for (int i = 0; i <= head; ++i) {
      int seen = 0, not_seen = 0;
      for (int s = 0; s < (i < head ? 3 : observed ? 2 : 0); ++s) {
        const auto at = static_cast<std::size_t>((w * kWindow + i) * 3 + s);
        if (partial.told[at] != 0) {
          ASSERT_EQ(partial.corrupted.tokens[at], partial.clean.tokens[at]) << w << " " << i << " " << s;
          ++seen;
          continue;
        }
        ASSERT_LT(s, 2) << "what was done is known";
        ++not_seen;
        masked += partial.corrupted.tokens[at] == kMask ? 1 : 0;
      }
      blind = blind || not_seen > 0;
      unseen += not_seen;
      seen_beside += not_seen > 0 && seen > (i < head ? 1 : 0) ? 1 : 0;
    }
    blind_windows += blind ? 1 : 0;
  }
  EXPECT_GT(blind_windows, kShape.windows / 5);
  EXPECT_LT(blind_windows, kShape.windows / 2);
  EXPECT_GT(masked, unseen / 5);
  EXPECT_LT(masked, unseen * 4 / 5) << "the plan's belief may stand there";
  EXPECT_GT(seen_beside, blind_windows / 2) << "single slots, not whole states";
}

TEST(Unroll, DecidesWhereInItsBinAValueLies) {
  for (const bool fractions : {false, true}) {
    const BinnedSource source;
    torch::manual_seed(1);
    StepModel model(source.layout(), ModelConfig{.width = 64,
                                                 .mixer_width = 64,
                                                 .mixer_heads = 2,
                                                 .window = kWindow,
                                                 .tables = false,
                                                 .fractions = fractions});
    ModelFile file = model->to_file();
    file.tensors.at("mixer.head.bias").values[7] = 1000.0F;  // It is sure of the place's bin.
    model->from_file(file);
    std::uint64_t number = 1;
    Batch batch = make_batch(source, {.steps = 50, .windows = 400, .window = kWindow, .fractions = fractions}, number);
    Random random(1);
    unroll(model, 400, random, batch);
    std::set<Fraction> decided;
    for (int w = 0; w < 400; ++w) {
      for (int i = 0; i < kWindow; ++i) {
        const std::size_t at = place_of(w, i, 0);
        if (batch.corrupted.tokens[at] == kMask) {
          ASSERT_EQ(batch.corrupted.fractions[at], 0);
        } else if (is_known(batch, w, i, 0)) {
          ASSERT_EQ(batch.corrupted.fractions[at], batch.clean.fractions[at]);
        } else {
          ASSERT_EQ(batch.corrupted.tokens[at], 7);
          decided.insert(batch.corrupted.fractions[at]);
        }
      }
    }
    if (fractions) {
      EXPECT_GT(decided.size(), 200U);
    } else {
      EXPECT_EQ(decided, std::set<Fraction>{0});
    }
  }
}

TEST(Unroll, ShowsTheModelsDecisionsWhereTheCorruptedWere) {
  torch::manual_seed(1);
  StepModel model(CountingSource().layout(),
                  ModelConfig{.width = 64, .mixer_width = 64, .mixer_heads = 2, .window = kWindow});
  ModelFile file = model->to_file();
  Tensor& bias = file.tensors.at("mixer.head.bias");
  bias.values[7] = bias.values[CountingSource::kPlaces + 3] = 1000.0F;  // It is sure: place 7, stride 3.
  model->from_file(file);

  const Batch before = batch_of(5);
  Batch after = before;
  Random random(1);
  const int unrolled = kShape.windows / 2;
  unroll(model, unrolled, random, after);

  int shown = 0, masked = 0, moved = 0;
  for (int w = 0; w < kShape.windows; ++w) {
    bool advanced = false;
    for (int i = 0; i < kWindow; ++i) {
      for (int s = 0; s < kSlots; ++s) {
        const Token token = after.corrupted.tokens[place_of(w, i, s)], clean = before.clean.tokens[place_of(w, i, s)];
        const Token decided = s == 0 ? 7 : 3;
        if (w >= unrolled) {
          ASSERT_EQ(token, before.corrupted.tokens[place_of(w, i, s)]);
        } else if (is_known(before, w, i, s)) {
          ASSERT_EQ(token, clean);
        } else {
          const int head = before.known[static_cast<std::size_t>(w)].head;
          const bool may_be_next = i == head || (i == head + 1 && s == 0);
          ASSERT_TRUE(token == kMask || token == decided || (may_be_next && token == clean))
              << "window " << w << " step " << i << " slot " << s << " token " << token;
          shown += token == decided ? 1 : 0;
          masked += token == kMask ? 1 : 0;
          advanced = advanced || (token != kMask && token != decided);
        }
      }
    }
    moved += advanced ? 1 : 0;
  }
  EXPECT_GT(shown, masked / 2);
  EXPECT_GT(masked, shown / 2);
  EXPECT_GT(moved, unrolled / 4) << "the head moves on half of the time";
  EXPECT_LT(moved, unrolled * 3 / 4);
}

}  // namespace
}  // namespace ripen::train
