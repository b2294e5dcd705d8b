// What one position of the GPT-style opponent costs, for a number of sequences side by side and a number of positions
// in the cache, beside the time in which one core reads the weights, or weights and cache, once. Random weights; one
// thread; medians of many rounds.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "opponents/gpt/gpt_engine.hpp"
#include "peak.hpp"
#include "shared/program.hpp"
#include "util/random.hpp"

namespace ripen::opponents {
namespace {

struct Options {
  std::vector<std::string> sizes;
  std::vector<int> sequences = {1, 8};
  std::vector<int> positions = {64, 512};
  int window = 256, bins = 128;
  int rounds = 300;
};

/// Two states and two actions, as a maze has them.
TokenLayout layout_of(int bins) {
  return TokenLayout({{"x", SlotRole::kState, bins, 0.0, 1.0},
                      {"y", SlotRole::kState, bins, 0.0, 1.0},
                      {"u", SlotRole::kAction, bins, -1.0, 1.0},
                      {"v", SlotRole::kAction, bins, -1.0, 1.0}});
}

GptFile random_file(const GptConfig& config, int bins) {
  Random random(1);
  GptFile file{.layout = layout_of(bins), .goal = {.at_end = {0, 1}}, .config = config, .tensors = {}, .notes = {}};
  for (const auto& [name, shape] : GptFile::expected(file.layout, file.goal, config)) {
    std::size_t count = 1;
    for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
    Tensor& tensor = file.tensors[name] = {.shape = shape, .values = std::vector<float>(count)};
    const double scale = 1.0 / std::sqrt(static_cast<double>(shape.back()));
    for (float& value : tensor.values) value = static_cast<float>(scale * random.normal());
  }
  return file;
}

/// What this thread has worked [us]: it may have to share its core.
double worked() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// The median time of one position of all sequences [us].
double microseconds(GptEngine& engine, int sequences, int positions, int rounds) {
  std::vector<GptRow> rows;
  std::vector<float> logits(static_cast<std::size_t>(sequences * engine.logits_stride()));
  for (int k = 0; k < sequences; ++k) rows.push_back({.sequence = k, .token = 3, .fraction = 20});
  for (int k = 0; k < sequences; ++k) engine.truncate(k, 0);
  while (engine.length(0) < positions) (void)engine.append(rows, 0, nullptr);
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    for (int k = 0; k < sequences; ++k) engine.truncate(k, positions);
    const double begin = worked();
    (void)engine.append(rows, sequences, logits.data());
    times.push_back(worked() - begin);
  }
  std::ranges::nth_element(times, times.begin() + rounds / 2);
  return times[static_cast<std::size_t>(rounds / 2)];
}

void measure(const std::string& name, GptConfig config, const Options& options) {
  config.window = options.window;
  const GptFile file = random_file(config, options.bins);
  for (const Precision precision : {Precision::kFloat32, Precision::kInt8}) {
    const bool int8 = precision == Precision::kInt8;
    const int most = *std::ranges::max_element(options.sequences);
    GptEngine engine(file, {.sequences = most, .rows = std::max(most, 64), .precision = precision});
    const double layers = 12.0 * config.width * config.width * config.layers * (int8 ? 1.0 : 4.0);
    const double weights = layers + 4.0 * config.width * options.bins;  // One slot's head.
    for (const int positions : options.positions) {
      for (const int sequences : options.sequences) {
        const double cache = 2.0 * config.width * config.layers * positions * sequences * (int8 ? 2.0 : 4.0);
        const double us = microseconds(engine, sequences, positions, options.rounds);
        const auto stream = [](double bytes) { return bytes / 1e3 / read_gigabytes(static_cast<std::size_t>(bytes)); };
        std::printf("| %s | %s %s | %d | %d | %.0f | %.1f | %.1f | %.0f | %.0f |\n", name.c_str(),
                    int8 ? "int8" : "float32", std::string(engine.instructions()).c_str(), positions, sequences, us,
                    us / sequences, weights / 1e6, stream(weights), stream(weights + cache));
      }
    }
  }
}

int program(int argc, char** argv) {
  Options options;
  CLI::App app("Measures what a position of the GPT-style opponent costs, on one thread.");
  app.add_option("--sizes", options.sizes, "Of the layers; all unless given")->check([](const std::string& size) {
    const bool known = std::ranges::any_of(gpt_sizes(), [&](const auto& each) { return each.first == size; });
    return known ? std::string() : "'" + size + "' is no size";
  });
  app.add_option("--sequences", options.sequences, "Side by side")->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_option("--positions", options.positions, "In the cache already")
      ->check(CLI::Range(3, 4000))
      ->capture_default_str();
  app.add_option("--window", options.window, "Steps of four tokens")->check(CLI::Range(2, 1024))->capture_default_str();
  app.add_option("--bins", options.bins, "Of each slot")->check(CLI::Range(2, kMaxVocabulary))->capture_default_str();
  app.add_option("--rounds", options.rounds, "Medians are of this many")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  if (const auto status = examples::parse(app, argc, argv)) return *status;
  std::printf(
      "| numbers | | positions in the cache | sequences | a position of all [us] | of one [us] | weights [MB] "
      "| reading them [us] | and the cache [us] |\n|---|---|---|---|---|---|---|---|---|\n");
  for (const auto& [name, config] : gpt_sizes()) {
    if (options.sizes.empty() || std::ranges::find(options.sizes, name) != options.sizes.end()) {
      measure(name, config, options);
    }
  }
  return 0;
}

}  // namespace
}  // namespace ripen::opponents

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, ripen::opponents::program); }
