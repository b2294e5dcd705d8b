#pragma once
// The container of a model file: named tensors as bytes. What they mean is ModelFile's.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ripen {

/// A file in the safetensors format (github.com/huggingface/safetensors), of float16 and float32 tensors. Names, types,
/// shapes and ranges are checked as the format's reference implementation does.
struct Safetensors {
  struct Entry {
    std::string type;  ///< "F16" or "F32"
    std::vector<std::int64_t> shape;
    std::size_t begin = 0, end = 0;  ///< [bytes] of `data`

    [[nodiscard]] std::size_t width() const { return type == "F16" ? 2 : 4; }  ///< [bytes] of an element
  };

  std::map<std::string, std::string> metadata;
  std::map<std::string, Entry> tensors;
  std::string_view data;  ///< not owned

  /// `data` then points into the bytes. Throws Error: a header that is too long, no JSON object, or has a name twice; a
  /// tensor whose range is not what its shape and type need; ranges that overlap, leave bytes of the data to no tensor,
  /// or end beyond it.
  [[nodiscard]] static Safetensors parse(std::string_view bytes);

  /// The whole file. Throws Error on text that is not UTF-8.
  [[nodiscard]] std::string to_bytes() const;

  /// FNV-1a 64 over the header and the data. The header is written with sorted keys, without spaces, and without the
  /// metadata's "hash", whose value this is.
  [[nodiscard]] std::uint64_t hash() const;

 private:
  [[nodiscard]] std::string header(const std::map<std::string, std::string>& with) const;
};

}  // namespace ripen
