#include "ripen/export.hpp"

namespace ripen {

const char* version() noexcept { return RIPEN_VERSION; }

}  // namespace ripen
