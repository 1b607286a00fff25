/// @file
/// AWS Signature Version 4: proves to an S3 store that a request comes from the holder of a key.
/// Pure functions; the request itself is sent by s3_client.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/core/clock.hpp"

namespace rightful::sources {

/// Secrets  all but `access_key`; never logged.
struct AwsCredentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  ///< may be empty
};

using NameValues = std::vector<std::pair<std::string, std::string>>;

/// What is signed. Nothing in it is encoded yet.
struct AwsRequest {
  std::string method;
  std::string path;  ///< begins with `/`; taken as it is: `//`, `.` and `..` are not resolved
  NameValues query;
  NameValues headers;  ///< all are signed; `host` and `x-amz-date` are among them
  /// Lower-case hex of the body's SHA-256, or `UNSIGNED-PAYLOAD`.
  std::string payload_hash;
};

/// Percent-encoding of S3: everything but `A-Z a-z 0-9 - . _ ~`, upper-case hex, and `/` where
/// `keeps_slash`.
[[nodiscard]] std::string encode_uri(std::string_view text, bool keeps_slash);

/// `a=1&b=`, encoded and sorted by name, then value: as it is signed and as it is sent.
[[nodiscard]] std::string canonical_query(const NameValues& query);

/// `20150830T123600Z`
[[nodiscard]] std::string amz_date(Instant time);

/// Format   AWS General Reference, "Create a signed AWS API request"; with S3's rule that a path
///          is encoded once.
[[nodiscard]] std::string canonical_request(const AwsRequest& request);

/// The value of the header `Authorization`. @param time  the one of `x-amz-date`.
[[nodiscard]] std::string authorization(const AwsRequest& request,
                                        const AwsCredentials& credentials,
                                        std::string_view region,
                                        std::string_view service,
                                        Instant time);

}  // namespace rightful::sources
