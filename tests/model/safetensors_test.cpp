#include "model/safetensors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "ripen/error.hpp"

namespace ripen {
namespace {

using ::testing::HasSubstr;

std::string file_of(const std::string& header, const std::string& data) {
  const std::uint64_t size = header.size();
  std::string bytes(sizeof(size), '\0');
  std::memcpy(bytes.data(), &size, sizeof(size));
  return bytes + header + data;
}

/// What reading says; empty if it works.
std::string complaint(const std::string& bytes) {
  try {
    (void)Safetensors::parse(bytes);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::string tensor(const std::string& name, const std::string& type, const std::string& shape,
                   const std::string& offsets) {
  return '"' + name + R"(":{"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + '}';
}

TEST(Safetensors, ReadsWhatTheFormatAllows) {
  const std::string data = "abcdefghij";
  const std::string header = " " + tensor("b", "F16", "[2,1]", "[0,4]") + ", " + tensor("a", "F32", "[]", "[4,8]") +
                             "," + tensor("none", "F16", "[0,7]", "[8,8]") + "," + tensor("c", "F16", "[1]", "[8,10]") +
                             R"(,"__metadata__":{"k":"v"}})";
  const std::string bytes = file_of("{" + header + "   ", data);
  const Safetensors file = Safetensors::parse(bytes);
  EXPECT_EQ(file.data, data);
  EXPECT_EQ(file.tensors.size(), 4U);
  EXPECT_EQ(file.tensors.at("b").begin, 0U);
  EXPECT_EQ(file.tensors.at("a").type, "F32");
  EXPECT_EQ(file.metadata.at("k"), "v");
  EXPECT_EQ(complaint(file_of("{}", "")), "");
  const std::string written = file.to_bytes();
  const Safetensors again = Safetensors::parse(written);
  EXPECT_EQ(again.hash(), file.hash());
  EXPECT_EQ(again.to_bytes(), written);
}

struct Refused {
  std::string header, data, says;
};

void PrintTo(const Refused& refused, std::ostream* out) {
  *out << refused.header << " before '" << refused.data << "'";
}

class SafetensorsRefuse : public ::testing::TestWithParam<Refused> {};

TEST_P(SafetensorsRefuse, AsTheReferenceDoes) {
  const auto& [header, data, says] = GetParam();
  EXPECT_THAT(complaint(file_of(header, data)), HasSubstr(says));
}

const std::string kA = tensor("a", "F16", "[2]", "[0,4]");

INSTANTIATE_TEST_SUITE_P(
    Files, SafetensorsRefuse,
    ::testing::Values(
        Refused{"", "", "begin with '{'"}, Refused{"[]", "", "begin with '{'"}, Refused{" {}", "", "begin with '{'"},
        Refused{"\xEF\xBB\xBF{}", "", "begin with '{'"}, Refused{"{}{}", "", "parse error"},
        Refused{"{} //", "", "parse error"}, Refused{std::string("{}\0", 3), "", "zero byte"},
        Refused{"{\"\xC3(\":1}", "", "UTF-8"}, Refused{"{" + kA + "," + kA + "}", "abcd", "\"a\" is there twice"},
        Refused{R"({"a":{"dtype":"F16","dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "abcd", "twice"},
        Refused{R"({"__metadata__":{"k":"1","k":"2"}})", "", "\"k\" is there twice"},
        Refused{R"({"__metadata__":{},"__metadata__":{}})", "", "twice"},
        Refused{R"({"__metadata__":[]})", "", "no object"}, Refused{R"({"__metadata__":{"k":1}})", "", "is 1, no text"},
        Refused{"{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}", "", "nested deeper"},
        Refused{R"({"a":1})", "", "'a.dtype' is missing"},
        Refused{"{" + tensor("a", "I8", "[4]", "[0,4]") + "}", "abcd", "neither F16 nor F32"},
        Refused{"{" + tensor("a", "F16", "[-2]", "[0,4]") + "}", "abcd", "shape' is -2"},
        Refused{"{" + tensor("a", "F16", "[2.0]", "[0,4]") + "}", "abcd", "shape' is 2.0"},
        Refused{"{" + tensor("a", "F16", "[2]", "[0,4,8]") + "}", "abcd", "3 values"},
        Refused{"{" + tensor("a", "F16", "[2]", "[4,0]") + "}", "abcd", "no range"},
        Refused{"{" + kA + "}", "abc", "outside the 3 bytes"},
        Refused{"{" + kA + "}", "abcde", "last 1 bytes of data belong to no tensor"}, Refused{"{}", "a", "no tensor"},
        Refused{"{" + tensor("a", "F16", "[2]", "[2,6]") + "}", "abcdef", "leave the bytes from 0 on to no tensor"},
        Refused{"{" + kA + "," + tensor("b", "F16", "[1]", "[6,8]") + "}", "abcdefgh", "leave the bytes from 4"},
        Refused{"{" + kA + "," + tensor("b", "F16", "[2]", "[0,4]") + "}", "abcd", "overlap those of 'a'"},
        Refused{"{" + kA + "," + tensor("b", "F16", "[2]", "[2,6]") + "}", "abcdef", "overlap those of 'a'"},
        Refused{"{" + tensor("a", "F16", "[3]", "[0,4]") + "}", "abcd", "not the 6 bytes"},
        Refused{"{" + tensor("a", "F32", "[2]", "[0,4]") + "}", "abcd", "not the 8 bytes"},
        Refused{"{" + tensor("a", "F16", "[4294967296,4294967298]", "[0,4]") + "}", "abcd", "beyond 64 bits"}));

TEST(Safetensors, RefusesAHeaderThatIsTooLongOrNotThere) {
  EXPECT_THAT(complaint("1234567"), HasSubstr("too short"));
  EXPECT_THAT(complaint(file_of("{}", "").substr(0, 9)), HasSubstr("header size 2"));
  EXPECT_THAT(complaint(std::string(8, '\xFF') + "{}"), HasSubstr("header size 18446744073709551615"));
  EXPECT_THAT(complaint(file_of("{}" + std::string(1 << 20, ' '), "")), HasSubstr("header size 1048578"));
}

}  // namespace
}  // namespace ripen
