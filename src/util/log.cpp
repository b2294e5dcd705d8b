#include "util/log.hpp"

#include <spdlog/spdlog.h>

#include <cstdio>
#include <utility>

namespace ripen {

std::shared_ptr<spdlog::logger> logger_or_default(std::shared_ptr<spdlog::logger> given) noexcept {
  try {
    // Not default_logger_raw(), nor spdlog::info(): both trust that there is one.
    return given != nullptr ? std::move(given) : spdlog::default_logger();
  } catch (...) {
    return nullptr;
  }
}

void log_line(spdlog::logger* logger, LogLevel level, const std::string& text) noexcept {
  try {
    if (logger != nullptr) {
      const auto as = level == LogLevel::kInfo      ? spdlog::level::info
                      : level == LogLevel::kWarning ? spdlog::level::warn
                                                    : spdlog::level::err;
      logger->log(as, "ripen: {}", text);
      return;
    }
  } catch (...) {  // A sink, or an asynchronous logger whose threads are gone.
  }
  std::fprintf(stderr, "ripen: %s\n", text.c_str());
}

}  // namespace ripen
