// Links the planner, the loop and the native denoiser through the umbrella header alone.

#include <ripen/ripen.hpp>

#include <cstdio>
#include <exception>

int main() {
  const ripen::PlannerOptions options{.horizon = 0};
  if (options.validate().empty()) return 1;
  try {
    const ripen::NativeDenoiser denoiser(ripen::ModelFile::load("/nonexistent.safetensors"));
    return 1;
  } catch (const std::exception& error) {
    std::printf("as it should be: %s\n", error.what());
  }
  ripen::apply_real_time({.lock_memory = false});
  return 0;
}
