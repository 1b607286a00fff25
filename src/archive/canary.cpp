#include "rightful/archive/canary.hpp"

#include <algorithm>
#include <cstring>

#include "rightful/crypto/hash.hpp"

namespace rightful::archive {
namespace {

constexpr std::string_view kCanaryLabel = "rightful/v1/canary";
constexpr std::size_t kCanaryHashBytes = 15;
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

bool is_code(std::string_view text) {
  return std::all_of(
      text.begin(), text.end(), [](char c) { return kAlphabet.find(c) != std::string_view::npos; });
}

std::string code_of(const AccountId& account) {
  crypto::Sha256 hash;
  hash.update(as_bytes(kCanaryLabel));
  hash.update(as_bytes(account.expose()));
  const crypto::Sha256Digest digest = std::move(hash).finish();
  return to_crockford(ByteView(digest.bytes()).first(kCanaryHashBytes));
}

}  // namespace

std::string canary_token(const AccountId& account) {
  return std::string(kCanaryPrefix) + code_of(account);
}

CanaryScanner::CanaryScanner(const AccountId& account) : own_code_(code_of(account)) {}

void CanaryScanner::reset() noexcept {
  carried_ = 0;
  found_ = false;
}

bool CanaryScanner::feed(ByteView chunk) {
  const std::string_view text = as_text(chunk);
  constexpr std::size_t kKeep = kCanaryChars - 1;
  // The seam: the last bytes of what came before, and the first of this chunk.
  const std::size_t taken = std::min(text.size(), kKeep);
  std::copy_n(text.begin(), taken, seam_.begin() + static_cast<std::ptrdiff_t>(carried_));
  const std::size_t seam_size = carried_ + taken;
  if (carried_ > 0) found_ = found_ || scan({seam_.data(), seam_size});
  found_ = found_ || scan(text);
  if (text.size() >= kKeep) {
    std::copy_n(text.end() - static_cast<std::ptrdiff_t>(kKeep), kKeep, seam_.begin());
    carried_ = kKeep;
  } else {
    const std::size_t kept = std::min(seam_size, kKeep);
    std::memmove(seam_.data(), seam_.data() + (seam_size - kept), kept);
    carried_ = kept;
  }
  return found_;
}

bool CanaryScanner::scan(std::string_view text) const {
  while (text.size() >= kCanaryChars) {
    const void* const hit =
        ::memmem(text.data(), text.size(), kCanaryPrefix.data(), kCanaryPrefix.size());
    if (hit == nullptr) return false;
    text.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(hit) - text.data()) +
                       kCanaryPrefix.size());
    const std::string_view code = text.substr(0, kCanaryCodeChars);
    if (code.size() == kCanaryCodeChars && code != own_code_ && is_code(code)) return true;
  }
  return false;
}

}  // namespace rightful::archive
