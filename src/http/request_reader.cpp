#include "http/request_reader.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "rightful/core/check.hpp"

#include "http/call_guards.hpp"

namespace rightful::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

using Parser = bhttp::request_parser<bhttp::string_body>;
using Header = bhttp::request_header<>;

constexpr std::string_view kEndOfHeader = "\r\n\r\n";

/// Lines end with CR LF and nothing else, none begins with a blank (a folded line), only visible
/// ASCII, blank and tab.
bool is_clean_header(std::string_view header) noexcept {
  for (std::size_t index = 0; index < header.size(); ++index) {
    const char c = header[index];
    if (c == '\r') {
      if (index + 1 == header.size() || header[index + 1] != '\n') return false;
      ++index;
      if (index + 1 < header.size() && (header[index + 1] == ' ' || header[index + 1] == '\t'))
        return false;
    } else if (c != '\t' && (c < ' ' || c > '~')) {
      return false;
    }
  }
  return true;
}

std::string_view to_std(beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

/// The query without its `?`; none is not an empty one.
std::pair<std::string_view, std::optional<std::string_view>> split_target(
    std::string_view target) noexcept {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, std::nullopt};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

bool takes_body(std::string_view method) noexcept {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

bool is_number(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_continue(std::string_view expectation) {
  std::string lower(expectation);
  std::ranges::transform(
      lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower == "100-continue";
}

std::optional<ProblemKind> check_length(const Header& header) {
  if (header.count(bhttp::field::transfer_encoding) > 0) return ProblemKind::LengthRequired;
  const std::size_t lengths = header.count(bhttp::field::content_length);
  if (lengths > 1) return ProblemKind::BadRequest;
  if (lengths == 0) return std::nullopt;
  const std::string_view length = to_std(header[bhttp::field::content_length]);
  if (!is_number(length)) return ProblemKind::BadRequest;
  const bool empty = length.find_first_not_of('0') == std::string_view::npos;
  if (!empty && !takes_body(to_std(header.method_string()))) return ProblemKind::BadRequest;
  return std::nullopt;
}

/// What Beast 1.81 lets through and must not reach a handler, in the order of RFC 9112.
std::optional<ProblemKind> check_header(const Header& header) {
  if (header.version() != 11 && header.version() != 10) return ProblemKind::VersionNotSupported;
  if (const auto problem = check_length(header)) return problem;
  if (header.count(bhttp::field::host) != 1 || !is_host(to_std(header[bhttp::field::host]))) {
    return ProblemKind::HostInvalid;
  }
  const std::size_t expectations = header.count(bhttp::field::expect);
  if (expectations > 1 ||
      (expectations == 1 && !is_continue(to_std(header[bhttp::field::expect])))) {
    return ProblemKind::ExpectationFailed;
  }
  const auto [path, query] = split_target(to_std(header.target()));
  if (!is_plain_path(path) || (query && !is_plain_query(path, *query))) {
    return ProblemKind::BadTarget;
  }
  return std::nullopt;
}

ProblemKind kind_of(const boost::system::error_code& error) {
  if (error == bhttp::error::body_limit) return ProblemKind::BodyTooLarge;
  if (error == bhttp::error::header_limit) return ProblemKind::HeaderTooLarge;
  if (error == bhttp::error::bad_version) return ProblemKind::VersionNotSupported;
  return ProblemKind::BadRequest;
}

HttpFields lower_fields(const Header& header) {
  HttpFields fields;
  for (const auto& field : header) {
    std::string name(to_std(field.name_string()));
    std::ranges::transform(
        name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    fields.emplace_back(std::move(name), to_std(field.value()));
  }
  return fields;
}

}  // namespace

struct RequestReader::Parts {
  ReaderLimits limits;
  IsStreamed is_streamed;
  std::string buffer{};
  std::optional<Parser> parser{};
  bool continued = false;
  std::optional<std::uint64_t> streamed{};  ///< of the request in `parser`
  std::uint64_t body_left = 0;              ///< of the streamed request that was taken
  std::optional<ProblemKind> refused{};

  ReaderState refuse(ProblemKind kind) {
    refused = kind;
    return ReaderState::Refused;
  }

  Parser& begin() {
    Parser& begun = parser.emplace();
    begun.eager(false);
    begun.header_limit(static_cast<std::uint32_t>(limits.max_header_bytes));
    // The limit depends on the route, which only the header tells: check_size().
    begun.body_limit(std::numeric_limits<std::uint64_t>::max());
    continued = false;
    streamed.reset();
    return begun;
  }

  /// Hands bytes to Beast. @return false when it refuses them.
  bool put(Parser& begun) {
    boost::system::error_code error;
    const std::size_t used = begun.put(boost::asio::buffer(buffer), error);
    buffer.erase(0, used);
    if (error && error != bhttp::error::need_more) refused = kind_of(error);
    return !refused;
  }

  ReaderState read_header() {
    if (buffer.empty()) return ReaderState::Idle;
    const std::size_t end = buffer.find(kEndOfHeader);
    const std::size_t size = end == std::string::npos ? buffer.size() : end + kEndOfHeader.size();
    // An unclean byte is refused as soon as it is seen, not after a time-out. The last byte may be
    // half of a CR LF.
    const std::string_view seen = std::string_view(buffer).substr(0, size);
    const bool half = end == std::string::npos && seen.ends_with('\r');
    if (!is_clean_header(half ? seen.substr(0, size - 1) : seen))
      return refuse(ProblemKind::BadRequest);
    if (size > limits.max_header_bytes) return refuse(ProblemKind::HeaderTooLarge);
    if (end == std::string::npos) return ReaderState::Header;

    Parser& begun = begin();
    if (!put(begun)) return ReaderState::Refused;
    if (const auto problem = check_header(begun.get())) return refuse(*problem);
    if (const auto problem = check_size(begun)) return refuse(*problem);
    return read_body(begun);
  }

  /// Without Transfer-Encoding, Content-Length alone says how long a body is.
  std::optional<ProblemKind> check_size(const Parser& begun) {
    const Header& header = begun.get();
    const auto length = begun.content_length();
    if (is_streamed && is_streamed(to_std(header.method_string()), to_std(header.target()))) {
      if (!length) return ProblemKind::LengthRequired;
      streamed = *length;
      return std::nullopt;
    }
    if (length && *length > limits.max_body_bytes) return ProblemKind::BodyTooLarge;
    return std::nullopt;
  }

  ReaderState read_body(Parser& begun) {
    if (streamed) return ReaderState::Streamed;
    if (!begun.is_done() && !buffer.empty() && !put(begun)) return ReaderState::Refused;
    if (begun.is_done()) return ReaderState::Done;
    const Header& header = begun.get();
    const bool waits = header.count(bhttp::field::expect) > 0 && header.version() == 11;
    if (waits && !std::exchange(continued, true)) return ReaderState::Continue;
    return ReaderState::Body;
  }
};

RequestReader::RequestReader(ReaderLimits limits, IsStreamed is_streamed)
    : parts_(new Parts{.limits = limits, .is_streamed = std::move(is_streamed)}) {}

RequestReader::~RequestReader() = default;

void RequestReader::feed(std::string_view bytes) {
  parts_->buffer += bytes;
}

ReaderState RequestReader::advance() {
  if (parts_->refused) return ReaderState::Refused;
  RIGHTFUL_CHECK(parts_->body_left == 0);
  std::optional<Parser>& begun = parts_->parser;
  return begun ? parts_->read_body(*begun) : parts_->read_header();
}

ParsedRequest RequestReader::take() {
  std::optional<Parser>& read = parts_->parser;
  RIGHTFUL_CHECK(read.has_value());
  Parser::value_type message = read->release();
  read.reset();
  parts_->body_left = std::exchange(parts_->streamed, std::nullopt).value_or(0);
  const auto [path, query] = split_target(to_std(message.target()));
  return {.method = std::string(to_std(message.method_string())),
          .path = std::string(path),
          .query = std::string(query.value_or("")),
          .fields = lower_fields(message),
          .body = std::move(message.body()),
          .keep_alive = message.keep_alive() && message.version() == 11,
          .streamed_bytes = parts_->body_left,
          .expects_continue = parts_->body_left > 0 && message.version() == 11 &&
                              message.count(bhttp::field::expect) > 0};
}

std::string RequestReader::take_body() {
  std::string& buffer = parts_->buffer;
  const std::uint64_t size = std::min<std::uint64_t>(buffer.size(), parts_->body_left);
  parts_->body_left -= size;
  if (size == buffer.size()) return std::exchange(buffer, {});
  std::string body = buffer.substr(0, static_cast<std::size_t>(size));
  buffer.erase(0, static_cast<std::size_t>(size));
  return body;
}

ProblemKind RequestReader::problem() const noexcept {
  return parts_->refused.value_or(ProblemKind::BadRequest);
}

}  // namespace rightful::http
