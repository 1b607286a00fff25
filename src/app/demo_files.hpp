/// @file
/// The files of demo/, embedded at build.
#pragma once

#include <string_view>

namespace rightful::app {

extern const std::string_view demo_schema_sql;
extern const std::string_view demo_load_sql;
extern const std::string_view demo_policies_sql;
extern const std::string_view demo_catalog_yaml;

}  // namespace rightful::app
