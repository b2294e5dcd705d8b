#include "ripen/train/trainer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "ripen/error.hpp"
#include "ripen/native_denoiser.hpp"
#include "shared/training.hpp"
#include "train/binned_source.hpp"
#include "train/counting_source.hpp"

namespace ripen::train {
namespace {

constexpr ModelConfig kSmall{
    .width = 64, .blocks = 1, .mixer_width = 64, .mixer_layers = 1, .mixer_heads = 2, .window = 6};

TrainerOptions small_options() {
  return {.bfloat16 = false,
          .batch = 64,
          .windows = 16,
          .unrolled = 0.5,
          .learning_rate = 5e-3,
          .max_steps = 500,
          .evaluate_every = 1e6};
}

StepModel fresh_model() {
  torch::manual_seed(1);
  return StepModel(CountingSource().layout(), kSmall);
}

Evaluation trained(const TrainerOptions& options) {
  Evaluation last;
  train(fresh_model(), CountingSource(), options,
        [&](const Progress&, const Evaluation& evaluation) { last = evaluation; });
  return last;
}

std::string file_of(const char* name) {
  const std::string path = testing::TempDir() + name;
  std::filesystem::remove(path);
  return path;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Trainer, LearnsASmallTask) {
  const Evaluation result = trained(small_options());
  EXPECT_GT(result.good_action, 0.95);
  EXPECT_GT(result.whole_state, 0.95);
  EXPECT_LT(result.value_error, 0.5);
  EXPECT_GT(result.window_action, 0.8);
}

/// The mean of what a model says of a state slot at the end of a window of which nothing is known [bins].
double mean_at_the_end(StepModel& model, int slot) {
  const TokenLayout& layout = model->layout();
  const int steps = model->config().window;
  const std::vector<Token> nothing(static_cast<std::size_t>(steps * layout.slots()), kMask);
  std::vector<float> logits(static_cast<std::size_t>(steps * layout.logits()));
  TorchDenoiser(model, 1).run({.windows = 1, .steps = steps, .tokens = nothing.data(), .logits = logits.data()});
  const float* last = logits.data() + (steps - 1) * layout.logits() + layout.offset(slot);
  double whole = 0.0, sum = 0.0;
  for (int v = 0; v < layout.slot(slot).vocabulary; ++v) {
    whole += std::exp(static_cast<double>(last[v]));
    sum += v * std::exp(static_cast<double>(last[v]));
  }
  return sum / whole;
}

TEST(Trainer, PosteriorsMeansLieBetweenBins) {
  const BinnedSource source;
  const double home = (BinnedSource::kHome + 1.0) / 0.1 - 0.5;  // [bins]
  ASSERT_NEAR(home - std::round(home), -0.17, 0.001) << "or the test says nothing";
  torch::manual_seed(2);
  ModelConfig config = kSmall;
  config.tables = false;
  StepModel model(source.layout(), config);
  TrainerOptions options = small_options();
  options.batch = 8;
  options.max_steps = 600;
  options.output = file_of("ripen_between.safetensors");
  train(model, source, options, [](const Progress&, const Evaluation&) {});
  StepModel average(source.layout(), config);
  average->from_file(ModelFile::load(options.output));
  std::filesystem::remove(options.output);
  EXPECT_NEAR(mean_at_the_end(average, 0), home, 0.06);
}

TEST(Trainer, AValueThatHasSeenFailures) {
  class Failing : public CountingSource {  // Who begins at an odd place stays there, whatever is done.
   public:
    void make(std::uint64_t number, Trajectory& out) const override {
      CountingSource::make(number, out);
      out.imitate = out.tokens[0] % 2 == 0;
      for (std::size_t i = 0; i < out.to_goal.size() && !out.imitate; ++i) {
        out.tokens[2 * i] = out.tokens[0];
        out.tokens[2 * i + 1] = static_cast<Token>((number + i) % 5);
        out.to_goal[i] = kNever;
      }
    }
  };
  torch::manual_seed(3);
  ModelConfig config = kSmall;
  config.mixer_width = 0;
  config.value_bins = 16;
  StepModel model(CountingSource().layout(), config);
  TrainerOptions options = small_options();
  options.unrolled = 0.0;
  options.max_steps = 300;
  options.output = file_of("ripen_failing.safetensors");
  Evaluation last;
  train(model, Failing(), options, [&](const Progress&, const Evaluation& e) { last = e; });
  EXPECT_LT(last.value_error, 0.5) << "and a number";
  EXPECT_GT(last.good_action, 0.95) << "of those that arrive";
  NativeDenoiser denoiser(ModelFile::load(options.output));
  std::filesystem::remove(options.output);
  for (Token place = 1; place < CountingSource::kPlaces; ++place) {
    const Token step[] = {place, kMask};
    float logits[5], value = 0.0F;
    denoiser.run({PassDepth::kStep, 1, 1, step, logits, &value});
    const int left = std::min<int>(place, CountingSource::kPlaces - place);
    EXPECT_NEAR(value, place % 2 == 1 ? 15.0 : (left + 1) / 2, 1.0) << place;
  }
}

TEST(Trainer, SaysHowFarOffForecastsAreInTheChannelsUnit) {
  class Resting : public BinnedSource {
   public:
    void make(std::uint64_t number, Trajectory& out) const override {
      BinnedSource::make(number, out);
      for (std::size_t i = 0; i < out.tokens.size(); i += 2) {  // At home, and the wheels turn.
        out.tokens[i] = 12;
        out.fractions[i] = -44;
        out.tokens[i + 1] = 3;
        out.fractions[i + 1] = 64;
      }
    }
  };
  for (const bool fractions : {false, true}) {
    torch::manual_seed(1);
    StepModel model(BinnedSource().layout(), ModelConfig{.width = 64,
                                                         .blocks = 1,
                                                         .mixer_width = 64,
                                                         .mixer_layers = 1,
                                                         .mixer_heads = 2,
                                                         .window = 12,
                                                         .tables = false,
                                                         .fractions = fractions});
    ModelFile file = model->to_file();
    auto& bias = file.tensors.at("mixer.head.bias").values;
    bias[14] = bias[20 + 3] = 1000.0F;  // It is sure of a place two bins off, and of the velocity's bin.
    model->from_file(file);
    const Evaluation result = evaluate(model, Resting(), 2);
    ASSERT_EQ(result.forecasts.size(), 2U);
    EXPECT_EQ(result.forecasts[0].slot, "place");
    EXPECT_EQ(result.forecasts[1].slot, "velocity");
    ASSERT_EQ(result.forecasts[0].ahead.size(), 4U) << "1, 2, 4 and 8 steps behind the third";
    for (const double error : result.forecasts[0].ahead) EXPECT_NEAR(error, (2.0 + 44.0 / 256.0) * 0.1, 1e-5);
    for (const double error : result.forecasts[1].ahead) EXPECT_NEAR(error, 0.25 * 0.2, 1e-5);
  }
}

TEST(Trainer, SaysHowManyForecastsOfACategoryAreRight) {
  StepModel model = fresh_model();
  ModelFile file = model->to_file();
  auto& bias = file.tensors.at("mixer.head.bias").values;
  bias[0] = bias[CountingSource::kPlaces + 1] = 1000.0F;  // It is sure of place 0, and of one step forward.
  model->from_file(file);
  const Evaluation result = evaluate(model, CountingSource(), 2);
  ASSERT_EQ(result.forecasts.size(), 2U);
  ASSERT_EQ(result.forecasts[0].ahead.size(), 3U);
  EXPECT_GT(result.forecasts[0].ahead[2], result.forecasts[0].ahead[0]) << "the hand arrives sooner or later";
  EXPECT_DOUBLE_EQ(result.forecasts[0].ahead[2], 1.0) << "after at most 3 steps";
  EXPECT_LT(result.forecasts[1].ahead[2], 0.1) << "where it stays";
}

TEST(Trainer, PrintsAnEvaluationAsJson) {
  Evaluation evaluation{.good_action = 0.5, .window_state = 0.25};
  evaluation.forecasts = {{.slot = "x \"tip\"", .ahead = {0.001, 12.5}}, {.slot = "gear", .ahead = {1.0, 0.75}}};
  const auto printed = [](const Evaluation& e) {
    testing::internal::CaptureStdout();
    examples::print_evaluation({.step = 3, .minutes = 1.5, .loss = 2.0}, e);
    return nlohmann::json::parse(testing::internal::GetCapturedStdout());
  };
  const auto json = printed(evaluation);
  EXPECT_EQ(json.at("step"), 3);
  EXPECT_EQ(json.at("good_action"), 0.5);
  EXPECT_EQ(json.at("window_state"), 0.25);
  EXPECT_EQ(json.at("errors"), (nlohmann::json{{"x \"tip\"", {0.001, 12.5}}, {"gear", {1.0, 0.75}}}));
  EXPECT_EQ(printed({}).at("errors"), nlohmann::json::object());
}

TEST(Trainer, WritesWeightsThatAreTheSameForTheSameSeed) {
  TrainerOptions options = small_options();
  options.max_steps = 10;
  std::vector<ModelFile> files;
  for (const char* name : {"ripen_a.safetensors", "ripen_b.safetensors"}) {
    options.output = file_of(name);
    trained(options);
    files.push_back(ModelFile::load(options.output));
    std::filesystem::remove(options.output);
  }
  EXPECT_EQ(files[0].notes.at("steps"), "10");
  for (const auto& [name, tensor] : files[0].tensors)
    EXPECT_EQ(tensor.values, files[1].tensors.at(name).values) << name;
}

TEST(Trainer, GoesOnWhereACheckpointEnded) {
  TrainerOptions options = small_options();
  options.checkpoint = file_of("ripen_counting.ckpt");
  options.matrix_learning_rate = 0.02;
  options.max_steps = 20;
  trained(options);
  options.max_steps = 30;
  std::vector<std::int64_t> steps;
  train(fresh_model(), CountingSource(), options,
        [&](const Progress& progress, const Evaluation&) { steps.push_back(progress.step); });
  EXPECT_EQ(steps, (std::vector<std::int64_t>{30}));
  std::filesystem::remove(options.checkpoint);
}

int g_signals = 0;

TEST(Trainer, LeavesSignalsAndStandardErrorToTheProgram) {
  TrainerOptions options = small_options();
  options.output = file_of("ripen_interrupted.safetensors");
  g_signals = 0;
  const auto before = std::signal(SIGINT, [](int) { ++g_signals; });
  testing::internal::CaptureStderr();
  std::int64_t steps = 0, evaluated = 0;
  train(
      fresh_model(), CountingSource(), options,
      [&](const Progress& progress, const Evaluation&) { evaluated = progress.step; },
      [&](const Progress& progress) {
        std::raise(SIGINT);
        EXPECT_EQ(progress.step, ++steps);
        EXPECT_GT(progress.loss, 0.0);
        return progress.step < 7;
      });
  std::signal(SIGINT, before);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(g_signals, 7) << "the program's handler is in place";
  EXPECT_EQ(steps, 7) << "on_step ended it";
  EXPECT_EQ(evaluated, 7);
  EXPECT_EQ(ModelFile::load(options.output).notes.at("steps"), "7");
  std::filesystem::remove(options.output);
}

TEST(Trainer, ThrowsWhatTheSourceThrowsOnItsThreads) {
  class Broken : public CountingSource {
   public:
    void make(std::uint64_t number, Trajectory& out) const override {
      if (number % 100 == 99) throw std::runtime_error("demonstration 99 is damaged");
      CountingSource::make(number, out);
    }
  };
  try {
    train(fresh_model(), Broken(), small_options(), [](const Progress&, const Evaluation&) {});
    FAIL() << "the damage was not noticed";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "demonstration 99 is damaged");
  }
}

TEST(Trainer, SaysWhatIsWrong) {
  TrainerOptions options = small_options();
  options.batch = 0;
  options.unseen = -1.0;
  options.unrolled = 2.0;
  options.device = "abacus";
  const std::string problems = options.validate();
  for (const char* part : {"batch", "unseen", "unrolled", "abacus"}) EXPECT_THAT(problems, testing::HasSubstr(part));
  EXPECT_THROW(trained(options), Error);

  options = small_options();
  options.checkpoint = file_of("ripen_broken.ckpt");
  std::ofstream(options.checkpoint) << "not a checkpoint";
  const std::string before = bytes_of(options.checkpoint);
  try {
    trained(options);
    FAIL() << "a broken checkpoint was taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(options.checkpoint));
  }
  EXPECT_EQ(bytes_of(options.checkpoint), before) << "what could not be read must not be written over";
  std::filesystem::remove(options.checkpoint);
}

}  // namespace
}  // namespace ripen::train
