#include "ripen/trace.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "ripen/error.hpp"

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
  std::ofstream file(path, std::ios::binary);
  file << to_json();
  file.close();
  if (!file) throw RecordingError("trace '" + path + "': cannot be written: " + std::generic_category().message(errno));
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
