#include <bit>

namespace ripen::kernels {
namespace {
constexpr int kLanes = 4;    // floats in a register
constexpr int kVectors = 2;  // registers across a panel
constexpr int kRows = 4;     // rows whose sums fit the register file
}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_body.hpp"

namespace ripen::kernels {
namespace {

// Not every processor multiplies whole numbers in vectors, and none does faster than these.
using Code = float;
using Sums = Vector;
constexpr int kGroup = 4;
constexpr int kExact = 512;  // 512 * 255 * 127 < 2^24

// Four weights are a whole number of 32 bits; shifts, which every processor has in vectors, take it apart.
inline Sums multiply_add(Sums sums, const Code* codes, const signed char* weights) {
  Ints four;
  __builtin_memcpy(&four, weights, sizeof(four));
  for (int i = 0; i < kGroup; ++i) {
    const int above = 8 * (std::endian::native == std::endian::little ? kGroup - 1 - i : i);
    sums += codes[i] * __builtin_convertvector((four << above) >> 24, Vector);
  }
  return sums;
}

}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_int8_body.hpp"

namespace ripen::kernels {

const Kernels& portable() {
  static constexpr Kernels kTable = table("portable");
  return kTable;
}

}  // namespace ripen::kernels
