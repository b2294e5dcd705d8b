// What 8 bits cost in quality: how often the cube model's likeliest action is one of the teacher's, from states of
// solutions that it never trained on, in both precisions.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "cube_solver/teacher/demonstrations.hpp"
#include "ripen/native_denoiser.hpp"
#include "shared/program.hpp"

namespace ripen {
namespace {

struct States {
  std::vector<Token> tokens;        // [N][slots]
  std::vector<std::uint64_t> good;  // [N] mask of actions
};

States held_out(int count) {
  const cube::Teacher teacher;
  const cube::Demonstrations demonstrations(teacher);
  const auto slots = static_cast<std::size_t>(demonstrations.layout().slots());
  States states;
  train::Trajectory trajectory;
  for (std::uint64_t number = train::kHeldOut; states.good.size() < static_cast<std::size_t>(count); ++number) {
    demonstrations.make(number, trajectory);
    for (std::size_t i = 0; i + 1 < static_cast<std::size_t>(trajectory.steps); ++i) {
      const auto begin = trajectory.tokens.begin() + static_cast<std::ptrdiff_t>(i * slots);
      states.tokens.insert(states.tokens.end(), begin, begin + static_cast<std::ptrdiff_t>(slots));
      states.good.push_back(trajectory.good_actions[i]);
    }
  }
  return states;
}

/// The likeliest action in each state.
std::vector<int> likeliest(const ModelFile& model, Precision precision, const States& states) {
  constexpr std::size_t kPass = 64;
  NativeDenoiser denoiser(model, {.max_windows = kPass, .precision = precision});
  const auto slots = static_cast<std::size_t>(model.layout.slots());
  const auto actions = static_cast<std::size_t>(model.layout.logits() - model.layout.state_logits());
  std::vector<float> logits(kPass * actions), value(kPass);
  std::vector<int> result;
  for (std::size_t first = 0; first < states.good.size(); first += kPass) {
    const std::size_t count = std::min(kPass, states.good.size() - first);
    denoiser.run({PassDepth::kStep, static_cast<int>(count), 1, states.tokens.data() + first * slots, logits.data(),
                  value.data()});
    for (std::size_t i = 0; i < count; ++i) {
      const auto begin = logits.begin() + static_cast<std::ptrdiff_t>(i * actions);
      const auto end = begin + static_cast<std::ptrdiff_t>(actions);
      result.push_back(static_cast<int>(std::max_element(begin, end) - begin));
    }
  }
  return result;
}

int program(int argc, char** argv) {
  int count = 100000;
  std::string path = RIPEN_CUBE_MODEL;
  CLI::App app("Compares how good a cube model's likeliest actions are in float32 and in int8.");
  app.add_option("--states", count, "At least this many")->check(CLI::Range(1, 100000000))->capture_default_str();
  app.add_option("--model", path, "Weights")->capture_default_str();
  if (const auto status = examples::parse(app, argc, argv)) return *status;
  const auto model = ModelFile::load(path);
  const auto states = held_out(count);
  const auto exact = likeliest(model, Precision::kFloat32, states);
  const auto rounded = likeliest(model, Precision::kInt8, states);
  std::size_t good = 0, good_rounded = 0, same = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    if (train::is_good(states.good[i], exact[i])) ++good;
    if (train::is_good(states.good[i], rounded[i])) ++good_rounded;
    if (exact[i] == rounded[i]) ++same;
  }
  const auto percent = [&](std::size_t n) {
    return 100.0 * static_cast<double>(n) / static_cast<double>(exact.size());
  };
  std::printf("%zu states: likeliest action good in float32 %.2f %%, in int8 %.2f %%; the same action in %.2f %%\n",
              exact.size(), percent(good), percent(good_rounded), percent(same));
  return 0;
}

}  // namespace
}  // namespace ripen

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, ripen::program); }
