#include "ripen/version.hpp"

namespace ripen {

const char* version() noexcept { return RIPEN_VERSION; }

}  // namespace ripen
