#pragma once
// A hash for telling files and layouts apart; not against anybody who wants them to collide.

#include <cstdint>
#include <string_view>

namespace ripen {

/// FNV-1a, 64 bits (Fowler, Noll and Vo). `hash` is that of what comes before these bytes.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view bytes,
                                            std::uint64_t hash = 14695981039346656037ULL) noexcept {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace ripen
