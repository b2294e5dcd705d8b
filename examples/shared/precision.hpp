#pragma once
// The command line's choice of the arithmetic.

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "ripen/native_denoiser.hpp"

namespace ripen::examples {

/// Declares --precision; what is set before is the default.
inline void declare_precision(CLI::App& app, Precision& precision, const std::string& group) {
  static const std::map<std::string, Precision> kNames = {{"float32", Precision::kFloat32}, {"int8", Precision::kInt8}};
  app.add_option("--precision", precision, "Of the model's big products")
      ->transform(CLI::CheckedTransformer(kNames).description("{float32,int8}"))
      ->default_str(precision == Precision::kInt8 ? "int8" : "float32")
      ->group(group);
}

}  // namespace ripen::examples
