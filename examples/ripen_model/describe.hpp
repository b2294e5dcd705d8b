#pragma once
// What there is to say of a model file without running it.

#include <cstdint>
#include <string>

#include "ripen/model_file.hpp"

namespace ripen::examples {

/// Multiplications, each with an addition, of the network's matrix products. Embeddings and tables are looked up.
struct Products {
  std::int64_t weights = 0;   ///< at one position: each weight once
  std::int64_t attended = 0;  ///< at one position, for each position that it attends to
  [[nodiscard]] std::int64_t of_window(int steps) const { return steps * (weights + steps * attended); }
};
[[nodiscard]] Products products_of(const ModelFile& file);

/// Layout, sizes, notes and hash, a fact a line.
[[nodiscard]] std::string describe(const ModelFile& file);

/// How two files differ, a difference a line; empty if they say the same.
[[nodiscard]] std::string differences(const ModelFile& one, const ModelFile& other);

}  // namespace ripen::examples
