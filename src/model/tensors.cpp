#include "model/tensors.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ripen/error.hpp"

namespace ripen {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) { return nlohmann::json(shape).dump(); }

std::vector<float> values_of(const Safetensors::Entry& entry, std::string_view data) {
  const std::size_t width = entry.width();
  std::vector<float> values((entry.end - entry.begin) / width);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const char* at = data.data() + entry.begin + i * width;
    if (width == 4) {
      std::memcpy(&values[i], at, 4);
    } else {
      std::uint16_t bits = 0;
      std::memcpy(&bits, at, 2);
      values[i] = Eigen::half_impl::half_to_float(Eigen::half_impl::raw_uint16_to_half(bits));
    }
  }
  return values;
}

/// What is wrong with a tensor that should have this shape; empty if nothing is.
std::string problem_of(const Tensor& tensor, const std::vector<std::int64_t>& shape) {
  std::ostringstream problem;
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  const auto bad = std::ranges::find_if(tensor.values, [](float value) { return !std::isfinite(value); });
  if (tensor.shape != shape) {
    problem << "shape " << shape_text(tensor.shape) << ", but the network needs " << shape_text(shape);
  } else if (tensor.values.size() != count) {
    problem << tensor.values.size() << " values, but its shape has " << count;
  } else if (bad != tensor.values.end()) {
    problem << "value " << bad - tensor.values.begin() << " is " << *bad << ", not finite";
  }
  return problem.str();
}

}  // namespace

Tensors tensors_of(const Safetensors& file) {
  Tensors tensors;
  for (const auto& [name, entry] : file.tensors) {
    tensors[name] = {.shape = entry.shape, .values = values_of(entry, file.data)};
  }
  return tensors;
}

Safetensors half_tensors(const Tensors& tensors, std::string& data) {
  Safetensors file;
  data.clear();
  for (const auto& [name, tensor] : tensors) {
    const std::size_t begin = data.size();
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      const auto half = Eigen::half_impl::float_to_half_rtne(tensor.values[i]);
      if (!std::isfinite(Eigen::half_impl::half_to_float(half))) {
        std::ostringstream what;
        what << "model: tensor '" << name << "': value " << i << " is " << tensor.values[i] << ", beyond float16";
        throw Error(what.str());
      }
      data.append(reinterpret_cast<const char*>(&half.x), 2);
    }
    file.tensors[name] = {.type = "F16", .shape = tensor.shape, .begin = begin, .end = data.size()};
  }
  file.data = data;
  return file;
}

std::vector<float> transposed(const Tensor& weight) {
  const auto rows = static_cast<std::size_t>(weight.shape[0]), columns = static_cast<std::size_t>(weight.shape[1]);
  std::vector<float> result(weight.values.size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) result[c * rows + r] = weight.values[r * columns + c];
  }
  return result;
}

std::string Metadata::take(const char* field) {
  const auto found = left_.find(field);
  if (found == left_.end()) throw Error(std::string("metadata has no '") + field + "'");
  return left_.extract(found).mapped();
}

void Metadata::take_hash(std::uint64_t expected) {
  if (const std::string hash = take("hash"); hash != std::to_string(expected)) {
    throw Error("metadata 'hash' is " + hash + ", but the file's is " + std::to_string(expected));
  }
}

std::string finished(Safetensors file, const std::map<std::string, std::string>& notes) {
  for (const auto& [name, text] : notes) {
    if (name == "hash" || !file.metadata.emplace(name, text).second) {
      throw Error("note '" + name + "': the name is taken by the file's own metadata");
    }
  }
  file.metadata["hash"] = std::to_string(file.hash());
  return file.to_bytes();
}

void check_tensors(const Tensors& tensors, const Shapes& network, Problems& problems) {
  const auto require = [&](bool holds, const std::string& name, const std::string& problem) {
    if (!holds) problems.require(false, "tensor '" + name + "': " + problem);
  };
  for (const auto& [name, shape] : network) {
    const auto found = tensors.find(name);
    const std::string problem = found == tensors.end() ? "is missing" : problem_of(found->second, shape);
    require(problem.empty(), name, problem);
  }
  for (const auto& [name, tensor] : tensors) {
    require(network.contains(name), name, "is none of the network's");
  }
}

}  // namespace ripen
