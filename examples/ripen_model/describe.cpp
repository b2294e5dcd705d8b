#include "ripen_model/describe.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "model/config_json.hpp"

namespace ripen::examples {

namespace {

template <typename... Values>
std::string text(const char* format, Values... values) {
  char line[512];
  std::snprintf(line, sizeof line, format, values...);
  return line;
}

std::int64_t count(const Tensor& tensor) { return static_cast<std::int64_t>(tensor.values.size()); }

std::string shape_of(const Tensor& tensor) { return nlohmann::json(tensor.shape).dump(); }

/// The keys of two maps.
template <typename Map>
std::set<std::string> keys_of(const Map& one, const Map& other) {
  std::set<std::string> keys;
  for (const Map* map : {&one, &other}) {
    for (const auto& [key, value] : *map) keys.insert(key);
  }
  return keys;
}

std::string describe(const Slot& slot) {
  const char* role = slot.role == SlotRole::kState ? "state" : "action";
  if (!slot.continuous()) return text("%-16s %-7s %5d categories", slot.name.c_str(), role, slot.vocabulary);
  return text("%-16s %-7s %5d bins from %g to %g, %.4g each", slot.name.c_str(), role, slot.vocabulary, slot.low,
              slot.high, (slot.high - slot.low) / slot.vocabulary);
}

std::string differences(const Tensor& one, const Tensor& other) {
  if (one.shape != other.shape) return "is " + shape_of(one) + " in one, " + shape_of(other) + " in the other";
  double largest = 0.0, sum = 0.0;
  std::int64_t changed = 0;
  for (std::size_t i = 0; i < one.values.size(); ++i) {
    const double off = std::fabs(double{one.values[i]} - double{other.values[i]});
    largest = std::max(largest, off);
    sum += off * off;
    changed += off > 0.0 ? 1 : 0;
  }
  if (changed == 0) return {};
  return text("%lld of %lld numbers differ, by %.3g at most and %.3g (root mean square of all)",
              static_cast<long long>(changed), static_cast<long long>(count(one)), largest,
              std::sqrt(sum / static_cast<double>(count(one))));
}

}  // namespace

Products products_of(const ModelFile& file) {
  const ModelConfig& config = file.config;
  Products result;
  for (const auto& [name, tensor] : file.tensors) {
    const bool is_lookup = name.ends_with("embed.weight") || name.ends_with("action_in.weight");
    if (tensor.shape.size() != 2 || !name.ends_with(".weight") || is_lookup) continue;
    result.weights += count(tensor);
  }
  result.attended = std::int64_t{2} * config.mixer_width * (config.mixer_width > 0 ? config.mixer_layers : 0);
  return result;
}

std::string describe(const ModelFile& file) {
  std::string out = text("%d slots a step, %d logits:\n", file.layout.slots(), file.layout.logits());
  for (int s = 0; s < file.layout.slots(); ++s) out += "  " + describe(file.layout.slot(s)) + "\n";
  const nlohmann::json fields = config_to_json(file.config);
  out += "network:";
  for (const auto& [name, value] : fields.items()) {
    out += text(" %s %d", name.c_str(), value.get<int>());
  }
  std::int64_t numbers = 0;
  for (const auto& [name, tensor] : file.tensors) numbers += count(tensor);
  const Products products = products_of(file);
  const int steps = file.config.mixer_width > 0 ? file.config.window : 1;
  out += text("\nnumbers: %lld in %zu tensors\n", static_cast<long long>(numbers), file.tensors.size());
  out += text("a pass over %d step%s: %.1f million products over %.2f million weights\n", steps, steps == 1 ? "" : "s",
              static_cast<double>(products.of_window(steps)) / 1e6, static_cast<double>(products.weights) / 1e6);
  out += text("hash: %016llx\n", static_cast<unsigned long long>(file.hash));
  for (const auto& [name, value] : file.notes) out += "note: " + name + " = " + value + "\n";
  return out;
}

std::string differences(const ModelFile& one, const ModelFile& other) {
  std::string out;
  if (one.layout != other.layout) {
    const int slots = std::max(one.layout.slots(), other.layout.slots());
    for (int s = 0; s < slots; ++s) {
      const std::string a = s < one.layout.slots() ? describe(one.layout.slot(s)) : "none";
      const std::string b = s < other.layout.slots() ? describe(other.layout.slot(s)) : "none";
      if (a != b) out += text("slot %d: %s | %s\n", s, a.c_str(), b.c_str());
    }
  }
  const nlohmann::json fields = config_to_json(one.config), others = config_to_json(other.config);
  for (const auto& [name, value] : fields.items()) {
    const int a = value.get<int>(), b = others.at(name).get<int>();
    if (a != b) out += text("%s: %d | %d\n", name.c_str(), a, b);
  }
  for (const std::string& name : keys_of(one.tensors, other.tensors)) {
    const auto a = one.tensors.find(name), b = other.tensors.find(name);
    const std::string difference = a == one.tensors.end()     ? "is in the other alone"
                                   : b == other.tensors.end() ? "is in the one alone"
                                                              : differences(a->second, b->second);
    if (!difference.empty()) out += name + ": " + difference + "\n";
  }
  for (const std::string& name : keys_of(one.notes, other.notes)) {
    const auto value = [&](const ModelFile& file) {
      const auto note = file.notes.find(name);
      return note == file.notes.end() ? std::string("none") : note->second;
    };
    if (value(one) != value(other)) out += "note " + name + ": " + value(one) + " | " + value(other) + "\n";
  }
  return out;
}

}  // namespace ripen::examples
