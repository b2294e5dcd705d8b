#include "ripen/model_file.hpp"

#include <nlohmann/json.hpp>

#include "model/config_json.hpp"
#include "model/tensors.hpp"
#include "ripen/error.hpp"
#include "util/fnv1a.hpp"
#include "util/json_fields.hpp"
#include "util/parse_json.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {

constexpr const char* kFormat = "ripen-2";
constexpr const char* kFormatOfDataHash = "ripen-1";  // Its 'hash' is of the data alone; still read.

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
  // Files from before a field was there all have tables, and none sees fractions or has learned shorter windows.
  if (fields.has("least_window")) fields.integer("least_window", c.least_window);
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
  Metadata metadata(file);
  const std::string format = metadata.take("format");
  if (format != kFormat && format != kFormatOfDataHash) {
    throw Error("metadata 'format' is '" + format + "', not '" + kFormat + "'");
  }
  ModelFile model;
  model.layout = TokenLayout::from_json(metadata.take("layout"));
  model.config = config_from_json(parse_json(metadata.take("model"), "model"));
  model.tensors = tensors_of(file);
  if (const std::string problems = model.validate(); !problems.empty()) throw ModelError(problems);
  model.hash = format == kFormat ? file.hash() : fnv1a(file.data);
  metadata.take_hash(model.hash);
  model.notes = std::move(metadata).rest();
  return model;
}

ModelFile ModelFile::load(const std::string& path) { return load_model<ModelFile>(path); }

std::string ModelFile::to_bytes() const {
  if (const std::string problems = validate(); !problems.empty()) throw ModelError(problems);
  std::string data;
  Safetensors file = half_tensors(tensors, data);
  file.metadata = {{"format", kFormat}, {"layout", layout.to_json()}, {"model", config_to_json(config).dump()}};
  std::string bytes = finished(std::move(file), notes);
  (void)from_bytes(bytes);  // What cannot be read back is not to be written.
  return bytes;
}

void ModelFile::save(const std::string& path) const { save_model(*this, path); }

}  // namespace ripen
