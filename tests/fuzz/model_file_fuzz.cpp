// A weights file: refused, or it has what the network needs and nothing that is not finite.

#include <cmath>
#include <cstdint>
#include <exception>
#include <string_view>

#include "check.hpp"
#include "ripen/model_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto model = ripen::ModelFile::from_bytes({reinterpret_cast<const char*>(data), size});
    for (const auto& [name, shape] : ripen::ModelFile::expected(model.layout, model.config)) {
      FUZZ_CHECK(model.tensors.at(name).shape == shape);
      for (const float value : model.tensors.at(name).values) FUZZ_CHECK(std::isfinite(value));
    }
  } catch (const std::exception& error) {
    FUZZ_CHECK(*error.what() != '\0');
  }
  return 0;
}
