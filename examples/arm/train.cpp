// Makes demonstrations and trains on them: arm_train --minutes 13 --output arm.safetensors

#include "arm/demonstrations.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"
#include "shared/training.hpp"

namespace {

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
  const arm::Demonstrations shown(count);
  ripen::examples::run_training(ripen::examples::network(shown.layout(), config, from), shown, options);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
