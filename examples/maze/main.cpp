// Drives a point through a maze: maze --maze giant --virtual-time

#include <algorithm>
#include <atomic>
#include <iostream>
#include <stdexcept>

#include "maze/episode.hpp"
#include "maze/options.hpp"
#include "maze/report.hpp"
#include "maze/tokens.hpp"
#include "shared/in_order.hpp"
#include "shared/interrupt.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"

namespace {

using namespace maze;
namespace examples = ripen::examples;

constexpr int kNotAllSucceeded = 3;

int run(const Options& options) {
  const auto of_task = static_cast<std::size_t>(options.episodes);
  const std::size_t episodes = of_task * static_cast<std::size_t>(options.tasks());
  examples::LineFile json("--json", options.json);
  examples::check_output("--render", options.render);
  const auto model = ripen::ModelFile::load(options.model);
  if (model.layout != layout(*options.maze)) {
    throw std::invalid_argument("model file '" + options.model + "': its token layout is not that of the maze '" +
                                std::string(options.maze->name) + "'");
  }

  examples::InOrder<Result> results(episodes, [&](std::size_t index, const Result& result) {
    json.add(to_json(result));
    if (!options.quiet) {
      std::cout << to_line(result, static_cast<int>(index) + 1, static_cast<int>(episodes)) << std::endl;
    }
  });
  examples::note_interrupts();
  std::atomic<std::size_t> next = 0;
  const ripen::NativeDenoiser first_denoiser(
      model, {.max_windows = options.planner.pass_windows, .precision = options.precision});
  examples::in_parallel(options.jobs, next, episodes, [&] {
    ripen::NativeDenoiser denoiser(first_denoiser);  // All share its weights.
    for (std::size_t i = next++; i < episodes && examples::interrupt_of_program == 0; i = next++) {
      const int task = options.first_task() + static_cast<int>(i / of_task);
      results.take(
          i, run_episode(task, static_cast<int>(i % of_task), options, denoiser, &examples::interrupt_of_program));
    }
  });

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

int main(int argc, char** argv) { return examples::run_program(argc, argv, program); }
