#pragma once
// Where a program finds the shipped models: beside itself once it is installed, in the source tree before.

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "ripen/error.hpp"

namespace ripen::examples {

/// The folders in which model_path() looks, in this order.
[[nodiscard]] inline std::vector<std::filesystem::path> model_folders() {
  std::vector<std::filesystem::path> folders;
  std::error_code error;  // Without /proc there is no such place.
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(program.parent_path().parent_path() / "share/ripen/models");
  folders.emplace_back(RIPEN_MODELS_DIR);
  return folders;
}

/// The path of a shipped model, "cube.safetensors" say. Throws ModelError naming the folders if none has it.
[[nodiscard]] inline std::string model_path(const std::string& name,
                                            const std::vector<std::filesystem::path>& folders = model_folders()) {
  std::string places;
  for (const auto& folder : folders) {
    std::error_code error;
    if (std::filesystem::exists(folder / name, error)) return (folder / name).string();
    places += (places.empty() ? "'" : " nor in '") + folder.string() + "'";
  }
  throw ModelError("model '" + name + "' is neither in " + places + ": name its file with --model");
}

}  // namespace ripen::examples
