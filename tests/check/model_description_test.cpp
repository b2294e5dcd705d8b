#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ripen_model/describe.hpp"
#include "support/random_model.hpp"

namespace ripen::examples {
namespace {

ModelFile model(int mixer_width = 32) {
  return random_model(TokenLayout({{"place", SlotRole::kState, 8, -1.0, 1.0}, {"move", SlotRole::kAction, 3}}),
                      {.width = 16,
                       .blocks = 0,
                       .mixer_width = mixer_width,
                       .mixer_layers = 1,
                       .mixer_heads = 2,
                       .window = 4,
                       .value_bins = 5,
                       .tables = false});
}

TEST(ModelDescription, CountsProducts) {
  const Products products = products_of(model());
  // Action and value heads of the encoder, then the mixer's: in, qkv, out, up, down, head.
  EXPECT_EQ(products.weights, 16 * 3 + 16 * 5 + 16 * 32 + 32 * 32 * (3 + 1 + 4 + 4) + 32 * 11);
  EXPECT_EQ(products.attended, 2 * 32) << "a score and a share of its value";
  EXPECT_EQ(products.of_window(4), 4 * products.weights + 16 * products.attended);
}

TEST(ModelDescription, NamesSlotsInTheirUnits) {
  EXPECT_THAT(describe(model()), testing::AllOf(testing::ContainsRegex("place +state +8 bins from -1 to 1, 0.25 each"),
                                                testing::ContainsRegex("move +action +3 categories")));
}

TEST(ModelDescription, DifferencesNameWhatChanged) {
  const ModelFile one = model();
  EXPECT_EQ(differences(one, one), "");
  ModelFile other = one;
  other.tensors.at("mixer.head.bias").values[2] += 0.5F;
  other.notes["seed"] = "7";
  EXPECT_EQ(differences(one, other),
            "mixer.head.bias: 1 of 11 numbers differ, by 0.5 at most and 0.151 (root mean square of all)\n"
            "note seed: none | 7\n");
  EXPECT_THAT(differences(one, model(64)), testing::HasSubstr("mixer_width: 32 | 64\n"));
}

}  // namespace
}  // namespace ripen::examples
