# rightful_layer(<name> SOURCES … HEADERS … DEPENDS … LIBRARIES …)
#
# One static library rightful_<name>. SOURCES are relative to src/<name>, HEADERS to include/rightful/<name>.
# DEPENDS names layers (link PUBLIC), LIBRARIES third-party targets (link PRIVATE: no public header shows them).
function(rightful_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;DEPENDS;LIBRARIES")
  set(target rightful_${name})
  list(TRANSFORM arg_HEADERS PREPEND "${PROJECT_SOURCE_DIR}/include/rightful/${name}/")
  add_library(${target} STATIC ${arg_SOURCES})
  target_sources(
    ${target}
    PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${arg_HEADERS})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${target} PRIVATE rightful_build_flags ${arg_LIBRARIES})
  foreach(lower IN LISTS arg_DEPENDS)
    target_link_libraries(${target} PUBLIC rightful_${lower})
  endforeach()
  if(name STREQUAL "core")
    target_link_libraries(${target} PUBLIC fmt::fmt Threads::Threads)
    target_precompile_headers(${target} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/pch.hpp")
  else()
    target_precompile_headers(${target} REUSE_FROM rightful_core)
    target_link_libraries(${target} PRIVATE fmt::fmt)
  endif()
endfunction()
