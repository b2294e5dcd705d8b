# Debian packages, by CPack: cmake --preset deb && cmake --build --preset deb && cpack --preset deb
# The library's own package has its SONAME in its name and nothing that another version has too, so that two versions can
# be installed beside each other. `push_t` and `maze` are in none: a robot has no use for what they link.

set(wanted RIPEN_INSTALL_SHARED RIPEN_BUILD_EXAMPLES RIPEN_BUILD_BENCHMARKS)
foreach(option ${wanted})
  if(NOT ${option})
    list(JOIN wanted ", " text)
    file(WRITE ${PROJECT_BINARY_DIR}/CPackConfig.cmake
      "message(FATAL_ERROR \"ripen: packages need ${text}, and ${option} is off: cmake --preset deb\")\n")
    return()
  endif()
endforeach()

set(RIPEN_MAINTAINER "The ripen authors <maintainers@ripen.invalid>" CACHE STRING "Who is named in Debian packages")
set(CPACK_PACKAGE_CONTACT "${RIPEN_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # Each package has its own.
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_BINARY_DIR}/packages/modes.cmake)  # Whatever the umask is.
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL "")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_RELEASE 0ripen1)  # Older than any that Debian itself would make.
set(CPACK_DEBIAN_PACKAGE_SOURCE ripen)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})  # One package links what another has.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)  # On the very same version.

set(texts ${PROJECT_BINARY_DIR}/packages)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # SOURCE_DATE_EPOCH, where it is set.
file(WRITE ${texts}/triggers "activate-noawait ldconfig\n")
file(WRITE ${texts}/modes.cmake "execute_process(COMMAND chmod -R go+rX,go-w \${CPACK_TEMPORARY_DIRECTORY})\n")
file(READ LICENSE license)
string(REGEX MATCH "Copyright \\(c\\) ([^\n]*)\n+(.*)" license "${license}")
set(holder ${CMAKE_MATCH_1})
string(REGEX REPLACE "\n\n" "\n.\n" license "${CMAKE_MATCH_2}")
string(REGEX REPLACE "\n([^\n])" "\n \\1" license "\n${license}")
file(WRITE ${texts}/copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ripen

Files: *
Copyright: ${holder}
License: Expat

License: Expat${license}")

# A component's package. overrides: lines of lintian's, each after a comment that gives the reason. Further arguments are
# the components that it depends on.
function(ripen_package component name section description overrides)
  string(TOUPPER ${component} key)
  file(WRITE ${texts}/${name}/changelog.Debian
    "ripen (${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
    "  * What changed is in README.md, section Versions, of libripen-dev.\n\n -- ${RIPEN_MAINTAINER}  ${date}\n")
  execute_process(COMMAND gzip -9nf ${texts}/${name}/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${texts}/copyright ${texts}/${name}/changelog.Debian.gz COMPONENT ${component} EXCLUDE_FROM_ALL
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name})
  if(overrides)
    file(WRITE ${texts}/${name}/${name} "${overrides}")
    install(FILES ${texts}/${name}/${name} COMPONENT ${component} EXCLUDE_FROM_ALL
      DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides)
  endif()
  set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
  set(CPACK_COMPONENT_${key}_DEPENDS ${ARGN} PARENT_SCOPE)
  set(CPACK_COMPONENT_${key}_DESCRIPTION "${description}" PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${name} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_SECTION ${section} PARENT_SCOPE)
endfunction()

set(ldconfig "# The trigger would do; CPack's DEB generator writes the scripts as well.\nmaintscript-calls-ldconfig *\n")
set(about "ripen is a C++20 library: a fixed-rate control loop calls an anytime
planner, which keeps a plan over many ticks and improves it for a few
milliseconds in each.")

ripen_package(ripen_runtime libripen${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} libs
  "fixed-rate control loop around an anytime planner\n${about}" "${ldconfig}")
set(CPACK_DEBIAN_RIPEN_RUNTIME_PACKAGE_CONTROL_EXTRA ${texts}/triggers)

ripen_package(ripen_dev libripen-dev libdevel
  "headers of ripen, a control loop around an anytime planner\n${about}
This package has the headers, the CMake package and ripen.pc." "" ripen_runtime)
set(CPACK_DEBIAN_RIPEN_DEV_PACKAGE_DEPENDS libeigen3-dev)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libripen-dev COMPONENT ripen_dev EXCLUDE_FROM_ALL)

ripen_package(ripen_tools ripen-tools science
  "programs around ripen, a control loop with an anytime planner\n${about}
This package has ripen_check and tick_latency, which tell whether a machine is
fit for a rate, ripen_model, which tells what a model costs there, cube_solver
with its models, and replay."
  "# Each program has --help.\nno-manual-page *\n")

set(debian_torch OFF)
if(RIPEN_WITH_TORCH AND TORCH_LIBRARY MATCHES "^/usr/lib/")  # No package has another LibTorch to depend on.
  set(debian_torch ON)
  ripen_package(ripen_torch ripen-torch libdevel
    "training of ripen's models with LibTorch\n${about}
This package has the libraries that train its models, with their headers."
    "# Library, link and headers stay together: nothing but what trains uses them.
package-name-doesnt-match-sonames *\nlink-to-shared-library-in-wrong-package *\n${ldconfig}" ripen_dev)
  set(CPACK_DEBIAN_RIPEN_TORCH_PACKAGE_DEPENDS libtorch-dev)
  set(CPACK_DEBIAN_RIPEN_TORCH_PACKAGE_CONTROL_EXTRA ${texts}/triggers)
endif()

include(CPack)
add_custom_target(packaged DEPENDS ripen_shared ${ripen_tools})  # What they hold.
if(debian_torch)
  add_dependencies(packaged ripen_torch_shared ripen_train_shared)
endif()
