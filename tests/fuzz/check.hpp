#pragma once
// For fuzz targets.

#include <cstdio>
#include <cstdlib>

/// Ends the program if the condition does not hold, in every build.
#define FUZZ_CHECK(condition)                                              \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                        \
    }                                                                      \
  } while (false)
