#include "observe/mcap_reader.hpp"

#include <zstd.h>

#include <cstring>

#include "ripen/error.hpp"

namespace ripen::mcap {

namespace {

constexpr std::size_t kMessageHeader = 2 + sizeof(std::uint32_t) + 2 * sizeof(std::uint64_t);

/// Takes numbers and strings off the front of a record.
class Parser {
 public:
  explicit Parser(std::string_view content) : left_(content) {}

  std::string_view bytes(std::uint64_t size) {
    if (size > left_.size()) throw RecordingError("a field is longer than its record");
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  template <typename Number>
  Number number() {
    Number value = 0;
    std::memcpy(&value, bytes(sizeof(value)).data(), sizeof(value));
    return value;
  }
  std::string_view text() { return bytes(number<std::uint32_t>()); }
  [[nodiscard]] bool empty() const { return left_.empty(); }

 private:
  std::string_view left_;
};

}  // namespace

Reader::Reader(std::string_view bytes) : file_{bytes, kMagic.size()} {
  if (!bytes.starts_with(kMagic)) throw RecordingError("no MCAP file: it does not begin like one");
  if (bytes.size() < 2 * kMagic.size() || !bytes.ends_with(kMagic)) {
    throw RecordingError("cut short: it does not end like an MCAP file");
  }
  file_.bytes.remove_suffix(kMagic.size());
}

/// False at the end.
bool Reader::Row::take(Record& record) {
  if (at == bytes.size()) return false;
  if (bytes.size() - at < kPrefix) throw RecordingError("a record is cut short");
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data() + at + 1, sizeof(size));
  if (size > bytes.size() - at - kPrefix) throw RecordingError("a record is longer than what it is in");
  record.opcode = static_cast<Opcode>(bytes[at]);
  record.content = bytes.substr(at + kPrefix, size);
  at += kPrefix + size;
  return true;
}

bool Reader::next(Record& record) {
  std::size_t at = file_.at;
  try {
    while (!over_) {
      if (chunk_.at < chunk_.bytes.size()) {
        at = chunk_at_;
        return chunk_.take(record);
      }
      at = file_.at;
      if (!file_.take(record)) throw RecordingError("the file ends without a footer");
      if (record.opcode == Opcode::kChunk) {
        chunk_at_ = at;
        open(record.content);
        continue;
      }
      over_ = record.opcode == Opcode::kFooter;
      if (over_ && file_.at != file_.bytes.size()) throw RecordingError("there is more after the footer");
      return true;
    }
  } catch (const RecordingError& error) {
    throw RecordingError("byte " + std::to_string(at) + ": " + error.what());
  }
  return false;
}

void Reader::open(std::string_view content) {
  Parser parser(content);
  (void)parser.bytes(2 * sizeof(std::uint64_t));  // when its messages begin and end
  const auto size = parser.number<std::uint64_t>();
  const auto checksum = parser.number<std::uint32_t>();
  const std::string compression(parser.text());
  const std::string_view packed = parser.bytes(parser.number<std::uint64_t>());
  if (size > kLongestChunk) {
    throw RecordingError("a chunk of " + std::to_string(size) + " bytes, more than " + std::to_string(kLongestChunk));
  }
  chunk_ = {packed, 0};
  if (compression == kZstd) {
    unpacked_ = std::make_unique_for_overwrite<char[]>(size);  // Not touched beyond what comes out.
    const std::size_t made = ZSTD_decompress(unpacked_.get(), size, packed.data(), packed.size());
    if (ZSTD_isError(made) != 0) throw RecordingError(std::string("a chunk's zstd: ") + ZSTD_getErrorName(made));
    chunk_.bytes = {unpacked_.get(), made};
  } else if (!compression.empty()) {
    throw RecordingError("a chunk's compression is '" + compression + "', neither '' nor 'zstd'");
  }
  if (chunk_.bytes.size() != size) {
    throw RecordingError("a chunk holds " + std::to_string(chunk_.bytes.size()) + " bytes, not " +
                         std::to_string(size));
  }
  if (checksum != 0 && checksum != crc32(chunk_.bytes)) throw RecordingError("a chunk's checksum is wrong");
}

Metadata Reader::metadata(std::string_view content) {
  Parser parser(content);
  Metadata metadata{.name = std::string(parser.text()), .text = {}};
  Parser entries(parser.text());
  while (!entries.empty()) {
    const std::string key(entries.text());
    metadata.text[key] = entries.text();
  }
  return metadata;
}

std::string_view Reader::message(std::string_view content) {
  Parser parser(content);
  (void)parser.bytes(kMessageHeader);
  return content.substr(kMessageHeader);
}

}  // namespace ripen::mcap
