// Solves cubes with a simulated robot: cube_solver --random 1

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "cube_solver/input.hpp"
#include "cube_solver/options.hpp"
#include "cube_solver/report.hpp"
#include "cube_solver/solve.hpp"
#include "cube_solver/tokens.hpp"
#include "cube_solver/view.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"

namespace {

using namespace ripen::cube;

constexpr int kBadInput = 2;
constexpr int kNotAllSolved = 3;

/// Takes results in any order and reports them in the cubes' order, each as soon as its turn has come, so that a run
/// that is cut short has lost nothing.
class Reporter {
 public:
  Reporter(const Options& options, std::size_t cubes, bool lines) : options_(options), lines_(lines), results_(cubes) {
    if (!options.json) return;
    json_.open(*options.json);
    if (!json_) throw std::invalid_argument("--json '" + *options.json + "': cannot be opened for writing");
  }

  void take(std::size_t index, Result result) {
    const std::lock_guard lock(mutex_);
    results_[index] = std::move(result);
    for (; next_ < results_.size() && results_[next_]; ++next_) {
      const Result& done = *results_[next_];
      if (options_.json && !(json_ << to_json(done) << std::endl)) {
        throw std::runtime_error("--json '" + *options_.json + "': cannot be written");
      }
      if (lines_) {
        std::cout << to_line(done, static_cast<int>(next_) + 1, static_cast<int>(results_.size()), options_.tick_us)
                  << std::endl;
      }
    }
  }

  [[nodiscard]] std::vector<Result> results() const {
    std::vector<Result> all;
    for (const auto& result : results_) all.push_back(result.value());
    return all;
  }

 private:
  const Options& options_;
  bool lines_;
  std::mutex mutex_;
  std::ofstream json_;
  std::vector<std::optional<Result>> results_;
  std::size_t next_ = 0;
};

/// Solves cubes until none is left; each worker has a denoiser of its own.
void work(const std::vector<Cube>& cubes, const Options& options, const ripen::ModelFile& model,
          std::atomic<std::size_t>& next, Handover<Snapshot>* view, Reporter& reporter) {
  ripen::NativeDenoiser denoiser(model, {.max_windows = ripen::PlannerOptions{}.pass_windows});
  for (std::size_t i = next++; i < cubes.size(); i = next++) {
    reporter.take(i,
                  solve(cubes[i], options, denoiser, {static_cast<int>(i) + 1, static_cast<int>(cubes.size()), view}));
  }
}

int run(const Options& options) {
  const std::vector<Cube> cubes = cubes_of(options);
  const auto model = ripen::ModelFile::load(options.model);
  if (model.layout != layout()) {
    throw std::invalid_argument("model file '" + options.model + "': its token layout is not the cube's");
  }
  const bool live = !options.quiet && options.jobs == 1 && isatty(STDOUT_FILENO) != 0;
  Reporter reporter(options, cubes.size(), !options.quiet && !live);
  std::atomic<std::size_t> next = 0;
  if (live) {
    Handover<Snapshot> snapshots;
    const LiveView view(snapshots);
    work(cubes, options, model, next, &snapshots, reporter);
  } else {
    std::vector<std::exception_ptr> failures(static_cast<std::size_t>(options.jobs));
    {
      std::vector<std::jthread> workers;
      for (auto& failure : failures) {
        workers.emplace_back([&] {
          try {
            work(cubes, options, model, next, nullptr, reporter);
          } catch (...) {
            failure = std::current_exception();
            next = cubes.size();
          }
        });
      }
    }
    for (const auto& failure : failures) {
      if (failure) std::rethrow_exception(failure);
    }
  }
  const std::vector<Result> results = reporter.results();
  if (!options.quiet) std::cout << summary_of(results) << '\n';
  for (const Result& result : results) {
    if (!result.solved) return kNotAllSolved;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (const auto code = parse(argc, argv, options)) return *code;
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cube_solver: %s\n", error.what());
    return kBadInput;
  }
}
