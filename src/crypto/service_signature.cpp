#include "rightful/crypto/service_signature.hpp"

#include <string_view>
#include <utility>

#include "rightful/crypto/signed_text.hpp"

namespace rightful::crypto {
namespace {

std::string_view text_of(ServiceLabel label) {
  switch (label) {
    case ServiceLabel::Manifest:
      return "rightful/v1/manifest";
    case ServiceLabel::Envelope:
      return "rightful/v1/envelope";
  }
  std::unreachable();
}

}  // namespace

Bytes service_text(ServiceLabel label,
                   const RequestId& request,
                   const AccountId& account,
                   const Sha256Digest& digest) {
  const SignedText text = SignedText(text_of(label))
                              .fixed(request.bytes())
                              .variable(account.expose())
                              .fixed(digest.bytes());
  return {text.bytes().begin(), text.bytes().end()};
}

Result<void> verify_service_signature(ServiceLabel label,
                                      const RequestId& request,
                                      const AccountId& account,
                                      const Sha256Digest& digest,
                                      const SignPublicKey& service_key,
                                      const Signature& signature) {
  return verify_signature(service_key, service_text(label, request, account, digest), signature);
}

}  // namespace rightful::crypto
