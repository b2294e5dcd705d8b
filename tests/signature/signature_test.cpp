// One number for all that a shipped model decides in a fixed run. It moves when the model, the planner, the loop or the
// robot's simulation does: put the new one in signatures.txt in the same commit, and say why.

#include <gtest/gtest.h>

#include <fstream>
#include <iomanip>
#include <sstream>
#include <utility>

#include "cube_solver/solve.hpp"
#include "ripen/native_denoiser.hpp"

namespace ripen {
namespace {

class Hash {
 public:
  void take(std::int64_t value) {  // FNV-1a over the value's bytes
    for (int byte = 0; byte < 8; ++byte) {
      value_ = (value_ ^ (static_cast<std::uint64_t>(value) >> 8 * byte & 0xFF)) * 1099511628211ULL;
    }
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream text;
    text << std::hex << std::setw(16) << std::setfill('0') << value_;
    return text.str();
  }

 private:
  std::uint64_t value_ = 14695981039346656037ULL;
};

/// Every turn and tick of a few cubes with slips, disturbances and latency, on kernels that are the same everywhere.
std::string cube_signature(const ModelFile& model, Precision precision) {
  constexpr std::uint64_t kSeed = 20261123;
  constexpr int kCubes = 3;
  NativeDenoiser denoiser(model, {.max_windows = 16, .precision = precision, .instructions = "portable"});
  cube::Options options{.seed = kSeed, .passes = 3, .virtual_time = true, .max_moves = 40};
  options.slip_rate = 0.05;
  options.disturb_rate = 0.05;
  options.sensor_latency_ticks = 1;
  Hash hash;
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

/// The line of signatures.txt.
std::string stored(const std::string& model, const std::string& precision) {
  std::ifstream file(RIPEN_SIGNATURES);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name, kind, number;
    if (words >> name >> kind >> number && name == model && kind == precision) return number;
  }
  return "missing";
}

TEST(Signature, Cube) {
  const ModelFile model = ModelFile::load(RIPEN_CUBE_MODEL);
  for (const auto& [precision, name] :
       {std::pair(Precision::kFloat32, "float32"), std::pair(Precision::kInt8, "int8")}) {
    const std::string now = cube_signature(model, precision);
    EXPECT_EQ(stored("cube.safetensors", name), now)
        << "if it was to change, put this line in " << RIPEN_SIGNATURES << ":\ncube.safetensors " << name << ' ' << now;
  }
}

}  // namespace
}  // namespace ripen
