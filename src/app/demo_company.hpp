/// @file
/// Makes the demo company's data: files and tables of fourteen accounts, the same ones for the same
/// seed. Not the database that holds them (demo_shop.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "rightful/core/account_id.hpp"
#include "rightful/core/result.hpp"

namespace rightful::app {

enum class DemoScale : std::uint8_t {
  Full,  ///< 100,000 rows, 2,255 recordings
  Small  ///< a twenty-fifth of it, for tests
};

struct DemoCompanyPlan {
  /// Where Debian's packages asterisk-core-sounds-{en,fr,es,it}-wav put their recordings.
  std::filesystem::path sounds = "/usr/share/asterisk/sounds";
  std::uint64_t seed = 20181220;
  DemoScale scale = DemoScale::Full;
  /// Called before each table with the share that is done, 0 to 1. May be empty.
  std::function<void(double share, std::string_view table)> progress = {};
};

/// What the company has about one account, counted while it was made: what a complete package must
/// hold.
struct DemoHoldings {
  std::map<std::string, std::uint64_t, std::less<>> rows;  ///< by table; empty tables are absent
  std::uint64_t total_rows = 0;
  std::uint64_t recordings = 0;
  std::uint64_t recording_bytes = 0;
  std::uint64_t clips = 0;
};

struct DemoCompany {
  std::map<std::string, DemoHoldings, std::less<>> holdings;  ///< by account
  std::uint64_t rows = 0;                                     ///< of all tables
  std::uint64_t files = 0;
  std::uint64_t file_bytes = 0;
};

/// The token that stands in every row of an account and in nobody else's.
[[nodiscard]] std::string demo_mark(std::string_view account_id);

/// Writes `<directory>/voice/<account>/…` (copies of the recordings),
/// `<directory>/doorbell/<account>/…` and
/// `<directory>/load/<table>.tsv` (COPY's text format, read by demo/load.sql).
///
/// @param directory  exists; the three folders do not.
/// @return NotFound when the recordings are not installed, naming the packages; Conflict when there
/// are fewer than the
///         plan needs. Errors  Failure when the disk is full.
[[nodiscard]] Result<DemoCompany> make_demo_company(const std::filesystem::path& directory,
                                                    const DemoCompanyPlan& plan);

}  // namespace rightful::app
