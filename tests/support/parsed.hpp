#pragma once
// What a program's parse() makes of a command line.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace ripen::test {

template <typename Options>
struct Parsed {
  std::optional<int> exit_code;
  Options options;
  std::string errors;
};

/// arguments: the program's name first. parse: int, const char* const*, Options& -> exit code or none.
template <typename Options, typename Parse>
Parsed<Options> parsed(const Parse& parse, const std::vector<const char*>& arguments) {
  Parsed<Options> result;
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  result.exit_code = parse(static_cast<int>(arguments.size()), arguments.data(), result.options);
  result.errors = testing::internal::GetCapturedStderr();
  testing::internal::GetCapturedStdout();
  return result;
}

}  // namespace ripen::test
