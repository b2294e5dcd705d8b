#pragma once
// One teacher for all tests of the process: its tables take half a minute.

#include "cube_solver/teacher/teacher.hpp"

namespace ripen::cube {

inline const Teacher& teacher() {
  static const Teacher shared;
  return shared;
}

}  // namespace ripen::cube
