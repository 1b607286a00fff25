#include "sources/http_page.hpp"

#include <algorithm>
#include <array>
#include <istream>
#include <nlohmann/json.hpp>
#include <utility>

#include <fmt/format.h>

namespace rightful::sources {
namespace {

using nlohmann::json;

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kMaxDepth = 64;  // of a value inside a record
constexpr std::size_t kMaxOwners = 1000;
constexpr std::string_view kOwner = "@owner";
constexpr std::string_view kKey = "@key";

/// Puts one value together, as far nested as it is.
class ValueBuilder {
 public:
  /// @return true when the value is complete.
  bool scalar(JsonType type, std::string text) {
    if (open_.empty()) {
      value_ = {type, std::move(text)};
      return true;
    }
    separate();
    value_.text += type == JsonType::Text ? quote_json(text) : text;
    return false;
  }

  /// @return false when it is nested too deep.
  bool open(char bracket) {
    if (open_.size() == kMaxDepth) return false;
    if (open_.empty()) value_ = {JsonType::Structure, ""};
    separate();
    value_.text += bracket;
    open_.push_back({});
    return true;
  }

  bool close(char bracket) {
    value_.text += bracket;
    open_.pop_back();
    return open_.empty();
  }

  /// @return false when the object has that key already.
  bool key(const std::string& name) {
    Level& level = open_.back();
    if (std::ranges::find(level.keys, name) != level.keys.end()) return false;
    level.keys.push_back(name);
    separate();
    value_.text += quote_json(name) + ":";
    level.is_after_key = true;
    return true;
  }

  [[nodiscard]] bool is_open() const { return !open_.empty(); }

  [[nodiscard]] JsonValue take() { return std::exchange(value_, {}); }

 private:
  struct Level {
    bool is_empty = true;
    bool is_after_key = false;
    std::vector<std::string> keys;
  };

  void separate() {
    if (open_.empty()) return;
    Level& level = open_.back();
    if (!level.is_empty && !level.is_after_key) value_.text += ',';
    level.is_empty = false;
    level.is_after_key = false;
  }

  std::vector<Level> open_;
  JsonValue value_;
};

/// Follows the parser's events through the four places of a page: around it, in its head, in its
/// list of records, and in a record.
class PageHandler final : public nlohmann::json_sax<json> {
 public:
  explicit PageHandler(const std::function<bool(PageRecord&)>* on_each) : on_each_(on_each) {}

  bool null() override { return scalar(JsonType::Null, "null"); }

  bool boolean(bool value) override { return scalar(JsonType::Boolean, value ? "true" : "false"); }

  bool number_integer(number_integer_t value) override {
    return scalar(JsonType::Number, std::to_string(value));
  }

  bool number_unsigned(number_unsigned_t value) override {
    return scalar(JsonType::Number, std::to_string(value));
  }

  bool number_float(number_float_t /*value*/, const string_t& text) override {
    return scalar(JsonType::Number, text);
  }

  bool string(string_t& value) override { return scalar(JsonType::Text, std::move(value)); }

  bool binary(binary_t& /*value*/) override { return refuse("a value is no JSON"); }

  bool start_object(std::size_t /*size*/) override {
    switch (place_) {
      case Place::Around:
        place_ = Place::Head;
        return true;
      case Place::Head:
        return refuse(fmt::format("`{}` is an object", name_));
      case Place::List:
        place_ = Place::Record;
        record_ = {};
        return true;
      case Place::Record:
        return builder_.open('{') || refuse("a value is nested too deep");
    }
    return false;
  }

  bool end_object() override {
    if (builder_.is_open()) return !builder_.close('}') || value_done();
    if (place_ == Place::Record) return end_record();
    place_ = Place::Around;
    return true;
  }

  bool start_array(std::size_t /*size*/) override {
    if (place_ == Place::Record) return builder_.open('[') || refuse("a value is nested too deep");
    if (place_ != Place::Head || name_ != "records") return refuse("a list where none is expected");
    place_ = Place::List;
    return true;
  }

  bool end_array() override {
    if (builder_.is_open()) return !builder_.close(']') || value_done();
    place_ = Place::Head;
    return true;
  }

  bool key(string_t& name) override {
    if (builder_.is_open()) return builder_.key(name) || refuse("an object has a key twice");
    name_ = std::move(name);
    if (place_ == Place::Record) {
      const bool is_repeated =
          std::ranges::any_of(record_.members,
                              [&](const auto& member) { return member.first == name_; }) ||
          (name_ == kOwner && has_owner_) || (name_ == kKey && record_.key);
      return !is_repeated || refuse("a record has a member twice");
    }
    if (std::ranges::find(seen_, name_) != seen_.end()) return refuse("a member comes twice");
    seen_.push_back(name_);
    return true;
  }

  bool parse_error(std::size_t /*position*/,
                   const std::string& /*token*/,
                   const json::exception& /*error*/) override {
    return refuse("it is no complete JSON");
  }

  [[nodiscard]] Result<PageHead> head() {
    for (const char* name :
         {"version", "account", "snapshot", "taken_at", "count", "records", "next"}) {
      if (problem_.empty() && std::ranges::find(seen_, name) == seen_.end()) {
        problem_ = fmt::format("the member `{}` is missing", name);
      }
    }
    if (problem_.empty()) return std::move(head_);
    return fail(ErrorCode::InvalidArgument, problem_);
  }

 private:
  enum class Place : std::uint8_t { Around, Head, List, Record };

  bool refuse(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  bool scalar(JsonType type, std::string text) {
    switch (place_) {
      case Place::Around:
        return refuse("it is no object");
      case Place::Head:
        return head_member({type, std::move(text)}) ||
               refuse(fmt::format("`{}` is not what it should be", known_name()));
      case Place::List:
        return refuse("a record is no object");
      case Place::Record:
        return !builder_.scalar(type, std::move(text)) || value_done();
    }
    return false;
  }

  /// A name that was sent is repeated only when it is one of ours.
  [[nodiscard]] std::string_view known_name() const {
    for (const std::string_view name :
         {"version", "account", "snapshot", "taken_at", "count", "records", "next"}) {
      if (name_ == name) return name;
    }
    return "an unknown member";
  }

  bool head_member(JsonValue value) {
    const bool is_text = value.type == JsonType::Text;
    if (name_ == "version") return value.text == std::to_string(kVersion);
    if (name_ == "account") return is_text && take(head_.account, value.text);
    if (name_ == "snapshot" || name_ == "next") {
      auto& place = name_ == "next" ? head_.next : head_.snapshot;
      if (is_text) place = std::move(value.text);
      return (is_text && !place->empty()) || value.type == JsonType::Null;
    }
    if (name_ == "taken_at") {
      const auto time = parse_rfc3339(value.text);
      return is_text && time && take(head_.taken_at, *time);
    }
    if (name_ == "count") {
      std::string scratch;
      const auto count = to_value(ValueKind::Integer, value, scratch);
      return value.type == JsonType::Number && count && !count->text.starts_with('-') &&
             take(head_.count, std::stoull(std::string(count->text)));
    }
    return false;
  }

  template <class T, class U>
  static bool take(T& place, U&& value) {
    place = std::forward<U>(value);
    return true;
  }

  bool value_done() {
    JsonValue value = builder_.take();
    if (name_ == kOwner) return take_owner(value);
    if (name_ == kKey) {
      if (value.type != JsonType::Text) return refuse("`@key` is no text");
      record_.key = std::move(value.text);
      return true;
    }
    record_.members.emplace_back(name_, std::move(value));
    return true;
  }

  /// A text, or a list of texts. Nothing else is made into one: `42` is not `"42"`.
  bool take_owner(const JsonValue& value) {
    has_owner_ = true;
    if (value.type == JsonType::Null) return true;
    if (value.type == JsonType::Text) {
      record_.owners.push_back(value.text);
      return true;
    }
    const json list = value.type == JsonType::Structure ? json::parse(value.text) : json();
    if (!list.is_array() || list.size() > kMaxOwners) {
      return refuse("`@owner` is neither a text nor a list of at most 1000 texts");
    }
    for (const json& owner : list) {
      if (!owner.is_string()) return refuse("an element of `@owner` is no text");
      record_.owners.push_back(owner.get<std::string>());
    }
    return true;
  }

  bool end_record() {
    place_ = Place::List;
    has_owner_ = false;
    ++head_.records;
    return on_each_ == nullptr || (*on_each_)(record_);
  }

  const std::function<bool(PageRecord&)>* on_each_;
  Place place_ = Place::Around;
  std::string name_;
  std::vector<std::string> seen_;
  ValueBuilder builder_;
  PageHead head_;
  PageRecord record_;
  bool has_owner_ = false;
  std::string problem_;
};

// The library takes a zero byte for the end, and would leave the rest unread.
constexpr std::string_view kZeroByte = "there is a zero byte";

bool has_zero_byte(std::streambuf& page) {
  std::array<char, std::size_t{16} << 10U> bytes{};
  page.pubseekpos(0, std::ios::in);
  for (;;) {
    const auto size = page.sgetn(bytes.data(), bytes.size());
    if (size <= 0) return false;
    if (std::find(bytes.data(), bytes.data() + size, '\0') != bytes.data() + size) return true;
  }
}

void parse(std::streambuf& page, PageHandler& handler) {
  page.pubseekpos(0, std::ios::in);
  std::istream stream(&page);
  (void)json::sax_parse(stream, &handler);
}

}  // namespace

std::string quote_json(std::string_view text) {
  return json(text).dump();
}

Result<PageHead> read_page_head(std::string_view page) {
  if (page.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::InvalidArgument, std::string(kZeroByte));
  }
  PageHandler handler(nullptr);
  (void)json::sax_parse(page, &handler);
  return handler.head();
}

void read_page_records(std::string_view page, const std::function<bool(PageRecord&)>& on_each) {
  PageHandler handler(&on_each);
  (void)json::sax_parse(page, &handler);
}

Result<PageHead> read_page_head(std::streambuf& page) {
  if (has_zero_byte(page)) return fail(ErrorCode::InvalidArgument, std::string(kZeroByte));
  PageHandler handler(nullptr);
  parse(page, handler);
  return handler.head();
}

void read_page_records(std::streambuf& page, const std::function<bool(PageRecord&)>& on_each) {
  PageHandler handler(&on_each);
  parse(page, handler);
}

}  // namespace rightful::sources
