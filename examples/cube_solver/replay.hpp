#pragma once
// Decides again on what a recording of the cube solver observed.

#include <string>

#include "cube_solver/cube.hpp"
#include "cube_solver/options.hpp"
#include "ripen/denoiser.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/recording.hpp"

namespace ripen::cube {

/// Adds to a recording how it was made. seed: the planner's.
void note(const Options& options, const Cube& cube, std::uint64_t seed, Recording& recording);

/// Adds what else decisions depend on: the model's hash, the kernels that ran and their precision, the library's
/// version.
void note(const ModelFile& model, const NativeDenoiser& denoiser, Recording& recording);

/// The model that a recording was made with, as its path was given.
[[nodiscard]] std::string model_of(const Recording& recording);

/// What is to run a model as it ran for the recording: its precision and its kernels. Throws std::invalid_argument
/// if the recording was made with another model, or with kernels that this processor cannot run.
[[nodiscard]] NativeOptions options_of(const Recording& recording, const ModelFile& model);

/// In what two recordings were made differently, of what note() knows: "kernels: avx2, portable", one a line.
[[nodiscard]] std::string differences(const Recording& one, const Recording& other);

/// Has a planner decide in each recorded tick on what was observed in it, and records that. The denoiser must be the
/// one that the recording was made with. Throws std::invalid_argument if the recording is not of the cube solver, does
/// not begin with tick 0, or was not made with --passes: time is not the same twice.
[[nodiscard]] Recording replay(const Recording& recording, Denoiser& denoiser);

}  // namespace ripen::cube
