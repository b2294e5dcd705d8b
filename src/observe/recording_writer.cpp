#include "ripen/recording_writer.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include "ripen/error.hpp"
#include "util/log.hpp"
#include "util/ordinary_thread.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {

constexpr std::chrono::milliseconds kPoll(50);  // The tick must not wake anybody: that is a system call.

RecordingWriterOptions checked(RecordingWriterOptions options) {
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
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
          kPoll, [this] { look(); },
          [this](const char* why) { log_line(options_.logger.get(), LogLevel::kError, why); })) {}

RecordingWriter::~RecordingWriter() = default;

RecordingWriter::Status RecordingWriter::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void RecordingWriter::look() {
  if (!recorder_.ready()) return;
  std::string path, error;
  bool drop = false;
  try {
    Recording recording = recorder_.take();
    const Status before = status();
    drop = before.written + before.failed >= options_.files;
    if (!drop) {
      path = options_.prefix + "-" + std::to_string(before.written + before.failed) + ".mcap";
      recording.notes = options_.notes;
      recording.save(path);
    }
  } catch (const std::exception& caught) {
    error = caught.what();
  }
  if (!error.empty()) log_line(options_.logger.get(), LogLevel::kError, error);
  if (error.empty() && !drop) {
    log_line(options_.logger.get(), LogLevel::kWarning, "recorded the last ticks in '" + path + "'");
  }
  const std::lock_guard lock(mutex_);
  ++(drop ? status_.dropped : error.empty() ? status_.written : status_.failed);
  if (!error.empty()) status_.last_error = error;
}

}  // namespace ripen
