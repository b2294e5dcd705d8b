#pragma once
// Files that the command line asks for: checked before a run, and what they were until there is something to write.

#include <cerrno>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "ripen/error.hpp"
#include "util/save_file.hpp"

namespace ripen::examples {

[[noreturn]] inline void refuse_output(const std::string& option, const std::string& path, const std::string& why) {
  throw std::runtime_error(option + " '" + path + "': cannot be written: " + why);
}

/// Throws std::runtime_error naming option, path and the system's reason if nothing can be written there.
inline void check_output(const std::string& option, const std::optional<std::string>& path) {
  try {
    if (path) check_writable(*path);
  } catch (const Error& error) {
    refuse_output(option, *path, error.what());
  }
}

/// Writes a file in one step, if there is a path. Throws the same.
inline void save_output(const std::string& option, const std::optional<std::string>& path, std::string_view text) {
  try {
    if (path) save_file(*path, text);
  } catch (const Error& error) {
    refuse_output(option, *path, error.what());
  }
}

/// A file that grows by lines, each there as soon as it is added. What was in it is given up with the first.
class LineFile {
 public:
  /// Without a path lines go nowhere. Throws what check_output() throws.
  LineFile(std::string option, std::optional<std::string> path) : option_(std::move(option)), path_(std::move(path)) {
    check_output(option_, path_);
  }

  void add(std::string_view line) {
    if (!path_) return;
    if (!file_.is_open()) file_.open(*path_);
    if (!(file_ << line << std::endl)) refuse_output(option_, *path_, std::generic_category().message(errno));
  }

 private:
  std::string option_;
  std::optional<std::string> path_;
  std::ofstream file_;
};

}  // namespace ripen::examples
