#include "ripen_check/machine.hpp"

#include <fstream>
#include <optional>
#include <set>
#include <sstream>

namespace ripen::check {

namespace {

namespace fs = std::filesystem;

/// The first line of a file; none if there is none to be read.
std::optional<std::string> line_of(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

Finding kernel(const fs::path& root) {
  const std::string version = line_of(root / "proc/version").value_or("unknown");
  const bool real_time =
      line_of(root / "sys/kernel/realtime") == "1" || version.find("PREEMPT_RT") != std::string::npos;
  std::istringstream words(version);  // "Linux version 6.1.0-28-rt-amd64 (...) ... #1 SMP PREEMPT_RT ..."
  std::string linux_, version_, release;
  words >> linux_ >> version_ >> release;
  if (release.empty()) return {"kernel", "unknown", ""};
  return {"kernel", release + (real_time ? ", PREEMPT_RT" : ", not PREEMPT_RT"),
          real_time ? "" : "install a PREEMPT_RT kernel: Debian's linux-image-rt-amd64"};
}

Finding processors(const fs::path& root) {
  const auto online = line_of(root / "sys/devices/system/cpu/online");
  const std::string isolated = line_of(root / "sys/devices/system/cpu/isolated").value_or("");
  if (!online) return {"processors", "unknown", ""};
  return {"processors", *online + ", isolated: " + (isolated.empty() ? "none" : isolated),
          isolated.empty()
              ? "keep a core for the loop: kernel parameters isolcpus=1 nohz_full=1 rcu_nocbs=1, then --cpu 1"
              : ""};
}

Finding governor(const fs::path& root) {
  std::set<std::string> governors;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root / "sys/devices/system/cpu", ignored)) {
    if (const auto name = line_of(entry.path() / "cpufreq/scaling_governor")) governors.insert(*name);
  }
  if (governors.empty()) return {"governor", "unknown (a virtual machine has none)", ""};
  std::string all;
  for (const std::string& name : governors) all += (all.empty() ? "" : ", ") + name;
  return {"governor", all, all == "performance" ? "" : "cpupower frequency-set -g performance"};
}

/// The soft limit of a line of /proc/self/limits.
std::string limit(const fs::path& root, const std::string& name) {
  std::ifstream file(root / "proc/self/limits");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    std::istringstream rest(line.substr(name.size()));
    std::string soft;
    rest >> soft;
    return soft;
  }
  return "unknown";
}

Finding throttling(const fs::path& root) {
  const std::string runtime = line_of(root / "proc/sys/kernel/sched_rt_runtime_us").value_or("unknown");
  return {"real-time threads may run", runtime == "-1" ? "always" : runtime + " us of each second", ""};
}

}  // namespace

std::vector<Finding> findings(const fs::path& root) {
  return {kernel(root),
          processors(root),
          governor(root),
          {"limit rtprio", limit(root, "Max realtime priority"), ""},
          {"limit memlock", limit(root, "Max locked memory"), ""},
          throttling(root)};
}

}  // namespace ripen::check
