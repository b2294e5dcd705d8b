#pragma once
// What the library is to who links it: its version, and what a shared one shows. All else in that is hidden.

/// Goes before every class and function of the public headers that is not all inline.
#define RIPEN_EXPORT __attribute__((visibility("default")))

namespace ripen {

/// Of the library that is linked: "0.3.0".
[[nodiscard]] RIPEN_EXPORT const char* version() noexcept;

}  // namespace ripen
