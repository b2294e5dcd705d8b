namespace ripen {
namespace {
constexpr int kLanes = 4;  // floats in a register
}
}  // namespace ripen

#include "plan/softmax_body.hpp"

namespace ripen::softmax_kernels {

const SoftmaxKernels& portable() noexcept {
  static constexpr SoftmaxKernels kTable = table("portable");
  return kTable;
}

}  // namespace ripen::softmax_kernels
