#pragma once
// What writer and reader of MCAP (https://mcap.dev/spec) share.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace ripen::mcap {

static_assert(std::endian::native == std::endian::little, "MCAP is little-endian");

using Text = std::map<std::string, std::string>;

enum class Opcode : std::uint8_t {
  kHeader = 0x01,
  kFooter = 0x02,
  kSchema = 0x03,
  kChannel = 0x04,
  kMessage = 0x05,
  kChunk = 0x06,
  kMessageIndex = 0x07,
  kChunkIndex = 0x08,
  kStatistics = 0x0B,
  kMetadata = 0x0C,
  kMetadataIndex = 0x0D,
  kSummaryOffset = 0x0E,
  kDataEnd = 0x0F,
};

inline constexpr std::string_view kMagic("\x89MCAP0\r\n", 8);
inline constexpr std::size_t kPrefix = 1 + sizeof(std::uint64_t);  ///< opcode and length of a record
inline constexpr std::string_view kZstd = "zstd";

/// A chunk is closed once it is so long.
inline constexpr std::size_t kChunkSize = std::size_t{1} << 20;
/// No chunk is longer: what a file claims beyond it is refused, not allocated.
inline constexpr std::size_t kLongestChunk = std::size_t{1} << 26;

/// CRC-32 as zip and zlib have it.
[[nodiscard]] inline std::uint32_t crc32(std::string_view bytes) noexcept {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t value = 0xFFFFFFFFU;
  for (const char c : bytes) value = kTable[(value ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (value >> 8);
  return ~value;
}

}  // namespace ripen::mcap
