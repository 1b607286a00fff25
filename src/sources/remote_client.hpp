/// @file
/// Calls to a source behind HTTP: everything that needs files of the system is fetched before the
/// process is confined, and what passes by itself is tried again here.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "rightful/core/clock.hpp"
#include "rightful/core/http_client.hpp"
#include "rightful/core/random.hpp"
#include "rightful/sources/source_error.hpp"

namespace rightful::sources {

/// Long enough for a hiccup; an outage is waited for by the queue.
struct Patience {
  int attempts = 5;
  std::chrono::milliseconds first{200};    ///< doubled each time
  std::chrono::seconds longest_pause{20};  ///< a `Retry-After` beyond it ends the attempts
};

/// One server, its addresses and its authorities, for the whole export.
///
/// Threads  one. Secrets  errors name the source, never a URL, a header or an answer's text.
class RemoteClient {
 public:
  /// Looks up the host and reads the authorities.
  /// @param base     URL of the server. @param ca_file  PEM, absolute; empty = the system's.
  /// @return NotConfigured. Errors  Failure(Later, "source_lost") when the name has no address now.
  [[nodiscard]] static SourceResult<RemoteClient> open(std::string_view source,
                                                       std::string_view base,
                                                       const std::string& ca_file);

  /// Sends what `make` gives until there is an answer that would not pass by itself. No answer,
  /// 408, 429, 500, 502, 503 and 504 are tried again, after `Retry-After` where the server says it.
  /// @param make  called once per attempt, so that it can continue where the last one broke off.
  /// @return every other status is the caller's; NotConfigured when the certificate is not trusted,
  ///         BadAnswer when the answer is larger than the call allows.
  /// Errors  Failure(Later): `source_lost`, `source_timeout`, `unavailable`.
  [[nodiscard]] SourceResult<HttpReply> send(const std::function<HttpCall()>& make);

  [[nodiscard]] Instant now() const { return clock_->now(); }

 private:
  RemoteClient(std::string source, std::string addresses, std::string authorities);

  [[nodiscard]] SourceError refusal(const Error& error) const;
  void pause(int attempt, const HttpReply* reply);

  std::string source_;
  std::string addresses_;
  std::string authorities_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Random> random_;
  Patience patience_;
};

}  // namespace rightful::sources
