// The GPT-style model in LibTorch: the native engine says the same, and it learns from any source of trajectories.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "opponents/gpt/gpt_batch.hpp"
#include "opponents/gpt/gpt_engine.hpp"
#include "opponents/gpt/gpt_trainer.hpp"
#include "plan/softmax.hpp"
#include "ripen/error.hpp"
#include "support/random_gpt.hpp"
#include "train/binned_source.hpp"
#include "train/counting_source.hpp"
#include "util/random.hpp"

namespace ripen::opponents {
namespace {

using train::Trajectory;

const train::GoalSlots kGoal{.always = {1}, .at_end = {0}};

/// Mean and largest difference between engine and LibTorch over all slots of random sequences, parts of the logits' own
/// deviation.
struct Difference {
  double mean = 0.0, largest = 0.0;
};

Difference difference_of(const GptFile& file, const GptEngineOptions& options) {
  constexpr int kSequences = 3;
  TorchGpt reference(file.layout, file.goal, file.config);
  reference->from_file(file);
  GptEngine engine(file, options);
  const GptLayout& layout = engine.layout();
  Random random(7);
  train::Values goal, steps;
  std::vector<Token> arrivals;
  const auto draw = [&](int slot, train::Values& values) {
    const bool unseen = slot < layout.tokens().states() && random.below(4) == 0;
    values.tokens.push_back(unseen ? kMask : static_cast<Token>(random.below(layout.tokens().slot(slot).vocabulary)));
    values.fractions.push_back(static_cast<Fraction>(random.below(256) - 128));
  };
  std::vector<int> all;
  for (int s = 0; s < layout.tokens().slots(); ++s) all.push_back(s);
  for (int b = 0; b < kSequences; ++b) {
    for (const int slot : layout.goal()) draw(slot, goal);
    arrivals.push_back(static_cast<Token>(random.below(layout.arrivals())));
    for (int i = 0; i < layout.window(); ++i) {
      for (const int slot : all) draw(slot, steps);
    }
  }
  GptTensors tensors;
  std::tie(tensors.goal, tensors.goal_beside) =
      reference->indices(layout.goal(), goal.tokens.data(), goal.fractions.data(), kSequences);
  const std::vector<std::int64_t> wide(arrivals.begin(), arrivals.end());
  tensors.arrival = torch::tensor(wide, torch::kLong);
  const auto [own, beside] =
      reference->indices(all, steps.tokens.data(), steps.fractions.data(), kSequences * layout.window());
  tensors.steps = own.view({kSequences, layout.window(), layout.tokens().slots()});
  tensors.beside = beside.view_as(tensors.steps);
  torch::NoGradGuard no_grad;
  const auto features = reference->features(tensors);
  std::vector<torch::Tensor> heads;
  for (const int s : all) heads.push_back(reference->head(s, features.select(2, s)).contiguous());

  double sum = 0.0, largest = 0.0, squares = 0.0;
  int count = 0;
  std::vector<float> logits(static_cast<std::size_t>(engine.logits_stride()));
  const auto goals = static_cast<int>(layout.goal().size());
  for (int b = 0; b < kSequences; ++b) {
    engine.truncate(0, 0);
    for (int p = 0; p + 1 < layout.positions(); ++p) {
      GptRow row;
      if (p < goals) {
        const auto at = static_cast<std::size_t>(b * goals + p);
        row = {0, goal.tokens[at], goal.fractions[at]};
      } else if (p == goals) {
        row.token = arrivals[static_cast<std::size_t>(b)];
      } else {
        const auto at = static_cast<std::size_t>(b * layout.window() * layout.tokens().slots() + p - layout.prompt());
        row = {0, steps.tokens[at], steps.fractions[at]};
      }
      EXPECT_TRUE(engine.append({&row, 1}, 1, logits.data()));
      if (p < goals) continue;
      const int next = p + 1 - layout.prompt(), slot = next % layout.tokens().slots();
      const auto expected = heads[static_cast<std::size_t>(slot)][b][next / layout.tokens().slots()];
      for (int v = 0; v < layout.tokens().slot(slot).vocabulary; ++v, ++count) {
        const double wanted = expected[v].item<double>();
        const double off = std::abs(wanted - double{logits[static_cast<std::size_t>(v)]});
        sum += off;
        largest = std::max(largest, off);
        squares += wanted * wanted;
      }
    }
  }
  const double deviation = std::sqrt(squares / count);
  return {sum / count / deviation, largest / deviation};
}

TEST(GptTorch, TheEngineSaysTheSame) {
  for (const auto& [config, goal] :
       {std::pair(GptConfig{.width = 64, .layers = 2, .heads = 2, .window = 5}, kGoal),
        std::pair(GptConfig{.width = 128, .layers = 3, .heads = 2, .window = 4}, train::GoalSlots{}),
        std::pair(GptConfig{.width = 32, .layers = 1, .heads = 2, .window = 6}, train::GoalSlots{.at_end = {1, 0}})}) {
    const GptFile file = test::random_gpt(config, goal, 3);
    for (const std::string& instructions : available_instructions()) {
      if (config.width % 64 != 0 && instructions.starts_with("avx512")) continue;  // They refuse it.
      EXPECT_LT(difference_of(file, {.instructions = instructions}).largest, 1e-4) << instructions << config.width;
    }
  }
}

TEST(GptTorch, InEightBitsTheEngineIsCloseOnEverySize) {
  for (const auto& [name, size] : gpt_sizes()) {
    GptConfig config = size;
    config.window = 4;
    const GptFile file = test::random_gpt(config, kGoal, 3);
    EXPECT_LT(difference_of(file, {}).largest, 1e-4) << name;
    const Difference coarse = difference_of(file, {.precision = Precision::kInt8});
    EXPECT_LT(coarse.mean, 0.03) << name;
    EXPECT_LT(coarse.largest, 0.15) << name;
  }
}

TEST(GptTorch, FilesOfAnotherNetworkAreRefused) {
  TorchGpt model(test::mixed_layout(), kGoal, GptConfig{.width = 32, .layers = 1, .heads = 2, .window = 5});
  EXPECT_THROW(model->from_file(test::random_gpt({.width = 32, .layers = 2, .heads = 2, .window = 5}, kGoal, 1)),
               ModelError);
  EXPECT_THROW(model->from_file(test::random_gpt({.width = 32, .layers = 1, .heads = 2, .window = 5}, {}, 1)),
               ModelError);
}

// --- Batches ---

/// A dial that is told where its hand is to get: always in sight of the goal, and to_goal says how far.
class Dial : public train::TrajectorySource {
 public:
  static constexpr int kPlaces = 12;
  [[nodiscard]] const TokenLayout& layout() const override { return layout_; }
  [[nodiscard]] train::GoalSlots goal_slots() const override { return {.at_end = {0}}; }
  void make(std::uint64_t number, Trajectory& out) const override {
    Random random(number, 0);
    int place = random.below(kPlaces);
    const int steps = 3 + random.below(6), stride = random.below(2) == 0 ? 1 : -1;
    out = {.steps = steps};
    for (int i = 0; i < steps; ++i) {
      const bool there = i + 1 == steps;
      out.tokens.insert(out.tokens.end(), {static_cast<Token>(place), static_cast<Token>(there ? 1 : 1 + stride)});
      out.to_goal.push_back(static_cast<float>(steps - 1 - i));
      out.good_actions.push_back(0);
      place = (place + stride + kPlaces) % kPlaces;
    }
  }

 private:
  TokenLayout layout_{{{"place", SlotRole::kState, kPlaces}, {"stride", SlotRole::kAction, 3}}};
};

GptBatch batch_of(const train::TrajectorySource& source, int window, double unseen = 0.0) {
  std::uint64_t first = 5;
  return make_gpt_batch(source, GptLayout(source.layout(), source.goal_slots(), window), {400, unseen}, first);
}

TEST(GptBatch, StretchesHaveTheGoalOfTheirArrivalInThePrompt) {
  constexpr int kWindow = 4;
  const GptBatch batch = batch_of(Dial(), kWindow);
  int hidden = 0, beyond = 0;
  for (std::size_t b = 0; b < 400; ++b) {
    ASSERT_GE(batch.lengths[b], 2);
    ASSERT_LE(batch.lengths[b], kWindow);
    const Token arrival = batch.arrivals[b];
    const auto place = [&](int step) {
      return batch.clean.tokens[b * kWindow * 2 + static_cast<std::size_t>(2 * step)];
    };
    if (arrival == kWindow + 1) {
      ++hidden;
    } else if (arrival < batch.lengths[b]) {
      EXPECT_EQ(batch.goal.tokens[b], place(arrival)) << b;
      EXPECT_EQ(arrival, batch.lengths[b] - 1) << "it ends there";
    } else {
      ++beyond;
      EXPECT_EQ(batch.lengths[b], kWindow) << "or the arrival were in it";
    }
  }
  EXPECT_NEAR(hidden, 120, 35);
  EXPECT_GT(beyond, 20);
  EXPECT_EQ(batch.clean.tokens, batch.shown.tokens) << "all was seen";
}

TEST(GptBatch, ATaskThatDoesNotKnowItsDistanceHasTheStretchesEndForAGoal) {
  class Blind : public Dial {
   public:
    void make(std::uint64_t number, Trajectory& out) const override {
      Dial::make(number, out);
      std::ranges::fill(out.to_goal, -1.0F);
    }
  };
  class Lost : public Dial {
   public:
    void make(std::uint64_t number, Trajectory& out) const override {
      Dial::make(number, out);
      std::ranges::fill(out.to_goal, train::kNever);
    }
  };
  const GptBatch blind = batch_of(Blind(), 4), lost = batch_of(Lost(), 4);
  for (std::size_t b = 0; b < 400; ++b) {
    const auto end = b * 8 + 2 * static_cast<std::size_t>(blind.lengths[b] - 1);
    EXPECT_EQ(blind.goal.tokens[b], blind.clean.tokens[end]);
    EXPECT_THAT(blind.arrivals[b], testing::AnyOf(blind.lengths[b] - 1, 5));
    EXPECT_EQ(lost.goal.tokens[b], kMask);
    EXPECT_EQ(lost.arrivals[b], 5) << "unknown";
  }
}

TEST(GptBatch, SomeChannelsAreNotSeenInTheShareOfStretchesThatIsAskedFor) {
  const GptBatch batch = batch_of(Dial(), 4, 0.5);
  int unseen = 0;
  for (std::size_t b = 0; b < 400; ++b) {
    std::set<bool> masked;
    for (int i = 0; i < batch.lengths[b]; ++i) {
      const std::size_t at = b * 8 + static_cast<std::size_t>(2 * i);
      masked.insert(batch.shown.tokens[at] == kMask);
      EXPECT_NE(batch.clean.tokens[at], kMask) << "what is learned is what was";
      EXPECT_NE(batch.shown.tokens[at + 1], kMask) << "the robot knows what it did";
    }
    EXPECT_EQ(masked.size(), 1U) << "a channel is seen or not";
    unseen += masked.contains(true) ? 1 : 0;
  }
  EXPECT_NEAR(unseen, 100, 30);
}

TEST(GptBatch, RefusesSourcesThatAreBroken) {
  class Short : public Dial {
   public:
    void make(std::uint64_t number, Trajectory& out) const override {
      Dial::make(number, out);
      out.imitate = false;
    }
  };
  class Wrong : public Dial {
   public:
    void make(std::uint64_t number, Trajectory& out) const override {
      Dial::make(number, out);
      out.tokens[0] = 99;
    }
  };
  EXPECT_THROW((void)batch_of(Short(), 4), Error);
  EXPECT_THROW((void)batch_of(Wrong(), 4), Error);
}

// --- Training ---

constexpr GptConfig kSmall{.width = 64, .layers = 2, .heads = 2, .window = 8};

train::TrainerOptions small_options() {
  return {
      .bfloat16 = false, .windows = 32, .unseen = 0.0, .learning_rate = 5e-3, .max_steps = 400, .evaluate_every = 1e6};
}

std::string file_of(const char* name) {
  const std::string path = testing::TempDir() + name;
  std::filesystem::remove(path);
  return path;
}

GptEvaluation trained(const train::TrajectorySource& source, const train::TrainerOptions& options) {
  torch::manual_seed(1);
  TorchGpt model(source.layout(), source.goal_slots(), kSmall);
  GptEvaluation last;
  train_gpt(model, source, options, [&](const train::Progress&, const GptEvaluation& e) { last = e; });
  return last;
}

/// What an engine says of a slot after these tokens.
std::vector<float> posterior(GptEngine& engine, const std::vector<GptRow>& rows, int vocabulary) {
  std::vector<float> logits(static_cast<std::size_t>(engine.logits_stride()));
  engine.truncate(0, 0);
  EXPECT_TRUE(engine.append(rows, 1, logits.data()));
  logits.resize(static_cast<std::size_t>(vocabulary));
  softmax(logits, 1.0, logits);
  return logits;
}

TEST(GptTrainer, LearnsToGetThereInTheTimeThatIsAskedFor) {
  train::TrainerOptions options = small_options();
  options.output = file_of("ripen_gpt_dial.safetensors");
  const GptEvaluation result = trained(Dial(), options);
  EXPECT_LT(result.state, 0.05) << "the next place follows from place and stride";
  GptEngine engine(GptFile::load(options.output), {});
  std::filesystem::remove(options.output);
  // Three steps to the right of 4, or five to the left.
  for (const auto& [arrival, goal, stride] : {std::tuple(3, 7, 2), std::tuple(5, 11, 0)}) {
    const std::vector<GptRow> rows = {{0, static_cast<Token>(goal)}, {0, engine.layout().arrival(arrival)}, {0, 4}};
    EXPECT_GT(posterior(engine, rows, 3)[static_cast<std::size_t>(stride)], 0.9F) << goal;
  }
}

TEST(GptTrainer, PosteriorsMeansLieBetweenBins) {
  using train::BinnedSource;
  train::TrainerOptions options = small_options();
  options.output = file_of("ripen_gpt_between.safetensors");
  (void)trained(BinnedSource(), options);
  GptEngine engine(GptFile::load(options.output), {});
  std::filesystem::remove(options.output);
  const Tokenizer tokenizer(engine.layout().tokens());
  std::vector<GptRow> rows = {{0, engine.layout().arrival(4)}};
  double place = -0.63;
  for (int step = 0; step < 4; ++step) {  // Halfway home in each, and the rest in the last.
    const double velocity = (step < 3 ? 0.5 : 1.0) * (BinnedSource::kHome - place);
    GptRow row;
    row.token = tokenizer.encode(0, place, row.fraction);
    rows.push_back(row);
    row.token = tokenizer.encode(1, velocity, row.fraction);
    rows.push_back(row);
    place += velocity;
  }
  const std::vector<float> last = posterior(engine, rows, 20);
  double mean = 0.0;
  for (std::size_t v = 0; v < last.size(); ++v) mean += static_cast<double>(last[v]) * static_cast<double>(v);
  EXPECT_NEAR(mean, (BinnedSource::kHome + 1.0) / 0.1 - 0.5, 0.1) << "[bins]";
}

TEST(GptTrainer, GoesOnFromACheckpointWhereItWas) {
  train::TrainerOptions options = small_options();
  options.max_steps = 12;
  options.checkpoint = file_of("ripen_gpt.checkpoint");
  options.output = file_of("ripen_gpt_resumed.safetensors");
  (void)trained(Dial(), options);
  const auto steps_of = [&] { return GptFile::load(options.output).notes.at("steps"); };
  EXPECT_EQ(steps_of(), "12");
  options.max_steps = 20;
  std::vector<std::int64_t> steps;
  torch::manual_seed(1);
  TorchGpt model(Dial().layout(), Dial().goal_slots(), kSmall);
  train_gpt(
      model, Dial(), options, [](const train::Progress&, const GptEvaluation&) {},
      [&](const train::Progress& progress) {
        steps.push_back(progress.step);
        return progress.step < 15;
      });
  EXPECT_EQ(steps, (std::vector<std::int64_t>{13, 14, 15})) << "until it is told to end";
  EXPECT_EQ(steps_of(), "15");
  std::ofstream(options.checkpoint) << "nonsense";
  EXPECT_THROW((void)trained(Dial(), options), ModelError);
  std::filesystem::remove(options.checkpoint);
  std::filesystem::remove(options.output);
}

TEST(GptTrainer, TheSameSeedGivesTheSameWeights) {
  std::string bytes[2];
  for (std::string& each : bytes) {
    train::TrainerOptions options = small_options();
    options.max_steps = 5;
    options.output = file_of("ripen_gpt_seed.safetensors");
    (void)trained(Dial(), options);
    GptFile file = GptFile::load(options.output);
    file.notes.clear();  // The time that it took.
    each = file.to_bytes();
    std::filesystem::remove(options.output);
  }
  EXPECT_EQ(bytes[0], bytes[1]);
}

TEST(GptTrainer, RefusesBadOptions) {
  train::TrainerOptions options = small_options();
  options.windows = 0;
  EXPECT_THROW((void)trained(Dial(), options), OptionsError);
}

}  // namespace
}  // namespace ripen::opponents
