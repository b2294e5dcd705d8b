// The GPT-style model's file, and what stands where in its sequences.

#include "opponents/gpt/gpt_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "ripen/error.hpp"
#include "support/random_gpt.hpp"

namespace ripen::opponents {
namespace {

using testing::HasSubstr;

constexpr GptConfig kSmall{.width = 32, .layers = 1, .heads = 2, .window = 5};
const train::GoalSlots kGoal{.always = {1}, .at_end = {0}};

GptFile small() { return test::random_gpt(kSmall, kGoal, 1); }

/// What a file of these bytes is refused with.
std::string refusal(const std::string& bytes) {
  try {
    (void)GptFile::from_bytes(bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(GptLayout, HasTheGoalAndTheArrivalInFrontOfTheSteps) {
  const GptLayout layout(test::mixed_layout(), kGoal, 5);
  EXPECT_EQ(layout.prompt(), 3);
  EXPECT_EQ(layout.positions(), 3 + 5 * 4);
  const std::vector<int> slots = {1, 0, -1, 0, 1, 2, 3, 0, 1};
  for (std::size_t p = 0; p < slots.size(); ++p) EXPECT_EQ(layout.slot_at(static_cast<int>(p)), slots[p]) << p;
  EXPECT_EQ(layout.position_of(1, 0), 7);
}

TEST(GptLayout, TellsArrivalsApartUpToTheWindow) {
  const GptLayout layout(test::mixed_layout(), kGoal, 5);
  EXPECT_EQ(layout.arrival(0), 0);
  EXPECT_EQ(layout.arrival(5), 5);
  EXPECT_EQ(layout.arrival(400), 5) << "so many or more";
  EXPECT_EQ(layout.arrival(-1), 6) << "unknown";
  EXPECT_EQ(layout.arrivals(), 7);
}

TEST(GptLayout, RowsOfTheTableAreEachSlotsOwn) {
  const GptLayout layout(test::mixed_layout(), {}, 5);
  int next = 0;
  for (int s = 0; s < layout.tokens().slots(); ++s) {
    for (int v = 0; v < layout.tokens().slot(s).vocabulary; ++v) {
      EXPECT_EQ(layout.row(s, static_cast<Token>(v)), next++);
    }
    EXPECT_EQ(layout.row(s, kMask), next++);
  }
  EXPECT_EQ(layout.rows(), next);
}

TEST(GptLayout, RefusesGoalsThatAreNoStates) {
  EXPECT_THROW(GptLayout(test::mixed_layout(), {.at_end = {2}}, 5), ModelError);
  EXPECT_THROW(GptLayout(test::mixed_layout(), {.at_end = {-1}}, 5), ModelError);
  EXPECT_THROW(GptLayout(test::mixed_layout(), {.always = {0}, .at_end = {0}}, 5), ModelError);
}

TEST(GptFile, IsReadAsItWasWritten) {
  GptFile file = small();
  file.notes["seed"] = "7";
  const std::string path = testing::TempDir() + "ripen_gpt.safetensors";
  file.save(path);
  const GptFile read = GptFile::load(path);
  std::filesystem::remove(path);
  EXPECT_EQ(read.layout, file.layout);
  EXPECT_EQ(read.config, file.config);
  EXPECT_EQ(read.goal.always, file.goal.always);
  EXPECT_EQ(read.goal.at_end, file.goal.at_end);
  EXPECT_EQ(read.notes.at("seed"), "7");
  EXPECT_EQ(read.to_bytes(), GptFile::from_bytes(read.to_bytes()).to_bytes());
  for (const auto& [name, tensor] : file.tensors) {
    const Tensor& other = read.tensors.at(name);
    ASSERT_EQ(other.shape, tensor.shape) << name;
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      ASSERT_NEAR(other.values[i], tensor.values[i], 2e-3) << name << " in float16";
    }
  }
}

TEST(GptFile, SaysWhatIsWrongWithIt) {
  EXPECT_THAT(refusal("nonsense"), HasSubstr("header"));
  const std::string bytes = small().to_bytes();
  EXPECT_THAT(refusal(bytes.substr(0, bytes.size() - 2)), testing::Not("accepted"));
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = bytes;
    const std::size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return changed.replace(at, from.size(), to);
  };
  EXPECT_THAT(refusal(with("ripen-gpt-1", "ripen-gpt-9")), HasSubstr("'format' is 'ripen-gpt-9'"));
  EXPECT_THAT(refusal(with("\\\"layers\\\":1", "\\\"layers\\\":2")),
              HasSubstr("tensor 'layer.1.out.bias': is missing"));
  EXPECT_THAT(refusal(with("\\\"layers\\\":1", "\\\"layers\\\":0")), HasSubstr("layers 0 is outside"));
  EXPECT_THAT(refusal(with("\\\"goal_at_end\\\":[0]", "\\\"goal_at_end\\\":[3]")), HasSubstr("goal_at_end"));
  EXPECT_THAT(refusal(with("\\\"goal_at_end\\\":[0]", "\\\"goal_at_end\\\":[1]")), HasSubstr("there twice"));
  std::string flipped = bytes;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  EXPECT_THAT(refusal(flipped), HasSubstr("hash"));
}

TEST(GptFile, WritesNothingThatCouldNotBeRead) {
  GptFile file = small();
  file.tensors.at("norm.bias").values[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW((void)file.to_bytes(), Error);
  file = small();
  file.tensors.erase("head.2.bias");
  EXPECT_THROW(file.save(testing::TempDir() + "ripen_gpt_bad.safetensors"), ModelError);
  EXPECT_FALSE(std::filesystem::exists(testing::TempDir() + "ripen_gpt_bad.safetensors"));
  file = small();
  file.notes["gpt"] = "mine";
  EXPECT_THROW((void)file.to_bytes(), Error);
  EXPECT_THROW((void)GptFile::load("/nowhere/gpt.safetensors"), ModelError);
}

TEST(GptConfig, ListsEveryProblem) {
  const std::string problems = GptConfig{.width = 8, .layers = 0, .heads = 0, .window = 1}.validate();
  for (const char* field : {"width 8", "layers 0", "heads 0", "window 1"}) EXPECT_THAT(problems, HasSubstr(field));
  EXPECT_THAT((GptConfig{.width = 48, .heads = 2}.validate()), HasSubstr("no multiple of 16 x heads"));
}

TEST(GptSizes, HaveTheNumbersThatTheirNamesSay) {
  for (const auto& [name, config] : gpt_sizes()) {
    ASSERT_EQ(config.validate(), "");
    const double named = std::stod(name) * 1e6;  // "M" ends the number.
    const double layers = 12.0 * config.width * config.width * config.layers;
    EXPECT_NEAR(layers / named, 1.0, 0.06) << name << " has " << layers << " in its layers";
    EXPECT_EQ(config.width % 64, 0) << "or no wide instructions run it";
  }
}

}  // namespace
}  // namespace ripen::opponents
