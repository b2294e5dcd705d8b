#pragma once
// Named tensors between a network and a safetensors file.

#include <cstdint>
#include <exception>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/safetensors.hpp"
#include "ripen/error.hpp"
#include "ripen/model_file.hpp"
#include "util/problems.hpp"
#include "util/save_file.hpp"

namespace ripen {

using Tensors = std::map<std::string, Tensor>;
using Shapes = std::map<std::string, std::vector<std::int64_t>>;

/// All of a file, in float32.
[[nodiscard]] Tensors tensors_of(const Safetensors& file);

/// A file of these in float16, without metadata. data: takes the bytes, and must outlive what is returned. Throws Error
/// naming the tensor and the value if one is beyond float16.
[[nodiscard]] Safetensors half_tensors(const Tensors& tensors, std::string& data);

/// A matrix used by rows: the transpose of a linear layer's weight.
[[nodiscard]] std::vector<float> transposed(const Tensor& weight);

/// Metadata of which the fields that a model needs are taken one by one; what is left are its notes.
class Metadata {
 public:
  explicit Metadata(const Safetensors& file) : left_(file.metadata) {}

  /// Throws Error naming the field if it is not there.
  [[nodiscard]] std::string take(const char* field);
  /// The same of "hash". Throws Error with both values if it is another one.
  void take_hash(std::uint64_t expected);
  [[nodiscard]] std::map<std::string, std::string> rest() && { return std::move(left_); }

 private:
  std::map<std::string, std::string> left_;
};

/// A file's bytes, with notes and hash added to its metadata. Throws Error if a note has the name of one of these.
[[nodiscard]] std::string finished(Safetensors file, const std::map<std::string, std::string>& notes);

/// A model of a file's bytes: Model::from_bytes(). Throws ModelError naming the file.
template <typename Model>
[[nodiscard]] Model load_model(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw ModelError("model file '" + path + "': cannot be opened");
  try {
    return Model::from_bytes(std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()));
  } catch (const std::exception& error) {
    throw ModelError("model file '" + path + "': " + error.what());
  }
}

/// Writes Model::to_bytes(). Throws ModelError naming the file, and writes nothing, if that cannot be had.
template <typename Model>
void save_model(const Model& model, const std::string& path) {
  try {
    save_file(path, model.to_bytes());
  } catch (const std::exception& error) {
    throw ModelError("model file '" + path + "': not written: " + error.what());
  }
}

/// Adds what is wrong with tensors for a network of these shapes: missing, of another shape, not finite, or of no use.
void check_tensors(const Tensors& tensors, const Shapes& network, Problems& problems);

}  // namespace ripen
