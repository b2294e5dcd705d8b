#include "ripen/token_layout.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "ripen/error.hpp"
#include "util/fnv1a.hpp"
#include "util/json_fields.hpp"
#include "util/parse_json.hpp"

namespace ripen {

namespace {

bool is_utf8(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

std::string problems_of(const std::vector<Slot>& slots) {
  std::string problems;
  const auto add = [&](const std::string& problem) { problems += (problems.empty() ? "" : "\n") + problem; };
  int states = 0;
  int actions = 0;
  std::set<std::string_view> names;
  for (const Slot& slot : slots) {
    const std::string where = "slot '" + slot.name + "': ";
    if (slot.name.empty()) add("a slot has no name");
    if (!is_utf8(slot.name)) add(where + "the name is not UTF-8");
    if (!names.insert(slot.name).second) add(where + "the name is used twice");
    if (slot.vocabulary < 2 || slot.vocabulary > kMaxVocabulary) {
      add(where + "vocabulary " + std::to_string(slot.vocabulary) + " is outside [2, " +
          std::to_string(kMaxVocabulary) + "]");
    }
    if (!std::isfinite((slot.high - slot.low) * slot.vocabulary) || slot.low > slot.high) {
      add(where + "range [" + std::to_string(slot.low) + ", " + std::to_string(slot.high) + "] is not a range");
    }
    if (slot.role == SlotRole::kState && actions > 0) add(where + "a state slot comes after an action slot");
    ++(slot.role == SlotRole::kState ? states : actions);
  }
  if (states == 0) add("the layout has no state slot");
  if (actions == 0) add("the layout has no action slot");
  if (slots.size() > static_cast<std::size_t>(kMaxSlots)) {
    add(std::to_string(slots.size()) + " slots are more than " + std::to_string(kMaxSlots));
  }
  return problems;
}

}  // namespace

TokenLayout::TokenLayout(std::vector<Slot> slots) : slots_(std::move(slots)) {
  if (const std::string problems = problems_of(slots_); !problems.empty()) {
    throw ModelError("token layout: " + problems);
  }
  for (const Slot& slot : slots_) {
    offsets_.push_back(offsets_.back() + slot.vocabulary);
    if (slot.role == SlotRole::kState) ++states_;
  }
}

bool TokenLayout::valid(std::span<const Token> tokens, bool allow_mask) const noexcept {
  if (std::ssize(tokens) != slots() && std::ssize(tokens) != states()) return false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] == kMask ? !allow_mask : tokens[i] >= slots_[i].vocabulary) return false;
  }
  return true;
}

std::string TokenLayout::to_json() const {
  auto array = nlohmann::json::array();
  for (const Slot& slot : slots_) {
    nlohmann::json entry{{"name", slot.name},
                         {"role", slot.role == SlotRole::kState ? "state" : "action"},
                         {"vocabulary", slot.vocabulary}};
    if (slot.continuous()) entry["range"] = {slot.low, slot.high};
    array.push_back(std::move(entry));
  }
  return array.dump();
}

TokenLayout TokenLayout::from_json(std::string_view text) {
  const auto array = parse_json(text, "token layout");
  if (!array.is_array()) throw ModelError("token layout: '" + std::string(text) + "' is no JSON array");
  std::vector<Slot> slots;
  for (const auto& entry : array) {
    const JsonFields fields(entry, "token layout");
    Slot slot{.name = fields.text("name")};
    const std::string role = fields.text("role");
    if (role != "state" && role != "action") fields.fail("role", "is '" + role + "', neither state nor action");
    slot.role = role == "state" ? SlotRole::kState : SlotRole::kAction;
    fields.integer("vocabulary", slot.vocabulary);
    if (fields.has("range")) {
      const std::vector<double> range = fields.numbers("range", 2);
      slot.low = range[0];
      slot.high = range[1];
    }
    slots.push_back(std::move(slot));
  }
  return TokenLayout(std::move(slots));
}

std::uint64_t TokenLayout::hash() const { return fnv1a(to_json()); }

}  // namespace ripen
