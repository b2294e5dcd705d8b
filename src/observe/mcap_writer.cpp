#include "observe/mcap_writer.hpp"

#include <zstd.h>

#include <algorithm>
#include <concepts>
#include <cstring>

#include "ripen/error.hpp"

namespace ripen::mcap {

namespace {

constexpr std::uint16_t kNumber = 1;  // Of the schema and of the channel.

/// Appends a record; its length is known, and set, at the end.
class RecordWriter {
 public:
  RecordWriter(std::string& to, Opcode opcode) : to_(to), begin_(to.size()) {
    to_ += static_cast<char>(opcode);
    number(std::uint64_t{0});
  }
  ~RecordWriter() {
    const std::uint64_t size = to_.size() - begin_ - kPrefix;
    std::memcpy(to_.data() + begin_ + 1, &size, sizeof(size));
  }
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  template <std::unsigned_integral... Numbers>
  void number(Numbers... values) {
    (to_.append(reinterpret_cast<const char*>(&values), sizeof(values)), ...);
  }
  void bytes(std::string_view value) { to_ += value; }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes(value);
  }
  void text(const Text& value) {
    std::size_t size = 0;
    for (const auto& [key, content] : value) size += 2 * sizeof(std::uint32_t) + key.size() + content.size();
    number(static_cast<std::uint32_t>(size));
    for (const auto& [key, content] : value) {
      text(key);
      text(content);
    }
  }
  /// A map from the channel to a number, which is how MCAP says it.
  void of_channel(std::uint64_t value) {
    number(static_cast<std::uint32_t>(sizeof(kNumber) + sizeof(value)), kNumber, value);
  }

 private:
  std::string& to_;
  std::size_t begin_;
};

std::string compressed(std::string_view bytes) {
  std::string to(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress(to.data(), to.size(), bytes.data(), bytes.size(), ZSTD_CLEVEL_DEFAULT);
  if (ZSTD_isError(size) != 0) throw RecordingError(std::string("zstd: ") + ZSTD_getErrorName(size));
  to.resize(size);
  return to;
}

}  // namespace

void Writer::Span::include(std::uint64_t at, bool only) {
  first = only ? at : std::min(first, at);
  last = only ? at : std::max(last, at);
}

Writer::Writer(std::string_view library) : bytes_(kMagic) {
  RecordWriter record(bytes_, Opcode::kHeader);
  record.text(std::string_view());  // profile
  record.text(library);
}

void Writer::metadata(std::string_view name, const Text& content) {
  const std::size_t begin = bytes_.size();
  {
    RecordWriter record(bytes_, Opcode::kMetadata);
    record.text(name);
    record.text(content);
  }
  metadata_.emplace_back(name, Extent{begin, bytes_.size() - begin});
}

void Writer::channel(std::string_view topic, std::string_view message_encoding, std::string_view schema_name,
                     std::string_view schema_encoding, std::string_view schema) {
  {
    RecordWriter record(schema_, Opcode::kSchema);
    record.number(kNumber);
    record.text(schema_name);
    record.text(schema_encoding);
    record.text(schema);
  }
  {
    RecordWriter record(channel_, Opcode::kChannel);
    record.number(kNumber, kNumber);  // the channel's, the schema's
    record.text(topic);
    record.text(message_encoding);
    record.text(Text());
  }
  bytes_ += schema_;
  bytes_ += channel_;
}

void Writer::message(std::uint32_t sequence, std::uint64_t time, std::string_view data) {
  if (data.size() > kLongestChunk - 2 * kChunkSize) {
    throw RecordingError("a message of " + std::to_string(data.size()) + " bytes is too long");
  }
  chunk_time_.include(time, placed_.empty());
  time_.include(time, messages_ == 0);
  placed_.emplace_back(time, chunk_.size());
  {
    RecordWriter record(chunk_, Opcode::kMessage);
    record.number(kNumber, sequence, time, time);  // logged and published
    record.bytes(data);
  }
  ++messages_;
  if (chunk_.size() >= kChunkSize) close_chunk();
}

void Writer::close_chunk() {
  if (placed_.empty()) return;
  Chunk chunk{.time = chunk_time_, .place = {bytes_.size(), 0}, .index = {}, .uncompressed = chunk_.size()};
  const std::string packed = compressed(chunk_);
  chunk.compressed = packed.size();
  {
    RecordWriter record(bytes_, Opcode::kChunk);
    record.number(chunk.time.first, chunk.time.last, chunk.uncompressed, crc32(chunk_));
    record.text(kZstd);
    record.number(chunk.compressed);
    record.bytes(packed);
  }
  chunk.place.size = bytes_.size() - chunk.place.begin;
  chunk.index.begin = bytes_.size();
  {
    RecordWriter record(bytes_, Opcode::kMessageIndex);
    record.number(kNumber, static_cast<std::uint32_t>(placed_.size() * 2 * sizeof(std::uint64_t)));
    for (const auto& [time, offset] : placed_) record.number(time, offset);
  }
  chunk.index.size = bytes_.size() - chunk.index.begin;
  chunks_.push_back(chunk);
  chunk_.clear();
  placed_.clear();
}

std::string Writer::end() {
  close_chunk();
  {
    RecordWriter record(bytes_, Opcode::kDataEnd);
    record.number(std::uint32_t{0});  // no checksum
  }
  summary();
  return std::move(bytes_ += kMagic);
}

/// All that a reader needs to find its way, and the footer, which tells where it is.
void Writer::summary() {
  const std::size_t begin = bytes_.size();
  std::vector<std::pair<Opcode, Extent>> groups;
  const auto group = [&](Opcode opcode, const auto& write) {
    const std::size_t from = bytes_.size();
    write();
    if (bytes_.size() > from) groups.emplace_back(opcode, Extent{from, bytes_.size() - from});
  };
  group(Opcode::kSchema, [&] { bytes_ += schema_; });
  group(Opcode::kChannel, [&] { bytes_ += channel_; });
  group(Opcode::kStatistics, [&] {
    RecordWriter record(bytes_, Opcode::kStatistics);
    const auto count = [](std::size_t number) { return static_cast<std::uint32_t>(number); };
    const std::uint16_t described = channel_.empty() ? 0 : 1;
    record.number(messages_, described, std::uint32_t{described}, std::uint32_t{0});  // schemas, channels, attachments
    record.number(count(metadata_.size()), count(chunks_.size()), time_.first, time_.last);
    record.of_channel(messages_);
  });
  group(Opcode::kChunkIndex, [&] {
    for (const Chunk& chunk : chunks_) {
      RecordWriter record(bytes_, Opcode::kChunkIndex);
      record.number(chunk.time.first, chunk.time.last, chunk.place.begin, chunk.place.size);
      record.of_channel(chunk.index.begin);
      record.number(chunk.index.size);
      record.text(kZstd);
      record.number(chunk.compressed, chunk.uncompressed);
    }
  });
  group(Opcode::kMetadataIndex, [&] {
    for (const auto& [name, place] : metadata_) {
      RecordWriter record(bytes_, Opcode::kMetadataIndex);
      record.number(place.begin, place.size);
      record.text(name);
    }
  });
  const std::uint64_t offsets = bytes_.size();
  for (const auto& [opcode, place] : groups) {
    RecordWriter record(bytes_, Opcode::kSummaryOffset);
    record.number(static_cast<std::uint8_t>(opcode), place.begin, place.size);
  }
  {
    RecordWriter record(bytes_, Opcode::kFooter);
    record.number(std::uint64_t{begin}, offsets, std::uint32_t{0});
  }
  // The checksum covers the footer too, but for itself.
  const std::size_t end = bytes_.size() - sizeof(std::uint32_t);
  const std::uint32_t checksum = crc32(std::string_view(bytes_).substr(begin, end - begin));
  std::memcpy(bytes_.data() + end, &checksum, sizeof(checksum));
}

}  // namespace ripen::mcap
