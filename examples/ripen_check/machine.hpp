#pragma once
// What a machine is like, as far as it matters for ticks that come on time.

#include <filesystem>
#include <string>
#include <vector>

namespace ripen::check {

/// One thing about the machine, and what to change about it.
struct Finding {
  std::string what;
  std::string value;
  std::string change;  ///< empty if it is as it should be
};

/// Reads /proc and /sys below this root; what cannot be read is "unknown" and asks for no change.
[[nodiscard]] std::vector<Finding> findings(const std::filesystem::path& root = "/");

}  // namespace ripen::check
