#pragma once
// The part of MCAP (https://mcap.dev/spec) that a recording needs: no chunks, no compression, no index, no checksums.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "ripen/error.hpp"

namespace ripen::mcap {

using Text = std::map<std::string, std::string>;

enum class Opcode : std::uint8_t {
  kHeader = 0x01,
  kFooter = 0x02,
  kSchema = 0x03,
  kChannel = 0x04,
  kMessage = 0x05,
  kChunk = 0x06,
  kMetadata = 0x0C,
  kDataEnd = 0x0F,
};

/// Puts a file together: records in the order of the calls, then end().
class Writer {
 public:
  Writer();
  void metadata(std::string_view name, const Text& text);
  /// The first schema, and the first channel, which uses it. Both have the number 1.
  void channel(std::string_view topic, std::string_view message_encoding, std::string_view schema_name,
               std::string_view schema_encoding, std::string_view schema);
  /// On that channel. time: [ns]
  void message(std::uint32_t sequence, std::uint64_t time, std::string_view data);
  [[nodiscard]] std::string end();

 private:
  template <typename Number>
  void number(Number value);
  void text(std::string_view value);
  void text(const Text& value);
  std::size_t begin(Opcode opcode);
  void finish(std::size_t record);

  std::string bytes_;
};

struct Record {
  Opcode opcode{};
  std::string_view content;
};

struct Metadata {
  std::string name;
  Text text;
};

/// Goes through a file's records. What is wrong with it throws RecordingError naming the byte.
class Reader {
 public:
  /// Takes a view: the bytes must outlive this and all records.
  explicit Reader(std::string_view bytes);

  /// False after the footer.
  [[nodiscard]] bool next(Record& record);

  [[nodiscard]] static Metadata metadata(std::string_view content);
  /// The payload of a message.
  [[nodiscard]] static std::string_view message(std::string_view content);

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool over_ = false;
};

}  // namespace ripen::mcap
