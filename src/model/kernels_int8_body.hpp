// Products in 8 bits, included once in each kernels_*.cpp after kernels_body.hpp and
//   Code, kZero           a stored activation, which is the code less kZero
//   kGroup                inputs that lie beside each other in packed weights
//   Held, kHeld, hold     codes of a row in a register, of how many inputs, and where they come from
//   kStep, multiply_add   inputs that multiply_add<S>(sums, held, weights) takes, of which it is the S-th step of what
//   is
//                         held: sums[lane] += these codes * the lane's weights

#include "model/kernels.hpp"

namespace ripen::kernels {
namespace {

/// Multiplying by twice the scale, cutting off and halving rounds without a sum that one compiler would contract into
/// a fused product and another not. Plain numbers: compilers pack what they make vectors of themselves.
inline void encode(const float* __restrict x, int inputs, float low, float twice, Code* __restrict codes) {
  for (int i = 0; i < inputs; ++i) {
    codes[i] = static_cast<Code>(((static_cast<int>((x[i] - low) * twice) + 1) >> 1) - kZero);
  }
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
    encode(x, inputs, low, twice, out);
  }
}

template <int R>
void tile_int8(const Code* x, const RowScale* rows, const Int8Layer& layer, int panel, float* y, int stride,
               bool rectify, bool accumulate) {
  const signed char* packed = layer.packed + static_cast<long>(panel) * layer.inputs * kPanel;
  Ints sums[static_cast<unsigned>(R)][kVectors] = {};
  for (int k = 0; k < layer.inputs; k += kHeld) {
    Held held[static_cast<unsigned>(R)];
    for (int r = 0; r < R; ++r) held[r] = hold(x + r * layer.inputs + k);
    in_turn<0, kHeld / kStep>([&]<int S>() {
      for (int v = 0; v < kVectors; ++v) {
        for (int r = 0; r < R; ++r) {
          sums[r][v] = multiply_add<S>(sums[r][v], held[r], packed + v * kLanes * kGroup);
        }
      }
      packed += kStep * kPanel;
    });
  }
  for (int v = 0; v < kVectors; ++v) {
    const int column = panel * kPanel + v * kLanes;
    Ints of_weights;
    __builtin_memcpy(&of_weights, layer.sums + column, sizeof(of_weights));
    const Vector bias = load(layer.bias + column), scale = load(layer.scales + column);
    const Vector of_low = scale * __builtin_convertvector(of_weights, Vector);
    for (int r = 0; r < R; ++r) {
      float* at = y + r * stride + column;
      const Ints whole = sums[r][v] + kZero * of_weights;
      Vector sum = bias + rows[r].low * of_low + __builtin_convertvector(whole, Vector) * (rows[r].step * scale);
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
  return {name,          kPanel,     kGroup,     static_cast<int>(sizeof(Code)),
          kZero,         linear,     quantize,   linear_int8,
          normalize,     sum_rows,   blend_rows, attend,
          attend_cached, attend_half};
}

}  // namespace
}  // namespace ripen::kernels
