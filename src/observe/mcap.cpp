#include "observe/mcap.hpp"

#include <bit>
#include <cstring>

#include "ripen/error.hpp"

namespace ripen::mcap {

static_assert(std::endian::native == std::endian::little, "MCAP is little-endian");

namespace {

constexpr std::string_view kMagic("\x89MCAP0\r\n", 8);
constexpr std::size_t kPrefix = 1 + sizeof(std::uint64_t);  // opcode and length of a record
constexpr std::size_t kMessageHeader = 2 + sizeof(std::uint32_t) + 2 * sizeof(std::uint64_t);

/// Takes numbers and strings off the front of a record.
class Parser {
 public:
  explicit Parser(std::string_view content) : left_(content) {}

  std::string_view bytes(std::size_t size) {
    if (size > left_.size()) throw RecordingError("a field is longer than its record");
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  std::uint32_t size() {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes(sizeof(value)).data(), sizeof(value));
    return value;
  }
  std::string_view text() { return bytes(size()); }
  [[nodiscard]] bool empty() const { return left_.empty(); }

 private:
  std::string_view left_;
};

}  // namespace

template <typename Number>
void Writer::number(Number value) {
  bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void Writer::text(std::string_view value) {
  number(static_cast<std::uint32_t>(value.size()));
  bytes_ += value;
}

void Writer::text(const Text& value) {
  std::size_t size = 0;
  for (const auto& [key, content] : value) size += 2 * sizeof(std::uint32_t) + key.size() + content.size();
  number(static_cast<std::uint32_t>(size));
  for (const auto& [key, content] : value) {
    text(key);
    text(content);
  }
}

std::size_t Writer::begin(Opcode opcode) {
  number(opcode);
  number(std::uint64_t{0});
  return bytes_.size();
}

void Writer::finish(std::size_t record) {
  const std::uint64_t size = bytes_.size() - record;
  std::memcpy(bytes_.data() + record - sizeof(size), &size, sizeof(size));
}

Writer::Writer() : bytes_(kMagic) {
  const std::size_t record = begin(Opcode::kHeader);
  text(std::string_view());  // profile
  text(std::string_view("ripen"));
  finish(record);
}

void Writer::metadata(std::string_view name, const Text& content) {
  const std::size_t record = begin(Opcode::kMetadata);
  text(name);
  text(content);
  finish(record);
}

void Writer::channel(std::string_view topic, std::string_view message_encoding, std::string_view schema_name,
                     std::string_view schema_encoding, std::string_view schema) {
  std::size_t record = begin(Opcode::kSchema);
  number(std::uint16_t{1});
  text(schema_name);
  text(schema_encoding);
  text(schema);
  finish(record);
  record = begin(Opcode::kChannel);
  number(std::uint16_t{1});
  number(std::uint16_t{1});  // schema
  text(topic);
  text(message_encoding);
  text(Text());
  finish(record);
}

void Writer::message(std::uint32_t sequence, std::uint64_t time, std::string_view data) {
  const std::size_t record = begin(Opcode::kMessage);
  number(std::uint16_t{1});  // channel
  number(sequence);
  number(time);  // logged
  number(time);  // published
  bytes_ += data;
  finish(record);
}

std::string Writer::end() {
  std::size_t record = begin(Opcode::kDataEnd);
  number(std::uint32_t{0});  // no checksum
  finish(record);
  record = begin(Opcode::kFooter);
  number(std::uint64_t{0});  // no summary,
  number(std::uint64_t{0});  // no offsets into it,
  number(std::uint32_t{0});  // no checksum
  finish(record);
  return std::move(bytes_ += kMagic);
}

Reader::Reader(std::string_view bytes) : bytes_(bytes), at_(kMagic.size()) {
  if (!bytes.starts_with(kMagic)) throw RecordingError("no MCAP file: it does not begin like one");
  if (bytes.size() < 2 * kMagic.size() || !bytes.ends_with(kMagic)) {
    throw RecordingError("cut short: it does not end like an MCAP file");
  }
  bytes_.remove_suffix(kMagic.size());
}

bool Reader::next(Record& record) {
  if (over_) return false;
  const auto fail = [&](const char* what) { throw RecordingError("byte " + std::to_string(at_) + ": " + what); };
  if (bytes_.size() - at_ < kPrefix) fail("the file ends without a footer");
  std::uint64_t size = 0;
  std::memcpy(&size, bytes_.data() + at_ + 1, sizeof(size));
  if (size > bytes_.size() - at_ - kPrefix) fail("a record is longer than the file");
  record.opcode = static_cast<Opcode>(bytes_[at_]);
  record.content = bytes_.substr(at_ + kPrefix, size);
  at_ += kPrefix + size;
  over_ = record.opcode == Opcode::kFooter;
  if (over_ && at_ != bytes_.size()) fail("there is more after the footer");
  return true;
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
