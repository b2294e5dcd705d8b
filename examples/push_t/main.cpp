// Pushes a T to its place with a simulated robot: push_t --published --virtual-time

#include <atomic>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <vector>

#include "push_t/episode.hpp"
#include "push_t/episodes.hpp"
#include "push_t/options.hpp"
#include "push_t/render.hpp"
#include "push_t/report.hpp"
#include "push_t/tokens.hpp"
#include "ripen/native_denoiser.hpp"
#include "shared/in_order.hpp"
#include "shared/program.hpp"

namespace {

using namespace ripen::push_t;

constexpr int kNotAllSucceeded = 3;

std::ofstream opened(const char* option, const std::string& path) {
  std::ofstream file(path);
  if (!file) throw std::invalid_argument(std::string(option) + " '" + path + "': cannot be opened for writing");
  return file;
}

int run(const Options& options) {
  const auto first = options.published ? kPublishedSeed : static_cast<std::uint32_t>(options.seed);
  const auto episodes = static_cast<std::size_t>(options.published ? kPublishedStarts : *options.random);
  const auto model = ripen::ModelFile::load(options.model);
  if (model.layout != layout()) {
    throw std::invalid_argument("model file '" + options.model + "': its token layout is not that of Push-T");
  }
  std::optional<std::ofstream> json, picture;
  if (options.json) json = opened("--json", *options.json);
  if (options.render) picture = opened("--render", *options.render);

  std::vector<std::optional<Episode>> successes(episodes);

  ripen::examples::InOrder<Result> results(episodes, [&](std::size_t index, const Result& result) {
    if (json && !(*json << to_json(result) << std::endl)) {
      throw std::runtime_error("--json '" + *options.json + "': cannot be written");
    }
    if (!options.quiet) {
      std::cout << to_line(result, static_cast<int>(index) + 1, static_cast<int>(episodes)) << std::endl;
    }
  });
  std::atomic<std::size_t> next = 0;
  ripen::examples::in_parallel(options.jobs, next, episodes, [&] {
    ripen::NativeDenoiser denoiser(model, {.max_windows = 1});
    for (std::size_t i = next++; i < episodes; i = next++) {
      std::optional<Result> best;
      std::optional<Recording> of_best;
      Options shorter = options;  // What is not shorter than the best so far is given up.
      for (int attempt = 0; attempt < options.attempts && shorter.max_steps > 0; ++attempt) {
        std::optional<Recording> recording;
        if (options.save_successes || (i == 0 && picture)) {
          recording.emplace(options.max_steps + 1, options.planner.horizon);
        }
        const Result tried = run_episode(first + static_cast<std::uint32_t>(i), shorter, denoiser,
                                         recording ? &*recording : nullptr, attempt);
        if (best && !tried.succeeded) continue;
        best = tried;
        of_best = std::move(recording);
        if (tried.succeeded) shorter.max_steps = static_cast<int>(tried.steps) - 1;
      }
      results.take(i, *best);
      if (options.save_successes && best->succeeded) successes[i] = episode_of(*of_best);
      if (i == 0 && picture && !(*picture << to_svg(*of_best) << std::flush)) {
        throw std::runtime_error("--render '" + *options.render + "': cannot be written");
      }
    }
  });

  if (options.save_successes) {
    std::vector<Episode> saved;
    for (auto& episode : successes) {
      if (episode) saved.push_back(std::move(*episode));
    }
    write_episodes(*options.save_successes, saved);
  }
  const std::vector<Result> all = results.results();
  if (!options.quiet) std::cout << summary_of(all) << '\n';
  const bool succeeded = std::all_of(all.begin(), all.end(), [](const Result& result) { return result.succeeded; });
  return succeeded ? 0 : kNotAllSucceeded;
}

int program(int argc, char** argv) {
  Options options;
  if (const auto code = parse(argc, argv, options)) return *code;
  return run(options);
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
