#include "http/response_head.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/check.hpp"

namespace rightful::http {
namespace {

using Field = std::pair<std::string_view, std::string_view>;

// No answer of the API is a page: nothing may run, unless the answer says what.
constexpr std::string_view kNothingRuns =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

// Nothing may be framed, be guessed at or tell where it came from.
constexpr std::array<Field, 6> kSecurityFields{{
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "interest-cohort=()"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
}};

std::string_view reason_of(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

/// IMF-fixdate, RFC 9110 section 5.6.7.
std::string http_date(Instant now) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()),
                     time.hours().count(),
                     time.minutes().count(),
                     time.seconds().count());
}

bool is_safe(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void append(std::string& head, std::string_view name, std::string_view value) {
  RIGHTFUL_CHECK(is_safe(name) && is_safe(value));
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string response_head(const HttpResponse& response, const ResponseFacts& facts) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  append(head, "Date", http_date(facts.now));
  for (const auto& [name, value] : response.fields)
    append(head, name, value);
  append(head,
         "Cache-Control",
         response.cache_control.empty() ? "no-store" : std::string_view(response.cache_control));
  for (const auto& [name, value] : kSecurityFields)
    append(head, name, value);
  append(
      head,
      "Content-Security-Policy",
      response.content_policy.empty() ? kNothingRuns : std::string_view(response.content_policy));
  if (facts.scheme == HttpScheme::Https) {
    append(head, "Strict-Transport-Security", "max-age=63072000");
  }
  append(head, "Trace-Id", facts.trace.to_string());
  if (response.status != 204) {
    append(head, "Content-Length", std::to_string(facts.content_length));
  }
  if (!facts.keep_alive) append(head, "Connection", "close");
  head += "\r\n";
  return head;
}

}  // namespace rightful::http
