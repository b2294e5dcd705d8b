#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <span>

#include "ripen/native_denoiser.hpp"
#include "ripen/torch/step_model.hpp"
#include "util/random.hpp"

namespace ripen {
namespace {

double relative_difference(std::span<const float> a, std::span<const float> b) {
  double difference = 0.0, scale = 1.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, std::fabs(double{a[i]} - double{b[i]}));
    scale = std::max(scale, std::fabs(double{b[i]}));
  }
  return difference / scale;
}

/// Largest difference of logits and of values, each as a part of the largest of its kind in their pass (of 1, if all
/// are smaller), over random windows with masked tokens and random fractions.
double largest_difference(const ModelFile& file, const std::string& instructions) {
  StepModel model(file.layout, file.config);
  model->from_file(file);
  const int most = 20;
  TorchDenoiser reference(model, most);
  NativeDenoiser native(file, {.max_windows = most, .instructions = instructions});
  Random random(7);
  double largest = 0.0;
  for (const PassDepth depth : {PassDepth::kDynamics, PassDepth::kStep, PassDepth::kWindow}) {
    for (const int windows : {1, 2, 7, most}) {
      const int steps = depth == PassDepth::kWindow ? file.config.window - (windows % 2) : 2;
      std::vector<Token> tokens;
      std::vector<Fraction> fractions;
      for (int i = 0; i < windows * steps; ++i) {
        for (int s = 0; s < file.layout.slots(); ++s) {
          tokens.push_back(random.below(4) == 0 ? kMask
                                                : static_cast<Token>(random.below(file.layout.slot(s).vocabulary)));
          fractions.push_back(static_cast<Fraction>(random.below(256) - 128));
        }
      }
      const auto rows = static_cast<std::size_t>(depth == PassDepth::kWindow ? windows * steps : windows);
      const auto columns =
          static_cast<std::size_t>(depth == PassDepth::kWindow     ? file.layout.logits()
                                   : depth == PassDepth::kDynamics ? file.layout.state_logits()
                                                                   : file.layout.logits() - file.layout.state_logits());
      std::vector<float> a(rows * columns), b(rows * columns), value_a(rows), value_b(rows);
      native.run({depth, windows, steps, tokens.data(), a.data(), value_a.data(), 0, fractions.data()});
      reference.run({depth, windows, steps, tokens.data(), b.data(), value_b.data(), 0, fractions.data()});
      largest = std::max(largest, relative_difference(a, b));
      if (depth != PassDepth::kDynamics) largest = std::max(largest, relative_difference(value_a, value_b));
    }
  }
  return largest;
}

TokenLayout mixed_layout() {
  return TokenLayout({{"x", SlotRole::kState, 7, -1.0, 1.0},
                      {"y", SlotRole::kState, 3},
                      {"u", SlotRole::kAction, 5, 0.0, 3.0},
                      {"v", SlotRole::kAction, 4}});
}

TEST(NativeDenoiser, EqualsTorchOnRandomWeightsWithEveryInstructionSet) {
  torch::manual_seed(3);
  StepModel model(mixed_layout(), ModelConfig{.width = 64,
                                              .blocks = 2,
                                              .mixer_width = 64,
                                              .mixer_layers = 2,
                                              .mixer_heads = 2,
                                              .window = 5,
                                              .value_bins = 9});
  {
    torch::NoGradGuard no_grad;
    for (auto& parameter : model->parameters()) parameter.add_(torch::randn_like(parameter) * 0.1);
  }
  for (const std::string& instructions : available_instructions()) {
    EXPECT_LT(largest_difference(model->to_file(), instructions), 1e-5) << instructions;
  }
}

TEST(NativeDenoiser, EqualsTorchWithWidthsThatFillNoWidePanel) {
  torch::manual_seed(6);
  for (const int width : {16, 48, 64}) {
    StepModel model(mixed_layout(), ModelConfig{.width = width,
                                                .blocks = 1,
                                                .mixer_width = 32,
                                                .mixer_layers = 2,
                                                .mixer_heads = 2,
                                                .window = 5,
                                                .value_bins = 9});
    for (const char* instructions : {"", "portable"}) {
      EXPECT_LT(largest_difference(model->to_file(), instructions), 1e-5) << width << " " << instructions;
    }
  }
}

TEST(NativeDenoiser, EqualsTorchWithoutTables) {
  torch::manual_seed(4);
  StepModel model(mixed_layout(), ModelConfig{.width = 64,
                                              .blocks = 1,
                                              .mixer_width = 64,
                                              .mixer_layers = 2,
                                              .mixer_heads = 2,
                                              .window = 5,
                                              .value_bins = 9,
                                              .tables = false});
  for (const std::string& instructions : available_instructions()) {
    EXPECT_LT(largest_difference(model->to_file(), instructions), 1e-5) << instructions;
  }
}

TEST(TorchDenoiser, SeesFractionsOnlyIfItsModelDoes) {
  for (const bool fractions : {false, true}) {
    torch::manual_seed(6);
    StepModel model(
        mixed_layout(),
        ModelConfig{
            .width = 64, .blocks = 1, .mixer_width = 64, .mixer_heads = 2, .window = 2, .fractions = fractions});
    {
      torch::NoGradGuard no_grad;
      for (auto& parameter : model->parameters()) parameter.add_(torch::randn_like(parameter) * 0.1);
    }
    TorchDenoiser denoiser(model, 1);
    const std::vector<Token> tokens = {3, 1, 2, 0, 4, 2, 1, 3};
    const std::vector<Fraction> some = {50, 0, -90, 0, -20, 0, 3, 0};
    std::vector<float> centres(static_cast<std::size_t>(2 * mixed_layout().logits())), beside = centres;
    denoiser.run({.windows = 1, .steps = 2, .tokens = tokens.data(), .logits = centres.data()});
    denoiser.run(
        {.windows = 1, .steps = 2, .tokens = tokens.data(), .logits = beside.data(), .fractions = some.data()});
    EXPECT_EQ(centres != beside, fractions);
  }
}

TEST(NativeDenoiser, EqualsTorchWithoutAMixer) {
  torch::manual_seed(5);
  StepModel model(mixed_layout(), ModelConfig{.width = 64, .blocks = 1, .mixer_width = 0, .window = 5});
  for (const std::string& instructions : available_instructions()) {
    EXPECT_LT(largest_difference(model->to_file(), instructions), 1e-5) << instructions;
  }
}

TEST(NativeDenoiser, EqualsTorchOnEveryShippedModel) {
  int models = 0;
  for (const auto& entry : std::filesystem::directory_iterator(RIPEN_MODELS_DIR)) {
    if (entry.path().extension() != ".safetensors") continue;
    ++models;
    const ModelFile file = ModelFile::load(entry.path());
    const bool is_narrow = std::gcd(file.config.width, file.config.mixer_width) % 64 != 0;
    for (const std::string& instructions : available_instructions()) {
      if (is_narrow && instructions.starts_with("avx512")) continue;  // They refuse it.
      EXPECT_LT(largest_difference(file, instructions), 1e-5) << entry.path() << " " << instructions;
    }
  }
  EXPECT_GT(models, 0);
}

}  // namespace
}  // namespace ripen
