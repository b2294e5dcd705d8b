#include "ripen/model_file.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "model/tensors.hpp"
#include "ripen/error.hpp"
#include "util/fnv1a.hpp"
#include "util/json_fields.hpp"
#include "util/parse_json.hpp"
#include "util/problems.hpp"
#include "util/save_file.hpp"

namespace ripen {

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

}  // namespace

std::string ModelFile::validate() const {
  Problems problems("model");
  problems.include(config.validate());
  problems.require(layout.slots() > 0, "the token layout is empty");
  if (!problems.text().empty()) return problems.text();
  check_tensors(tensors, expected(layout, config), problems);
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
  model.tensors = tensors_of(file);
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
  std::string data;
  Safetensors file = half_tensors(tensors, data);
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
