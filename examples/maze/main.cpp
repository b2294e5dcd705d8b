// Drives a point through a maze: maze --maze giant --virtual-time

#include <algorithm>
#include <atomic>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "maze/episode.hpp"
#include "maze/options.hpp"
#include "maze/render.hpp"
#include "maze/report.hpp"
#include "maze/tokens.hpp"
#include "maze/view.hpp"
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

  const bool live = !options.quiet && options.jobs == 1 && examples::terminal().fits_view();
  std::string lines;  // What is said of the episodes, as long as a view is in its place.
  examples::InOrder<Result> results(episodes, [&](std::size_t index, const Result& result) {
    json.add(to_json(result));
    lines += to_line(result, static_cast<int>(index) + 1, static_cast<int>(episodes)) + "\n";
    if (!options.quiet && !live) std::cout << std::exchange(lines, "") << std::flush;
  });
  examples::note_interrupts();
  std::atomic<std::size_t> next = 0;
  const ripen::NativeDenoiser first_denoiser(
      model, {.max_windows = options.planner.pass_windows, .precision = options.precision});
  const auto run_episodes = [&](ripen::TripleBuffer<Snapshot>* snapshots) {
    ripen::NativeDenoiser denoiser(first_denoiser);  // All share its weights.
    for (std::size_t i = next++; i < episodes && examples::interrupt_of_program == 0; i = next++) {
      const int task = options.first_task() + static_cast<int>(i / of_task);
      std::optional<Recording> recording;
      if (i == 0 && options.render) recording.emplace(max_steps(*options.maze, options.protocol), options.planner);
      const Company company{.view = snapshots,
                            .episode = static_cast<int>(i) + 1,
                            .episodes = static_cast<int>(episodes),
                            .recording = recording ? &*recording : nullptr,
                            .interrupt = &examples::interrupt_of_program};
      const Result result = run_episode(task, static_cast<int>(i % of_task), options, denoiser, company);
      results.take(i, result);
      if (recording) examples::save_output("--render", options.render, to_svg(*options.maze, result, *recording));
    }
  };
  if (live) {
    Snapshot nothing;
    nothing.frame.reserve(options.planner.horizon, 1);
    ripen::TripleBuffer<Snapshot> snapshots(nothing);
    const examples::LiveView<Snapshot> view(snapshots, draw);
    run_episodes(&snapshots);
  } else {
    examples::in_parallel(options.jobs, next, episodes, [&] { run_episodes(nullptr); });
  }

  const std::vector<Result> all = results.results();
  if (!options.quiet) std::cout << lines << summary_of(all) << '\n';
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
