#include "archive/reader/entry_walker.hpp"

#include <algorithm>

#include "rightful/crypto/hash.hpp"

#include "archive/reader/refuse.hpp"

namespace rightful::archive::reader {
namespace {

std::unexpected<Error> malformed(std::string_view why) {
  return refuse(ErrorCode::InvalidArgument, "inner", why);
}

}  // namespace

Result<const CentralRecord*> EntryWalker::enter() {
  if (has_begun_) ++index_;
  has_begun_ = true;
  RIGHTFUL_TRY(record_, cursor_.next());
  if (!record_) return nullptr;
  if (record_->local_offset != feed_.position()) {
    return refuse(ErrorCode::InvalidArgument,
                  "inner",
                  "an entry does not stand where the one before ends",
                  index_);
  }
  RIGHTFUL_TRY(content_.enter(*record_));
  return &*record_;
}

Result<void> EntryWalker::finish() {
  if (feed_.position() != place_.offset) return malformed("bytes before the directory");
  crypto::Sha256 hash;
  std::uint64_t left = place_.size;
  while (left > 0) {
    RIGHTFUL_TRY(const ByteView part, feed_.view(left));
    if (part.empty()) return malformed("the directory is cut off");
    hash.update(part);
    left -= part.size();
  }
  if (std::move(hash).finish() != cursor_.finish()) return malformed("the directory has changed");
  Bytes end(static_cast<std::size_t>(inner_.size() - place_.offset - place_.size));
  Bytes expected(end.size());
  inner_.read_at(place_.offset + place_.size, expected);
  RIGHTFUL_TRY(const bool is_whole, feed_.take(end));
  if (!is_whole || end != expected) return malformed("the end records have changed");
  return {};
}

}  // namespace rightful::archive::reader
