#include "cube_solver/input.hpp"

#include <fstream>
#include <stdexcept>

#include "cube_solver/facelets.hpp"
#include "cube_solver/notation.hpp"
#include "cube_solver/text.hpp"

namespace ripen::cube {

namespace {

std::vector<Cube> read_facelets(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be opened");
  std::vector<Cube> cubes;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    std::string_view facelets = without_mark(line);
    facelets = facelets.substr(0, facelets.find_last_not_of(" \t\r") + 1);
    if (facelets.empty()) continue;
    try {
      cubes.push_back(from_facelets(facelets));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(path + ": line " + std::to_string(number) + ": " + error.what());
    }
  }
  if (file.bad()) throw std::runtime_error(path + ": cannot be read");
  if (cubes.empty()) throw std::invalid_argument(path + ": there is no cube in it");
  return cubes;
}

}  // namespace

std::vector<Cube> cubes_of(const Options& options) {
  if (options.facelets_file) return read_facelets(*options.facelets_file);
  if (options.facelets) return {from_facelets(*options.facelets)};
  if (options.scramble) {
    Cube cube;
    cube.apply(parse_moves(*options.scramble));
    return {cube};
  }
  std::vector<Cube> cubes;
  for (int i = 0; i < options.random.value_or(0); ++i) {
    Random random(options.seed, static_cast<std::uint64_t>(i));
    cubes.push_back(random_cube(random));
  }
  return cubes;
}

}  // namespace ripen::cube
