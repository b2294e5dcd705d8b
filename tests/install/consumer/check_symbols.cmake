# Fails if the shared LIBRARY shows what no public header has, or its SONAME does not change with the minor version.
execute_process(COMMAND ${NM} -DC --defined-only ${LIBRARY} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES "ripen::ModelFile::load")
  message(FATAL_ERROR "${LIBRARY} hides ripen::ModelFile")
endif()
string(REGEX MATCHALL "[^\n]* [A-Z] (ripen::(kernels|Safetensors|PackedModel|Linear|JsonFields)|nlohmann|spdlog|fmt|Eigen)[^\n]*"
  leaks "${symbols}")
if(leaks)
  message(FATAL_ERROR "${LIBRARY} shows ${leaks}")
endif()
if(NOT SONAME MATCHES "\\.so\\.0\\.[0-9]+$")
  message(FATAL_ERROR "SONAME ${SONAME}")
endif()
