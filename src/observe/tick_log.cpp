#include "ripen/tick_log.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {

constexpr std::array kSources = {"fresh", "partial", "held", "ramping", "stopped"};
constexpr std::array kFaults = {"read failed",  "bad observation", "write failed",  "replaced",       "limited",
                                "rate limited", "stale",           "planner stuck", "model gives NaN"};

const TickLogOptions& checked(const TickLogOptions& options) {
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
  return options;
}

std::string text_of(const TickReport& report, CommandSource before) {
  std::string text = kSources[static_cast<std::size_t>(report.source)];
  if (report.source != before) text += std::string(", was ") + kSources[static_cast<std::size_t>(before)];
  if (report.missed > 0) text += ", " + std::to_string(report.missed) + " ticks missed before it";
  for (std::size_t fault = 0; fault < kFaults.size(); ++fault) {
    if ((report.faults >> fault & 1U) != 0) text += std::string(", ") + kFaults[fault];
  }
  return text;
}

}  // namespace

std::string TickLogOptions::validate() const {
  Problems problems("tick log");
  problems.range("entries", entries, 1, 1 << 24);
  problems.range("poll [ms]", std::int64_t{poll.count()}, std::int64_t{1}, std::int64_t{3'600'000});
  return problems.text();
}

TickLog::TickLog(const TickLogOptions& options)
    : ring_(static_cast<std::size_t>(checked(options).entries)),
      thread_([this, poll = options.poll](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any stopped;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
          drain();
          stopped.wait_for(lock, stop, poll, [] { return false; });
        }
        drain();
      }) {}

TickLog::~TickLog() = default;

bool TickLog::on_tick(const Tick& tick) noexcept {
  const TickReport& report = tick.report;
  const bool appeared = (report.faults & ~last_.faults) != 0;
  if (appeared || report.missed > 0 || report.source != last_.source) push({.report = report, .before = last_.source});
  last_ = report;
  return true;
}

void TickLog::note(const char* text, double value) noexcept { push({.report = last_, .text = text, .value = value}); }

void TickLog::push(const Entry& entry) noexcept {
  if (!ring_.push(entry)) dropped_.fetch_add(1, std::memory_order_relaxed);
}

void TickLog::drain() {
  for (Entry entry; ring_.pop(entry);) {
    const TickReport& report = entry.report;
    if (entry.text != nullptr) {
      spdlog::info("ripen: after tick {}: {}: {}", report.tick, entry.text, entry.value);
      continue;
    }
    const bool bad = report.faults != 0 || report.missed > 0 || report.source > entry.before;
    spdlog::log(bad ? spdlog::level::warn : spdlog::level::info, "ripen: tick {}: {}", report.tick,
                text_of(report, entry.before));
  }
  const std::int64_t dropped = this->dropped();
  if (dropped > dropped_told_) spdlog::warn("ripen: the tick log was full: {} entries lost", dropped - dropped_told_);
  dropped_told_ = dropped;
}

}  // namespace ripen
