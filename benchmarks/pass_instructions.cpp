// Runs passes of a model and measures nothing: for a counter of instructions, as instructions/run has one.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "ripen/native_denoiser.hpp"
#include "shared/precision.hpp"
#include "shared/program.hpp"
#include "util/random.hpp"

namespace ripen {
namespace {

int program(int argc, char** argv) {
  std::string model = RIPEN_MODELS_DIR "/cube.safetensors";
  int positions = 8, passes = 1;
  NativeOptions options;
  CLI::App app("Runs step passes of a model, for a counter of instructions.");
  app.add_option("--model", model, "Weights")->capture_default_str();
  app.add_option("--positions", positions, "Steps in a pass")->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("--passes", passes, "How many")->check(CLI::Range(0, 1000000))->capture_default_str();
  app.add_option("--instructions", options.instructions, "The kernels; empty takes the best");
  examples::declare_precision(app, options.precision, "OPTIONS");
  if (const auto status = examples::parse(app, argc, argv)) return *status;
  const auto file = ModelFile::load(model);
  options.max_windows = positions;
  NativeDenoiser denoiser(file, options);
  Random random(1);
  std::vector<Token> tokens;
  for (int i = 0; i < positions; ++i) {
    for (int s = 0; s < file.layout.slots(); ++s) {
      tokens.push_back(static_cast<Token>(random.below(file.layout.slot(s).vocabulary)));
    }
  }
  std::vector<float> logits(static_cast<std::size_t>(positions * file.layout.logits()));
  std::vector<float> value(static_cast<std::size_t>(positions));
  for (; passes > 0; --passes) {
    denoiser.run({PassDepth::kStep, positions, 1, tokens.data(), logits.data(), value.data()});
  }
  return 0;
}

}  // namespace
}  // namespace ripen

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, ripen::program); }
