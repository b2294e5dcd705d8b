#pragma once
// Where the library's log goes: a logger that the user gives, spdlog's default one, or standard error.

#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace ripen {

enum class LogLevel { kInfo, kWarning, kError };

/// The given logger; spdlog's default one if that is null. Null after spdlog::shutdown(). Who logs for long takes it
/// once and keeps it: then it lives as long as it is used, and so does what spdlog keeps behind it.
[[nodiscard]] std::shared_ptr<spdlog::logger> logger_or_default(std::shared_ptr<spdlog::logger> given) noexcept;

/// Logs "ripen: text". Goes to standard error without a logger, and if that throws. Thread-safe; not real-time safe.
void log_line(spdlog::logger* logger, LogLevel level, const std::string& text) noexcept;

}  // namespace ripen
