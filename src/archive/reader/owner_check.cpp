#include "archive/reader/owner_check.hpp"

#include <string_view>

#include "archive/reader/refuse.hpp"

namespace rightful::archive::reader {
namespace {

using Texts = JsonReader::Texts;

constexpr std::string_view kOwnerMember = "@owner";

/// One pass over a document; a member of the class so that every step can say no.
class OwnerCheck {
 public:
  OwnerCheck(ChunkSource& content, const AccountId& account)
      : json_(content), account_(account.expose()) {}

  Result<std::uint64_t> run() {
    if (json_.next(Texts::Skip) != JsonToken::BeginArray) return malformed("not an array");
    std::uint64_t records = 0;
    while (true) {
      const JsonToken token = json_.next(Texts::Skip);
      if (token == JsonToken::EndArray) break;
      if (token != JsonToken::BeginObject) return malformed("a record is not an object");
      RIGHTFUL_TRY(record());
      ++records;
    }
    if (json_.next(Texts::Skip) != JsonToken::End) return malformed("not one document");
    return records;
  }

 private:
  /// After the record's opening brace, to behind its closing one.
  Result<void> record() {
    const std::size_t depth = json_.depth();
    int owners = 0;
    while (json_.depth() >= depth) {
      const JsonToken token = json_.next(Texts::Skip);
      if (token == JsonToken::Bad || token == JsonToken::End) return malformed("not valid JSON");
      if (token != JsonToken::Key || json_.text() != kOwnerMember) continue;
      if (json_.depth() == depth) ++owners;
      RIGHTFUL_TRY(owner());
    }
    if (owners != 1) return refuse(ErrorCode::Denied, "owner", "a record has not one owner");
    return {};
  }

  /// The value of an "@owner": at least one of its strings is the account.
  Result<void> owner() {
    JsonToken token = json_.next(Texts::Keep);
    bool is_ours = token == JsonToken::String && is_account();
    if (token == JsonToken::BeginArray) {
      while ((token = json_.next(Texts::Keep)) == JsonToken::String) {
        is_ours = is_account() || is_ours;
      }
      if (token != JsonToken::EndArray) return malformed("an owner list holds other than strings");
    } else if (token != JsonToken::String) {
      return malformed("an owner is neither string nor list");
    }
    if (!is_ours) return refuse(ErrorCode::Denied, "owner", "a record belongs to another account");
    return {};
  }

  [[nodiscard]] bool is_account() const { return !json_.is_cut() && json_.text() == account_; }

  std::unexpected<Error> malformed(std::string_view why) {
    // What the source itself refused (a CRC, the deflate) is the better answer.
    if (json_.next(Texts::Skip) == JsonToken::Bad &&
        json_.error().detail.find(": ") != std::string::npos) {
      return std::unexpected(json_.error());
    }
    const bool is_limit = json_.error().code == ErrorCode::LimitExceeded;
    return refuse(is_limit ? ErrorCode::LimitExceeded : ErrorCode::InvalidArgument, "records", why);
  }

  JsonReader json_;
  std::string_view account_;
};

}  // namespace

Result<std::uint64_t> count_owned_records(ChunkSource& content, const AccountId& account) {
  return OwnerCheck(content, account).run();
}

}  // namespace rightful::archive::reader
