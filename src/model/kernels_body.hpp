// The kernels' one source, included once in each kernels_*.cpp after kLanes, kVectors, kRows and kAtOnce are defined.
// Everything is in an anonymous namespace and nothing inline from the standard library is used: the linker must not
// take one instruction set's copy for another's.

#include <cmath>

#include "model/kernels.hpp"

namespace ripen::kernels {
namespace {

constexpr int kPanel = kLanes * kVectors;
using Vector = float __attribute__((vector_size(kLanes * sizeof(float))));
using Ints = int __attribute__((vector_size(kLanes * sizeof(int))));

// Addresses need not be a whole vector's multiple: clang takes no aligned(4) on the type, but both make one
// unaligned move of this.
inline Vector load(const float* at) {
  Vector value;
  __builtin_memcpy(&value, at, sizeof(value));
  return value;
}
inline void store(float* at, Vector value) { __builtin_memcpy(at, &value, sizeof(value)); }

/// Inputs between what is multiplied and what is fetched: weights come from a far cache.
constexpr int kAhead = 16;
constexpr int kCacheLine = 16;  // floats

template <int I, int Count, typename Work>
inline void in_turn(const Work& work) {
  work.template operator()<I>();
  if constexpr (I + 1 < Count) in_turn<I + 1, Count>(work);
}

/// sum + the I-th of the values * weights, defined where kAtOnce is above 1.
template <int I>
Vector multiply_add(Vector sum, Vector weights, Vector values);

/// R rows times one panel; the sums stay in registers.
template <int R>
void tile(const float* x, int inputs, const float* packed, const float* bias, float* y, int stride, bool rectify,
          bool accumulate) {
  Vector sums[static_cast<unsigned>(R)][kVectors];
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kVectors; ++v) sums[r][v] = load(bias + v * kLanes);
  }
  const auto next_weights = [&](Vector* weights) {
    for (int v = 0; v < kVectors; ++v) weights[v] = load(packed + v * kLanes);
    for (int i = 0; i < kPanel; i += kCacheLine) __builtin_prefetch(packed + kAhead * kPanel + i);
    packed += kPanel;
  };
  for (int k = 0; k < inputs; k += kAtOnce) {
    Vector weights[kVectors];
    if constexpr (kAtOnce == 1) {
      next_weights(weights);
      for (int r = 0; r < R; ++r) {
        const float value = x[r * inputs + k];
        for (int v = 0; v < kVectors; ++v) sums[r][v] += value * weights[v];
      }
    } else {
      Vector values[static_cast<unsigned>(R)];
      for (int r = 0; r < R; ++r) values[r] = load(x + r * inputs + k);
      in_turn<0, kAtOnce>([&]<int I>() {
        next_weights(weights);
        for (int r = 0; r < R; ++r) {
          for (int v = 0; v < kVectors; ++v) sums[r][v] = multiply_add<I>(sums[r][v], weights[v], values[r]);
        }
      });
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      float* at = y + r * stride + v * kLanes;
      Vector sum = sums[r][v];
      if (rectify) sum = sum > 0.0F ? sum : Vector{};
      store(at, accumulate ? load(at) + sum : sum);
    }
  }
}

template <int R, typename Work>
inline void tile_of(int height, const Work& work, int first) {
  if (height == R) {
    work.template operator()<R>(first);
  } else if constexpr (R > 1) {
    tile_of<R - 1>(height, work, first);
  }
}

/// Calls work<R>(first row) for tiles of at most kRows rows, as even as can be: a low one waits for its sums.
template <typename Work>
inline void in_tiles(int rows, const Work& work) {
  int first = 0;
  for (int left = (rows + kRows - 1) / kRows; left > 0; --left) {
    const int height = (rows - first + left - 1) / left;
    tile_of<kRows>(height, work, first);
    first += height;
  }
}

void linear(const float* x, int rows, int inputs, const float* packed, const float* bias, int panels, float* y,
            bool rectify, bool accumulate) {
  const int stride = panels * kPanel;
  for (int p = 0; p < panels; ++p) {  // A panel stays in the cache for all rows.
    in_tiles(rows, [&]<int R>(int first) {
      tile<R>(x + static_cast<long>(first) * inputs, inputs, packed + static_cast<long>(p) * inputs * kPanel,
              bias + p * kPanel, y + static_cast<long>(first) * stride + p * kPanel, stride, rectify, accumulate);
    });
  }
}

inline float total(Vector value) {
  float sum = 0.0F;
  for (int i = 0; i < kLanes; ++i) sum += value[i];
  return sum;
}

void normalize(const float* x, int rows, int width, float* y) {
  for (; rows > 0; --rows, x += width, y += width) {
    Vector sum{};
    for (int i = 0; i < width; i += kLanes) sum += load(x + i);
    const float mean = total(sum) / static_cast<float>(width);
    Vector squares{};
    for (int i = 0; i < width; i += kLanes) {
      const Vector centred = load(x + i) - mean;
      squares += centred * centred;
    }
    const float scale = 1.0F / __builtin_sqrtf(total(squares) / static_cast<float>(width) + 1e-5F);
    for (int i = 0; i < width; i += kLanes) store(y + i, (load(x + i) - mean) * scale);
  }
}

/// out = start + the rows of the table, each as `weighted` makes it.
template <typename Weighted>
inline void add_rows(const float* table, const int* rows, int count, const float* start, int width, float* out,
                     const Weighted& weighted) {
  constexpr int kAcross = kBlock / kLanes;  // Where a row begins is found once for so many.
  for (int i = 0; i < width; i += kBlock) {
    Vector sums[kAcross];
    for (int v = 0; v < kAcross; ++v) sums[v] = load(start + i + v * kLanes);
    for (int r = 0; r < count; ++r) {
      const float* row = table + static_cast<long>(rows[r]) * width + i;
      for (int v = 0; v < kAcross; ++v) sums[v] += weighted(r, load(row + v * kLanes));
    }
    for (int v = 0; v < kAcross; ++v) store(out + i + v * kLanes, sums[v]);
  }
}

void sum_rows(const float* table, const int* rows, int count, const float* start, int width, float* out) {
  add_rows(table, rows, count, start, width, out, [](int, const Vector& row) { return row; });
}

void blend_rows(const float* table, const int* rows, const float* weights, int count, const float* start, int width,
                float* out) {
  add_rows(table, rows, count, start, width, out, [=](int r, const Vector& row) { return weights[r] * row; });
}

void attend(const float* qkv, int steps, int heads, int size, float* scores, float* out) {
  const int width = heads * size;
  const float scale = 1.0F / __builtin_sqrtf(static_cast<float>(size));
  for (int h = 0; h < heads; ++h) {
    const float* queries = qkv + h * size;
    for (int i = 0; i < steps; ++i) {
      const float* query = queries + i * 3 * width;
      float highest = -__builtin_inff();
      for (int j = 0; j < steps; ++j) {
        const float* key = queries + j * 3 * width + width;
        Vector sum{};
        for (int d = 0; d < size; d += kLanes) sum += load(query + d) * load(key + d);
        scores[j] = total(sum) * scale;
        highest = scores[j] > highest ? scores[j] : highest;
      }
      float whole = 0.0F;
      for (int j = 0; j < steps; ++j) whole += scores[j] = __builtin_expf(scores[j] - highest);
      float* target = out + i * width + h * size;
      for (int d = 0; d < size; d += kLanes) {
        Vector sum{};
        for (int j = 0; j < steps; ++j) sum += scores[j] * load(queries + j * 3 * width + 2 * width + d);
        store(target + d, sum / whole);
      }
    }
  }
}

inline Vector load_of(const float* at) { return load(at); }
inline Vector load_of(const unsigned short* at) {
  using Halves = unsigned short __attribute__((vector_size(kLanes * sizeof(short))));
  using Words = unsigned __attribute__((vector_size(kLanes * sizeof(unsigned))));
  Halves halves;
  __builtin_memcpy(&halves, at, sizeof(halves));
  return Vector(__builtin_convertvector(halves, Words) << 16);
}

/// As plan/softmax.hpp has it.
inline Vector exp_of_negative(Vector x) {
  constexpr float kLeast = -87.0F, kLog2E = 1.44269504F, kRound = 12582912.0F;  // 1.5 * 2^23
  constexpr int kRoundBits = 0x4B400000;
  const Vector shifted = x * kLog2E + kRound;
  const Vector n = shifted - kRound;
  const Vector r = (x - n * 0.693359375F) - n * -2.12194440e-4F;
  const Vector series =
      1.0F + r * (1.0F + r * (0.5F + r * (1.0F / 6 + r * (1.0F / 24 + r * (1.0F / 120 + r * (1.0F / 720))))));
  const Ints exponent = (Ints(shifted) - kRoundBits + 127) << 23;
  return x >= kLeast ? series * Vector(exponent) : Vector{};
}

/// out = part * the sum of rows, each as often as its score says. What lies beyond the last one weighs nothing.
template <int V, typename Element>
inline void add_values(const float* scores, const Element* values, int count, int size, float part, float* out) {
  constexpr int kChains = V == 1 ? 4 : 2;
  Vector sums[static_cast<unsigned>(V)][static_cast<unsigned>(kChains)] = {};
  for (int j = 0; j < count; j += kChains, values += static_cast<long>(kChains) * size) {
    for (int c = 0; c < kChains; ++c) {
      for (int v = 0; v < V; ++v) sums[v][c] += scores[j + c] * load_of(values + c * size + v * kLanes);
    }
  }
  for (int v = 0; v < V; ++v) {
    Vector sum = sums[v][0];
    for (int c = 1; c < kChains; ++c) sum += sums[v][c];
    store(out + v * kLanes, sum * part);
  }
}

template <typename Element>
void attend_over(const float* query, const Element* keys, const Element* values, int count, int size, float* scores,
                 float* out) {
  constexpr int kAcross = kBlock / kLanes, kChains = 4;  // Sums of their own, not to wait for each other.
  const float scale = 1.0F / __builtin_sqrtf(static_cast<float>(size));
  const int whole_blocks = (count + kBlock - 1) / kBlock * kBlock;
  for (int first = 0; first < whole_blocks; first += kBlock) {
    const Element* block = keys + static_cast<long>(first) * size;
    Vector sums[kAcross][kChains] = {};
    for (int d = 0; d < size; d += kChains) {
      for (int c = 0; c < kChains; ++c) {
        for (int v = 0; v < kAcross; ++v) {
          sums[v][c] += query[d + c] * load_of(block + (d + c) * kBlock + v * kLanes);
        }
      }
    }
    for (int v = 0; v < kAcross; ++v) {
      store(scores + first + v * kLanes, ((sums[v][0] + sums[v][1]) + (sums[v][2] + sums[v][3])) * scale);
    }
  }
  for (int j = count; j < whole_blocks; ++j) scores[j] = -__builtin_inff();
  Vector highs = load(scores);
  for (int j = kLanes; j < whole_blocks; j += kLanes) {
    const Vector score = load(scores + j);
    highs = score > highs ? score : highs;
  }
  float highest = highs[0];
  for (int i = 1; i < kLanes; ++i) highest = highs[i] > highest ? highs[i] : highest;
  Vector wholes{};
  for (int j = 0; j < whole_blocks; j += kLanes) {
    const Vector weight = exp_of_negative(load(scores + j) - highest);
    store(scores + j, weight);
    wholes += weight;
  }
  const float part = 1.0F / total(wholes);
  for (int d = 0; d < size;) {  // A row is read as far as registers take its sums: memory likes it in order.
    if (size - d >= 4 * kLanes) {
      add_values<4>(scores, values + d, count, size, part, out + d);
      d += 4 * kLanes;
    } else {
      add_values<1>(scores, values + d, count, size, part, out + d);
      d += kLanes;
    }
  }
}

void attend_cached(const float* query, const float* keys, const float* values, int count, int size, float* scores,
                   float* out) {
  attend_over(query, keys, values, count, size, scores, out);
}

void attend_half(const float* query, const unsigned short* keys, const unsigned short* values, int count, int size,
                 float* scores, float* out) {
  attend_over(query, keys, values, count, size, scores, out);
}

}  // namespace
}  // namespace ripen::kernels
