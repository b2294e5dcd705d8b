#pragma once
// The arithmetic of a pass, compiled once for each instruction set and chosen at run time.

namespace ripen::kernels {

/// A table of functions; rows are positions, row-major everywhere. All real-time safe.
struct Kernels {
  const char* name;
  int panel;  ///< columns of a packed weight panel

  /// y[rows][outputs rounded up to panel] (+)= x[rows][inputs] * packed + bias. packed: [panels][inputs][panel];
  /// bias: padded to whole panels.
  void (*linear)(const float* x, int rows, int inputs, const float* packed, const float* bias, int panels, float* y,
                 bool rectify, bool accumulate);
  /// y = (x - mean) / sqrt(variance + 1e-5), a row at a time; the affine part is folded into the next weights.
  void (*normalize)(const float* x, int rows, int width, float* y);
  /// out[width] = start[width] + the sum of `count` rows of the table.
  void (*sum_rows)(const float* table, const int* rows, int count, const float* start, int width, float* out);
  /// Softmax attention inside one window. qkv: [steps][3][heads][size]; out: [steps][heads][size]; scores: [steps].
  void (*attend)(const float* qkv, int steps, int heads, int size, float* scores, float* out);
};

[[nodiscard]] const Kernels& portable();
#if defined(__x86_64__)
[[nodiscard]] const Kernels& avx2();
[[nodiscard]] const Kernels& avx512();
#endif

}  // namespace ripen::kernels
