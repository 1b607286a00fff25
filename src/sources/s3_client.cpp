#include "sources/s3_client.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"

namespace rightful::sources {
namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr std::size_t kMaxAnswerBytes = 64U << 10U;  // of errors
/// Of an empty body: no request of ours has another.
constexpr std::string_view kNoBody =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string header(const HttpReply& reply, const std::string& name) {
  const auto found = reply.headers.find(name);
  return found == reply.headers.end() ? "" : found->second;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || text.empty() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `bytes 0-9/1234` → 1234, when it begins at `offset`.
std::optional<std::uint64_t> size_in_range(std::string_view range, std::uint64_t offset) {
  const std::string begin = fmt::format("bytes {}-", offset);
  const auto slash = range.rfind('/');
  if (!range.starts_with(begin) || slash == std::string_view::npos) return std::nullopt;
  return number_of(range.substr(slash + 1));
}

/// S3's closed word of an error: `<Code>NoSuchKey</Code>`; empty when there is none.
std::string code_of(std::string_view body) {
  constexpr std::string_view kBegin = "<Code>";
  const auto begin = body.find(kBegin);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = body.substr(begin + kBegin.size());
  const std::string_view code = rest.substr(0, rest.find('<'));
  const bool is_word =
      code.size() <= 64 && std::ranges::all_of(code, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      });
  return is_word ? std::string(code) : "";
}

struct CodeRow {
  std::string_view code;
  SourceErrorKind kind;
  std::string_view detail;
};

// What an operator can do about the words that S3 stores use.
constexpr std::array kCodes{
    CodeRow{"InvalidAccessKeyId",
            SourceErrorKind::AccessDenied,
            "the store does not know the access key"},
    CodeRow{"SignatureDoesNotMatch",
            SourceErrorKind::AccessDenied,
            "the store does not accept the secret key"},
    CodeRow{"RequestTimeTooSkewed",
            SourceErrorKind::AccessDenied,
            "this machine's clock and the store's are more than 15 minutes apart"},
    CodeRow{"ExpiredToken",
            SourceErrorKind::AccessDenied,
            "the session token has expired; give Rightful credentials that outlive an export"},
    CodeRow{"InvalidToken", SourceErrorKind::AccessDenied, "the session token is not accepted"},
    CodeRow{"AuthorizationHeaderMalformed",
            SourceErrorKind::NotConfigured,
            "the store wants another region; correct `region`"},
    CodeRow{"PermanentRedirect",
            SourceErrorKind::NotConfigured,
            "the bucket is somewhere else; correct `endpoint` and `region`"},
    CodeRow{"NoSuchBucket",
            SourceErrorKind::NotConfigured,
            "there is no such bucket; correct `bucket` or `endpoint`"},
    CodeRow{
        "NoSuchKey", SourceErrorKind::MissingObject, "a row names an object that does not exist"}};

}  // namespace

S3Place S3Place::of(const catalog::S3Settings& settings) {
  const std::string endpoint = settings.endpoint.empty()
                                   ? fmt::format("https://s3.{}.amazonaws.com", settings.region)
                                   : settings.endpoint;
  const std::size_t after_scheme = endpoint.find("://") + 3;
  const std::string scheme = endpoint.substr(0, after_scheme);
  std::string host = endpoint.substr(after_scheme);
  // A default port is not part of the header that curl and every store build.
  const std::string_view own_port = scheme == "https://" ? ":443" : ":80";
  if (host.ends_with(own_port)) host.resize(host.size() - own_port.size());
  if (settings.has_path_style) return {scheme + host, host, "/" + settings.bucket};
  host = settings.bucket + "." + host;
  return {scheme + host, host};
}

SourceResult<S3Client> S3Client::open(std::string source,
                                      const catalog::S3Settings& settings,
                                      AwsCredentials credentials) {
  RIGHTFUL_TRY(auto remote,
               RemoteClient::open(source, S3Place::of(settings).base, settings.ca_file));
  S3Client client(std::move(source), settings, std::move(credentials), std::move(remote));
  RIGHTFUL_TRY(client.may_list());
  return client;
}

S3Client::S3Client(std::string source,
                   const catalog::S3Settings& settings,
                   AwsCredentials credentials,
                   RemoteClient remote)
    : source_(std::move(source)),
      place_(S3Place::of(settings)),
      region_(settings.region),
      owner_header_(settings.owner_metadata.empty() ? "" : "x-amz-meta-" + settings.owner_metadata),
      credentials_(std::move(credentials)),
      remote_(std::move(remote)) {}

HttpCall S3Client::call_for(std::string method,
                            const std::string& path,
                            NameValues query,
                            NameValues headers) const {
  const Instant now = remote_.now();
  headers.emplace_back("host", place_.host);
  headers.emplace_back("x-amz-content-sha256", kNoBody);
  headers.emplace_back("x-amz-date", amz_date(now));
  if (!credentials_.session_token.empty()) {
    headers.emplace_back("x-amz-security-token", credentials_.session_token);
  }
  const AwsRequest request{
      std::move(method), path, std::move(query), std::move(headers), std::string(kNoBody)};
  HttpCall call;
  call.method = request.method;
  call.url = place_.base + encode_uri(path, true);
  if (!request.query.empty()) call.url += "?" + canonical_query(request.query);
  call.headers = request.headers;
  call.headers.emplace_back("Authorization",
                            authorization(request, credentials_, region_, "s3", now));
  call.timeout = kPatience;
  call.max_body_bytes = kMaxAnswerBytes;
  return call;
}

SourceResult<bool> S3Client::may_list() {
  // Asks for no key. One that may not list is refused with AccessDenied, which is as it should be.
  RIGHTFUL_TRY(const HttpReply reply, remote_.send([&] {
    return call_for("GET", place_.root + "/", {{"list-type", "2"}, {"max-keys", "0"}}, {});
  }));
  if (reply.status == 200) return true;
  if (code_of(reply.body) == "AccessDenied") return false;
  return std::unexpected(refusal(reply));
}

SourceResult<S3Facts> S3Client::head(const std::string& key) {
  const std::string path = place_.root + "/" + key;
  RIGHTFUL_TRY(const HttpReply reply, remote_.send([&] { return call_for("HEAD", path, {}, {}); }));
  // The answer to HEAD has no body, and so no word that tells a missing key from a missing bucket.
  if (reply.status != 200) return std::unexpected(why_missing(path));
  const auto size = number_of(header(reply, "content-length"));
  if (!size) return std::unexpected(error(SourceErrorKind::BadAnswer, "an object has no size"));
  return facts_of(reply, *size);
}

SourceResult<void> S3Client::read(const std::string& key,
                                  const S3Facts& facts,
                                  std::uint64_t offset,
                                  std::size_t size,
                                  std::string& out) {
  const std::string path = place_.root + "/" + key;
  const std::size_t before = out.size();
  std::uint64_t begin = offset;
  RIGHTFUL_TRY(const HttpReply reply, remote_.send([&] {
    begin = offset + (out.size() - before);
    HttpCall call = call_for(
        "GET",
        path,
        {},
        {{"if-match", facts.tag}, {"range", fmt::format("bytes={}-{}", begin, offset + size - 1)}});
    call.on_body = [&](ByteView part) {
      if (out.size() - before + part.size() > size) return false;
      out += as_text(part);
      return true;
    };
    return call;
  }));
  const auto changed = [this] {
    return std::unexpected(error(SourceErrorKind::ObjectChanged,
                                 "an object was changed or replaced while it was read"));
  };
  if (reply.status == 412 || reply.status == 416 || reply.status == 404) return changed();
  if (reply.status != 206) return std::unexpected(refusal(reply));
  const auto whole = size_in_range(header(reply, "content-range"), begin);
  if (!whole) {
    return std::unexpected(error(SourceErrorKind::BadAnswer, "the store sent another range"));
  }
  RIGHTFUL_TRY(const S3Facts now, facts_of(reply, *whole));
  if (!(now == facts) || out.size() - before != size) return changed();
  return {};
}

SourceResult<S3Facts> S3Client::facts_of(const HttpReply& reply, std::uint64_t size) const {
  S3Facts facts{size, header(reply, "etag"), header(reply, "last-modified"), ""};
  if (facts.tag.empty()) {
    return std::unexpected(error(SourceErrorKind::BadAnswer, "an object has no ETag"));
  }
  if (!owner_header_.empty()) facts.owner = header(reply, owner_header_);
  return facts;
}

SourceError S3Client::why_missing(const std::string& path) {
  const auto reply =
      remote_.send([&] { return call_for("GET", path, {}, {{"range", "bytes=0-0"}}); });
  if (!reply) return reply.error();
  if (reply->status == 200 || reply->status == 206) {
    return error(SourceErrorKind::ObjectChanged, "an object appeared while it was asked for");
  }
  return refusal(*reply);
}

SourceError S3Client::refusal(const HttpReply& reply) const {
  const std::string code = code_of(reply.body);
  const auto* row = std::ranges::find(kCodes, code, &CodeRow::code);
  if (row != kCodes.end()) return error(row->kind, std::string(row->detail));
  if (reply.status == 401 || reply.status == 403) {
    return error(SourceErrorKind::AccessDenied,
                 "the store refuses to give an object: the key needs s3:GetObject on it, and "
                 "s3:ListBucket to be told of missing ones");
  }
  if (reply.status >= 300 && reply.status < 400) {
    return error(SourceErrorKind::NotConfigured,
                 "the store answers with a redirect, which is not followed; correct `endpoint` and "
                 "`region`");
  }
  return error(SourceErrorKind::BadAnswer,
               fmt::format("the store answers with status {}{}",
                           reply.status,
                           code.empty() ? "" : " and the code " + code));
}

SourceError S3Client::error(SourceErrorKind kind, std::string detail) const {
  return {kind, source_, "", std::move(detail)};
}

}  // namespace rightful::sources
