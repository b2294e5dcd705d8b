namespace ripen::kernels {
namespace {
constexpr int kLanes = 4;    // floats in a register
constexpr int kVectors = 2;  // registers across a panel
constexpr int kRows = 4;     // rows whose sums fit the register file
}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_body.hpp"

namespace ripen::kernels {

const Kernels& portable() {
  static constexpr Kernels kTable = table("portable");
  return kTable;
}

}  // namespace ripen::kernels
