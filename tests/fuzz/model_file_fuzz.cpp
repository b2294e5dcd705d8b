// A weights file: refused by an error of ours, or it has what the network needs and nothing that is not finite, and is
// the same when it was written and read again.

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "check.hpp"
#include "ripen/error.hpp"
#include "ripen/model_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto model = ripen::ModelFile::from_bytes({reinterpret_cast<const char*>(data), size});
    for (const auto& [name, shape] : ripen::ModelFile::expected(model.layout, model.config)) {
      FUZZ_CHECK(model.tensors.at(name).shape == shape);
      for (const float value : model.tensors.at(name).values) FUZZ_CHECK(std::isfinite(value));
    }
    const std::string bytes = model.to_bytes();  // Refuses a float32 that is none in float16.
    FUZZ_CHECK(ripen::ModelFile::from_bytes(bytes).to_bytes() == bytes);
  } catch (const ripen::Error& error) {
    FUZZ_CHECK(*error.what() != '\0');
  }
  return 0;
}
