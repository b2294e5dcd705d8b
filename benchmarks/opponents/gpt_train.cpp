// Trains the GPT-style opponent on a task's own trajectories: gpt_train --task grid --size 0.4M --output
// gpt.safetensors

#include <functional>
#include <memory>

#include "arm/demonstrations.hpp"
#include "grid/walks.hpp"
#include "maze/walks.hpp"
#include "opponents/gpt/gpt_trainer.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"
#include "shared/training.hpp"
#ifdef RIPEN_WITH_PUSH_T
#include <numeric>

#include "push_t/demonstrations.hpp"
#endif

namespace {

using ripen::train::TrajectorySource;
using namespace ripen::opponents;

#ifdef RIPEN_WITH_PUSH_T
/// All published episodes.
std::unique_ptr<TrajectorySource> push_t() {
  namespace task = ripen::push_t;
  const auto episodes = task::demonstrations_in(task::data_folder());
  task::Demonstrations::Options chosen;
  chosen.trained.resize(episodes.size());
  std::iota(chosen.trained.begin(), chosen.trained.end(), 0);
  chosen.held_out.assign(task::held_out_episodes().begin(), task::held_out_episodes().end());
  return std::make_unique<task::Demonstrations>(episodes, chosen);
}
#endif

/// The navigate data.
std::unique_ptr<TrajectorySource> maze_walks(std::string_view name) {
  return std::make_unique<maze::Walks>(*maze::find_maze(name), maze::Data::kNavigate, 1, maze::States::kPlace);
}

struct Task {
  std::string name;
  int window;  // [steps] unless asked otherwise
  std::function<std::unique_ptr<TrajectorySource>()> source;
};

/// A task is a line here.
const std::vector<Task>& tasks() {
  static const std::vector<Task> kTasks = {
      {"grid", 20, [] { return std::make_unique<grid::Walks>(); }},
      {"arm", 32, [] { return std::make_unique<arm::Demonstrations>(3000); }},
      {"maze_medium", 40, [] { return maze_walks("medium"); }},
      {"maze_large", 64, [] { return maze_walks("large"); }},
      {"maze_giant", 100, [] { return maze_walks("giant"); }},
#ifdef RIPEN_WITH_PUSH_T
      {"push_t", 40, push_t},
#endif
  };
  return kTasks;
}

template <typename Named>
std::vector<std::string> names_of(const Named& named,
                                  const std::function<std::string(typename Named::const_reference)>& name) {
  std::vector<std::string> names;
  for (const auto& each : named) names.push_back(name(each));
  return names;
}

void print(const ripen::train::Progress& progress, const GptEvaluation& e) {
  std::printf("{\"step\":%lld,\"minutes\":%.2f,\"loss\":%.4f,\"state_nats\":%.4f,\"action_nats\":%.4f}\n",
              static_cast<long long>(progress.step), progress.minutes, progress.loss, e.state, e.action);
  std::fflush(stdout);
}

int program(int argc, char** argv) {
  ripen::train::TrainerOptions options{.windows = 64, .unseen = 0.0, .matrix_learning_rate = 0.02, .minutes = 30};
  GptConfig given{.width = 0, .layers = 0, .heads = 0, .window = 0};
  std::string task_name = "grid", size = gpt_sizes().front().first, from;
  CLI::App app("Trains the GPT-style opponent of a task");
  app.add_option("--task", task_name, "whose trajectories")
      ->check(CLI::IsMember(names_of(tasks(), [](const Task& task) { return task.name; })))
      ->capture_default_str();
  app.add_option("--size", size, "numbers in its layers")
      ->check(CLI::IsMember(names_of(gpt_sizes(), [](const auto& each) { return each.first; })))
      ->capture_default_str();
  app.add_option("--width", given.width, "features of a position, instead of the size's");
  app.add_option("--layers", given.layers, "instead of the size's");
  app.add_option("--heads", given.heads, "of attention, instead of the size's");
  app.add_option("--window", given.window, "steps of the longest sequence; the task's unless given");
  app.add_option("--from", from, "weights to start from, which bring their own shape; random ones unless given");
  ripen::examples::declare_trainer(app, options);
  if (const auto status = ripen::examples::parse(app, argc, argv)) return *status;

  ripen::examples::check_output("--output", options.output);
  if (!options.checkpoint.empty()) ripen::examples::check_output("--checkpoint", options.checkpoint);
  const Task& task = *std::ranges::find(tasks(), task_name, &Task::name);
  GptConfig config = std::ranges::find(gpt_sizes(), size, &std::pair<std::string, GptConfig>::first)->second;
  config.window = task.window;
  for (const auto& [to, value] : {std::pair(&config.width, given.width), std::pair(&config.layers, given.layers),
                                  std::pair(&config.heads, given.heads), std::pair(&config.window, given.window)}) {
    if (value != 0) *to = value;
  }
  options.batch = options.windows;  // What the progress bar counts.
  torch::manual_seed(options.seed);
  const std::unique_ptr<TrajectorySource> source = task.source();
  std::optional<GptFile> start;
  if (!from.empty()) {
    start = GptFile::load(from);
    if (start->layout != source->layout()) throw std::runtime_error(from + ": token layout is not this task's");
    config = start->config;
  }
  TorchGpt model(source->layout(), source->goal_slots(), config);
  if (start) model->from_file(*start);
  std::fprintf(stderr, "%lld numbers\n", static_cast<long long>(model->to_file().numbers()));
  ripen::examples::run_training(
      options, [&](const ripen::train::OnStep& on_step) { train_gpt(model, *source, options, print, on_step); });
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
