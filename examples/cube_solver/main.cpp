// Solves cubes with a simulated robot: cube_solver --random 1

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cube_solver/input.hpp"
#include "cube_solver/options.hpp"
#include "cube_solver/render.hpp"
#include "cube_solver/report.hpp"
#include "cube_solver/solve.hpp"
#include "cube_solver/tokens.hpp"
#include "cube_solver/view.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"
#include "shared/in_order.hpp"
#include "shared/program.hpp"

namespace {

using namespace ripen::cube;
using InOrder = ripen::examples::InOrder<Result>;

constexpr int kNotAllSolved = 3;

/// Solves cubes until none is left; each worker has a denoiser of its own.
void work(const std::vector<Cube>& cubes, const Options& options, const ripen::ModelFile& model,
          std::atomic<std::size_t>& next, ripen::TripleBuffer<Snapshot>* view, ripen::Recording* recording,
          InOrder& results) {
  ripen::NativeDenoiser denoiser(model,
                                 {.max_windows = ripen::PlannerOptions{}.pass_windows, .precision = options.precision});
  for (std::size_t i = next++; i < cubes.size(); i = next++) {
    results.take(i, solve(cubes[i], options, denoiser,
                          {static_cast<int>(i) + 1, static_cast<int>(cubes.size()), view, recording}));
  }
}

int run(const Options& options) {
  const std::vector<Cube> cubes = cubes_of(options);
  if (options.record && cubes.size() != 1) {
    throw std::invalid_argument("--record is for one cube, not " + std::to_string(cubes.size()));
  }
  if (options.record) ripen::Recording::check_writable(*options.record);
  const auto model = ripen::ModelFile::load(options.model);
  if (model.layout != layout()) {
    throw std::invalid_argument("model file '" + options.model + "': its token layout is not the cube's");
  }
  const bool live = !options.quiet && options.jobs == 1 && isatty(STDOUT_FILENO) != 0;
  std::ofstream json;
  if (options.json) json.open(*options.json);
  if (!json) throw std::invalid_argument("--json '" + *options.json + "': cannot be opened for writing");
  std::ofstream picture;
  if (options.render) picture.open(*options.render);
  if (!picture) throw std::invalid_argument("--render '" + *options.render + "': cannot be opened for writing");
  InOrder reporter(cubes.size(), [&](std::size_t index, const Result& result) {
    if (options.json && !(json << to_json(result) << std::endl)) {
      throw std::runtime_error("--json '" + *options.json + "': cannot be written");
    }
    if (!options.quiet && !live) {
      std::cout << to_line(result, static_cast<int>(index) + 1, static_cast<int>(cubes.size()), options.tick_us)
                << std::endl;
    }
  });
  std::atomic<std::size_t> next = 0;
  ripen::Recording recording;
  ripen::Recording* const recorded = options.record ? &recording : nullptr;
  if (live) {
    ripen::TripleBuffer<Snapshot> snapshots;
    const LiveView view(snapshots);
    work(cubes, options, model, next, &snapshots, recorded, reporter);
  } else {
    ripen::examples::in_parallel(options.jobs, next, cubes.size(),
                                 [&] { work(cubes, options, model, next, nullptr, recorded, reporter); });
  }
  const std::vector<Result> results = reporter.results();
  if (!options.quiet) std::cout << summary_of(results) << '\n';
  if (recorded != nullptr) recording.save(*options.record);
  if (options.render && !(picture << to_svg(results.front(), options.tick_us) << std::flush)) {
    throw std::runtime_error("--render '" + *options.render + "': cannot be written");
  }
  for (const Result& result : results) {
    if (!result.solved) return kNotAllSolved;
  }
  return 0;
}

int program(int argc, char** argv) {
  Options options;
  if (const auto code = parse(argc, argv, options)) return *code;
  return run(options);
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
