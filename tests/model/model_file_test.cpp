#include "ripen/error.hpp"
#include "ripen/model_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "ripen/native_denoiser.hpp"
#include "support/random_model.hpp"

namespace ripen {
namespace {

using ::testing::HasSubstr;

ModelFile small_model() {
  ModelFile model = random_model(
      TokenLayout({{"s", SlotRole::kState, 4}, {"t", SlotRole::kState, 6}, {"a", SlotRole::kAction, 3}}),
      {.width = 64, .blocks = 1, .mixer_width = 64, .mixer_layers = 1, .mixer_heads = 2, .window = 4, .value_bins = 8});
  model.notes["made by"] = "a test";
  return model;
}

/// Where the header of a file ends and its data begins.
std::size_t header_end(const std::string& bytes) {
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof(size));
  return sizeof(size) + size;
}

/// What a model says of a window in which nothing is known.
std::vector<float> outputs_of(Denoiser& denoiser) {
  const auto steps = static_cast<std::size_t>(denoiser.max_steps());
  const std::vector<Token> tokens(steps * static_cast<std::size_t>(denoiser.layout().slots()), kMask);
  const std::size_t logits = steps * static_cast<std::size_t>(denoiser.layout().logits());
  std::vector<float> outputs(logits + steps);
  denoiser.run({PassDepth::kWindow, 1, denoiser.max_steps(), tokens.data(), outputs.data(), outputs.data() + logits});
  return outputs;
}

class ModelFileTest : public ::testing::Test {
 protected:
  ModelFileTest() { small_model().save(path_); }
  ~ModelFileTest() override { std::filesystem::remove(path_); }

  [[nodiscard]] std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes; }
  /// What loading says; empty if it works.
  [[nodiscard]] std::string complaint() const {
    try {
      (void)ModelFile::load(path_);
      return "";
    } catch (const ModelError& error) {
      return error.what();
    }
  }
  void replace(const std::string& from, const std::string& to) const {
    std::string all = bytes();
    const auto at = all.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    ASSERT_EQ(from.size(), to.size());
    write(all.replace(at, from.size(), to));
  }

  std::string path_ = testing::TempDir() + "model_file_test_" +
                      testing::UnitTest::GetInstance()->current_test_info()->name() + ".safetensors";
};

TEST_F(ModelFileTest, ReadsBackWhatItWrote) {
  const ModelFile model = ModelFile::load(path_), original = small_model();
  EXPECT_EQ(model.layout, original.layout);
  EXPECT_EQ(model.config, original.config);
  EXPECT_EQ(model.notes, original.notes);
  for (const auto& [name, tensor] : original.tensors) {
    const auto& values = model.tensors.at(name).values;
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(values[i], tensor.values[i], 5e-4) << name;  // float16
  }
}

TEST_F(ModelFileTest, EveryTruncationIsAClearError) {
  const std::string all = bytes();
  const std::size_t data_begins = header_end(all);
  for (std::size_t size = 0; size < all.size(); size += size < data_begins ? 1 : 97) {
    EXPECT_THROW((void)ModelFile::from_bytes(std::string_view(all).substr(0, size)), std::exception)
        << size << " bytes";
  }
  write(all.substr(0, data_begins));
  EXPECT_THAT(complaint(), HasSubstr(path_ + "': tensor"));
}

TEST_F(ModelFileTest, EveryFlippedBitOfTheHeaderIsAnErrorOrAModelOfFiniteOutputs) {
  std::string all = bytes();
  int accepted = 0;
  for (std::size_t bit = 0; bit < 8 * header_end(all); ++bit) {
    char& byte = all[bit / 8];
    byte = static_cast<char>(byte ^ (1 << bit % 8));
    try {
      NativeDenoiser denoiser(ModelFile::from_bytes(all), {.max_windows = 1});
      ++accepted;
      for (const float output : outputs_of(denoiser)) ASSERT_TRUE(std::isfinite(output)) << "bit " << bit;
    } catch (const std::exception& error) {
      ASSERT_STRNE(error.what(), "") << "bit " << bit;
    }
    byte = static_cast<char>(byte ^ (1 << bit % 8));
  }
  EXPECT_GT(accepted, 0) << "the flips in notes and names";
}

TEST_F(ModelFileTest, SaysWhatIsWrong) {
  replace("ripen-1", "ripen-9");
  EXPECT_THAT(complaint(), HasSubstr("'format' is 'ripen-9'"));
  small_model().save(path_);
  replace("[64,64]", "[64,65]");
  EXPECT_THAT(complaint(), HasSubstr("shape [64,65]"));
  small_model().save(path_);
  replace("[64,64]", "[9e+99]");
  EXPECT_THAT(complaint(), HasSubstr("shape' is 9e+99"));
  small_model().save(path_);
  replace("step.action.bias", "step.action.bios");
  EXPECT_THAT(complaint(), HasSubstr("'step.action.bias' is missing"));
  small_model().save(path_);
  std::string damaged = bytes();
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  write(damaged);
  EXPECT_THAT(complaint(), HasSubstr("hash"));
  ModelFile nan = small_model();
  nan.tensors.at("step.value.bias").values[0] = std::nanf("");
  nan.save(path_);
  EXPECT_THAT(complaint(), HasSubstr("'step.value.bias': value 0 is not finite"));
  std::filesystem::remove(path_);
  EXPECT_THAT(complaint(), HasSubstr("cannot be opened"));
  std::filesystem::create_directory(path_);
  EXPECT_THAT(complaint(), HasSubstr(path_ + "': "));
}

}  // namespace
}  // namespace ripen
