/// @file
/// A small correct catalog, which a test changes at one place.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace rightful::catalog::testing {

inline constexpr std::string_view kExample = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
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
  - name: note
    source: shop
    table: note
    owner: account_id
    title: { en: Notes, de: Notizen }
    fields:
      written_at: { title: { en: When, de: Wann }, kind: instant }
      path:
        title: { en: File, de: Datei }
        attach: { source: voice, owner_prefix: "{account}/" }
not_personal: [shop.country]
)";

/// The example with the first `from` replaced; a test that replaces nothing is broken.
inline std::string with(std::string_view from, std::string_view to) {
  std::string text(kExample);
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return "the example does not hold: " + std::string(from);
  return text.replace(at, from.size(), to);
}

/// The YAML block of docs/catalog.md.
inline std::string documented_example() {
  std::ifstream file(RIGHTFUL_SOURCE_DIR "/docs/catalog.md");
  std::stringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  const std::size_t begin = text.find("```yaml\n") + 8;
  return text.substr(begin, text.find("```", begin) - begin);
}

}  // namespace rightful::catalog::testing
