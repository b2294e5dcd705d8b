// Solves cubes with a simulated robot: cube_solver --random 1

#include <algorithm>
#include <atomic>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cube_solver/input.hpp"
#include "cube_solver/options.hpp"
#include "cube_solver/render.hpp"
#include "cube_solver/replay.hpp"
#include "cube_solver/report.hpp"
#include "cube_solver/solve.hpp"
#include "cube_solver/tokens.hpp"
#include "cube_solver/view.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"
#include "shared/in_order.hpp"
#include "shared/interrupt.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"

namespace {

using namespace ripen::cube;
namespace examples = ripen::examples;
using InOrder = examples::InOrder<Result>;

constexpr int kNotAllSolved = 3;

/// Solves cubes until none is left; each worker has a denoiser of its own, of the same weights.
void work(const std::vector<Cube>& cubes, const Options& options, const ripen::ModelFile& model,
          const ripen::NativeDenoiser& shared, std::atomic<std::size_t>& next, ripen::TripleBuffer<Snapshot>* view,
          ripen::Recording* recording, InOrder& results) {
  ripen::NativeDenoiser denoiser(shared);
  Place place{.cubes = static_cast<int>(cubes.size()),
              .view = view,
              .recording = recording,
              .interrupt = &examples::interrupt_of_program};
  for (std::size_t i = next++; i < cubes.size() && !place.interrupted(); i = next++) {
    place.number = static_cast<int>(i) + 1;
    results.take(i, solve(cubes[i], options, denoiser, place));
    if (recording != nullptr) note(model, denoiser, *recording);
  }
}

int run(const Options& options) {
  const std::vector<Cube> cubes = cubes_of(options);
  if (options.record && cubes.size() != 1) {
    throw std::invalid_argument("--record is for one cube, not " + std::to_string(cubes.size()));
  }
  if (options.record) ripen::Recording::check_writable(*options.record);
  examples::check_output("--render", options.render);
  examples::LineFile json("--json", options.json);
  const auto model = ripen::ModelFile::load(options.model);
  if (model.layout != layout()) {
    throw std::invalid_argument("model file '" + options.model + "': its token layout is not the cube's");
  }
  const bool live = !options.quiet && options.jobs == 1 && examples::terminal().fits_view();
  std::string lines;  // What is said of the cubes, as long as a view is in its place.
  InOrder reporter(cubes.size(), [&](std::size_t index, const Result& result) {
    json.add(to_json(result));
    lines += to_line(result, static_cast<int>(index) + 1, static_cast<int>(cubes.size()), options.tick_us) + "\n";
    if (!options.quiet && !live) std::cout << std::exchange(lines, "") << std::flush;
  });
  const ripen::NativeDenoiser denoiser(
      model, {.max_windows = ripen::cube::kPlanner.pass_windows, .precision = options.precision});
  std::atomic<std::size_t> next = 0;
  ripen::Recording recording;
  ripen::Recording* const recorded = options.record ? &recording : nullptr;
  examples::note_interrupts();
  if (live) {
    ripen::TripleBuffer<Snapshot> snapshots;
    const examples::LiveView<Snapshot> view(snapshots, draw);
    work(cubes, options, model, denoiser, next, &snapshots, recorded, reporter);
  } else {
    examples::in_parallel(options.jobs, next, cubes.size(),
                          [&] { work(cubes, options, model, denoiser, next, nullptr, recorded, reporter); });
  }
  const std::vector<Result> results = reporter.results();
  if (!options.quiet) std::cout << lines << summary_of(results) << std::endl;
  if (results.empty()) return kNotAllSolved;  // Interrupted before anything was done: files stay what they were.
  if (recorded != nullptr) recording.save(*options.record);
  if (options.render) examples::save_output("--render", options.render, to_svg(results.front(), options.tick_us));
  const bool solved = std::ranges::all_of(results, [](const Result& result) { return result.solved; });
  return solved ? 0 : kNotAllSolved;
}

int program(int argc, char** argv) {
  Options options;
  if (const auto code = parse(argc, argv, options)) return *code;
  return run(options);
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
