/// @file
/// The page behind an upload link: the same for every link, because the token stays in the browser
/// (docs/adr/0029). Its script asks for what this link is about, and sends the file.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rightful::http {

/// Languages that the page is written in.
[[nodiscard]] std::span<const std::string> upload_page_languages();

/// @param language  of upload_page_languages(). Cost  made once a language.
[[nodiscard]] const std::string& upload_page(std::string_view language);

/// Content-Security-Policy: the page's own script and style by their hashes, calls to this server,
/// nothing else.
[[nodiscard]] const std::string& upload_page_policy();

}  // namespace rightful::http
