#pragma once
// Keeps the last ticks in memory, so that after a fault one can see what led to it, and writes them to files.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ripen/clock.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/export.hpp"
#include "ripen/plan_source.hpp"
#include "ripen/recording.hpp"

namespace spdlog {
class logger;
}

namespace ripen {

struct RIPEN_EXPORT RecorderOptions {
  int ticks = 2000;       ///< kept: the last ones
  int ticks_after = 200;  ///< of them, after what ends a recording: at most ticks - 1
  int plan_steps = 0;     ///< [steps] of the plan kept with each tick, from the head on
  /// Fault bits that end a recording when they appear. Not what the guard does all the time while a robot moves.
  std::uint32_t faults = ~std::uint32_t{kLimited | kRateLimited};
  /// A command that is this bad, after better ones, ends it too; none: no command does.
  std::optional<CommandSource> severity = CommandSource::kRamping;
  std::chrono::nanoseconds period = std::chrono::milliseconds(5);  ///< of the ticks, for the time of messages

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// A loop's observer that records its ticks.
///
/// All memory is taken and touched at construction, for two recordings: while one is taken away by another thread, the
/// next one is filled. on_tick() adds no heap call, lock or system call to the tick. A recording is over `ticks_after`
/// ticks after the first fault in it, or after request(); if the one before it has not been taken by then, it goes on
/// until that has.
class RIPEN_EXPORT Recorder : public TickObserver {
 public:
  /// plan: the loop's; asked for its layout and horizon only. Throws OptionsError listing every problem of the options.
  Recorder(const PlanSource& plan, const RecorderOptions& options);

  /// Always returns true. The tick must be of a loop with that plan.
  bool on_tick(const Tick& tick) noexcept override;

  /// Ends the recording with the next tick, as if that had a fault. From any thread; real-time safe.
  void request() noexcept { requested_.store(true, std::memory_order_relaxed); }

  /// Whether a recording is over and waits to be taken. From any thread; real-time safe.
  [[nodiscard]] bool ready() const noexcept { return full_.load(std::memory_order_acquire) >= 0; }

  /// The recording that is over; its memory is used again. Call it from one thread, not the loop's; not real-time safe.
  /// Throws RecordingError unless ready(), and std::bad_alloc, which loses the recording.
  [[nodiscard]] Recording take();

  /// What is being recorded now. Only while no tick runs.
  [[nodiscard]] Recording kept() const;

 private:
  struct Row {
    bool delivered = false, fresh = false;
    std::int64_t state_step = 0, steps_begun = 0, steps_done = 0, step = 0;
    TickReport report;
  };
  /// A ring.
  struct Bank {
    std::vector<Row> rows;
    std::vector<double> values;      // [ticks][states + 2 actions]
    std::vector<std::uint8_t> seen;  // [ticks][states]
    std::vector<Token> plans;        // [ticks][plan_steps][slots]
    std::size_t next = 0, count = 0;
    TimePoint instant;  // of the last tick on the grid, in real time
  };

  void keep(const Tick& tick, Bank& bank) noexcept;
  [[nodiscard]] bool calls_for_end(const TickReport& report) noexcept;
  void hand_over() noexcept;
  [[nodiscard]] Recording recording_of(const Bank& bank) const;

  RecorderOptions options_;
  TokenLayout layout_;
  std::size_t states_, actions_;
  std::array<Bank, 2> banks_;
  std::size_t bank_ = 0;        // the loop's
  int ending_ = -1;             // [ticks] until the recording is over; -1: nothing has called for its end
  TickReport last_;             // to tell what has just appeared
  std::atomic<int> full_ = -1;  // the bank that waits to be taken, or is being taken
  std::atomic<bool> requested_ = false;
};

struct RIPEN_EXPORT RecordingWriterOptions {
  /// Of the files' paths: PREFIX-0.mcap, PREFIX-1.mcap, ...; numbers that are taken are left out, so that a program
  /// that runs again keeps what it recorded before.
  std::string prefix = "ripen";
  int files = 20;  ///< at most, of this writer; what comes then is dropped, which is logged once and counted
  std::map<std::string, std::string> notes;          ///< go into each file
  std::shared_ptr<spdlog::logger> logger = nullptr;  ///< as TickLogOptions::logger

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// A thread of its own that looks for recordings that are over, twenty times a second. The loop never waits for it. A
/// file that cannot be written (full disk, no such folder, no memory) is logged as an error; loop, recorder and writer
/// go on.
class RIPEN_EXPORT RecordingWriter {
 public:
  struct Status {
    int written = 0;         ///< files
    int failed = 0;          ///< files
    int dropped = 0;         ///< recordings beyond RecordingWriterOptions::files
    std::string last_file;   ///< that was written
    std::string last_error;  ///< of the last file that could not be written
  };

  /// Takes a reference: the recorder must outlive this. Throws OptionsError listing every problem of the options,
  /// RecordingError if no file can be written there now, and RealTimeError if the system grants no thread.
  RecordingWriter(Recorder& recorder, const RecordingWriterOptions& options);
  ~RecordingWriter();  ///< writes what is over, and ends the thread

  [[nodiscard]] Status status() const;  ///< from any thread but the loop's: it locks

 private:
  void look();
  void write(Recording recording);
  void fail(const char* why);

  Recorder& recorder_;
  RecordingWriterOptions options_;
  int next_ = 0;  // The lowest number that may be free.
  mutable std::mutex mutex_;
  Status status_;
  std::jthread thread_;  // Last, so that it ends first.
};

}  // namespace ripen
