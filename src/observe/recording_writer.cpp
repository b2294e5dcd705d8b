#include <chrono>
#include <new>
#include <utility>

#include "ripen/error.hpp"
#include "ripen/recorder.hpp"
#include "util/log.hpp"
#include "util/ordinary_thread.hpp"
#include "util/problems.hpp"
#include "util/save_file.hpp"

namespace ripen {

namespace {

constexpr std::chrono::milliseconds kPoll(50);  // The tick must not wake anybody: that is a system call.

RecordingWriterOptions checked(RecordingWriterOptions options) {
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
  try {
    if (options.files > 0) check_writable(options.prefix + "-.mcap");  // As any new name there.
  } catch (const Error& error) {
    throw RecordingError("recordings '" + options.prefix + "-*.mcap': cannot be written: " + error.what());
  }
  options.logger = logger_or_default(std::move(options.logger));
  return options;
}

}  // namespace

std::string RecordingWriterOptions::validate() const {
  Problems problems("recording writer");
  problems.require(!prefix.empty(), "prefix is empty");
  problems.range("files", files, 0, 1'000'000);
  return problems.text();
}

RecordingWriter::RecordingWriter(Recorder& recorder, const RecordingWriterOptions& options)
    : recorder_(recorder),
      options_(checked(options)),
      thread_(start_ordinary_thread(
          kPoll, [this] { look(); }, [this](const char* why) { fail(why); })) {}

RecordingWriter::~RecordingWriter() = default;

RecordingWriter::Status RecordingWriter::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void RecordingWriter::look() {
  if (!recorder_.ready()) return;
  const Status before = status();
  if (before.written + before.failed < options_.files) {
    try {
      write(recorder_.take());
    } catch (const std::bad_alloc&) {
      fail("out of memory");  // So short that it needs none itself.
    }
    return;
  }
  (void)recorder_.take();
  if (before.dropped == 0) {
    log_line(options_.logger.get(), LogLevel::kWarning,
             "recordings are dropped from now on: '" + options_.prefix + "' has its " + std::to_string(options_.files) +
                 " files");
  }
  const std::lock_guard lock(mutex_);
  ++status_.dropped;
}

void RecordingWriter::write(Recording recording) {
  recording.notes = options_.notes;
  const std::string bytes = recording.to_mcap();
  std::string path;
  try {
    for (bool saved = false; !saved; ++next_) {
      path = options_.prefix + "-" + std::to_string(next_) + ".mcap";
      saved = save_new_file(path, bytes);
    }
  } catch (const Error& error) {
    throw RecordingError("recording '" + path + "': cannot be written: " + error.what());
  }
  log_line(options_.logger.get(), LogLevel::kWarning, "recorded the last ticks in '" + path + "'");
  const std::lock_guard lock(mutex_);
  ++status_.written;
  status_.last_file = std::move(path);
}

void RecordingWriter::fail(const char* why) {
  {
    const std::lock_guard lock(mutex_);
    ++status_.failed;
    status_.last_error = why;
  }
  log_line(options_.logger.get(), LogLevel::kError, why);
}

}  // namespace ripen
