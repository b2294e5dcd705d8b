#include "train/batch.hpp"

#include <gtest/gtest.h>

#include <cmath>

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
  EXPECT_EQ(batch.steps.size(), 50U * kSlots);
  EXPECT_EQ(batch.next_states.size(), 50U);
  EXPECT_EQ(batch.clean.size(), 400U * kWindow * kSlots);
  EXPECT_EQ(batch.corrupted.size(), batch.clean.size());
  EXPECT_EQ(batch.window_good.size(), 400U * kWindow);
  EXPECT_EQ(batch.known.size(), 400U);
}

TEST(Batch, CorruptionLeavesWhatIsKnownAndSpoilsTheRest) {
  const CountingSource source;
  const Batch batch = batch_of(2);
  int masked = 0, wrong = 0, unknown = 0;
  for (int w = 0; w < kShape.windows; ++w) {
    for (int i = 0; i < kWindow; ++i) {
      for (int s = 0; s < kSlots; ++s) {
        const Token clean = batch.clean[place_of(w, i, s)], shown = batch.corrupted[place_of(w, i, s)];
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
  EXPECT_EQ(batch_of(3).corrupted, batch_of(3).corrupted);
  EXPECT_NE(batch_of(3).corrupted, batch_of(4).corrupted);
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
        const Token token = after.corrupted[place_of(w, i, s)], clean = before.clean[place_of(w, i, s)];
        const Token decided = s == 0 ? 7 : 3;
        if (w >= unrolled) {
          ASSERT_EQ(token, before.corrupted[place_of(w, i, s)]);
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
