#pragma once
// Reads MCAP, with or without chunks, front to back.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "observe/mcap_format.hpp"

namespace ripen::mcap {

struct Record {
  Opcode opcode{};
  std::string_view content;
};

struct Metadata {
  std::string name;
  Text text;
};

/// Goes through a file's records, and through those in its chunks. What is wrong with it throws RecordingError naming
/// the byte.
class Reader {
 public:
  /// Takes a view: the bytes must outlive this.
  explicit Reader(std::string_view bytes);

  /// False after the footer. The record's content is valid until the next call.
  [[nodiscard]] bool next(Record& record);

  [[nodiscard]] static Metadata metadata(std::string_view content);
  /// The payload of a message.
  [[nodiscard]] static std::string_view message(std::string_view content);

 private:
  /// Records in a row.
  struct Row {
    std::string_view bytes;
    std::size_t at = 0;
    [[nodiscard]] bool take(Record& record);
  };

  void open(std::string_view chunk);

  Row file_, chunk_;
  std::unique_ptr<char[]> unpacked_;  // what chunk_ shows, if it was compressed
  std::size_t chunk_at_ = 0;          // in the file
  bool over_ = false;
};

}  // namespace ripen::mcap
