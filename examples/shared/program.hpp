#pragma once
// The shape of every program: parse, check, run, report.

#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>

#include "shared/interrupt.hpp"
#include "shared/parse.hpp"

namespace ripen::examples {

/// What main() returns: what `run(argc, argv)` returns, or kBadInput after "program: message" on standard error if it
/// throws. Programs have no other way to fail: a file that cannot be read or written is wrong input, too. A program
/// that was interrupted (interrupt.hpp) ends by its signal, and in silence by SIGPIPE.
template <typename Run>
[[nodiscard]] int run_program(int argc, char** argv, const Run& run) {
  int status = kBadInput;
  try {
    status = run(argc, argv);
  } catch (const std::exception& error) {
    if (interrupt_of_program != SIGPIPE) {  // That nobody reads the output is not worth a word.
      std::fprintf(stderr, "%s: %s\n", std::filesystem::path(argv[0]).filename().c_str(), error.what());
    }
  }
  std::cout.flush();
  std::fflush(nullptr);
  end_if_interrupted();
  return status;
}

}  // namespace ripen::examples
