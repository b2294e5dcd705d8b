#include "cube_solver/solve.hpp"
#include "signature/signature.hpp"

namespace ripen {
namespace {

/// Every turn and tick of a few cubes with slips, disturbances and latency.
std::string cube_signature(Denoiser& denoiser) {
  constexpr std::uint64_t kSeed = 20261123;
  constexpr int kCubes = 3;
  cube::Options options{.seed = kSeed, .passes = 3, .virtual_time = true, .max_moves = 40};
  options.slip_rate = 0.05;
  options.disturb_rate = 0.05;
  options.sensor_latency_ticks = 1;
  signature::Hash hash;
  for (int number = 1; number <= kCubes; ++number) {
    Random random(kSeed, static_cast<std::uint64_t>(number));
    const cube::Result result = cube::solve(cube::random_cube(random), options, denoiser, {.number = number});
    hash.take(result.ticks);
    hash.take(result.passes);
    for (const cube::LoggedTurn& turn : result.turns) {
      hash.take(turn.move);
      hash.take(turn.tick);
    }
  }
  return hash.text();
}

TEST(Signature, Cube) { signature::expect_stored(RIPEN_CUBE_MODEL, cube_signature); }

}  // namespace
}  // namespace ripen
