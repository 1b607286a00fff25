/// @file
/// The accounts of the demo company: two look-alikes, twelve others, and one person about whom
/// nothing is stored.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace rightful::app {

/// How much of everything one account gets at full scale.
struct DemoVolume {
  std::size_t devices;
  std::size_t recordings;
  std::size_t searches;
  std::size_t music_commands;
  std::size_t transit_questions;
  std::size_t purchases;
  std::size_t alarms;
  std::size_t doorbell_clips;
};

/// Shape  `account_id` is also the name of the account's folder, so it has only letters, digits and
/// hyphens.
struct DemoPerson {
  std::string_view account_id;
  std::string_view given_name;
  std::string_view family_name;
  std::string_view email;
  std::string_view phone;  ///< empty = not stored (NULL)
  std::string_view street;
  std::string_view postcode;
  std::string_view city;
  std::string_view country_code;
  std::string_view born_on;
  std::string_view language;  ///< in which Rightful answers
  DemoVolume volume;
};

/// Everybody who has rows in the company: Anna Schmidt first, Anna Schmitt second.
[[nodiscard]] const std::array<DemoPerson, 14>& demo_people();

/// The person that Rightful knows and the company has nothing about: no row in any table, no file.
inline constexpr std::string_view kNobodyAccount = "C-10209999";

inline constexpr std::size_t kAnnaSchmidt = 0;
inline constexpr std::size_t kAnnaSchmitt = 1;
/// What the company recorded of Anna Schmidt, as in 2018.
inline constexpr std::size_t kAnnaSchmidtRecordings = 1700;

}  // namespace rightful::app
