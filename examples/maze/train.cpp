// Trains a model for a maze: maze_train --maze giant --minutes 60 --output models/maze_giant.safetensors

#include "maze/walks.hpp"
#include "shared/choice.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"
#include "shared/training.hpp"

namespace {

using namespace maze;

int program(int argc, char** argv) {
  ripen::train::TrainerOptions options{
      .batch = 16, .windows = 96, .unseen = 0.0, .spread = 0.005, .learning_rate = 2e-3, .matrix_learning_rate = 0.02};
  ripen::ModelConfig config{.width = 128,
                            .blocks = 0,
                            .mixer_width = 128,
                            .mixer_layers = 4,
                            .mixer_heads = 4,
                            .window = 0,
                            .least_window = 8,
                            .value_bins = 128,
                            .tables = false};
  std::string from;
  const Maze* maze = find_maze("giant");
  Data data = Data::kNavigate;
  std::uint64_t data_seed = 1;
  CLI::App app("Trains a denoiser that plans ways through a maze, from data by OGBench's recipe");
  ripen::examples::declare_training(app, options, config, from);
  std::vector<std::pair<std::string, const Maze*>> names;
  for (const Maze& known : mazes()) names.emplace_back(known.name, &known);
  ripen::examples::add_choice(app, "--maze", maze, names, "medium, large, giant or teleport");
  ripen::examples::add_choice(app, "--data", data, {{"navigate", Data::kNavigate}, {"stitch", Data::kStitch}},
                              "long walks from goal to goal, or short ones");
  app.add_option("--data-seed", data_seed, "of the walks")->capture_default_str();
  if (const auto status = ripen::examples::parse(app, argc, argv)) return *status;
  if (config.window == 0) config.window = horizon(*maze);
  ripen::examples::check_output("--output", options.output);
  if (!options.checkpoint.empty()) ripen::examples::check_output("--checkpoint", options.checkpoint);
  torch::manual_seed(options.seed);
  const Walks walks(*maze, data, data_seed);
  ripen::examples::run_training(ripen::examples::network(walks.layout(), config, from), walks, options);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
