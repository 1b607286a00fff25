/// @file
/// The HTTP API: every route of docs/api.md as one handler.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/export/linked_uploads.hpp"
#include "rightful/http/message.hpp"
#include "rightful/lifecycle/access_requests.hpp"
#include "rightful/lifecycle/ledger_audit.hpp"
#include "rightful/lifecycle/sign_in.hpp"
#include "rightful/lifecycle/staff.hpp"

namespace rightful::http {

struct ApiSettings {
  std::string version;                ///< of the program
  crypto::SignPublicKey service_key;  ///< whose signatures envelopes and manifests carry
  /// The database answers; called by /readyz in a handler thread. Errors  Failure counts as no.
  std::function<bool()> is_ready;
  std::vector<std::string> languages{"en"};  ///< of the controller; the first is the usual one
};

/// Owns     nothing but its settings: the services must outlive it.
/// Threads  handle() may be called from several threads at once.
class Api final : public HttpHandler {
 public:
  Api(lifecycle::SignIn& sign_in,
      lifecycle::AccessRequests& requests,
      exporting::LinkedUploads& uploads,
      lifecycle::StaffAccess& staff,
      lifecycle::LedgerAudit& ledger,
      Clock& clock,
      ApiSettings settings);
  ~Api() override;

  [[nodiscard]] HttpResponse handle(const HttpRequest& request) override;
  [[nodiscard]] bool is_streamed(std::string_view method,
                                 std::string_view path) const noexcept override;
  [[nodiscard]] UploadStart begin_upload(const HttpRequest& request,
                                         std::uint64_t size_bytes) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rightful::http
