#pragma once
// Writes the part of MCAP that a recording needs: one channel, chunks compressed with zstd, and an index of them.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "observe/mcap_format.hpp"

namespace ripen::mcap {

/// Puts a file together: metadata, channel, messages, end().
class Writer {
 public:
  /// library: goes into the header.
  explicit Writer(std::string_view library);
  void metadata(std::string_view name, const Text& text);
  /// The first schema, and the first channel, which uses it. Both have the number 1.
  void channel(std::string_view topic, std::string_view message_encoding, std::string_view schema_name,
               std::string_view schema_encoding, std::string_view schema);
  /// On that channel. time: [ns]. Throws RecordingError if it is longer than any chunk.
  void message(std::uint32_t sequence, std::uint64_t time, std::string_view data);
  [[nodiscard]] std::string end();

 private:
  /// A place in the file.
  struct Extent {
    std::uint64_t begin = 0, size = 0;
  };
  struct Span {
    std::uint64_t first = 0, last = 0;  // [ns]
    void include(std::uint64_t time, bool only);
  };
  struct Chunk {
    Span time;
    Extent place, index;
    std::uint64_t compressed = 0, uncompressed = 0;
  };

  void close_chunk();
  void summary();

  std::string bytes_;
  std::string chunk_;                                            // its records
  std::vector<std::pair<std::uint64_t, std::uint64_t>> placed_;  // of its messages: time, and offset in chunk_
  Span chunk_time_, time_;
  std::string schema_, channel_;  // records
  std::vector<Chunk> chunks_;
  std::vector<std::pair<std::string, Extent>> metadata_;
  std::uint64_t messages_ = 0;
};

}  // namespace ripen::mcap
