#pragma once
// Arrays out of NumPy's .npz files.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ripen::push_t {

/// A dense array, row-major, its numbers widened to double.
struct Array {
  std::vector<std::int64_t> shape;
  std::vector<double> values;
};

/// Reads one array, "state" say, of an .npz file: a zip archive of .npy files
/// (numpy.org/doc/stable/reference/generated/numpy.lib.format.html). Takes little-endian float32, float64 and int64 in
/// C order. Throws std::runtime_error naming the file, the array and what is wrong with it.
[[nodiscard]] Array read_npz(const std::string& path, const std::string& name);

/// Writes arrays by their names, as float64. Throws std::runtime_error naming the file.
void write_npz(const std::string& path, const std::map<std::string, Array>& arrays);

}  // namespace ripen::push_t
