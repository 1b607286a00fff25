/// @file
/// The HTTP API: every route of docs/api.md as one handler.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "rightful/core/clock.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/http/message.hpp"
#include "rightful/lifecycle/access_requests.hpp"
#include "rightful/lifecycle/sign_in.hpp"

namespace rightful::http {

struct ApiSettings {
  std::string version;                ///< of the program
  crypto::SignPublicKey service_key;  ///< whose signatures envelopes and manifests carry
  /// The database answers; called by /readyz in a handler thread. Errors  Failure counts as no.
  std::function<bool()> is_ready;
};

/// Owns     nothing but its settings: the services must outlive it.
/// Threads  handle() may be called from several threads at once.
class Api final : public HttpHandler {
 public:
  Api(lifecycle::SignIn& sign_in,
      lifecycle::AccessRequests& requests,
      Clock& clock,
      ApiSettings settings);
  ~Api() override;

  [[nodiscard]] HttpResponse handle(const HttpRequest& request) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rightful::http
