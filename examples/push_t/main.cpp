// Pushes a T to its place with a simulated robot: push_t --published --virtual-time

#include <algorithm>
#include <atomic>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "push_t/episode.hpp"
#include "push_t/episodes.hpp"
#include "push_t/options.hpp"
#include "push_t/render.hpp"
#include "push_t/report.hpp"
#include "push_t/tokens.hpp"
#include "ripen/native_denoiser.hpp"
#include "shared/in_order.hpp"
#include "shared/interrupt.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"

namespace {

using namespace ripen::push_t;
namespace examples = ripen::examples;

constexpr int kNotAllSucceeded = 3;

/// What is kept of an episode: the shortest success of its attempts, or the first attempt.
struct Best {
  Result result;
  std::optional<Recording> recording;
};

Best best_of(std::uint32_t start_seed, const Options& options, bool record, ripen::Denoiser& denoiser) {
  std::optional<Best> best;
  Options shorter = options;  // What is not shorter than the best so far is given up.
  for (int attempt = 0; attempt < options.attempts && shorter.max_steps > 0; ++attempt) {
    std::optional<Recording> recording;
    if (record) recording.emplace(options.max_steps + 1, options.planner.horizon);
    const Result tried = run_episode(start_seed, shorter, denoiser, recording ? &*recording : nullptr, attempt,
                                     &examples::interrupt_of_program);
    if (!best || tried.succeeded) best = {tried, std::move(recording)};
    if (examples::interrupt_of_program != 0) break;
    if (tried.succeeded) shorter.max_steps = static_cast<int>(tried.steps) - 1;
  }
  return *std::move(best);
}

int run(const Options& options) {
  const auto first = options.published ? kPublishedSeed : static_cast<std::uint32_t>(options.seed);
  const auto episodes = static_cast<std::size_t>(options.published ? kPublishedStarts : *options.random);
  examples::LineFile json("--json", options.json);
  examples::check_output("--render", options.render);
  examples::check_output("--save-successes", options.save_successes);
  const auto model = ripen::ModelFile::load(options.model);
  if (model.layout != layout()) {
    throw std::invalid_argument("model file '" + options.model + "': its token layout is not that of Push-T");
  }

  std::vector<std::optional<Episode>> successes(episodes);
  examples::InOrder<Result> results(episodes, [&](std::size_t index, const Result& result) {
    json.add(to_json(result));
    if (!options.quiet) {
      std::cout << to_line(result, static_cast<int>(index) + 1, static_cast<int>(episodes)) << std::endl;
    }
  });
  examples::note_interrupts();
  std::atomic<std::size_t> next = 0;
  const ripen::NativeDenoiser first_denoiser(model, {.max_windows = options.planner.pass_windows});
  examples::in_parallel(options.jobs, next, episodes, [&] {
    ripen::NativeDenoiser denoiser(first_denoiser);  // All share its weights.
    for (std::size_t i = next++; i < episodes && examples::interrupt_of_program == 0; i = next++) {
      const bool drawn = i == 0 && options.render;
      const Best best =
          best_of(first + static_cast<std::uint32_t>(i), options, drawn || options.save_successes, denoiser);
      results.take(i, best.result);
      if (options.save_successes && best.result.succeeded) successes[i] = episode_of(*best.recording);
      if (drawn) examples::save_output("--render", options.render, to_svg(*best.recording));
    }
  });

  std::vector<Episode> saved;
  for (auto& episode : successes) {
    if (episode) saved.push_back(std::move(*episode));
  }
  const bool whole = examples::interrupt_of_program == 0;
  if (options.save_successes && (whole || !saved.empty())) write_episodes(*options.save_successes, saved);
  const std::vector<Result> all = results.results();
  if (!options.quiet) std::cout << summary_of(all) << '\n';
  const bool succeeded = std::ranges::all_of(all, [](const Result& result) { return result.succeeded; });
  return succeeded ? 0 : kNotAllSucceeded;
}

int program(int argc, char** argv) {
  Options options;
  if (const auto code = parse(argc, argv, options)) return *code;
  return run(options);
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
