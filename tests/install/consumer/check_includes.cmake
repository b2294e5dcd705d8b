# Fails if SOURCE, found through INCLUDES, reads a header of a library that ripen::ripen must not show.
list(TRANSFORM INCLUDES PREPEND -I)
execute_process(COMMAND ${COMPILER} -std=c++20 ${INCLUDES} -M ${SOURCE}
  OUTPUT_VARIABLE read COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^ ]*/(torch|ATen|c10|spdlog|fmt|eigen3|Eigen|nlohmann)/[^ ]*" leaks "${read}")
list(FILTER leaks EXCLUDE REGEX "/ripen/torch/")
if(leaks)
  message(FATAL_ERROR "ripen/ripen.hpp includes ${leaks}")
endif()
