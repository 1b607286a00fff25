#include "export/html_text.hpp"

#include <fmt/format.h>

namespace rightful::exporting {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

std::string_view escape_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\t':
    case '\n':
    case '\r':
      return {};
    default:
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? kReplacement : std::string_view{};
  }
}

// `file:` beside 'self', because pages are opened from an unpacked folder, whose origin is opaque.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self' file:; img-src 'self' file:; media-src 'self' file:; "
    "base-uri 'none'; "
    "form-action 'none'";

}  // namespace

void append_html(std::string& out, std::string_view text) {
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view escape = escape_of(text[i]);
    if (escape.empty()) continue;
    out += text.substr(plain, i - plain);
    out += escape;
    plain = i + 1;
  }
  out += text.substr(plain);
}

void append_time(std::string& out, Instant instant) {
  const std::string exact = format_rfc3339(instant);
  const std::string_view text = exact;
  out += fmt::format(
      "<time datetime=\"{}\">{} {} UTC</time>", exact, text.substr(0, 10), text.substr(11, 5));
}

void append_page_begin(std::string& out,
                       const Phrases& phrases,
                       std::string_view title,
                       PageDepth depth) {
  const std::string_view up = depth == PageDepth::Root ? "" : "../";
  out += "<!doctype html>\n<html lang=\"";
  out += phrases.language;
  out +=
      "\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"";
  out += kPolicy;
  out += "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>";
  append_html(out, title);
  out += "</title>\n<link rel=\"stylesheet\" href=\"";
  out += up;
  out += "style.css\">\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">";
  append_html(out, phrases.skip);
  out += "</a>\n";
  if (depth == PageDepth::OneDown) {
    out += "<nav><a href=\"../index.html\">";
    append_html(out, phrases.to_overview);
    out += "</a></nav>\n";
  }
  out += "<main id=\"content\">\n<h1>";
  append_html(out, title);
  out += "</h1>\n";
}

void append_page_end(std::string& out) {
  out += "</main>\n</body>\n</html>\n";
}

std::string_view style_sheet() {
  return R"(:root { color-scheme: light dark; --line: #8a8f98; --soft: #f1f3f5; --text: #16191d; --back: #fff; --link: #0b57a8; }
@media (prefers-color-scheme: dark) { :root { --line: #7d8590; --soft: #20252c; --text: #e9edf2; --back: #14171b; --link: #8ec1ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 64rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
a { color: var(--link); }
a:focus-visible, audio:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.25rem; margin-top: 2rem; }
article h2 { margin: 0.6rem 0; }
h3 { font-size: 1.05rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: 0.3rem 0; }
th, td { border: 1px solid var(--line); padding: 0.4rem 0.6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { background: var(--soft); overflow-wrap: normal; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.unseen { position: absolute; left: -100rem; }
article { border: 1px solid var(--line); border-radius: 0.4rem; padding: 0.2rem 1rem 0.8rem; margin: 1rem 0; }
dl { display: grid; grid-template-columns: minmax(8rem, 16rem) 1fr; gap: 0.3rem 1rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.none { color: inherit; opacity: 0.75; font-style: italic; }
audio, video { display: block; width: 100%; max-width: 32rem; margin: 0.2rem 0; }
img { display: block; max-width: 100%; height: auto; margin: 0.2rem 0; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.8rem; }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.6rem; } th, td { padding: 0.3rem 0.4rem; } }
@media print { .skip, nav { display: none; } article { break-inside: avoid; } }
)";
}

}  // namespace rightful::exporting
