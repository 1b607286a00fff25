/// @file
/// The server's TLS: certificate, key, and which versions and ciphers are spoken.
#pragma once

#include <filesystem>
#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "rightful/core/result.hpp"

namespace rightful::http {

/// TLS 1.2 with ECDHE and AEAD ciphers, and TLS 1.3; no compression, no renegotiation.
/// @param certificate  PEM chain, leaf first. @param key  PEM, without passphrase.
/// @return InvalidArgument that names the file and what is wrong with it.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(
    const std::filesystem::path& certificate, const std::filesystem::path& key);

}  // namespace rightful::http
