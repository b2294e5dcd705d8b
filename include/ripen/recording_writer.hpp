#pragma once
// Writes recordings to files as they come, off the tick.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "ripen/export.hpp"
#include "ripen/recorder.hpp"

namespace spdlog {
class logger;
}

namespace ripen {

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
