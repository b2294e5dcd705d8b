namespace ripen::kernels {
namespace {
constexpr int kLanes = 4;    // floats in a register
constexpr int kVectors = 2;  // registers across a panel
constexpr int kRows = 4;     // rows whose sums fit the register file
constexpr int kAtOnce = 1;   // inputs of a row in a register: each is fetched to all lanes
}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_body.hpp"

namespace ripen::kernels {
namespace {

// Not every processor adds up products of bytes, but each of these fits 16 bits. Of four inputs the first and third go
// together, as the second and fourth do: shifts, which every processor has in vectors, take them apart.
using Shorts = short __attribute__((vector_size(2 * kLanes * sizeof(short))));
struct Held {
  Shorts low, high;
};
using Code = unsigned char;
constexpr int kZero = 0, kGroup = 4, kStep = 4, kHeld = 4;

inline Held hold(const Code* codes) {
  int four;
  __builtin_memcpy(&four, codes, sizeof(four));
  constexpr int kLow = 0x00FF00FF;
  return {Shorts(Ints{} + (four & kLow)), Shorts(Ints{} + ((four >> 8) & kLow))};
}

template <int>
inline Ints multiply_add(Ints sums, const Held& codes, const signed char* weights) {
  Shorts four;
  __builtin_memcpy(&four, weights, sizeof(four));
  const Ints low = Ints(codes.low * ((four << 8) >> 8)), high = Ints(codes.high * (four >> 8));
  return sums + (low >> 16) + ((low << 16) >> 16) + (high >> 16) + ((high << 16) >> 16);
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
