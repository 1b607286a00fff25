// Is the program alive, can it answer, whose signatures does it make.
#include <nlohmann/json.hpp>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/server_keys.hpp"

#include "http/json_answer.hpp"
#include "http/router.hpp"

namespace rightful::http {

Handled<HttpResponse> get_livez(const Call& /*call*/) {
  return json_response(200, {{"status", "alive"}});
}

// A Failure of the check becomes 503 where all of them do.
Handled<HttpResponse> get_readyz(const Call& call) {
  if (!call.api.settings.is_ready()) return std::unexpected(Problem(ProblemKind::Unavailable));
  return json_response(200, {{"status", "ready"}});
}

Handled<HttpResponse> get_service(const Call& call) {
  const ApiSettings& settings = call.api.settings;
  return json_response(200,
                       {{"name", "rightful"},
                        {"version", settings.version},
                        {"service_key", to_base64(settings.service_key.bytes())},
                        {"fingerprint", crypto::fingerprint(settings.service_key)},
                        {"kdf", kdf_json()}});
}

}  // namespace rightful::http
