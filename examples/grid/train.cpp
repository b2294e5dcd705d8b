// Trains the model of the numbered example 07: grid_train --output models/grid.safetensors

#include "grid/walks.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"
#include "shared/training.hpp"

namespace {

int program(int argc, char** argv) {
  ripen::train::TrainerOptions options{
      .bfloat16 = false, .batch = 64, .windows = 128, .learning_rate = 3e-3, .minutes = 8};
  ripen::ModelConfig config{
      .width = 32, .blocks = 0, .mixer_width = 32, .mixer_layers = 3, .mixer_heads = 2, .window = 12, .value_bins = 16};
  std::string from;
  CLI::App app("Trains a denoiser that plans walks in a small town, from walks that it makes");
  ripen::examples::declare_training(app, options, config, from);
  if (const auto status = ripen::examples::parse(app, argc, argv)) return *status;
  ripen::examples::check_output("--output", options.output);
  torch::manual_seed(options.seed);
  const grid::Walks walks;
  ripen::examples::run_training(ripen::examples::network(walks.layout(), config, from), walks, options);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
