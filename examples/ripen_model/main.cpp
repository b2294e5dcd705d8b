// What is in a model file, and what a pass of it costs here: ripen_model models/arm.safetensors --rate 200

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "ripen/error.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen_model/describe.hpp"
#include "shared/program.hpp"
#include "util/random.hpp"

namespace {

using namespace ripen;

constexpr int kDiffers = 3;

struct Options {
  std::string file, other;
  double rate = 100.0;   // [Hz]
  int windows = 1;       // in a pass
  double seconds = 0.5;  // of each measurement; 0: none
};

/// Passes over random tokens, half of them masked, one after the other. Takes the cost of each [us].
class Passes {
 public:
  Passes(const ModelFile& file, int windows)
      : windows_(windows), has_mixer_(file.config.mixer_width > 0), steps_(has_mixer_ ? file.config.window : 1) {
    Random random(1);
    const TokenLayout& layout = file.layout;
    const auto positions = static_cast<std::size_t>(windows) * static_cast<std::size_t>(steps_);
    for (std::size_t i = 0; i < positions; ++i) {
      for (int s = 0; s < layout.slots(); ++s) {
        const auto token = static_cast<Token>(random.below(layout.slot(s).vocabulary));
        tokens_.push_back(random.below(2) == 0 ? kMask : token);
      }
    }
    logits_.resize(positions * static_cast<std::size_t>(layout.logits()));
    values_.resize(positions);
  }

  [[nodiscard]] std::vector<double> run(NativeDenoiser& denoiser, double seconds) {
    using Clock = std::chrono::steady_clock;
    const DenoiseBatch batch{.depth = has_mixer_ ? PassDepth::kWindow : PassDepth::kStep,
                             .windows = windows_,
                             .steps = steps_,
                             .tokens = tokens_.data(),
                             .logits = logits_.data(),
                             .value = values_.data()};
    std::vector<double> spent;
    denoiser.run(batch);  // The first one finds cold caches.
    const auto begin = Clock::now();
    for (auto at = begin; at - begin < std::chrono::duration<double>(seconds);) {
      denoiser.run(batch);
      const auto now = Clock::now();
      spent.push_back(std::chrono::duration<double, std::micro>(now - at).count());
      at = now;
    }
    std::ranges::sort(spent);
    return spent;
  }

 private:
  int windows_;
  bool has_mixer_;
  int steps_;
  std::vector<Token> tokens_;
  std::vector<float> logits_, values_;
};

void measure(const ModelFile& file, const Options& options) {
  Passes passes(file, options.windows);
  std::printf("%-11s %-9s %10s %10s %14s %10s\n", "kernels", "precision", "p50 [us]", "p99 [us]", "fit a period", "MB");
  for (const std::string& instructions : available_instructions()) {
    for (const Precision precision : {Precision::kFloat32, Precision::kInt8}) {
      const char* name = precision == Precision::kInt8 ? "int8" : "float32";
      try {
        NativeDenoiser denoiser(file,
                                {.max_windows = options.windows, .precision = precision, .instructions = instructions});
        const std::vector<double> spent = passes.run(denoiser, options.seconds);
        const auto at = [&](double share) {
          return spent[static_cast<std::size_t>(share * static_cast<double>(spent.size() - 1))];
        };
        const NativeMemory memory = denoiser.memory();
        std::printf("%-11s %-9s %10.1f %10.1f %14.0f %10.2f\n", instructions.c_str(), name, at(0.5), at(0.99),
                    std::floor(1e6 / options.rate / at(0.99)),
                    static_cast<double>(memory.weights + memory.work_space) / 1e6);
      } catch (const Error& refused) {  // Of a width that these kernels do not take.
        std::printf("%-11s %-9s refused: %s\n", instructions.c_str(), name, refused.what());
      }
      std::fflush(stdout);
    }
  }
}

int program(int argc, char** argv) {
  Options options;
  CLI::App app("Tells what is in a model file, and what a pass of it costs on this machine.");
  app.footer("Exit status: 0 all is well, 3 --compare found a difference, 2 bad input.");
  app.add_option("file", options.file, "the model")->required();
  app.add_option("--compare", options.other, "another one: says how they differ, and measures nothing");
  app.add_option("--rate", options.rate, "Ticks a second [Hz], of whose period passes take a part")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  app.add_option("--windows", options.windows, "in a pass")->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_option("--seconds", options.seconds, "of each measurement; 0 leaves them out")
      ->check(CLI::Range(0.0, 1e4))
      ->capture_default_str();
  if (const auto status = examples::parse(app, argc, argv)) return *status;
  const ModelFile file = ModelFile::load(options.file);
  if (!options.other.empty()) {
    const std::string differences = examples::differences(file, ModelFile::load(options.other));
    std::cout << (differences.empty() ? "no difference\n" : differences);
    return differences.empty() ? 0 : kDiffers;
  }
  std::cout << examples::describe(file) << std::flush;
  if (options.seconds > 0.0) measure(file, options);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
