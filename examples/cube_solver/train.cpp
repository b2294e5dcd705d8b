// Trains the cube's model: cube_train --minutes 60 --output models/cube.safetensors

#include "cube_solver/teacher/demonstrations.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"
#include "shared/training.hpp"

namespace {

int program(int argc, char** argv) {
  ripen::train::TrainerOptions options{.windows = 1};
  ripen::ModelConfig config{.width = 256, .mixer_width = 0};  // The cube's planner runs no mixer.
  std::string from;
  CLI::App app("Trains a denoiser to solve cubes, from a teacher's solutions made on the way");
  ripen::examples::declare_training(app, options, config, from);
  if (const auto status = ripen::examples::parse(app, argc, argv)) return *status;

  // What is wrong with the input is said before the teacher's half minute.
  if (const std::string problems = options.validate(); !problems.empty()) throw std::invalid_argument(problems);
  ripen::examples::check_output("--output", options.output);
  if (!options.checkpoint.empty()) ripen::examples::check_output("--checkpoint", options.checkpoint);
  torch::manual_seed(options.seed);
  const ripen::StepModel network = ripen::examples::network(ripen::cube::layout(), config, from);
  const ripen::cube::Teacher teacher;
  const ripen::cube::Demonstrations demonstrations(teacher);
  ripen::examples::run_training(network, demonstrations, options);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
