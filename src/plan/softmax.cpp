#include "plan/softmax.hpp"

#include <cstring>

namespace ripen {

namespace softmax_kernels {
const SoftmaxKernels& portable() noexcept;
#if defined(__x86_64__)
const SoftmaxKernels& avx2() noexcept;
const SoftmaxKernels& avx512() noexcept;
#endif
}  // namespace softmax_kernels

const SoftmaxKernels* SoftmaxKernels::find(const char* name) noexcept {
  const auto wanted = [name](const char* each) { return *name == '\0' || std::strcmp(name, each) == 0; };
#if defined(__x86_64__)
  if (wanted("avx512") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
    return &softmax_kernels::avx512();
  if (wanted("avx2") && __builtin_cpu_supports("avx2")) return &softmax_kernels::avx2();
#endif
  return wanted("portable") ? &softmax_kernels::portable() : nullptr;
}

const SoftmaxKernels& SoftmaxKernels::best() noexcept {
  static const SoftmaxKernels& best_here = *find("");
  return best_here;
}

}  // namespace ripen
