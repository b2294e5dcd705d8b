#include "ripen/trace.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "ripen/error.hpp"
#include "util/save_file.hpp"

namespace ripen {

namespace {

constexpr std::array kDepths = {"dynamics", "step", "window"};

double microseconds(std::chrono::nanoseconds duration) { return static_cast<double>(duration.count()) / 1e3; }

void append(nlohmann::json& events, int thread, const char* name, const char* number, const TraceLane& lane) {
  events.push_back({{"ph", "M"}, {"name", "thread_name"}, {"pid", 1}, {"tid", thread}, {"args", {{"name", name}}}});
  for (const TraceLane::Event& event : lane.events()) {
    events.push_back({{"ph", "X"},
                      {"name", event.name},
                      {"pid", 1},
                      {"tid", thread},
                      {"ts", microseconds(event.begin.time_since_epoch())},
                      {"dur", microseconds(event.duration)},
                      {"args", {{number, event.number}}}});
  }
}

RecordingError cannot_be_written(const std::string& path, const Error& error) {
  return RecordingError("trace '" + path + "': cannot be written: " + error.what());
}

}  // namespace

void TraceLane::add(const Event& event) noexcept {
  if (events_.empty()) return;
  events_[next_] = event;
  next_ = next_ + 1 == events_.size() ? 0 : next_ + 1;
  count_ = std::min(count_ + 1, events_.size());
}

std::vector<TraceLane::Event> TraceLane::events() const {
  std::vector<Event> row(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(count_));
  if (count_ == events_.size()) std::rotate(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(next_), row.end());
  return row;
}

std::string Trace::to_json() const {
  nlohmann::json events = nlohmann::json::array();
  append(events, 1, "ticks", "tick", ticks);
  append(events, 2, "passes", "windows", passes);
  return nlohmann::json{{"displayTimeUnit", "ns"}, {"traceEvents", std::move(events)}}.dump();
}

void Trace::save(const std::string& path) const {
  try {
    save_file(path, to_json());
  } catch (const Error& error) {
    throw cannot_be_written(path, error);
  }
}

void Trace::check_writable(const std::string& path) {
  try {
    ripen::check_writable(path);
  } catch (const Error& error) {
    throw cannot_be_written(path, error);
  }
}

bool TraceTicks::on_tick(const Tick& tick) noexcept {
  const TickReport& report = tick.report;
  const TimePoint begin = SteadyClock().now() - report.compute;
  lane_.add({"late", begin - report.wake_up, report.wake_up, report.tick});
  lane_.add({"tick", begin, report.compute, report.tick});
  lane_.add({"observation to action", begin, report.observation_to_action, report.tick});
  return true;
}

void TracedDenoiser::run(const DenoiseBatch& batch) noexcept {
  const TimePoint begin = SteadyClock().now();
  denoiser_.run(batch);
  lane_.add({kDepths[static_cast<std::size_t>(batch.depth)], begin, SteadyClock().now() - begin, batch.windows});
}

}  // namespace ripen
