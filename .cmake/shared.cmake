# Our programs look inside the library, and a shared one hides its inside. So what is built here links static libraries,
# and shared ones of the same objects, which show only what public headers mark, are installed in their place.

set(ripen_shared ON)
set(twin _shared)

function(ripen_twin target name headers)
  add_library(${target}_shared SHARED $<TARGET_OBJECTS:${target}>)
  ripen_headers(${target}_shared ${headers})
  target_compile_features(${target}_shared PUBLIC cxx_std_20)
  target_link_libraries(${target}_shared ${ARGN})
  target_link_options(${target}_shared PRIVATE LINKER:-z,defs)
  ripen_library(${target}_shared)
  set_target_properties(${target}_shared PROPERTIES OUTPUT_NAME ${target} EXPORT_NAME ${name} LINKER_LANGUAGE CXX)
endfunction()

ripen_twin(ripen ripen include/ripen/*.hpp PRIVATE spdlog::spdlog Threads::Threads ${RIPEN_ZSTD})
add_library(ripen_eigen_shared INTERFACE)
ripen_headers(ripen_eigen_shared include/ripen/eigen/*.hpp)
target_link_libraries(ripen_eigen_shared INTERFACE ripen_shared Eigen3::Eigen)
set_target_properties(ripen_eigen_shared PROPERTIES EXPORT_NAME eigen)
if(RIPEN_WITH_TORCH)
  ripen_twin(ripen_torch torch include/ripen/torch/*.hpp PUBLIC ripen_shared ${TORCH_LIBRARIES})
  target_include_directories(ripen_torch_shared SYSTEM PUBLIC ${TORCH_INCLUDE_DIRS})
  ripen_twin(ripen_train train include/ripen/train/*.hpp PUBLIC ripen_torch_shared)
endif()
