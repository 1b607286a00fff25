/// @file
/// A small catalog for tests of pages and lists.
#pragma once

#include <string_view>

#include <gtest/gtest.h>

#include "rightful/catalog/catalog.hpp"

namespace rightful::exporting::testing {

inline constexpr std::string_view kCatalog = R"(version: 1
controller:
  name: Musterton <GmbH> & Co
  address: Klangweg 1, Berlin
  dpo: dpo@example.org
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en, de]
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
  voice: { kind: files, root: /srv/voice }
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: { en: until closed, de: bis zum Ende } }
  origin: the subject
datasets:
  - name: recording
    source: shop
    table: recording
    owner: account_id
    title: { en: "Recordings <b>", de: Aufnahmen }
    fields:
      taken_at: { title: { en: When, de: Wann }, kind: instant }
      path:
        title: { en: File, de: Datei }
        attach: { source: voice, owner_prefix: "{account}/", missing: note }
      caller: { title: { en: Caller, de: Anrufer }, third_party: redact }
      password: { title: { en: Password, de: Passwort }, withhold: security }
  - name: order_line
    source: shop
    table: order_line
    owner: account_id
    title: { en: Orders, de: Bestellungen }
    retention: { period: P1Y6M, from: amount }
    fields:
      amount: { title: { en: Amount, de: Betrag } }
)";

inline catalog::Catalog example_catalog() {
  auto parsed = catalog::Catalog::parse(kCatalog, "example");
  EXPECT_TRUE(parsed.has_value()) << (parsed ? std::string() : to_string(parsed.error().front()));
  return *std::move(parsed);
}

}  // namespace rightful::exporting::testing
