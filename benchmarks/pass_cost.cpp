// What one pass of a model costs: the native denoiser in both precisions and with every instruction set, beside
// LibTorch eager and traced, ONNX Runtime where it is at hand, and beside what this processor can multiply and read at
// most. One thread; every contestant in turn, many times over in one run; medians.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "peak.hpp"
#include "planner_share.hpp"
#include "ripen/native_denoiser.hpp"
#include "shared/program.hpp"
#include "util/random.hpp"
#ifdef RIPEN_WITH_ONNXRUNTIME
#include "onnx_passes.hpp"
#endif
#ifdef RIPEN_WITH_TORCH
#include "torch_passes.hpp"
#endif

namespace ripen {
namespace {

struct Options {
  std::string model = RIPEN_MODELS_DIR "/cube.safetensors";
  std::vector<int> positions = {1, 8, 32, 128};
  int rounds = 100;
  double block = 1.0;  // [ms] of calls that are timed together
};

struct Contestant {
  std::string name;
  std::function<void()> pass;
  std::vector<double> microseconds = {};  // a pass, of each round
  [[nodiscard]] double median() {
    std::ranges::nth_element(microseconds, microseconds.begin() + static_cast<std::ptrdiff_t>(microseconds.size() / 2));
    return microseconds[microseconds.size() / 2];
  }
};

/// One call's time [us], of as many as take the time of a block.
double timed(const std::function<void()>& pass, double block_ms) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  std::chrono::duration<double, std::micro> spent{};
  int calls = 0;
  do {
    pass();
    ++calls;
    spent = Clock::now() - begin;
  } while (spent.count() < block_ms * 1e3);
  return spent.count() / calls;
}

/// Multiplications and additions of a step pass at one position, products only.
double flops(const ModelFile& model) {
  const double width = model.config.width;
  const double outputs = model.layout.logits() - model.layout.state_logits() + model.config.value_bins;
  return 2.0 * (model.config.blocks * 2.0 * width * width + outputs * width);
}

void compare(const ModelFile& model, int positions, const Options& options, double peak) {
  Random random(1);
  std::vector<Token> tokens;
  for (int i = 0; i < positions; ++i) {
    for (int s = 0; s < model.layout.slots(); ++s) {
      tokens.push_back(static_cast<Token>(random.below(model.layout.slot(s).vocabulary)));
    }
  }
  const auto outputs = static_cast<std::size_t>(model.layout.logits());
  std::vector<float> logits(static_cast<std::size_t>(positions) * outputs), value(static_cast<std::size_t>(positions));
  const DenoiseBatch batch{PassDepth::kStep, positions, 1, tokens.data(), logits.data(), value.data()};

  std::vector<std::unique_ptr<NativeDenoiser>> denoisers;
  std::vector<Contestant> contestants;
  std::vector<double> megabytes;
  for (const std::string& instructions : available_instructions()) {
    for (const Precision precision : {Precision::kFloat32, Precision::kInt8}) {
      // These have the float32 of the next ones.
      if (precision == Precision::kFloat32 && (instructions == "avx512vnni" || instructions == "neondot")) continue;
      denoisers.push_back(std::make_unique<NativeDenoiser>(
          model, NativeOptions{.max_windows = positions, .precision = precision, .instructions = instructions}));
      contestants.push_back({(precision == Precision::kInt8 ? "int8 " : "float32 ") + instructions,
                             [denoiser = denoisers.back().get(), &batch] { denoiser->run(batch); }});
      const NativeMemory memory = denoisers.back()->memory();
      megabytes.push_back(static_cast<double>(memory.weights + memory.work_space) / 1e6);
    }
  }
#ifdef RIPEN_WITH_TORCH
  const TorchPasses torch(model, tokens.data(), positions);
  contestants.push_back({"LibTorch eager", [&] { torch.eager(); }});
  contestants.push_back({"LibTorch traced and frozen", [&] { torch.traced(); }});
#endif
#ifdef RIPEN_WITH_ONNXRUNTIME
  OnnxPasses onnx(model, tokens.data(), positions);
  contestants.push_back({"ONNX Runtime", [&] { onnx.run(); }});
  onnx.run();
  NativeDenoiser(model, {.max_windows = positions, .precision = Precision::kFloat32}).run(batch);
  for (std::size_t i = 0; i < onnx.action().size(); ++i) {
    if (std::abs(onnx.action()[i] - logits[i]) > 1e-3F)
      throw std::runtime_error("ONNX Runtime computes something else");
  }
#else
  if (positions == options.positions.front())
    std::fputs("ONNX Runtime: not built in (RIPEN_ONNXRUNTIME_DIR)\n", stderr);
#endif
  for (int round = 0; round < options.rounds; ++round) {
    for (Contestant& each : contestants) each.microseconds.push_back(timed(each.pass, options.block));
  }
  const auto best = std::ranges::find_if(contestants, [](const auto& c) { return c.name.starts_with("float32"); });
  const double reference = best->median();
  for (std::size_t c = 0; c < contestants.size(); ++c) {
    const double us = contestants[c].median();
    const double share = flops(model) * positions / (us * 1e3) / peak;
    std::printf("| %d | %s | %.1f | %.2f | %.0f %% | ", positions, contestants[c].name.c_str(), us, us / reference,
                100.0 * share);
    c < megabytes.size() ? std::printf("%.1f |\n", megabytes[c]) : std::printf(" |\n");
  }
}

int program(int argc, char** argv) {
  Options options;
  int planner_ticks = 0;
  CLI::App app("Compares what one step pass of a model costs, on one thread.");
  app.add_option("--model", options.model, "Weights")->capture_default_str();
  app.add_option("--positions", options.positions, "Steps in a pass")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "Medians are of this many")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--block-ms", options.block, "Time of the calls in a round [ms]")
      ->check(CLI::Range(0.0, 1e4))
      ->capture_default_str();
  app.add_option("--planner", planner_ticks,
                 "Instead, over so many ticks: what the planner itself takes beside each shipped model that denoises")
      ->check(CLI::Range(1, 1000000));
  if (const auto status = examples::parse(app, argc, argv)) return *status;
  if (planner_ticks > 0) {
    compare_shares(planner_ticks);
    return 0;
  }
  const auto model = ModelFile::load(options.model);
  const double peak = peak_gigaflops();
  const double bytes = 4.0 * flops(model) / 2.0;  // A weight is used once a position.
  const double stream = bytes / 1e3 / read_gigabytes(static_cast<std::size_t>(bytes));
  std::printf(
      "peak %.0f GFLOP/s (float32 fused multiply-add, one core); the float32 weights, %.1f MB, are read once "
      "in %.0f us, those in int8 in %.0f us\n\n",
      peak, bytes / 1e6, stream, bytes / 4.0 / 1e3 / read_gigabytes(static_cast<std::size_t>(bytes / 4.0)));
  std::printf(
      "| positions | | median [us] | of the best float32 | of the float32 peak | memory [MB] |\n"
      "|---|---|---|---|---|---|\n");
  for (const int positions : options.positions) compare(model, positions, options, peak);
  return 0;
}

}  // namespace
}  // namespace ripen

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, ripen::program); }
