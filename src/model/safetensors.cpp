#include "model/safetensors.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "ripen/error.hpp"
#include "util/fnv1a.hpp"
#include "util/json_fields.hpp"
#include "util/parse_json.hpp"

namespace ripen {

namespace {

constexpr std::uint64_t kLargestHeader = 1 << 20;  // [bytes] The reference takes 100 MB; ours have 7 kB.
constexpr const char* kMetadata = "__metadata__";

Safetensors::Entry entry_from_json(const std::string& name, const nlohmann::json& json) {
  const JsonFields fields(json, name);
  Safetensors::Entry entry{.type = fields.text("dtype"), .shape = fields.integers("shape", 0)};
  if (entry.type != "F16" && entry.type != "F32") fields.fail("dtype", "is " + entry.type + ", neither F16 nor F32");
  const auto offsets = fields.integers("data_offsets", 0);
  if (offsets.size() != 2) fields.fail("data_offsets", "has " + std::to_string(offsets.size()) + " values, not 2");
  entry.begin = static_cast<std::size_t>(offsets[0]);
  entry.end = static_cast<std::size_t>(offsets[1]);
  return entry;
}

[[noreturn]] void refuse_range(const std::string& name, const Safetensors::Entry& entry, const std::string& what) {
  const std::string range = std::to_string(entry.begin) + ", " + std::to_string(entry.end);
  throw Error("tensor '" + name + "': data_offsets [" + range + "] " + what);
}

/// Throws Error unless the ranges are of the size that their tensors need and cover the data, each byte once.
void check_ranges(const Safetensors& file) {
  std::vector<std::pair<const std::string*, const Safetensors::Entry*>> ordered;
  for (const auto& [name, entry] : file.tensors) ordered.emplace_back(&name, &entry);
  std::ranges::sort(ordered, {}, [](const auto& each) { return std::pair(each.second->begin, each.second->end); });
  std::size_t covered = 0;
  const std::string* before = nullptr;
  for (const auto& each : ordered) {
    const std::string& name = *each.first;
    const Safetensors::Entry& entry = *each.second;
    const auto fail = [&](const std::string& what) { refuse_range(name, entry, what); };
    if (entry.begin > entry.end) fail("are no range");
    if (entry.end > file.data.size()) fail("are outside the " + std::to_string(file.data.size()) + " bytes of data");
    if (entry.begin < covered) fail("overlap those of '" + *before + "'");
    if (entry.begin > covered) fail("leave the bytes from " + std::to_string(covered) + " on to no tensor");
    std::size_t needed = entry.width();
    for (const std::int64_t dimension : entry.shape) {
      const auto size = static_cast<std::size_t>(dimension);
      if (size != 0 && needed > std::numeric_limits<std::size_t>::max() / size) fail("have a shape beyond 64 bits");
      needed *= size;
    }
    if (entry.end - entry.begin != needed) fail("are not the " + std::to_string(needed) + " bytes of its shape");
    covered = entry.end;
    before = &name;
  }
  if (covered != file.data.size()) {
    throw Error("the last " + std::to_string(file.data.size() - covered) + " bytes of data belong to no tensor");
  }
}

}  // namespace

Safetensors Safetensors::parse(std::string_view bytes) {
  std::uint64_t header_size = 0;
  if (bytes.size() < sizeof(header_size)) throw Error("too short to be a safetensors file");
  std::memcpy(&header_size, bytes.data(), sizeof(header_size));
  if (header_size > kLargestHeader || header_size > bytes.size() - sizeof(header_size)) {
    throw Error("header size " + std::to_string(header_size) + " is beyond " + std::to_string(kLargestHeader) +
                " or does not fit a file of " + std::to_string(bytes.size()) + " bytes");
  }
  const std::string_view text = bytes.substr(sizeof(header_size), header_size);
  if (!text.starts_with('{')) throw Error("header does not begin with '{'");
  Safetensors file;
  file.data = bytes.substr(sizeof(header_size) + header_size);
  const auto header = parse_json(text, "header");
  for (const auto& [name, json] : header.items()) {
    if (name != kMetadata) {
      file.tensors[name] = entry_from_json(name, json);
      continue;
    }
    if (!json.is_object()) throw Error("header '__metadata__' is no object");
    for (const auto& [note, value] : json.items()) {
      if (!value.is_string()) throw Error("'__metadata__." + note + "' is " + value.dump() + ", no text");
      file.metadata[note] = value.get<std::string>();
    }
  }
  check_ranges(file);
  return file;
}

std::string Safetensors::header(const std::map<std::string, std::string>& with) const {
  nlohmann::json json;
  for (const auto& [name, entry] : tensors) {
    json[name] = {{"dtype", entry.type}, {"shape", entry.shape}, {"data_offsets", {entry.begin, entry.end}}};
  }
  json[kMetadata] = with;
  try {
    return json.dump();
  } catch (const nlohmann::json::exception& error) {
    throw Error(std::string("header: ") + error.what());
  }
}

std::string Safetensors::to_bytes() const {
  std::string text = header(metadata);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // Readers that map the file want aligned data.
  const std::uint64_t size = text.size();
  std::string bytes(sizeof(size), '\0');
  std::memcpy(bytes.data(), &size, sizeof(size));
  bytes += text;
  bytes += data;
  return bytes;
}

std::uint64_t Safetensors::hash() const {
  auto without = metadata;
  without.erase("hash");
  return fnv1a(data, fnv1a(header(without)));
}

}  // namespace ripen
