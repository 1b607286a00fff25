# What every target of ours is compiled and linked with.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(rightful_build_flags INTERFACE)
target_compile_options(
  rightful_build_flags
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wsign-conversion
            -Wold-style-cast
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wcast-align
            -Wformat=2
            -Wimplicit-fallthrough
            -Wswitch-enum)
if(RIGHTFUL_WERROR)
  target_compile_options(rightful_build_flags INTERFACE -Werror)
endif()

if(RIGHTFUL_SANITIZE)
  add_compile_options(-fsanitize=${RIGHTFUL_SANITIZE} -fno-omit-frame-pointer)
  if(RIGHTFUL_FUZZ)
    add_link_options(-fsanitize=address,undefined)
  else()
    add_link_options(-fsanitize=${RIGHTFUL_SANITIZE})
  endif()
  add_compile_definitions(RIGHTFUL_SANITIZED=1)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  find_program(LLD_PROGRAM ld.lld-19)
  if(LLD_PROGRAM)
    add_link_options(-fuse-ld=${LLD_PROGRAM})
  endif()
endif()
