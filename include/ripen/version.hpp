#pragma once
// Which ripen this is.

namespace ripen {

/// Of the library that is linked: "0.2.0".
[[nodiscard]] const char* version() noexcept;

}  // namespace ripen
