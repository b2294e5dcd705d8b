#include "ripen/tick_log.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <chrono>
#include <optional>
#include <thread>

#include "ripen/error.hpp"
#include "util/log.hpp"
#include "util/ordinary_thread.hpp"
#include "util/problems.hpp"
#include "util/ring_buffer.hpp"

namespace ripen {

namespace {

using Wall = std::chrono::steady_clock;

constexpr std::array kSources = {"fresh", "partial", "held", "ramping", "stopped"};
constexpr std::array kFaults = {"read failed",     "bad observation", "write failed", "replaced",
                                "limited",         "rate limited",    "stale",        "planner stuck",
                                "model gives NaN", "out of range",    "sensor frozen"};

const TickLogOptions& checked(const TickLogOptions& options) {
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
  return options;
}

/// What there is to say of a tick: of each kind one bit.
using Kinds = std::uint64_t;
constexpr std::size_t kFirstSource = 32;  // The faults are below, as in TickReport::faults.
constexpr std::size_t kMissed = kFirstSource + kSources.size();
constexpr Kinds bit(std::size_t kind) { return Kinds{1} << kind; }

std::string name_of(std::size_t kind) {
  if (kind == kMissed) return "ticks missed";
  if (kind >= kFirstSource) return kSources[kind - kFirstSource];
  return kind < kFaults.size() ? kFaults[kind] : "fault " + std::to_string(kind);
}

/// Calls visit(kind) for each.
template <typename Visit>
void for_each(Kinds kinds, const Visit& visit) {
  for (; kinds != 0; kinds &= kinds - 1) visit(static_cast<std::size_t>(std::countr_zero(kinds)));
}

std::string text_of(const TickReport& report, CommandSource before) {
  std::string text = kSources[static_cast<std::size_t>(report.source)];
  if (report.source != before) text += std::string(", was ") + kSources[static_cast<std::size_t>(before)];
  if (report.missed > 0) text += ", " + std::to_string(report.missed) + " ticks missed before it";
  if (const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(report.observation_age); age.count() > 0) {
    text += ", sensed " + std::to_string(age.count()) + " ms ago";
  }
  if (report.disturbed) text += ", disturbed";
  if (report.switched) text += ", another plan is followed";
  for_each(report.faults, [&](std::size_t fault) { text += ", " + name_of(fault); });
  return text;
}

/// Holds back what was told a moment ago.
class Repeats {
 public:
  explicit Repeats(std::chrono::milliseconds time) : time_(time) {}

  /// Whether a tick with these kinds is to be told; it is counted if each of them was told already.
  [[nodiscard]] bool tell(Kinds kinds, const TickReport& report, Wall::time_point now) {
    if (time_.count() == 0) return true;
    if (told_ == 0) begin_ = now;
    const bool news = (kinds & ~told_) != 0;
    told_ |= kinds;
    if (news) return true;
    for_each(kinds, [&](std::size_t kind) { again_[kind] += kind == kMissed ? report.missed : 1; });
    until_ = report.tick;
    return false;
  }

  /// A line about what was held back, once the time is over, or at the end; what did not come again may be told anew.
  [[nodiscard]] std::optional<std::string> summary(Wall::time_point now, bool end) {
    if (told_ == 0 || (now - begin_ < time_ && !end)) return std::nullopt;
    begin_ = now;
    told_ = 0;
    std::string text;
    for (std::size_t kind = 0; kind < again_.size(); ++kind) {
      if (again_[kind] == 0) continue;
      text += (text.empty() ? "" : ", ") + std::to_string(again_[kind]) + " x " + name_of(kind);
      told_ |= bit(kind);
    }
    again_.fill(0);
    if (text.empty()) return std::nullopt;
    return "again until tick " + std::to_string(until_) + ": " + text;
  }

 private:
  std::chrono::milliseconds time_;
  Wall::time_point begin_;
  Kinds told_ = 0;
  std::array<std::int64_t, kMissed + 1> again_{};
  std::int64_t until_ = 0;
};

}  // namespace

std::string TickLogOptions::validate() const {
  constexpr std::int64_t kHour = 3'600'000;
  Problems problems("tick log");
  problems.range("entries", entries, 1, 1 << 24);
  problems.range("poll [ms]", std::int64_t{poll.count()}, std::int64_t{1}, kHour);
  problems.range("repeat [ms]", std::int64_t{repeat.count()}, std::int64_t{0}, kHour);
  return problems.text();
}

class TickLog::Impl {
 public:
  explicit Impl(const TickLogOptions& options)
      : logger_(logger_or_default(options.logger)),
        ring_(static_cast<std::size_t>(options.entries)),
        repeats_(options.repeat),
        thread_(start_ordinary_thread(
            options.poll, [this] { drain(); },
            [this](const char* why) { log_line(logger_.get(), LogLevel::kError, why); })) {}
  ~Impl() { ending_ = true; }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void take(const TickReport& report) noexcept {
    Kinds kinds = report.faults & ~last_.faults;
    if (report.source != last_.source) kinds |= bit(kFirstSource + static_cast<std::size_t>(report.source));
    if (report.missed > 0) kinds |= bit(kMissed);
    if (kinds != 0) push({.report = report, .before = last_.source, .kinds = kinds});
    last_ = report;
  }

  void note(const char* text, double value) noexcept { push({.report = last_, .text = text, .value = value}); }

  [[nodiscard]] std::int64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    TickReport report;
    CommandSource before = CommandSource::kFresh;
    Kinds kinds = 0;             // That appeared with this tick.
    const char* text = nullptr;  // Of a note.
    double value = 0.0;
  };

  void push(const Entry& entry) noexcept {
    if (!ring_.push(entry)) dropped_.fetch_add(1, std::memory_order_relaxed);
  }

  void drain() {
    for (Entry entry; ring_.pop(entry);) {
      const TickReport& report = entry.report;
      const std::string tick = "tick " + std::to_string(report.tick) + ": ";
      if (entry.text != nullptr) {
        std::array<char, 32> number{};  // The shortest that reads back as the same.
        const auto end = std::to_chars(number.begin(), number.end(), entry.value).ptr;
        log_line(logger_.get(), LogLevel::kInfo,
                 "after " + tick + entry.text + ": " + std::string(number.begin(), end));
      } else if (repeats_.tell(entry.kinds, report, Wall::now())) {
        const bool bad = report.faults != 0 || report.missed > 0 || report.source > entry.before;
        log_line(logger_.get(), bad ? LogLevel::kWarning : LogLevel::kInfo, tick + text_of(report, entry.before));
      }
    }
    if (const auto text = repeats_.summary(Wall::now(), ending_)) log_line(logger_.get(), LogLevel::kWarning, *text);
    const std::int64_t dropped = this->dropped();
    if (dropped > dropped_told_) {
      log_line(logger_.get(), LogLevel::kWarning,
               "the tick log was full: " + std::to_string(dropped - dropped_told_) + " entries lost");
    }
    dropped_told_ = dropped;
  }

  std::shared_ptr<spdlog::logger> logger_;
  TickReport last_;  // The tick's, as all above ring_.
  RingBuffer<Entry> ring_;
  std::atomic<std::int64_t> dropped_ = 0;
  std::int64_t dropped_told_ = 0;  // The thread's, as all below.
  Repeats repeats_;
  std::atomic<bool> ending_ = false;
  std::jthread thread_;  // Last, so that it ends first.
};

TickLog::TickLog(const TickLogOptions& options) : impl_(std::make_unique<Impl>(checked(options))) {}

TickLog::~TickLog() = default;

bool TickLog::on_tick(const Tick& tick) noexcept {
  impl_->take(tick.report);
  return true;
}

void TickLog::note(const char* text, double value) noexcept { impl_->note(text, value); }

std::int64_t TickLog::dropped() const noexcept { return impl_->dropped(); }

}  // namespace ripen
