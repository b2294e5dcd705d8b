#pragma once
// What the library throws, always before the loop starts.

#include <stdexcept>

#include "ripen/export.hpp"

namespace ripen {

/// Every exception of the library. what() names the subject, the field and the value.
class RIPEN_EXPORT Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A model or a token layout: unreadable, inconsistent, or not fit for what is asked of it.
class RIPEN_EXPORT ModelError : public Error {
 public:
  using Error::Error;
};

/// Options or arguments that cannot work; lists every problem, one a line.
class RIPEN_EXPORT OptionsError : public Error {
 public:
  using Error::Error;
};

/// What the operating system refused: scheduling, memory, threads.
class RIPEN_EXPORT RealTimeError : public Error {
 public:
  using Error::Error;
};

/// A recording or a trace: unreadable, or not to be written.
class RIPEN_EXPORT RecordingError : public Error {
 public:
  using Error::Error;
};

}  // namespace ripen
