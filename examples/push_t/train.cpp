// Trains a model for Push-T: push_t_train --minutes 60 --output models/push_t.safetensors

#include <numeric>

#include "push_t/demonstrations.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"
#include "shared/training.hpp"

namespace {

int program(int argc, char** argv) {
  ripen::train::TrainerOptions options{.batch = 512, .windows = 256};
  ripen::ModelConfig config{.tables = false};  // Too many joint actions for a row each.
  std::string folder, from, split = "all";
  bool between_bins = false;
  std::vector<std::string> more, failures;
  ripen::push_t::Demonstrations::Options chosen;
  CLI::App app("Trains a denoiser for Push-T, from the recorded demonstrations");
  ripen::examples::declare_training(app, options, config, from);
  app.add_flag("--between-bins", between_bins,
               "the weights of --from are to see values between their bins from now on");
  app.add_option("--data", folder, "Folder of the published data (environment: RIPEN_PUSHT_DATA)");
  app.add_option("--split", split,
                 "all: 206 episodes; but-held-out: all but the 4 published as held out; 90: the published 90")
      ->check(CLI::IsMember({"all", "but-held-out", "90"}))
      ->capture_default_str();
  app.add_option("--more", more, "files of further episodes, as push_t --save-successes writes them");
  app.add_option("--failures", failures, "files of episodes that failed (push_t --save-failures): for the value alone");
  app.add_flag("--mirrored", chosen.mirrored, "train on the mirror images too: data that nobody recorded");
  app.add_option(
         "--shifted", chosen.shifted,
         "this share of the data is seen elsewhere on the table, the less the nearer the goal: nobody recorded it")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  if (const auto status = ripen::examples::parse(app, argc, argv)) return *status;

  ripen::examples::check_output("--output", options.output);
  if (!options.checkpoint.empty()) ripen::examples::check_output("--checkpoint", options.checkpoint);
  torch::manual_seed(options.seed);
  auto episodes = ripen::push_t::demonstrations_in(ripen::push_t::data_folder(folder));
  const auto held_out = ripen::push_t::held_out_episodes();
  chosen.held_out.assign(held_out.begin(), held_out.end());
  if (split == "90") {
    const auto published = ripen::push_t::published_90();
    chosen.trained.assign(published.begin(), published.end());
  } else if (split == "all") {
    chosen.trained.resize(episodes.size());
    std::iota(chosen.trained.begin(), chosen.trained.end(), 0);
  } else {
    chosen.trained = ripen::push_t::all_but_held_out();
  }
  const auto add = [&](const std::string& path, bool failed) {
    for (ripen::push_t::Episode& episode : ripen::push_t::read_episodes(path)) {
      chosen.trained.push_back(static_cast<int>(episodes.size()));
      if (failed) chosen.failed.push_back(static_cast<int>(episodes.size()));
      episodes.push_back(std::move(episode));
    }
  };
  for (const std::string& path : more) add(path, false);
  for (const std::string& path : failures) add(path, true);
  const ripen::push_t::Demonstrations demonstrations(episodes, chosen);
  ripen::examples::run_training(ripen::examples::network(demonstrations.layout(), config, from, between_bins),
                                demonstrations, options);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
