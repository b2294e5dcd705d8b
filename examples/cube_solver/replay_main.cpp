// Decides again on what a recording of the cube solver observed, or compares two: replay FILE [OTHER]

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "cube_solver/replay.hpp"
#include "ripen/native_denoiser.hpp"
#include "shared/models.hpp"
#include "shared/program.hpp"

namespace {

/// The model that the recording names, or, where that was on another machine, the shipped one of the same name.
std::string model_for(const ripen::Recording& recording) {
  const std::filesystem::path named = ripen::cube::model_of(recording);
  return std::filesystem::exists(named) ? named.string() : ripen::examples::model_path(named.filename().string());
}

ripen::Recording replayed(const ripen::Recording& recording, const std::string& model) {
  const auto file = ripen::ModelFile::load(model.empty() ? model_for(recording) : model);
  ripen::NativeDenoiser denoiser(file, ripen::cube::options_of(recording, file));
  ripen::Recording again = ripen::cube::replay(recording, denoiser);
  ripen::cube::note(file, denoiser, again);
  return again;
}

int program(int argc, char** argv) {
  CLI::App app("Decides again, with the same model and seed, on what a recording of cube_solver observed.");
  std::string file, other, model;
  app.add_option("FILE", file, "Made by cube_solver --passes N --record FILE")->required();
  app.add_option("OTHER", other, "Compare with this recording instead");
  app.add_option("--model", model, "Weights (those that the recording names unless given)");
  app.footer("Exit status: 0 the same bit for bit, 1 they part, 2 bad input.");
  if (const auto status = ripen::examples::parse(app, argc, argv)) return *status;
  const ripen::Recording recording = ripen::Recording::load(file);
  const ripen::Recording again = other.empty() ? replayed(recording, model) : ripen::Recording::load(other);
  const auto parting = ripen::first_difference(recording, again);
  if (parting) {
    std::printf("they part in tick %lld: %s\n", static_cast<long long>(parting->tick), parting->what.c_str());
    std::fputs(ripen::cube::differences(recording, again).c_str(), stdout);
    return 1;
  }
  std::printf("%zu ticks, the same bit for bit\n", recording.ticks.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
