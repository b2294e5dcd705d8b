#pragma once
// One number for all that a shipped model decides in a fixed run. It moves when the model, the planner, the loop or the
// robot's simulation does: put the new one in signatures.txt in the same commit, and say why.

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <string>

#include "ripen/native_denoiser.hpp"

namespace ripen::signature {

class Hash {
 public:
  void take(std::int64_t value) {  // FNV-1a over the value's bytes
    for (int byte = 0; byte < 8; ++byte) {
      value_ = (value_ ^ (static_cast<std::uint64_t>(value) >> 8 * byte & 0xFF)) * 1099511628211ULL;
    }
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream text;
    text << std::hex << std::setw(16) << std::setfill('0') << value_;
    return text.str();
  }

 private:
  std::uint64_t value_ = 14695981039346656037ULL;
};

/// The line of signatures.txt.
inline std::string stored(const std::string& model, const std::string& precision) {
  std::ifstream file(RIPEN_SIGNATURES);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name, kind, number;
    if (words >> name >> kind >> number && name == model && kind == precision) return number;
  }
  return "missing";
}

/// Expects what a run with the model gave to be what is stored. signature_of: from a denoiser on kernels that are the
/// same everywhere, to the run's number.
template <typename SignatureOf>
void expect_stored(const std::string& path, const SignatureOf& signature_of) {
  const ModelFile model = ModelFile::load(path);
  const std::string file = path.substr(path.rfind('/') + 1);
  for (const auto& [precision, name] :
       {std::pair(Precision::kFloat32, "float32"), std::pair(Precision::kInt8, "int8")}) {
    NativeDenoiser denoiser(model, {.max_windows = 16, .precision = precision, .instructions = "portable"});
    const std::string now = signature_of(denoiser);
    EXPECT_EQ(stored(file, name), now) << "if it was to change, put this line in " << RIPEN_SIGNATURES << ":\n"
                                       << file << ' ' << name << ' ' << now;
  }
}

}  // namespace ripen::signature
