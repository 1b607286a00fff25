#include "sources/remote_client.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stop_token>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"

namespace rightful::sources {
namespace {

constexpr std::array kPassing{408, 429, 500, 502, 503, 504};
constexpr std::size_t kMaxAuthorityBytes = 4U << 20U;

bool passes_by_itself(int status) {
  return std::ranges::find(kPassing, status) != kPassing.end();
}

/// In whole seconds; a date is not read, its pause is our own.
std::optional<std::chrono::seconds> retry_after(const HttpReply& reply) {
  const auto header = reply.headers.find("retry-after");
  if (header == reply.headers.end()) return std::nullopt;
  const std::string& text = header->second;
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds{seconds};
}

bool is_lost(ErrorCode code) {
  return code == ErrorCode::Unavailable || code == ErrorCode::Expired;
}

SourceError not_configured(std::string_view source, std::string detail) {
  return {SourceErrorKind::NotConfigured, std::string(source), "", std::move(detail)};
}

SourceResult<std::string> read_authorities(std::string_view source,
                                           std::string_view base,
                                           const std::string& ca_file) {
  if (base.starts_with("http://")) return std::string();
  if (ca_file.empty()) {
    auto system = system_authorities();
    if (!system) return std::unexpected(not_configured(source, system.error().detail));
    return *std::move(system);
  }
  const auto own = read_file(ca_file, kMaxAuthorityBytes);
  if (own && !own->empty()) return std::string(as_text(*own));
  return std::unexpected(
      not_configured(source, "the file of its authorities (`ca_file`) cannot be read"));
}

}  // namespace

SourceResult<RemoteClient> RemoteClient::open(std::string_view source,
                                              std::string_view base,
                                              const std::string& ca_file) {
  RIGHTFUL_TRY(auto authorities, read_authorities(source, base, ca_file));
  auto addresses = look_up_host(base);
  if (!addresses && addresses.error().code == ErrorCode::Unavailable) {
    throw Failure(Retry::Later,
                  "source_lost",
                  fmt::format("source {}: {}", source, addresses.error().detail));
  }
  if (!addresses) {
    return std::unexpected(not_configured(source, "its address is " + addresses.error().detail));
  }
  return RemoteClient(std::string(source), *std::move(addresses), std::move(authorities));
}

RemoteClient::RemoteClient(std::string source, std::string addresses, std::string authorities)
    : source_(std::move(source)),
      addresses_(std::move(addresses)),
      authorities_(std::move(authorities)),
      http_(make_http_client()),
      clock_(std::make_unique<SystemClock>()),
      random_(std::make_unique<SystemRandom>()) {}

SourceResult<HttpReply> RemoteClient::send(const std::function<HttpCall()>& make) {
  for (int attempt = 1;; ++attempt) {
    HttpCall call = make();
    call.host_addresses = addresses_;
    call.authorities = authorities_;
    auto reply = http_->send(call);
    if (reply && !passes_by_itself(reply->status)) return *std::move(reply);
    if (!reply && !is_lost(reply.error().code)) {
      return std::unexpected(refusal(reply.error()));
    }
    // A server that is silent has used up the time of two attempts.
    if (!reply && reply.error().code == ErrorCode::Expired) ++attempt;
    if (attempt < patience_.attempts) {
      pause(attempt, reply ? &*reply : nullptr);
    } else if (reply) {
      throw Failure(Retry::Later,
                    "unavailable",
                    fmt::format("source {} answers with status {}", source_, reply->status));
    } else {
      const bool is_late = reply.error().code == ErrorCode::Expired;
      throw Failure(Retry::Later,
                    is_late ? "source_timeout" : "source_lost",
                    fmt::format("source {}: {}", source_, reply.error().detail));
    }
  }
}

SourceError RemoteClient::refusal(const Error& error) const {
  if (error.code == ErrorCode::NotAuthentic) {
    return not_configured(source_,
                          "its certificate is not trusted: correct the address, or name its "
                          "authority in `ca_file`");
  }
  return {
      SourceErrorKind::BadAnswer, source_, "", "it answers with more bytes than were asked for"};
}

void RemoteClient::pause(int attempt, const HttpReply* reply) {
  const auto wanted = reply == nullptr ? std::nullopt : retry_after(*reply);
  if (wanted && *wanted > patience_.longest_pause) {
    throw Failure(
        Retry::Later,
        "unavailable",
        fmt::format("source {} asks to be left alone for {} s", source_, wanted->count()));
  }
  std::array<std::byte, 1> dice{};
  random_->fill(dice);
  // Between the whole and the half, so that many exports do not come back at the same moment.
  const auto whole = patience_.first * (1 << (attempt - 1));
  const auto own = whole - whole * std::to_integer<int>(dice[0]) / 512;
  const auto told = wanted.value_or(std::chrono::seconds{0});
  (void)clock_->wait_for({}, std::max<std::chrono::milliseconds>(own, told));
}

}  // namespace rightful::sources
