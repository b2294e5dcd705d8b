#pragma once
// The command line's choice of the arithmetic.

#include <CLI/CLI.hpp>
#include <string>

#include "ripen/native_denoiser.hpp"
#include "shared/choice.hpp"

namespace ripen::examples {

/// Declares --precision; what is set before is the default.
inline void declare_precision(CLI::App& app, Precision& precision, const std::string& group) {
  add_choice<Precision>(app, "--precision", precision, {{"float32", Precision::kFloat32}, {"int8", Precision::kInt8}},
                        "Of the model's big products")
      ->group(group);
}

}  // namespace ripen::examples
