# rightful_embed_migrations(<target>): compiles the files of migrations/ into a library, with their checksums.
# A new or edited file is seen by the next build.
function(rightful_embed_migrations target)
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/migrations/[0-9][0-9][0-9][0-9]_*.sql")
  list(SORT files)
  set(entries "")
  set(number 0)
  foreach(file IN LISTS files)
    math(EXPR number "${number} + 1")
    get_filename_component(stem "${file}" NAME_WE)
    string(REGEX MATCH "^0*([1-9][0-9]*)_([a-z0-9_]+)$" matched "${stem}")
    if(NOT CMAKE_MATCH_1 EQUAL number)
      message(FATAL_ERROR "migrations/${stem}.sql: expected NNNN_<name>.sql with number ${number}, without gaps")
    endif()
    set(name "${CMAKE_MATCH_2}")
    file(SHA256 "${file}" sha256)
    file(SIZE "${file}" size)
    set(variable "kText${number}")
    set(object "${CMAKE_CURRENT_BINARY_DIR}/${stem}.inc")
    file(READ "${file}" text)
    file(WRITE "${object}.new" "R\"rightful_sql(${text})rightful_sql\"\n")
    file(COPY_FILE "${object}.new" "${object}" ONLY_IF_DIFFERENT)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    string(APPEND entries
           "    Migration{${number}, \"${name}\", \"${sha256}\",\n#include \"${object}\"\n    },\n")
  endforeach()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/embedded_migrations.cpp")
  file(WRITE "${source}.new"
       "// Generated from migrations/ by cmake/embed_migrations.cmake.\n"
       "#include \"rightful/store/migrate.hpp\"\n\n"
       "namespace rightful::store {\n\n"
       "std::span<const Migration> embedded_migrations() {\n"
       "  static constexpr Migration kMigrations[] = {\n${entries}  };\n"
       "  return kMigrations;\n"
       "}\n\n"
       "}  // namespace rightful::store\n")
  file(COPY_FILE "${source}.new" "${source}" ONLY_IF_DIFFERENT)
  target_sources(${target} PRIVATE "${source}")
endfunction()
