#pragma once
// The arithmetic of a pass, compiled once for each instruction set and chosen at run time.

namespace ripen::kernels {

/// How a row of activations became codes: value = low + step * code, code in 0 ... 255.
struct RowScale {
  float low, step;
};

/// A linear layer in 8 bits: weight = scales[output] * packed. Everything is padded to whole panels.
struct Int8Layer {
  const signed char* packed;  ///< [panels][inputs / group][panel][group], -127 ... 127
  const float* scales;        ///< [outputs]
  const int* sums;            ///< [outputs] of what is packed, which a row's `low` is multiplied by
  const float* bias;          ///< [outputs]
  int inputs, panels;         ///< inputs: a multiple of 16
};

/// A table of functions; rows are positions, row-major everywhere. All real-time safe.
struct Kernels {
  const char* name;
  int panel;       ///< columns of a packed weight panel
  int group;       ///< inputs that lie beside each other in an 8-bit panel
  int code_bytes;  ///< of an activation in 8 bits, as the products read it
  int zero;        ///< what is subtracted from a code that is stored: 128 where products take signed bytes

  /// y[rows][outputs rounded up to panel] (+)= x[rows][inputs] * packed + bias. packed: [panels][inputs][panel];
  /// bias: padded to whole panels; inputs: a multiple of 16.
  void (*linear)(const float* x, int rows, int inputs, const float* packed, const float* bias, int panels, float* y,
                 bool rectify, bool accumulate);
  /// Each row in 256 even steps from its least to its greatest value. Every instruction set makes the same codes.
  void (*quantize)(const float* x, int rows, int inputs, void* codes, RowScale* scales);
  /// As `linear`, of quantised rows. The sums of products are exact, so every instruction set has the same.
  void (*linear_int8)(const void* codes, const RowScale* rows_scales, int rows, const Int8Layer& layer, float* y,
                      bool rectify, bool accumulate);
  /// y = (x - mean) / sqrt(variance + 1e-5), a row at a time; the affine part is folded into the next weights.
  void (*normalize)(const float* x, int rows, int width, float* y);
  /// out[width] = start[width] + the sum of `count` rows of the table.
  void (*sum_rows)(const float* table, const int* rows, int count, const float* start, int width, float* out);
  /// The same, each row times its weight; a weight of 1 adds the row as it is.
  void (*blend_rows)(const float* table, const int* rows, const float* weights, int count, const float* start,
                     int width, float* out);
  /// Softmax attention inside one window. qkv: [steps][3][heads][size]; out: [steps][heads][size]; scores: [steps].
  void (*attend)(const float* qkv, int steps, int heads, int size, float* scores, float* out);
  /// Softmax attention of one query over `count` positions that a cache holds of a head. query, out: [size], a multiple
  /// of 16; keys: [blocks][size][kBlock], a block of positions beside each other; values: [positions][size]. Both are
  /// read, and must be finite, to the end of the last block. scores: [count, rounded up to whole blocks].
  void (*attend_cached)(const float* query, const float* keys, const float* values, int count, int size, float* scores,
                        float* out);
  /// The same of a cache in bfloat16, the upper halves of float32.
  void (*attend_half)(const float* query, const unsigned short* keys, const unsigned short* values, int count, int size,
                      float* scores, float* out);
};

/// Positions whose keys lie beside each other in a cache.
inline constexpr int kBlock = 16;

[[nodiscard]] const Kernels& portable();
#if defined(__x86_64__)
[[nodiscard]] const Kernels& sse2();
[[nodiscard]] const Kernels& avx2();
[[nodiscard]] const Kernels& avx512();
[[nodiscard]] const Kernels& avx512vnni();
#elif defined(__AARCH64EL__)
[[nodiscard]] const Kernels& neon();
[[nodiscard]] const Kernels& neondot();
#endif

/// The kernels of a name that this processor can run, or nullptr; the best for an empty name. Their panels divide
/// `columns`, a multiple of 16: layers that read what another wrote need it without gaps.
[[nodiscard]] const Kernels* find(const char* name, int columns = 64);

}  // namespace ripen::kernels
