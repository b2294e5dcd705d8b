#pragma once
// Start states by their seeds, as the published evaluation draws them.

#include <cstdint>

#include "push_t/world.hpp"

namespace ripen::push_t {

inline constexpr std::uint32_t kPublishedSeed = 100000;  ///< of the first published start state; never to be tuned on
inline constexpr int kPublishedStarts = 50;
inline constexpr std::uint32_t kFreshSeed = 300000;  ///< first of those that nothing was ever chosen on

/// What goes into World::reset(): the numbers that NumPy's RandomState(seed) gives as randint(50, 450) twice,
/// randint(100, 400) twice and 2 pi randn() - pi.
[[nodiscard]] State start_of(std::uint32_t seed);

}  // namespace ripen::push_t
