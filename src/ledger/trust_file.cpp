#include "rightful/ledger/trust_file.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "rightful/core/check.hpp"

#include "ledger/note_text.hpp"

namespace rightful::ledger {

namespace {

using Items = std::vector<std::string_view>;

constexpr std::string_view kNone = "none";

// Separated by spaces and tabs only.
Items split_items(std::string_view line) {
  Items items;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty()) return items;
    items.push_back(line.substr(0, line.find_first_of(" \t")));
    line.remove_prefix(items.back().size());
  }
}

// Reads the policy line by line; what a later line refers to stands on an earlier one.
class PolicyReader {
 public:
  Result<void> read_line(std::string_view line) {
    const Items items = split_items(line);
    if (items.empty() || items.front().starts_with('#')) return {};
    if (items.front() == "log") return read_log(items);
    if (items.front() == "witness") return read_witness(items);
    if (items.front() == "group") return read_group(items);
    if (items.front() == "quorum") return read_quorum(items);
    return fail(ErrorCode::InvalidArgument, "a line begins with log, witness, group, quorum or #");
  }

  [[nodiscard]] const std::vector<NoteKey>& log_keys() const { return log_keys_; }

  [[nodiscard]] const std::optional<std::string>& quorum() const { return quorum_; }

 private:
  // log <vkey> [<url>]
  Result<void> read_log(const Items& items) {
    if (items.size() != 2 && items.size() != 3)
      return fail(ErrorCode::InvalidArgument, "expected: log <vkey> [<url>]");
    RIGHTFUL_TRY(const NoteKey key, NoteKey::parse(items[1]));
    for (const NoteKey& other : log_keys_) {
      if (other.public_key() == key.public_key())
        return fail(ErrorCode::InvalidArgument, "the same key as on an earlier line");
      if (other.name() == key.name() && other.id() == key.id())
        return fail(ErrorCode::InvalidArgument, "the same name and id as on an earlier line");
    }
    log_keys_.push_back(key);
    return {};
  }

  // witness <name> <vkey> [<url>]
  Result<void> read_witness(const Items& items) {
    if (items.size() != 3 && items.size() != 4)
      return fail(ErrorCode::InvalidArgument, "expected: witness <name> <vkey> [<url>]");
    RIGHTFUL_TRY(const VkeyParts key, parse_vkey(items[2]));
    if (!witness_keys_.insert(to_hex(key.key)).second)
      return fail(ErrorCode::InvalidArgument, "the same key as on an earlier line");
    return define(items[1]);
  }

  // group <name> <all|any|k> <name>…
  Result<void> read_group(const Items& items) {
    constexpr std::size_t kFirstMember = 3;
    if (items.size() <= kFirstMember)
      return fail(ErrorCode::InvalidArgument, "expected: group <name> <all|any|number> <name>…");
    std::set<std::string_view> members;
    for (std::size_t at = kFirstMember; at < items.size(); ++at) {
      if (!names_.contains(std::string(items[at])) || !members.insert(items[at]).second) {
        return fail(ErrorCode::InvalidArgument,
                    "a member is a witness or group of an earlier line, named once");
      }
    }
    const auto number = parse_decimal(items[2]);
    const bool is_number = number && *number >= 1 && *number <= members.size();
    if (items[2] != "all" && items[2] != "any" && !is_number) {
      return fail(ErrorCode::InvalidArgument,
                  "how many members: all, any, or 1 to " + std::to_string(members.size()));
    }
    return define(items[1]);
  }

  // quorum <name>
  Result<void> read_quorum(const Items& items) {
    if (items.size() != 2) return fail(ErrorCode::InvalidArgument, "expected: quorum <name>");
    if (quorum_) return fail(ErrorCode::InvalidArgument, "a second quorum line");
    if (items[1] != kNone && !names_.contains(std::string(items[1]))) {
      return fail(ErrorCode::InvalidArgument,
                  "the quorum is none, or a witness or group of an earlier line");
    }
    quorum_ = items[1];
    return {};
  }

  Result<void> define(std::string_view name) {
    if (name == kNone || !names_.insert(std::string(name)).second) {
      return fail(ErrorCode::InvalidArgument,
                  "a name is none of an earlier line, and not the word none");
    }
    return {};
  }

  std::vector<NoteKey> log_keys_;
  std::set<std::string> witness_keys_;
  std::set<std::string> names_;
  std::optional<std::string> quorum_;
};

std::unexpected<Error> unusable(std::string_view why) {
  return fail(ErrorCode::InvalidArgument, "the trust file cannot be used: " + std::string(why));
}

std::unexpected<Error> unusable(std::size_t line, std::string_view why) {
  return unusable("line " + std::to_string(line) + ": " + std::string(why));
}

}  // namespace

Result<TrustFile> TrustFile::parse(ByteView bytes) {
  if (bytes.size() > kMaxTrustFileSizeBytes)
    return fail(ErrorCode::LimitExceeded, "a trust file of more than 64 KiB");
  std::string_view rest = as_text(bytes);
  PolicyReader reader;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return unusable(number, "it does not end with a line feed");
    std::string line(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    std::ranges::replace(line, '\t', ' ');
    if (!is_note_text(line)) {
      return unusable(number,
                      "a control character, or bytes that are no UTF-8 (a carriage return? save it "
                      "with line feeds alone)");
    }
    const auto read = reader.read_line(line);
    if (!read) return unusable(number, read.error().detail);
  }
  if (reader.log_keys().empty()) return unusable("no line `log <vkey>`");
  const auto& quorum = reader.quorum();
  if (!quorum) return unusable("no line `quorum none`");
  return TrustFile(reader.log_keys(), *quorum != kNone);
}

std::string format_trust_file(std::span<const NoteKey> log_keys) {
  RIGHTFUL_CHECK(!log_keys.empty());
  std::string text;
  for (const NoteKey& key : log_keys)
    text += "log " + key.text() + "\n";
  return text + "quorum none\n";
}

}  // namespace rightful::ledger
