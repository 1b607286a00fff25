#include "sources/aws_signature.hpp"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/mac.hpp"

namespace rightful::sources {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

/// Without blanks around it, and with one for each run of blanks inside.
std::string trimmed(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool is_blank = c == ' ' || c == '\t';
    if (!is_blank) out += c;
    if (is_blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

NameValues sorted_headers(const AwsRequest& request) {
  NameValues headers;
  for (const auto& [name, value] : request.headers) {
    headers.emplace_back(lower(name), trimmed(value));
  }
  std::ranges::sort(headers);
  return headers;
}

std::string signed_names(const NameValues& headers) {
  std::string names;
  for (const auto& [name, value] : headers) {
    names += (names.empty() ? "" : ";") + name;
  }
  return names;
}

std::string sha256_hex(std::string_view text) {
  return to_hex(crypto::sha256(as_bytes(text)).bytes());
}

crypto::Sha256Digest mac(ByteView key, std::string_view text) {
  return crypto::hmac_sha256(key, as_bytes(text));
}

}  // namespace

std::string encode_uri(std::string_view text, bool keeps_slash) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c) || (keeps_slash && c == '/')) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string canonical_query(const NameValues& query) {
  NameValues encoded;
  for (const auto& [name, value] : query) {
    encoded.emplace_back(encode_uri(name, false), encode_uri(value, false));
  }
  std::ranges::sort(encoded);
  std::string text;
  for (const auto& [name, value] : encoded) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  }
  return text;
}

std::string amz_date(Instant time) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", std::chrono::floor<std::chrono::seconds>(time));
}

std::string canonical_request(const AwsRequest& request) {
  const NameValues headers = sorted_headers(request);
  std::string text = request.method + "\n" + encode_uri(request.path, true) + "\n" +
                     canonical_query(request.query) + "\n";
  for (const auto& [name, value] : headers) {
    text += fmt::format("{}:{}\n", name, value);
  }
  return text + "\n" + signed_names(headers) + "\n" + request.payload_hash;
}

std::string authorization(const AwsRequest& request,
                          const AwsCredentials& credentials,
                          std::string_view region,
                          std::string_view service,
                          Instant time) {
  const std::string date_time = amz_date(time);
  const std::string_view date = std::string_view(date_time).substr(0, 8);
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", date, region, service);
  const std::string to_sign = fmt::format(
      "{}\n{}\n{}\n{}", kAlgorithm, date_time, scope, sha256_hex(canonical_request(request)));
  const auto of_date = mac(as_bytes("AWS4" + credentials.secret_key), date);
  const auto of_region = mac(of_date.bytes(), region);
  const auto of_service = mac(of_region.bytes(), service);
  const auto key = mac(of_service.bytes(), "aws4_request");
  return fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}",
                     kAlgorithm,
                     credentials.access_key,
                     scope,
                     signed_names(sorted_headers(request)),
                     to_hex(mac(key.bytes(), to_sign).bytes()));
}

}  // namespace rightful::sources
