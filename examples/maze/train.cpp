// Trains a model for a maze: maze_train --maze giant --minutes 60 --output models/maze_giant.safetensors

#include "maze/episodes.hpp"
#include "maze/tokens.hpp"
#include "shared/choice.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"
#include "shared/training.hpp"
#include "util/random.hpp"

namespace {

using namespace maze;

/// Stretches of the data, each ending at a goal: wherever the point was then (hindsight). Behind its end the point
/// rests. Windows begin anywhere in them, so that all times to the goal are as likely.
class Walks : public ripen::train::TrajectorySource {
 public:
  Walks(const Maze& maze, Data data, std::uint64_t seed)
      : tokenizer_(maze::layout(maze)),
        longest_(horizon(maze)),
        trained_(make_episodes(maze, data, seed)),
        held_out_(make_episodes(maze, data, seed + 1, kHeldOutEpisodes)) {}

  [[nodiscard]] const ripen::TokenLayout& layout() const override { return tokenizer_.layout(); }
  [[nodiscard]] ripen::train::GoalSlots goal_slots() const override { return {.at_end = {0, 1}}; }

  void make(std::uint64_t number, ripen::train::Trajectory& out) const override {
    const auto& set = number >= ripen::train::kHeldOut ? held_out_ : trained_;
    ripen::Random random(number, 5);
    const Episode& episode = set[static_cast<std::size_t>(random.below(static_cast<int>(set.size())))];
    const int ticks = static_cast<int>(episode.actions.size());
    const int steps = std::min(longest_, ticks / kStepTicks);
    const int first = random.below(ticks - steps * kStepTicks + 1);
    out = {.steps = steps + 1};
    out.good_actions.assign(static_cast<std::size_t>(out.steps), 0);
    for (int i = 0; i <= steps; ++i) {
      const auto tick = static_cast<std::size_t>(first + i * kStepTicks);
      Point mean;
      for (std::size_t t = tick; i < steps && t < tick + kStepTicks; ++t) {
        mean.x += episode.actions[t].x / kStepTicks;
        mean.y += episode.actions[t].y / kStepTicks;
      }
      const std::array values{episode.positions[tick].x, episode.positions[tick].y, mean.x, mean.y};
      for (int slot = 0; slot < layout().slots(); ++slot) {
        ripen::Fraction fraction = 0;
        out.tokens.push_back(tokenizer_.encode(slot, values[static_cast<std::size_t>(slot)], fraction));
        out.fractions.push_back(fraction);
      }
      out.to_goal.push_back(static_cast<float>(steps - i));
    }
  }

 private:
  static constexpr int kHeldOutEpisodes = 100;

  ripen::Tokenizer tokenizer_;
  int longest_;  // [steps]
  std::vector<Episode> trained_, held_out_;
};

int program(int argc, char** argv) {
  ripen::train::TrainerOptions options{.batch = 64, .windows = 96, .unseen = 0.0, .learning_rate = 1.5e-3};
  ripen::ModelConfig config{.width = 128,
                            .blocks = 0,
                            .mixer_width = 128,
                            .mixer_layers = 4,
                            .mixer_heads = 4,
                            .window = 0,
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
  if (config.window == 0) config.window = horizon(*maze) + kHistory;
  ripen::examples::check_output("--output", options.output);
  if (!options.checkpoint.empty()) ripen::examples::check_output("--checkpoint", options.checkpoint);
  torch::manual_seed(options.seed);
  const Walks walks(*maze, data, data_seed);
  ripen::examples::run_training(ripen::examples::network(walks.layout(), config, from), walks, options);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
