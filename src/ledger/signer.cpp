#include "rightful/ledger/signer.hpp"

#include <algorithm>

#include "rightful/core/check.hpp"
#include "rightful/core/files.hpp"

namespace rightful::ledger {

namespace {

constexpr mode_t kMemoryMode = 0600;

// A memory of another log counts as none: freezing it would stop a log that has done nothing.
std::optional<SignerMemory> load_memory(MemoryStore& store, const Origin& origin) {
  const auto bytes = store.load();
  if (!bytes) return std::nullopt;
  auto memory = SignerMemory::parse(*bytes);
  if (!memory || memory->checkpoint().origin != origin) return std::nullopt;
  return *std::move(memory);
}

// What the memory and the outside say against each other.
std::optional<FreezeReason> find_contradiction(const SignerMemory& memory,
                                               std::span<const NoteSigner> signers,
                                               const std::optional<Bytes>& published) {
  if (memory.frozen()) return memory.frozen();
  if (signers.empty()) return FreezeReason::WrongKey;
  for (const NoteSigner& signer : signers) {
    if (std::ranges::find(memory.keys(), signer.key()) == memory.keys().end()) {
      return FreezeReason::WrongKey;
    }
  }
  if (!published) return std::nullopt;
  const auto opened = open_checkpoint(*published, memory.keys());
  if (!opened) return std::nullopt;
  const TreeHead& head = opened->checkpoint.head;
  if (head.size > memory.frontier().size()) return FreezeReason::MemoryRolledBack;
  if (head.size == memory.frontier().size() && head.root != memory.frontier().root()) {
    return FreezeReason::RootDiffers;
  }
  return std::nullopt;
}

}  // namespace

Result<Bytes> MemoryFile::load() {
  std::error_code unknown;
  if (std::filesystem::is_directory(path_, unknown)) {
    return fail(ErrorCode::InvalidArgument, path_.string() + " is a folder");
  }
  return read_file(path_, kMaxMemorySizeBytes);
}

void MemoryFile::save(ByteView content) {
  write_file_atomically(path_, content, kMemoryMode);
}

Signer Signer::start(MemoryStore& store,
                     std::vector<NoteSigner> signers,
                     const Origin& origin,
                     const std::optional<Bytes>& published) {
  RIGHTFUL_CHECK(signers.size() <= kMaxSignerKeys);
  for (const NoteSigner& signer : signers)
    RIGHTFUL_CHECK(signer.key().name() == origin.text());
  Signer signer(store, std::move(signers));
  signer.memory_ = load_memory(store, origin);
  if (!signer.memory_) {
    signer.frozen_ = FreezeReason::MemoryLost;  // there is nothing to keep the state in
    return signer;
  }
  const auto reason = find_contradiction(*signer.memory_, signer.signers_, published);
  if (reason) signer.freeze(*reason);
  return signer;
}

void Signer::freeze(FreezeReason reason) {
  frozen_ = reason;  // first: if the disk fails, nothing is signed either
  if (!memory_ || memory_->frozen()) return;
  memory_ = memory_->frozen_by(reason);
  store_.save(as_bytes(memory_->text()));
}

std::expected<std::string, SignRefusal> Signer::sign(const SignRequest& request) {
  if (frozen_ || !memory_) {
    const std::uint64_t size = memory_ ? memory_->frontier().size() : 0;
    const FreezeReason why = frozen_.value_or(FreezeReason::MemoryLost);
    return std::unexpected(SignRefusal{SignRefusal::Kind::Frozen, why, size});
  }
  auto next = memory_->decide(request);
  if (!next) {
    const SignRefusal& refusal = next.error();
    if (refusal.reason) freeze(*refusal.reason);
    return std::unexpected(refusal);
  }
  if (*next != *memory_) {
    store_.save(as_bytes(next->text()));
    memory_ = *std::move(next);
  }
  return sign_checkpoint(memory_->checkpoint(), signers_);
}

}  // namespace rightful::ledger
