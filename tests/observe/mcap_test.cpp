// The file format beneath a recording, against its specification.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "observe/mcap_reader.hpp"
#include "observe/mcap_writer.hpp"
#include "ripen/error.hpp"

namespace ripen::mcap {
namespace {

using ::testing::HasSubstr;

template <typename... Numbers>
std::string bytes_of(Numbers... values) {
  std::string bytes;
  (bytes.append(reinterpret_cast<const char*>(&values), sizeof(values)), ...);
  return bytes;
}

std::string text_of(std::string_view text) {
  return bytes_of(static_cast<std::uint32_t>(text.size())) + std::string(text);
}

std::string record_of(Opcode opcode, const std::string& content) {
  return bytes_of(opcode, std::uint64_t{content.size()}) + content;
}

/// A file with this between magic and footer.
std::string file_of(const std::string& records) {
  const std::string footer = record_of(Opcode::kFooter, std::string(20, '\0'));
  return std::string(kMagic) + records + footer + std::string(kMagic);
}

/// A chunk that claims to be so long.
std::string chunk_of(const std::string& packed, std::uint64_t size, std::string_view compression = "",
                     std::uint32_t checksum = 0) {
  return record_of(Opcode::kChunk, bytes_of(std::uint64_t{0}, std::uint64_t{0}, size, checksum) + text_of(compression) +
                                       bytes_of(std::uint64_t{packed.size()}) + packed);
}

std::string zstd(const std::string& bytes) {
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), 1));
  return packed;
}

std::string message_of(const std::string& data) {
  return record_of(Opcode::kMessage,
                   bytes_of(std::uint16_t{1}, std::uint32_t{0}, std::uint64_t{0}, std::uint64_t{0}) + data);
}

/// The payloads of all messages.
std::vector<std::string> messages_of(const std::string& file) {
  std::vector<std::string> all;
  Reader reader(file);
  for (Record record; reader.next(record);) {
    if (record.opcode == Opcode::kMessage) all.emplace_back(Reader::message(record.content));
  }
  return all;
}

std::string complaint(const std::string& file) {
  try {
    messages_of(file);
    return "";
  } catch (const RecordingError& error) {
    return error.what();
  }
}

/// Three chunks and what was put into them.
struct Written {
  std::vector<std::string> messages;
  std::string file;
};

Written three_chunks() {
  Written written;
  Writer writer("a test");
  writer.metadata("one", {{"a", "b"}});
  writer.metadata("two", {});
  writer.channel("/topic", "json", "name", "jsonschema", "{}");
  for (std::uint32_t i = 0; i < 1000; ++i) {
    written.messages.push_back(std::to_string(i) + std::string(3000, 'x'));
    writer.message(i, 5000 + i * 10, written.messages.back());
  }
  written.file = writer.end();
  return written;
}

TEST(McapTest, WhatIsWrittenIsRead) {
  const Written written = three_chunks();
  EXPECT_EQ(messages_of(written.file), written.messages);
  EXPECT_LT(written.file.size(), 100'000U) << "it is compressed";
  EXPECT_TRUE(messages_of(Writer("").end()).empty());
}

/// What a reader finds at a place in a file.
class At {
 public:
  At(const std::string& file, std::uint64_t place) : file_(file), at_(place) {}
  template <typename Number>
  Number number() {
    Number value{};
    std::memcpy(&value, file_.substr(at_, sizeof(value)).data(), sizeof(value));
    at_ += sizeof(value);
    return value;
  }
  std::string text() {
    const auto size = number<std::uint32_t>();
    at_ += size;
    return file_.substr(at_ - size, size);
  }
  /// Reads a record's prefix; its whole length.
  std::uint64_t begin(Opcode opcode) {
    EXPECT_EQ(number<Opcode>(), opcode);
    return number<std::uint64_t>() + kPrefix;
  }

 private:
  const std::string& file_;
  std::uint64_t at_;
};

TEST(McapTest, TheIndexLeadsToEveryMessage) {
  const Written written = three_chunks();
  const std::string& file = written.file;
  constexpr std::size_t kFooter = 20;
  At footer(file, file.size() - kMagic.size() - kFooter - kPrefix);
  footer.begin(Opcode::kFooter);
  const auto summary = footer.number<std::uint64_t>(), offsets = footer.number<std::uint64_t>();
  const std::size_t end = file.size() - kMagic.size() - sizeof(std::uint32_t);
  EXPECT_EQ(footer.number<std::uint32_t>(), crc32(std::string_view(file).substr(summary, end - summary)));

  std::map<Opcode, std::pair<std::uint64_t, std::uint64_t>> groups;
  for (std::uint64_t place = offsets; place < end - sizeof(std::uint64_t) * 2 - kPrefix;) {
    At record(file, place);
    place += record.begin(Opcode::kSummaryOffset);
    const auto opcode = record.number<Opcode>();
    const auto begin = record.number<std::uint64_t>();
    groups[opcode] = {begin, record.number<std::uint64_t>()};
  }
  ASSERT_EQ(groups.size(), 5U);
  EXPECT_EQ(groups.at(Opcode::kSchema).first, summary);

  At statistics(file, groups.at(Opcode::kStatistics).first);
  statistics.begin(Opcode::kStatistics);
  EXPECT_EQ(statistics.number<std::uint64_t>(), 1000U) << "messages";
  EXPECT_EQ(statistics.number<std::uint16_t>(), 1U) << "schemas";
  EXPECT_EQ(statistics.number<std::uint32_t>(), 1U) << "channels";
  EXPECT_EQ(statistics.number<std::uint32_t>(), 0U) << "attachments";
  EXPECT_EQ(statistics.number<std::uint32_t>(), 2U) << "metadata";
  EXPECT_EQ(statistics.number<std::uint32_t>(), 3U) << "chunks";
  EXPECT_EQ(statistics.number<std::uint64_t>(), 5000U);
  EXPECT_EQ(statistics.number<std::uint64_t>(), 14990U);

  At metadata(file, groups.at(Opcode::kMetadataIndex).first);
  metadata.begin(Opcode::kMetadataIndex);
  At named(file, metadata.number<std::uint64_t>());
  EXPECT_EQ(named.begin(Opcode::kMetadata), metadata.number<std::uint64_t>());
  EXPECT_EQ(named.text(), "one");

  std::size_t next = 0;
  const auto [begin, size] = groups.at(Opcode::kChunkIndex);
  for (std::uint64_t place = begin; place < begin + size;) {
    At index(file, place);
    place += index.begin(Opcode::kChunkIndex);
    const auto first = index.number<std::uint64_t>(), last = index.number<std::uint64_t>();
    At chunk(file, index.number<std::uint64_t>());
    EXPECT_EQ(chunk.begin(Opcode::kChunk), index.number<std::uint64_t>());
    EXPECT_EQ(chunk.number<std::uint64_t>(), first);
    EXPECT_EQ(chunk.number<std::uint64_t>(), last);
    std::string records(chunk.number<std::uint64_t>(), '\0');
    const auto checksum = chunk.number<std::uint32_t>();
    EXPECT_EQ(chunk.text(), "zstd");
    std::string packed(chunk.number<std::uint64_t>(), '\0');
    for (char& c : packed) c = chunk.number<char>();
    ASSERT_EQ(ZSTD_decompress(records.data(), records.size(), packed.data(), packed.size()), records.size());
    EXPECT_EQ(crc32(records), checksum);

    EXPECT_EQ(index.number<std::uint32_t>(), 10U) << "bytes of a map with one entry";
    EXPECT_EQ(index.number<std::uint16_t>(), 1U) << "the channel";
    At places(file, index.number<std::uint64_t>());
    EXPECT_EQ(places.begin(Opcode::kMessageIndex), index.number<std::uint64_t>());
    EXPECT_EQ(index.text(), "zstd");
    EXPECT_EQ(index.number<std::uint64_t>(), packed.size());
    EXPECT_EQ(index.number<std::uint64_t>(), records.size());
    EXPECT_EQ(places.number<std::uint16_t>(), 1U);
    for (auto left = places.number<std::uint32_t>() / 16; left > 0; --left, ++next) {
      const auto time = places.number<std::uint64_t>();
      EXPECT_EQ(time, 5000 + next * 10);
      At message(records, places.number<std::uint64_t>());
      EXPECT_EQ(message.begin(Opcode::kMessage), kPrefix + 22 + written.messages[next].size());
      EXPECT_EQ(message.number<std::uint16_t>(), 1U);
      EXPECT_EQ(message.number<std::uint32_t>(), next);
      EXPECT_EQ(message.number<std::uint64_t>(), time);
    }
  }
  EXPECT_EQ(next, written.messages.size());
}

TEST(McapTest, ChecksumIsTheOneOfZip) { EXPECT_EQ(crc32("123456789"), 0xCBF43926U); }

TEST(McapTest, ReadsChunksThatOthersWrite) {
  const std::string two = message_of("a") + message_of("b");
  const auto expected = testing::ElementsAre("a", "b");
  EXPECT_THAT(messages_of(file_of(two)), expected) << "none at all";
  EXPECT_THAT(messages_of(file_of(chunk_of(two, two.size()))), expected);
  EXPECT_THAT(messages_of(file_of(chunk_of(two, two.size(), "", crc32(two)))), expected);
  EXPECT_THAT(messages_of(file_of(chunk_of(zstd(two), two.size(), "zstd"))), expected);
  EXPECT_THAT(messages_of(file_of(chunk_of("", 0) + chunk_of(zstd(""), 0, "zstd") + two)), expected);
}

TEST(McapTest, WhatIsWrongWithAChunkIsSaid) {
  const std::string one = message_of("a");
  const std::string packed = zstd(one);
  struct Case {
    std::string chunk, why;
  };
  const std::string much(std::size_t{1} << 20, 'x');
  const std::vector<Case> cases = {
      {chunk_of(packed, std::uint64_t{1} << 62, "zstd"), "a chunk of 4611686018427387904 bytes, more than 67108864"},
      {chunk_of(packed, kLongestChunk + 1, "zstd"), "more than 67108864"},
      {chunk_of(packed, kLongestChunk, "zstd"), "bytes, not 67108864"},
      {chunk_of(packed, one.size() - 1, "zstd"), "a chunk's zstd: Destination buffer is too small"},
      {chunk_of(zstd(much), 10, "zstd"), "a chunk's zstd: Destination buffer is too small"},
      {chunk_of(one, one.size(), "zstd"), "a chunk's zstd: Unknown frame descriptor"},
      {chunk_of(packed.substr(0, packed.size() - 1), one.size(), "zstd"), "a chunk's zstd: "},
      {chunk_of(one, one.size() + 1), "a chunk holds 32 bytes, not 33"},
      {chunk_of(one, one.size(), "lz4"), "compression is 'lz4', neither '' nor 'zstd'"},
      {chunk_of(one, one.size(), "", 1), "a chunk's checksum is wrong"},
      {chunk_of(packed, one.size(), "zstd", 1), "a chunk's checksum is wrong"},
      {chunk_of(one.substr(1), one.size() - 1), "a record is longer than what it is in"},
      {chunk_of("short", 5), "a record is cut short"},
      {record_of(Opcode::kChunk, "short"), "a field is longer than its record"}};
  for (const auto& [chunk, why] : cases) {
    const std::string said = complaint(file_of(chunk));
    EXPECT_THAT(said, HasSubstr(why));
    EXPECT_THAT(said, testing::StartsWith("byte 8: ")) << "where the chunk begins";
  }
}

TEST(McapTest, AMessageLongerThanAnyChunkIsRefused) {
  Writer writer("a test");
  EXPECT_THROW(writer.message(0, 0, std::string(kLongestChunk, 'x')), RecordingError);
  writer.message(0, 0, std::string(kLongestChunk / 2, 'x'));
  EXPECT_EQ(messages_of(writer.end()).size(), 1U);
}

}  // namespace
}  // namespace ripen::mcap
