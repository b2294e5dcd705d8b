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
#include "opponents/gpt/gpt_engine.hpp"
#include "shared/in_order.hpp"
#include "shared/interrupt.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"

namespace {

using namespace maze;
namespace examples = ripen::examples;

constexpr int kNotAllSucceeded = 3;

namespace opponents = ripen::opponents;

/// Throws std::invalid_argument if a model is not of this maze.
void check(const ripen::TokenLayout& of_model, const Options& options, States states) {
  if (of_model == layout(*options.maze, states)) return;
  throw std::invalid_argument("model file '" + options.model + "': its token layout is not that of the maze '" +
                              std::string(options.maze->name) + "'");
}

/// Loads the model. What is returned gives each thread of episodes what makes their plans; all share the weights.
std::function<MakePlan()> load_planners(const Options& options) {
  if (options.gpt) {
    const auto file = opponents::GptFile::load(options.model);
    check(file.layout, options, States::kPlace);
    const int samples = options.planner.candidates;
    const auto shared = std::make_shared<const opponents::GptEngine>(
        file, opponents::GptEngineOptions{
                  .sequences = samples, .rows = std::max(64, samples), .precision = options.precision});
    return [shared, &options] {
      return [own = std::make_shared<opponents::GptEngine>(*shared), &options](const ripen::PlannerOptions& planner,
                                                                               const ripen::Clock& clock) {
        return std::make_unique<opponents::Gpt>(*own, planner, options.gpt_options(), &clock);
      };
    };
  }
  const auto file = ripen::ModelFile::load(options.model);
  check(file.layout, options, States::kPlaceAndArrival);
  const auto shared = std::make_shared<const ripen::NativeDenoiser>(
      file, ripen::NativeOptions{.max_windows = options.planner.pass_windows, .precision = options.precision});
  return [shared, &options] {
    return [own = std::make_shared<ripen::NativeDenoiser>(*shared), &options](const ripen::PlannerOptions& planner,
                                                                              const ripen::Clock& clock) {
      return opponents::make(*own, planner, options.opponent, nullptr, &clock);
    };
  };
}

int run(const Options& options) {
  const auto of_task = static_cast<std::size_t>(options.episodes);
  const std::size_t episodes = of_task * static_cast<std::size_t>(options.tasks());
  examples::LineFile json("--json", options.json);
  examples::check_output("--render", options.render);
  const std::function<MakePlan()> planners = load_planners(options);

  const bool live = !options.quiet && options.jobs == 1 && examples::terminal().fits_view();
  std::string lines;  // What is said of the episodes, as long as a view is in its place.
  examples::InOrder<Result> results(episodes, [&](std::size_t index, const Result& result) {
    json.add(to_json(result));
    lines += to_line(result, static_cast<int>(index) + 1, static_cast<int>(episodes)) + "\n";
    if (!options.quiet && !live) std::cout << std::exchange(lines, "") << std::flush;
  });
  examples::note_interrupts();
  std::atomic<std::size_t> next = 0;
  const auto run_episodes = [&](ripen::TripleBuffer<Snapshot>* snapshots) {
    const MakePlan make_plan = planners();
    for (std::size_t i = next++; i < episodes && examples::interrupt_of_program == 0; i = next++) {
      const int task = options.first_task() + static_cast<int>(i / of_task);
      std::optional<Recording> recording;
      if (i == 0 && options.render) recording.emplace(max_steps(*options.maze, options.protocol), options.planner);
      const Company company{.view = snapshots,
                            .episode = static_cast<int>(i) + 1,
                            .episodes = static_cast<int>(episodes),
                            .recording = recording ? &*recording : nullptr,
                            .interrupt = &examples::interrupt_of_program};
      const Result result = run_episode(task, static_cast<int>(i % of_task), options, make_plan, company);
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
