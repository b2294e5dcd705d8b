#pragma once
// Which ripen this is.

#include "ripen/export.hpp"

namespace ripen {

/// Of the library that is linked: "0.3.0".
[[nodiscard]] RIPEN_EXPORT const char* version() noexcept;

}  // namespace ripen
