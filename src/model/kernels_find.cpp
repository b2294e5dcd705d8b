#if defined(__AARCH64EL__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include <cstring>

#include "model/kernels.hpp"

namespace ripen::kernels {

const Kernels* find(const char* name, [[maybe_unused]] int columns) {
  const auto wanted = [name](const char* each) { return *name == '\0' || std::strcmp(name, each) == 0; };
#if defined(__x86_64__)
  const bool avx512f = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("fma");
  const bool wide = avx512f && columns % avx512().panel == 0;
  if (wanted("avx512vnni") && wide && __builtin_cpu_supports("avx512vnni")) return &avx512vnni();
  if (wanted("avx512") && wide) return &avx512();
  if (wanted("avx2") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &avx2();
  if (wanted("sse2")) return &sse2();
#elif defined(__AARCH64EL__)
  if (wanted("neondot") && (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0) return &neondot();
  if (wanted("neon")) return &neon();
#endif
  return wanted("portable") ? &portable() : nullptr;
}

}  // namespace ripen::kernels
