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

using Code = short;
constexpr int kGroup = 1;

inline Ints multiply_add(Ints sums, const Code* codes, const signed char* weights) {
  signed char row __attribute__((vector_size(kLanes)));
  __builtin_memcpy(&row, weights, sizeof(row));
  return sums + *codes * __builtin_convertvector(row, Ints);
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
