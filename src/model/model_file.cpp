#include "ripen/model_file.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "model/safetensors.hpp"
#include "ripen/error.hpp"
#include "util/fnv1a.hpp"
#include "util/json_fields.hpp"
#include "util/parse_json.hpp"
#include "util/problems.hpp"
#include "util/save_file.hpp"

namespace ripen {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

namespace {

constexpr const char* kFormat = "ripen-2";
constexpr const char* kFormatOfDataHash = "ripen-1";  // Its 'hash' is of the data alone; still read.

nlohmann::json config_to_json(const ModelConfig& c) {
  return {{"width", c.width},
          {"blocks", c.blocks},
          {"mixer_width", c.mixer_width},
          {"mixer_layers", c.mixer_layers},
          {"mixer_heads", c.mixer_heads},
          {"window", c.window},
          {"value_bins", c.value_bins},
          {"tables", c.tables},
          {"fractions", c.fractions}};
}

ModelConfig config_from_json(const nlohmann::json& json) {
  const JsonFields fields(json, "model");
  ModelConfig c;
  fields.integer("width", c.width);
  fields.integer("blocks", c.blocks);
  fields.integer("mixer_width", c.mixer_width);
  fields.integer("mixer_layers", c.mixer_layers);
  fields.integer("mixer_heads", c.mixer_heads);
  fields.integer("window", c.window);
  fields.integer("value_bins", c.value_bins);
  // Files from before a field was there all have tables, and none sees fractions.
  if (fields.has("tables")) fields.boolean("tables", c.tables);
  c.fractions = false;
  if (fields.has("fractions")) fields.boolean("fractions", c.fractions);
  return c;
}

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

std::string ModelFile::validate() const {
  Problems problems("model");
  problems.include(config.validate());
  problems.require(layout.slots() > 0, "the token layout is empty");
  if (!problems.text().empty()) return problems.text();
  const auto require = [&](bool holds, const std::string& name, const std::string& problem) {
    if (!holds) problems.require(false, "tensor '" + name + "': " + problem);
  };
  const auto network = expected(layout, config);
  for (const auto& [name, shape] : network) {
    const auto found = tensors.find(name);
    const std::string problem = found == tensors.end() ? "is missing" : problem_of(found->second, shape);
    require(problem.empty(), name, problem);
  }
  for (const auto& [name, tensor] : tensors) {
    require(network.contains(name), name, "is none of the network's");
  }
  return problems.text();
}

ModelFile ModelFile::from_bytes(std::string_view bytes) {
  const Safetensors file = Safetensors::parse(bytes);
  auto notes = file.metadata;
  const auto take = [&](const char* field) {
    const auto found = notes.find(field);
    if (found == notes.end()) throw Error(std::string("metadata has no '") + field + "'");
    return notes.extract(found).mapped();
  };
  const std::string format = take("format");
  if (format != kFormat && format != kFormatOfDataHash) {
    throw Error("metadata 'format' is '" + format + "', not '" + kFormat + "'");
  }
  ModelFile model;
  model.layout = TokenLayout::from_json(take("layout"));
  model.config = config_from_json(parse_json(take("model"), "model"));
  for (const auto& [name, entry] : file.tensors) {
    model.tensors[name] = {.shape = entry.shape, .values = values_of(entry, file.data)};
  }
  if (const std::string problems = model.validate(); !problems.empty()) throw ModelError(problems);
  model.hash = format == kFormat ? file.hash() : fnv1a(file.data);
  if (const std::string hash = take("hash"); hash != std::to_string(model.hash)) {
    throw Error("metadata 'hash' is " + hash + ", but the file's is " + std::to_string(model.hash));
  }
  model.notes = std::move(notes);
  return model;
}

ModelFile ModelFile::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw ModelError("model file '" + path + "': cannot be opened");
  try {
    return from_bytes(std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()));
  } catch (const std::exception& error) {
    throw ModelError("model file '" + path + "': " + error.what());
  }
}

std::string ModelFile::to_bytes() const {
  if (const std::string problems = validate(); !problems.empty()) throw ModelError(problems);
  Safetensors file;
  std::string data;
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
  file.metadata = {{"format", kFormat}, {"layout", layout.to_json()}, {"model", config_to_json(config).dump()}};
  for (const auto& [name, text] : notes) {
    if (name == "hash" || !file.metadata.emplace(name, text).second) {
      throw Error("note '" + name + "': the name is taken by the file's own metadata");
    }
  }
  file.metadata["hash"] = std::to_string(file.hash());
  std::string bytes = file.to_bytes();
  (void)from_bytes(bytes);  // What cannot be read back is not to be written.
  return bytes;
}

void ModelFile::save(const std::string& path) const {
  try {
    save_file(path, to_bytes());
  } catch (const std::exception& error) {
    throw ModelError("model file '" + path + "': not written: " + error.what());
  }
}

}  // namespace ripen
