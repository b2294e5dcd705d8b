// Products of pairs of 16 bits, included in kernels_*.cpp after kernels_body.hpp: activations as one instruction takes
// them that multiplies pairs and adds the two products.

namespace ripen::kernels {
namespace {

using Code = short;
using Held = Ints;  // the same pair in every lane
constexpr int kZero = 0, kGroup = 2, kStep = 2, kHeld = 2;

inline Held hold(const Code* codes) {
  int pair;
  __builtin_memcpy(&pair, codes, sizeof(pair));
  return Ints{} + pair;
}

}  // namespace
}  // namespace ripen::kernels
