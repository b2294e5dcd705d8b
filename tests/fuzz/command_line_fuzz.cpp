// The cube solver's command line, an argument a line: refused with a message, or options without a problem.

#include <cstdint>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "check.hpp"
#include "cube_solver/options.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream text(std::string(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> lines{"cube_solver"};
  for (std::string line; std::getline(text, line) && lines.size() < 100;) lines.push_back(line.c_str());
  std::vector<const char*> arguments;
  for (const std::string& line : lines) arguments.push_back(line.c_str());

  std::ostringstream out, errors;
  std::streambuf* const cout = std::cout.rdbuf(out.rdbuf());
  std::streambuf* const cerr = std::cerr.rdbuf(errors.rdbuf());
  ripen::cube::Options options;
  const auto code = ripen::cube::parse(static_cast<int>(arguments.size()), arguments.data(), options);
  std::cout.rdbuf(cout);
  std::cerr.rdbuf(cerr);
  FUZZ_CHECK(!code || *code == 0 || *code == 2);
  if (code == 2) FUZZ_CHECK(!errors.str().empty());
  if (!code) FUZZ_CHECK(options.validate().empty());
  return 0;
}
