#include "ripen/model_file.hpp"

#include <Eigen/Core>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ripen/error.hpp"
#include "util/fnv1a.hpp"
#include "util/json_fields.hpp"

namespace ripen {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

namespace {

constexpr const char* kFormat = "ripen-1";
constexpr std::uint64_t kLargestHeader = 1 << 20;

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

/// Values of one tensor of the file as float32; throws ModelError without the file's name.
Tensor read_tensor(const std::string& name, const nlohmann::json& entry, const std::vector<std::int64_t>& shape,
                   std::string_view data) {
  const auto fail = [&](const std::string& what) { throw ModelError("tensor '" + name + "': " + what); };
  const JsonFields fields(entry, name);
  Tensor tensor{.shape = fields.integers("shape", 0), .values = {}};
  if (tensor.shape != shape) fail("shape " + shape_text(tensor.shape) + ", but the network needs " + shape_text(shape));
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);

  const std::string type = fields.text("dtype");
  if (type != "F16" && type != "F32") fail("type " + type + " is neither F16 nor F32");
  const std::size_t width = type == "F16" ? 2 : 4;
  const auto offsets = fields.integers("data_offsets", 0);
  if (offsets.size() != 2) fail("data_offsets has " + std::to_string(offsets.size()) + " values, not 2");
  const auto begin = static_cast<std::size_t>(offsets[0]), end = static_cast<std::size_t>(offsets[1]);
  if (begin > end || end > data.size()) {
    fail("data_offsets [" + std::to_string(begin) + ", " + std::to_string(end) + "] are outside the " +
         std::to_string(data.size()) + " bytes of data");
  }
  if (end - begin != count * width) {
    fail(std::to_string(end - begin) + " bytes of data, but its shape needs " + std::to_string(count * width));
  }

  tensor.values.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* at = data.data() + begin + i * width;
    if (width == 4) {
      std::memcpy(&tensor.values[i], at, 4);
    } else {
      std::uint16_t bits = 0;
      std::memcpy(&bits, at, 2);
      tensor.values[i] = Eigen::half_impl::half_to_float(Eigen::half_impl::raw_uint16_to_half(bits));
    }
    if (!std::isfinite(tensor.values[i])) fail("value " + std::to_string(i) + " is not finite");
  }
  return tensor;
}

}  // namespace

ModelFile ModelFile::from_bytes(std::string_view bytes) {
  std::uint64_t header_size = 0;
  if (bytes.size() < sizeof(header_size)) throw ModelError("too short to be a safetensors file");
  std::memcpy(&header_size, bytes.data(), sizeof(header_size));
  if (header_size > kLargestHeader || header_size > bytes.size() - sizeof(header_size)) {
    throw ModelError("header size " + std::to_string(header_size) + " does not fit a file of " +
                                std::to_string(bytes.size()) + " bytes");
  }
  const auto header = nlohmann::json::parse(bytes.substr(sizeof(header_size), header_size));
  const std::string_view data = bytes.substr(sizeof(header_size) + header_size);

  auto notes = header.at("__metadata__").get<std::map<std::string, std::string>>();
  const auto take = [&](const char* field) {
    const auto found = notes.find(field);
    if (found == notes.end()) throw ModelError(std::string("metadata has no '") + field + "'");
    return notes.extract(found).mapped();
  };
  if (const std::string format = take("format"); format != kFormat) {
    throw ModelError("metadata 'format' is '" + format + "', not '" + kFormat + "'");
  }
  ModelFile model;
  model.layout = TokenLayout::from_json(take("layout"));
  model.config = config_from_json(nlohmann::json::parse(take("model")));
  if (const std::string problems = model.config.validate(); !problems.empty()) throw ModelError(problems);
  for (const auto& [name, shape] : ModelFile::expected(model.layout, model.config)) {
    if (!header.contains(name)) throw ModelError("tensor '" + name + "' is missing");
    model.tensors[name] = read_tensor(name, header[name], shape, data);
  }
  if (const std::string hash = take("hash"); hash != std::to_string(fnv1a(data))) {
    throw ModelError("metadata 'hash' is " + hash + ", but the data's is " + std::to_string(fnv1a(data)));
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

void ModelFile::save(const std::string& path) const {
  nlohmann::json header;
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const std::size_t begin = data.size();
    for (const float value : tensor.values) {
      const auto half = Eigen::half_impl::float_to_half_rtne(value);
      data.append(reinterpret_cast<const char*>(&half.x), 2);
    }
    header[name] = {{"dtype", "F16"}, {"shape", tensor.shape}, {"data_offsets", {begin, data.size()}}};
  }
  std::map<std::string, std::string> metadata = notes;
  metadata["format"] = kFormat;
  metadata["layout"] = layout.to_json();
  metadata["model"] = config_to_json(config).dump();
  metadata["hash"] = std::to_string(fnv1a(data));
  header["__metadata__"] = metadata;
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // Readers that map the file want aligned data.

  const std::string partial = path + ".partial";
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  const std::uint64_t size = text.size();
  file.write(reinterpret_cast<const char*>(&size), sizeof(size));
  file << text << data;
  file.close();
  if (!file) throw ModelError("model file '" + partial + "': cannot be written");
  std::filesystem::rename(partial, path);
}

}  // namespace ripen
