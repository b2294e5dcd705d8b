#pragma once
// A model's configuration as a file's metadata have it.

#include <nlohmann/json.hpp>

#include "ripen/model_file.hpp"

namespace ripen {

inline nlohmann::json config_to_json(const ModelConfig& c) {
  return {{"width", c.width},
          {"blocks", c.blocks},
          {"mixer_width", c.mixer_width},
          {"mixer_layers", c.mixer_layers},
          {"mixer_heads", c.mixer_heads},
          {"window", c.window},
          {"least_window", c.least_window},
          {"value_bins", c.value_bins},
          {"tables", c.tables},
          {"fractions", c.fractions}};
}

}  // namespace ripen
