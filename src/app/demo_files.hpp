/// @file
/// The files of demo/, embedded at build.
#pragma once

#include <string_view>

namespace rightful::app {

extern const std::string_view kDemoSchemaSql;
extern const std::string_view kDemoLoadSql;
extern const std::string_view kDemoPoliciesSql;
extern const std::string_view kDemoCatalogYaml;

}  // namespace rightful::app
