// Products in 8 bits, included once in each kernels_*.cpp after kernels_body.hpp and
//   Code, kGroup                             an activation, and how many of them one instruction takes
//   Sums, kExact                             where products add up, and of how many inputs without rounding
//   multiply_add(sums, Code*, signed char*)  sums[lane] += the group's codes * the lane's weights

#include "model/kernels.hpp"

namespace ripen::kernels {
namespace {

using Codes = Code __attribute__((vector_size(kLanes * sizeof(Code))));

/// Multiplying by twice the scale, cutting off and halving rounds without a sum that one compiler would contract into
/// a fused product and another not.
inline Codes encode(Vector above_low, float twice) {
  return __builtin_convertvector((__builtin_convertvector(above_low * twice, Ints) + 1) >> 1, Codes);
}

void quantize(const float* x, int rows, int inputs, void* codes, RowScale* scales) {
  constexpr float kTiniest = 1e-30F;  // A row of one value has no steps.
  auto* out = static_cast<Code*>(codes);
  for (; rows > 0; --rows, x += inputs, out += inputs, ++scales) {
    Vector lows = load(x), highs = lows;
    for (int i = kLanes; i < inputs; i += kLanes) {
      const Vector value = load(x + i);
      lows = value < lows ? value : lows;
      highs = value > highs ? value : highs;
    }
    float low = lows[0], high = highs[0];
    for (int i = 1; i < kLanes; ++i) {
      low = lows[i] < low ? lows[i] : low;
      high = highs[i] > high ? highs[i] : high;
    }
    const float range = high - low;
    const float twice = range > kTiniest ? 510.0F / range : 0.0F;
    *scales = {low, range / 255.0F};
    for (int i = 0; i < inputs; i += kLanes) {
      const Codes row = encode(load(x + i) - low, twice);
      __builtin_memcpy(out + i, &row, sizeof(row));
    }
  }
}

template <int R>
void tile_int8(const Code* x, const RowScale* rows, const Int8Layer& layer, int panel, float* y, int stride,
               bool rectify, bool accumulate) {
  const signed char* packed = layer.packed + static_cast<long>(panel) * layer.inputs * kPanel;
  Ints whole[static_cast<unsigned>(R)][kVectors] = {};
  for (int k = 0; k < layer.inputs;) {
    const int end = layer.inputs - k > kExact ? k + kExact : layer.inputs;
    Sums sums[static_cast<unsigned>(R)][kVectors] = {};
    for (; k < end; k += kGroup, packed += kGroup * kPanel) {
      for (int v = 0; v < kVectors; ++v) {
        for (int r = 0; r < R; ++r) {
          sums[r][v] = multiply_add(sums[r][v], x + r * layer.inputs + k, packed + v * kLanes * kGroup);
        }
      }
    }
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < kVectors; ++v) whole[r][v] += __builtin_convertvector(sums[r][v], Ints);
    }
  }
  for (int v = 0; v < kVectors; ++v) {
    const int column = panel * kPanel + v * kLanes;
    for (int r = 0; r < R; ++r) {
      float* at = y + r * stride + column;
      Vector sum = load(layer.bias + column) + rows[r].low * load(layer.sums + column) +
                   __builtin_convertvector(whole[r][v], Vector) * (rows[r].step * load(layer.scales + column));
      if (rectify) sum = sum > 0.0F ? sum : Vector{};
      store(at, accumulate ? load(at) + sum : sum);
    }
  }
}

void linear_int8(const void* codes, const RowScale* scales, int rows, const Int8Layer& layer, float* y, bool rectify,
                 bool accumulate) {
  const int stride = layer.panels * kPanel;
  for (int p = 0; p < layer.panels; ++p) {  // A panel stays in the cache for all rows.
    in_tiles(rows, [&]<int R>(int first) {
      tile_int8<R>(static_cast<const Code*>(codes) + static_cast<long>(first) * layer.inputs, scales + first, layer, p,
                   y + static_cast<long>(first) * stride, stride, rectify, accumulate);
    });
  }
}

constexpr Kernels table(const char* name) {
  return {name,       kPanel,     kGroup,      static_cast<int>(sizeof(Code)),
          linear,     quantize,   linear_int8, normalize,
          sum_rows,   blend_rows, attend,      attend_cached,
          attend_half};
}

}  // namespace
}  // namespace ripen::kernels
