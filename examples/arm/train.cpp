// Makes demonstrations and trains on them: arm_train --minutes 13 --output arm.safetensors

#include "arm/arm.hpp"
#include "ripen/token_layout.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"
#include "shared/training.hpp"

namespace {

class Demonstrations : public ripen::train::TrajectorySource {
 public:
  explicit Demonstrations(int count) {
    constexpr int kEvaluated = 100;
    for (int i = 0; i < count + kEvaluated; ++i) {
      (i < kEvaluated ? held_out_ : trained_).push_back(arm::demonstration(1000000 + static_cast<std::uint64_t>(i)));
    }
  }

  [[nodiscard]] const ripen::TokenLayout& layout() const override { return tokenizer_.layout(); }
  [[nodiscard]] ripen::train::GoalSlots goal_slots() const override { return {.always = {2, 3}}; }  // The target's.

  void make(std::uint64_t number, ripen::train::Trajectory& out) const override {
    const auto& set = number >= ripen::train::kHeldOut ? held_out_ : trained_;
    ripen::Random random(number, 0);
    const auto& steps = set[static_cast<std::size_t>(random.below(static_cast<int>(set.size())))];
    out = {.steps = static_cast<int>(steps.size())};
    out.good_actions.assign(steps.size(), 0);
    for (const arm::Shown& shown : steps) {
      for (int slot = 0; slot < layout().slots(); ++slot) {
        ripen::Fraction fraction = 0;
        out.tokens.push_back(tokenizer_.encode(slot, shown.channels[static_cast<std::size_t>(slot)], fraction));
        out.fractions.push_back(fraction);
      }
      out.to_goal.push_back(static_cast<float>(shown.to_goal));
    }
  }

 private:
  ripen::Tokenizer tokenizer_{arm::layout()};
  std::vector<std::vector<arm::Shown>> trained_, held_out_;
};

int program(int argc, char** argv) {
  ripen::train::TrainerOptions options{.batch = 128,
                                       .windows = 64,
                                       .unseen = 0.0,
                                       .unrolled = 0.25,
                                       .learning_rate = 2e-3,
                                       .ema = 0.995,
                                       .minutes = 13.0};
  ripen::ModelConfig config{
      .width = 128, .blocks = 1, .mixer_width = 128, .mixer_layers = 2, .mixer_heads = 4, .window = 8, .tables = false};
  std::string from;
  int count = 3000;
  CLI::App app("Trains a denoiser for the arm, from demonstrations that it makes");
  ripen::examples::declare_training(app, options, config, from);
  app.add_option("--demonstrations", count, "episodes of the expert")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  if (const auto status = ripen::examples::parse(app, argc, argv)) return *status;
  ripen::examples::check_output("--output", options.output);
  torch::manual_seed(options.seed);
  const Demonstrations shown(count);
  ripen::examples::run_training(ripen::examples::network(shown.layout(), config, from), shown, options);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
