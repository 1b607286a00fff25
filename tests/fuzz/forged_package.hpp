/// @file
/// Makes packages whose outer layers hold, whatever was changed inside: sizes, CRCs, deflate,
/// manifest, sums, signature, encryption and HMAC are made anew around the change. Written from
/// docs/formats/package.md, with nothing of the production writer but the cipher.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"

#include "tests/fuzz/edits.hpp"

namespace rightful::fuzz {

/// How an entry of the inner ZIP is written.
enum class EntryForm : std::uint8_t {
  Stored,
  StoredStreamed,    ///< sizes in a descriptor
  StoredStreamed64,  ///< of 64 bits
  Deflated,          ///< as deflate's stored blocks
  DeflatedStreamed,
  DeflatedStreamed64
};
inline constexpr std::size_t kEntryForms = 6;

struct ForgedEntry {
  std::string name;
  std::string content;
  EntryForm form = EntryForm::Stored;
};

/// The ZIP of these entries, byte by byte as the format says.
[[nodiscard]] Bytes forge_inner_zip(const std::vector<ForgedEntry>& entries);

/// READ-ME.html, the encrypted inner ZIP and the envelope. Passphrase, salt and time are the
/// fixture's.
[[nodiscard]] Bytes forge_outer_zip(const Bytes& inner, const std::string& envelope);

/// A package of five entries (0 page, 1 data, 2 schema, 3 media, 4 about) with the three closing
/// ones behind them (5 manifest, 6 sums, 7 signature), changed by a script layer by layer from the
/// inside out.
struct Forged {
  std::vector<ForgedEntry> entries;  ///< eight, as they went in
  Bytes inner;                       ///< the inner ZIP
  bool is_whole = true;              ///< `inner` holds exactly `entries`
  bool is_original = true;           ///< nothing was changed so far
};

/// The layers below the file.
[[nodiscard]] Forged forge(const std::vector<Edit>& script);
/// The file around it, then changed itself.
[[nodiscard]] Bytes forge_file(const Forged& forged, const std::vector<Edit>& script);

}  // namespace rightful::fuzz
