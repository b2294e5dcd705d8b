#include "ripen/model_file.hpp"

#include <Eigen/Core>
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "model/safetensors.hpp"
#include "ripen/error.hpp"
#include "util/fnv1a.hpp"
#include "util/json_fields.hpp"
#include "util/parse_json.hpp"

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
          {"tables", c.tables}};
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
  if (fields.has("tables")) fields.boolean("tables", c.tables);  // Files from before the field was there all have them.
  return c;
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return nlohmann::json(shape).dump(); }

std::vector<float> values_of(const std::string& name, const Safetensors::Entry& entry, std::string_view data) {
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
    if (!std::isfinite(values[i])) throw Error("tensor '" + name + "': value " + std::to_string(i) + " is not finite");
  }
  return values;
}

/// Throws Error unless the file has the network's tensors and no others.
void check_tensors(const Safetensors& file, const std::map<std::string, std::vector<std::int64_t>>& expected) {
  for (const auto& [name, shape] : expected) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end()) throw Error("tensor '" + name + "' is missing");
    if (found->second.shape != shape) {
      throw Error("tensor '" + name + "': shape " + shape_text(found->second.shape) + ", but the network needs " +
                  shape_text(shape));
    }
  }
  for (const auto& [name, entry] : file.tensors) {
    if (!expected.contains(name)) throw Error("tensor '" + name + "' is none of the network's");
  }
}

}  // namespace

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
  if (const std::string problems = model.config.validate(); !problems.empty()) throw Error(problems);
  check_tensors(file, expected(model.layout, model.config));
  for (const auto& [name, entry] : file.tensors) {
    model.tensors[name] = {.shape = entry.shape, .values = values_of(name, entry, file.data)};
  }
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
  Safetensors file;
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const std::size_t begin = data.size();
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      const auto half = Eigen::half_impl::float_to_half_rtne(tensor.values[i]);
      if (!std::isfinite(Eigen::half_impl::half_to_float(half))) {
        std::ostringstream what;
        what << "tensor '" << name << "': value " << i << " is " << tensor.values[i] << ", no number of float16";
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
  std::string bytes;
  try {
    bytes = to_bytes();
  } catch (const std::exception& error) {
    throw ModelError("model file '" + path + "': not written: " + error.what());
  }
  const std::string partial = path + ".partial";
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  std::error_code failure = std::make_error_code(std::errc::io_error);
  if (file) std::filesystem::rename(partial, path, failure);
  if (failure) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    throw ModelError("model file '" + path + "': cannot be written: " + failure.message());
  }
}

}  // namespace ripen
