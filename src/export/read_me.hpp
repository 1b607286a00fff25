/// @file
/// READ-ME.html, the one entry of a package that everybody can read.
#pragma once

#include <string>

#include "rightful/crypto/fixed_bytes.hpp"

namespace rightful::exporting {

/// What this is, three ways to open it, what common programs do with it, what to do when it reached
/// the wrong person, and the fingerprint of the service key: in English, French and German on one
/// page, the same for every package of a service, under 48 KiB (docs/formats/package.md). Nothing
/// personal, no script, no link that a browser would follow by itself.
[[nodiscard]] std::string read_me_page(const crypto::SignPublicKey& service_key);

}  // namespace rightful::exporting
