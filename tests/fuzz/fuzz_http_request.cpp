// The request reader: the same requests whether the bytes come at once or one by one, and none that
// the guards of docs/adr/0012 refuse.
#include <algorithm>
#include <string>
#include <vector>

#include "rightful/core/check.hpp"

#include "http/call_guards.hpp"
#include "http/query_fields.hpp"
#include "http/request_reader.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

using http::ParsedRequest;
using http::ReaderState;
using http::RequestReader;

constexpr http::ReaderLimits kLimits{.max_header_bytes = 512, .max_body_bytes = 64};

bool is_streamed(std::string_view method, std::string_view path) {
  return method == "PUT" && path.starts_with("/v1/upload");
}

struct Reading {
  std::vector<ParsedRequest> requests;
  std::uint64_t body_left = 0;  ///< of the last request, which is streamed
  bool is_refused = false;
  bool is_idle = true;  ///< no byte of a further request
};

/// @return false when more of a streamed body is still to come.
bool take_body(RequestReader& reader, Reading& reading) {
  if (reading.body_left == 0) return true;
  const std::string part = reader.take_body();
  RIGHTFUL_CHECK(part.size() <= reading.body_left);
  reading.requests.back().body += part;
  reading.body_left -= part.size();
  reading.is_idle = false;
  return reading.body_left == 0;
}

/// Takes every request that is complete.
void advance(RequestReader& reader, Reading& reading) {
  while (take_body(reader, reading)) {
    const ReaderState state = reader.advance();
    reading.is_refused = state == ReaderState::Refused;
    reading.is_idle = state == ReaderState::Idle;
    if (reading.is_refused) {
      static_cast<void>(http::text_of(reader.problem()));
      RIGHTFUL_CHECK(reader.advance() == ReaderState::Refused);
    }
    // Continue is said once; the state behind it follows.
    if (state == ReaderState::Continue) continue;
    if (state != ReaderState::Done && state != ReaderState::Streamed) return;
    reading.requests.push_back(reader.take());
    reading.body_left = reading.requests.back().streamed_bytes;
  }
}

/// As the session does: nothing is fed after a refusal.
Reading read(std::string_view bytes, std::size_t piece_size) {
  RequestReader reader(kLimits, is_streamed);
  Reading reading;
  for (std::size_t at = 0; at < bytes.size() && !reading.is_refused; at += piece_size) {
    reader.feed(bytes.substr(at, piece_size));
    advance(reader, reading);
  }
  return reading;
}

std::size_t count(const ParsedRequest& request, std::string_view name) {
  return static_cast<std::size_t>(
      std::ranges::count(request.fields, name, [](const auto& field) { return field.first; }));
}

void check_request(const ParsedRequest& request) {
  RIGHTFUL_CHECK(http::is_plain_path(request.path));
  RIGHTFUL_CHECK(request.query.empty() || http::is_plain_query(request.path, request.query));
  if (auto fields = http::QueryFields::parse(request.query)) static_cast<void>(fields->finish());
  RIGHTFUL_CHECK(count(request, "host") == 1);
  RIGHTFUL_CHECK(count(request, "transfer-encoding") == 0);
  RIGHTFUL_CHECK(count(request, "content-length") <= 1);
  RIGHTFUL_CHECK(is_streamed(request.method, request.path)
                     ? request.body.size() <= request.streamed_bytes
                     : request.body.size() <= kLimits.max_body_bytes);
  RIGHTFUL_CHECK(request.body.empty() || request.method == "POST" || request.method == "PUT" ||
                 request.method == "PATCH");
  std::size_t header_bytes = request.method.size() + request.path.size() + request.query.size();
  for (const auto& [name, value] : request.fields) {
    header_bytes += name.size() + value.size();
    RIGHTFUL_CHECK(!name.empty());
    RIGHTFUL_CHECK(std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; }));
    RIGHTFUL_CHECK(
        std::ranges::all_of(value, [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); }));
  }
  RIGHTFUL_CHECK(header_bytes <= kLimits.max_header_bytes);
}

bool is_same(const ParsedRequest& a, const ParsedRequest& b) {
  return a.method == b.method && a.path == b.path && a.query == b.query && a.fields == b.fields &&
         a.body == b.body && a.keep_alive == b.keep_alive && a.streamed_bytes == b.streamed_bytes &&
         a.expects_continue == b.expects_continue;
}

}  // namespace

void run_one(std::string_view input) {
  const Reading whole = read(input, std::max<std::size_t>(input.size(), 1));
  const Reading bytewise = read(input, 1);
  std::ranges::for_each(whole.requests, check_request);
  RIGHTFUL_CHECK(whole.is_refused == bytewise.is_refused && whole.is_idle == bytewise.is_idle);
  RIGHTFUL_CHECK(std::ranges::equal(whole.requests, bytewise.requests, is_same));
}

}  // namespace rightful::fuzz
