// Weights that come from numpy: the example's file is read, and the pass that it computed is NativeDenoiser's.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "ripen/native_denoiser.hpp"

namespace ripen {
namespace {

/// Empty if there is none.
std::string python_with_numpy() {
  for (const std::string python : {"/usr/bin/python3", "python3"}) {
    if (std::system((python + " -c 'import numpy' 2>/dev/null").c_str()) == 0) return python;
  }
  return {};
}

/// Of rows, or of a row.
template <typename Value>
std::vector<Value> flat(const nlohmann::json& json) {
  std::vector<Value> values;
  for (const auto& entry : json) {
    if (!entry.is_array()) {
      values.push_back(entry.get<Value>());
    } else {
      for (const auto& value : entry) values.push_back(value.get<Value>());
    }
  }
  return values;
}

void expect_near(const std::vector<float>& native, const std::vector<double>& numpy, const std::string& what) {
  ASSERT_EQ(native.size(), numpy.size()) << what;
  double largest = 0.0;
  for (const double value : numpy) largest = std::max(largest, std::abs(value));
  ASSERT_GT(largest, 0.1) << what;
  for (std::size_t i = 0; i < numpy.size(); ++i) EXPECT_NEAR(native[i], numpy[i], 1e-5 * largest) << what << ' ' << i;
}

class WeightsFromNumpy : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string python = python_with_numpy();
    if (python.empty()) GTEST_SKIP() << "there is no python3 with numpy (Debian's python3-numpy)";
    const std::string stem = testing::TempDir() + "weights_from_numpy" + GetParam();
    const std::string command = python + " " RIPEN_EXAMPLES "/10_weights_from_numpy.py " + stem + ".safetensors " +
                                stem + ".json " + GetParam();
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    model = ModelFile::load(stem + ".safetensors");
    pass = nlohmann::json::parse(std::ifstream(stem + ".json"));
  }

  ModelFile model;
  nlohmann::json pass;
};

TEST_P(WeightsFromNumpy, GiveThePassThatNumpyComputed) {
  EXPECT_EQ(model.config.tables, std::string(GetParam()).empty());
  EXPECT_TRUE(model.config.fractions);
  EXPECT_GT(model.config.mixer_width, 0);
  const auto tokens = flat<Token>(pass["tokens"]);
  const auto fractions = flat<Fraction>(pass["fractions"]);
  const auto steps = static_cast<int>(pass["tokens"].size());
  ASSERT_EQ(tokens.size(), fractions.size());
  ASSERT_EQ(static_cast<int>(tokens.size()), steps * model.layout.slots());
  EXPECT_NE(std::ranges::count(tokens, kMask), 0);
  for (const std::string& instructions : available_instructions()) {
    NativeDenoiser denoiser(model, {.instructions = instructions});
    std::vector<float> logits(static_cast<std::size_t>(steps * model.layout.logits()));
    std::vector<float> values(static_cast<std::size_t>(steps));
    DenoiseBatch batch{.depth = PassDepth::kWindow,
                       .windows = 1,
                       .steps = steps,
                       .tokens = tokens.data(),
                       .logits = logits.data(),
                       .value = values.data(),
                       .fractions = fractions.data()};
    denoiser.run(batch);
    expect_near(logits, flat<double>(pass["logits"]), instructions + " logit");
    expect_near(values, flat<double>(pass["values"]), instructions + " value");

    // The pass is of these fractions: without them it is another one.
    const std::vector<float> with = logits;
    batch.fractions = nullptr;
    denoiser.run(batch);
    EXPECT_NE(logits, with) << instructions;
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, WeightsFromNumpy, testing::Values("", "--no-tables"),
                         [](const auto& each) { return std::string(each.param).empty() ? "With" : "Without"; });

TEST(WeightsPage, NamesEveryTensor) {
  std::ostringstream text;
  text << std::ifstream(RIPEN_SOURCE "/src/model/WEIGHTS.md").rdbuf();
  const TokenLayout layout({{"s", SlotRole::kState, 4}, {"a", SlotRole::kAction, 3}});
  for (const auto& [name, shape] : ModelFile::expected(layout, ModelConfig{})) {
    std::string on_page = std::regex_replace(name, std::regex(R"(^step\.[0-9]+)"), "step.B");
    on_page = std::regex_replace(on_page, std::regex(R"(^mixer\.[0-9]+)"), "mixer.L");
    on_page = std::regex_replace(on_page, std::regex(R"(\.(weight|bias)$)"), "");
    EXPECT_NE(text.str().find("`" + on_page + "`"), std::string::npos) << name;
  }
}

TEST(WeightsScript, IsShort) {
  std::ifstream script(RIPEN_EXAMPLES "/10_weights_from_numpy.py");
  int lines = 0;
  for (std::string line; std::getline(script, line);) {
    ++lines;
    EXPECT_LE(line.size(), 120U) << "line " << lines;
  }
  EXPECT_GT(lines, 0);
  EXPECT_LE(lines, 100);
}

}  // namespace
}  // namespace ripen
