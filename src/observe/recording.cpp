#include "ripen/recording.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>

#include "observe/mcap_reader.hpp"
#include "observe/mcap_writer.hpp"
#include "ripen/error.hpp"
#include "ripen/export.hpp"
#include "util/json_fields.hpp"
#include "util/save_file.hpp"

namespace ripen {

using Json = nlohmann::json;

namespace {

constexpr const char* kFormat = "ripen-tick-1";
constexpr std::uint64_t kLongestPeriod = 1'000'000'000'000;  // [ns] longer ones are no control loop's

/// What a message looks like, for readers that do not know ripen.
constexpr const char* kSchema = R"({
  "type": "object", "description": "One tick of a ripen control loop. Values that are not finite are null.",
  "properties": {
    "observation": {"type": "object", "properties": {
      "delivered": {"type": "boolean"}, "fresh": {"type": "boolean"}, "state_step": {"type": "integer"},
      "steps_begun": {"type": "integer"}, "steps_done": {"type": "integer"},
      "state": {"type": "array", "items": {"type": ["number", "null"]}, "description": "in the layout's order"},
      "seen": {"type": "array", "items": {"type": "integer"}, "description": "0 for a channel that was not sensed"}}},
    "plan": {"type": "array", "items": {"type": "integer"},
      "description": "tokens [steps][slots] from the head on; 65535: nothing decided"},
    "command": {"type": "object", "properties": {
      "step": {"type": "integer"}, "action": {"type": "array", "items": {"type": ["number", "null"]}},
      "next": {"type": "array", "items": {"type": ["number", "null"]}, "description": "of the step after"}}},
    "report": {"type": "object", "properties": {
      "tick": {"type": "integer"}, "missed": {"type": "integer"}, "wake_up_ns": {"type": "integer"},
      "observation_to_action_ns": {"type": "integer"}, "compute_ns": {"type": "integer"},
      "slack_ns": {"type": "integer"}, "passes": {"type": "integer"},
      "revised": {"type": "integer", "description": "of the passes: the followed plan"},
      "revealed": {"type": "integer", "description": "of the passes: drafts of others"},
      "chosen": {"type": "integer", "description": "of the passes: ranked them"},
      "surprise": {"type": ["number", "null"], "description": "nats"},
      "decided_steps": {"type": "integer"}, "steps_to_goal": {"type": "integer"}, "source": {"type": "integer", "description":
        "0 fresh, 1 partial, 2 held, 3 ramping, 4 stopped"}, "disturbed": {"type": "boolean"},
      "goal_reached": {"type": "boolean"}, "switched": {"type": "boolean"}, "settled": {"type": "boolean"}, "faults": {"type": "integer", "description":
        "bits: read failed, bad observation, write failed, replaced, limited, rate limited, stale, stuck, bad model, out of range, frozen"}}}
  }})";

Json to_json(const RecordedTick& tick) {
  const TickReport& report = tick.report;
  return {{"observation",
           {{"delivered", tick.delivered},
            {"fresh", tick.fresh},
            {"state_step", tick.state_step},
            {"steps_begun", tick.steps_begun},
            {"steps_done", tick.steps_done},
            {"state", tick.state},
            {"seen", tick.seen.empty() ? std::vector<std::uint8_t>(tick.state.size(), 1) : tick.seen}}},
          {"plan", tick.plan},
          {"command", {{"step", tick.step}, {"action", tick.action}, {"next", tick.next}}},
          {"report",
           {{"tick", report.tick},
            {"missed", report.missed},
            {"wake_up_ns", report.wake_up.count()},
            {"observation_to_action_ns", report.observation_to_action.count()},
            {"compute_ns", report.compute.count()},
            {"slack_ns", report.slack.count()},
            {"passes", report.passes},
            {"revised", report.revised},
            {"revealed", report.revealed},
            {"chosen", report.chosen},
            {"surprise", report.surprise},
            {"decided_steps", report.decided_steps},
            {"steps_to_goal", report.steps_to_goal},
            {"source", static_cast<int>(report.source)},
            {"disturbed", report.disturbed},
            {"goal_reached", report.goal_reached},
            {"switched", report.switched},
            {"settled", report.settled},
            {"faults", report.faults}}}};
}

std::chrono::nanoseconds duration_of(const JsonFields& fields, const char* field) {
  std::int64_t count = 0;
  fields.integer(field, count);
  return std::chrono::nanoseconds(count);
}

std::vector<Token> plan_of(const JsonFields& fields, const char* field, const TokenLayout& layout) {
  std::vector<Token> tokens;
  for (const Json& json : fields.array(field)) {
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > kMask) fields.fail(field, "has " + json.dump());
    tokens.push_back(json.get<Token>());
  }
  const auto slots = static_cast<std::size_t>(layout.slots());
  if (tokens.size() % slots != 0)
    fields.fail(field, "has " + std::to_string(tokens.size()) + " tokens, no whole steps");
  for (std::size_t at = 0; at < tokens.size(); at += slots) {
    if (!layout.valid({tokens.data() + at, slots}, true)) {
      fields.fail(field, "has a token out of its vocabulary in step " + std::to_string(at / slots));
    }
  }
  return tokens;
}

RecordedTick tick_of(const Json& json, const TokenLayout& layout) {
  RecordedTick tick;
  const JsonFields fields(json, "tick");
  const JsonFields observation = fields.object("observation");
  observation.boolean("delivered", tick.delivered);
  observation.boolean("fresh", tick.fresh);
  observation.integer("state_step", tick.state_step);
  observation.integer("steps_begun", tick.steps_begun);
  observation.integer("steps_done", tick.steps_done);
  tick.state = observation.numbers("state", layout.states());
  tick.seen.assign(tick.state.size(), 1);
  if (observation.has("seen")) {  // Files of 0.1 have none.
    std::ranges::transform(observation.numbers("seen", layout.states()), tick.seen.begin(),
                           [](double seen) { return seen != 0.0 ? 1 : 0; });
  }
  tick.plan = plan_of(fields, "plan", layout);
  const JsonFields command = fields.object("command");
  command.integer("step", tick.step);
  tick.action = command.numbers("action", layout.actions());
  tick.next = command.numbers("next", layout.actions());
  const JsonFields report = fields.object("report");
  TickReport& r = tick.report;
  report.integer("tick", r.tick, 0);
  report.integer("missed", r.missed, 0);
  r.wake_up = duration_of(report, "wake_up_ns");
  r.observation_to_action = duration_of(report, "observation_to_action_ns");
  r.compute = duration_of(report, "compute_ns");
  r.slack = duration_of(report, "slack_ns");
  report.integer("passes", r.passes);
  r.revised = r.revealed = r.chosen = -1;
  if (report.has("revised")) {  // Files of 0.2 say nothing of it.
    report.integer("revised", r.revised);
    report.integer("revealed", r.revealed);
    report.integer("chosen", r.chosen);
    r.surprise = report.number("surprise");
    report.boolean("switched", r.switched);
    report.boolean("settled", r.settled);
  }
  report.integer("decided_steps", r.decided_steps);
  report.integer("steps_to_goal", r.steps_to_goal);
  std::uint8_t source = 0;
  report.integer("source", source, 0, static_cast<int>(CommandSource::kStopped));
  r.source = static_cast<CommandSource>(source);
  report.boolean("disturbed", r.disturbed);
  report.boolean("goal_reached", r.goal_reached);
  report.integer("faults", r.faults);
  return tick;
}

std::chrono::nanoseconds nanoseconds_of(const mcap::Metadata& metadata, const char* field, std::uint64_t low,
                                        std::uint64_t high) {
  const auto found = metadata.text.find(field);
  const std::string text = found == metadata.text.end() ? "" : found->second;
  const Json count = Json::parse(text, nullptr, false);
  if (!count.is_number_unsigned() || count.get<std::uint64_t>() < low || count.get<std::uint64_t>() > high) {
    throw RecordingError("'" + std::string(field) + "' is '" + text + "'");
  }
  return std::chrono::nanoseconds(count.get<std::int64_t>());
}

RecordingError cannot_be_written(const std::string& path, const Error& error) {
  return RecordingError("recording '" + path + "': cannot be written: " + error.what());
}

}  // namespace

std::string Recording::to_mcap() const {
  mcap::Writer writer(std::string("ripen ") + version());
  writer.metadata("ripen", {{"format", kFormat},
                            {"layout", layout.to_json()},
                            {"period_ns", std::to_string(period.count())},
                            {"start_unix_ns", std::to_string(start.count())}});
  writer.metadata("notes", notes);
  writer.channel("/ripen/tick", "json", "ripen.Tick", "jsonschema", kSchema);
  std::uint32_t sequence = 0;
  for (const RecordedTick& tick : ticks) {
    const std::uint64_t time =
        static_cast<std::uint64_t>(start.count()) +
        static_cast<std::uint64_t>(tick.report.tick) * static_cast<std::uint64_t>(period.count());
    writer.message(sequence++, time, to_json(tick).dump());
  }
  return writer.end();
}

Recording Recording::from_mcap(std::string_view bytes) {
  Recording recording;
  bool known = false;
  mcap::Reader reader(bytes);
  for (mcap::Record record; reader.next(record);) {
    if (record.opcode == mcap::Opcode::kMetadata) {
      mcap::Metadata metadata = mcap::Reader::metadata(record.content);
      if (metadata.name == "notes") recording.notes = std::move(metadata.text);
      if (metadata.name != "ripen") continue;
      if (metadata.text["format"] != kFormat) {
        throw RecordingError("'format' is '" + metadata.text["format"] + "', not '" + kFormat + "'");
      }
      recording.layout = TokenLayout::from_json(metadata.text["layout"]);
      recording.period = nanoseconds_of(metadata, "period_ns", 1, kLongestPeriod);
      if (metadata.text.contains("start_unix_ns")) {  // Not in files from before it was there.
        recording.start = nanoseconds_of(metadata, "start_unix_ns", 0, std::numeric_limits<std::int64_t>::max());
      }
      known = true;
    }
    if (record.opcode == mcap::Opcode::kMessage) {
      if (!known) throw RecordingError("a message comes before the metadata 'ripen'");
      try {
        const Json json = Json::parse(mcap::Reader::message(record.content));
        recording.ticks.push_back(tick_of(json, recording.layout));
      } catch (const std::exception& error) {
        throw RecordingError("message " + std::to_string(recording.ticks.size()) + ": " + error.what());
      }
    }
  }
  if (!known) throw RecordingError("there is no metadata 'ripen'");
  return recording;
}

void Recording::save(const std::string& path) const {
  try {
    save_file(path, to_mcap());
  } catch (const Error& error) {
    throw cannot_be_written(path, error);
  }
}

void Recording::check_writable(const std::string& path) {
  try {
    ripen::check_writable(path);
  } catch (const Error& error) {
    throw cannot_be_written(path, error);
  }
}

Recording Recording::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw RecordingError("recording '" + path + "': cannot be opened: " + std::generic_category().message(errno));
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  try {
    return from_mcap(bytes);
  } catch (const std::exception& error) {
    throw RecordingError("recording '" + path + "': " + error.what());
  }
}

std::optional<Parting> first_difference(const Recording& one, const Recording& other) {
  const std::size_t both = std::min(one.ticks.size(), other.ticks.size());
  for (std::size_t i = 0; i < both; ++i) {
    Json a = to_json(one.ticks[i]), b = to_json(other.ticks[i]);
    std::vector<const char*> apart{"wake_up_ns", "observation_to_action_ns", "compute_ns", "slack_ns"};
    if (std::min(one.ticks[i].report.revised, other.ticks[i].report.revised) < 0) {  // One of them does not say these.
      for (const char* name : {"revised", "revealed", "chosen", "surprise", "switched", "settled", "steps_to_goal"}) {
        apart.push_back(name);
      }
    }
    for (Json* json : {&a, &b}) {
      for (const char* name : apart) json->at("report").erase(name);
    }
    // Text, for NaN is null there, and no two different doubles are the same text.
    if (a.dump() == b.dump()) continue;
    a = Json::parse(a.dump());
    b = Json::parse(b.dump());
    const Json change = Json::diff(a, b).at(0);
    const Json::json_pointer where(change.at("path").get<std::string>());
    const auto value = [&](const Json& json) { return json.contains(where) ? json.at(where).dump() : "nothing"; };
    const std::int64_t tick = std::min(one.ticks[i].report.tick, other.ticks[i].report.tick);
    return Parting{tick, where.to_string() + ": " + value(a) + ", " + value(b)};
  }
  if (one.ticks.size() == other.ticks.size()) return std::nullopt;
  const Recording& longer = one.ticks.size() > both ? one : other;
  return Parting{longer.ticks[both].report.tick, "only one of them has this tick"};
}

}  // namespace ripen
