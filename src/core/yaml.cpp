#include "rightful/core/yaml.hpp"

#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace rightful {
namespace {

constexpr std::size_t kMaxSizeBytes = 4U << 20U;
constexpr std::size_t kMaxDepth = 64;

/// Ends the parse from inside an event; never leaves this file.
struct Refused {
  YAML::Mark mark;
  std::string cause;
  ErrorCode code = ErrorCode::InvalidArgument;
};

}  // namespace

/// Builds the tree from the parser's events, so that anchors, aliases and tags can be refused where
/// they stand.
class YamlReader final : public YAML::EventHandler {
 public:
  YamlNode take() { return std::move(root_); }

  [[nodiscard]] bool has_root() const { return has_root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (has_root_) throw Refused{mark, "one document only"};
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    place(make(YamlNode::Kind::Null, mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    throw Refused{mark, "aliases (*name) are not allowed"};
  }

  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    YamlNode node = make(YamlNode::Kind::Scalar, mark);
    node.quoted_ = tag == "!";
    const bool is_null = !node.quoted_ && (value == "~" || value == "null");
    if (is_null) {
      node.kind_ = YamlNode::Kind::Null;
    } else {
      node.text_ = value;
    }
    place(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::Sequence, mark, tag, anchor);
  }

  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::Mapping, mark, tag, anchor);
  }

  void OnMapEnd() override { close(); }

 private:
  struct Level {
    YamlNode node;
    std::optional<YamlNode> key;
    std::set<std::string> keys;
  };

  static YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark) {
    YamlNode node;
    node.kind_ = kind;
    node.line_ = mark.line + 1;
    node.column_ = mark.column + 1;
    return node;
  }

  static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) throw Refused{mark, "anchors (&name) are not allowed"};
  }

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!")
      throw Refused{mark, "tags (!name) are not allowed"};
  }

  void open(YamlNode::Kind kind,
            const YAML::Mark& mark,
            const std::string& tag,
            YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (levels_.size() >= kMaxDepth) {
      throw Refused{mark, "more than 64 levels", ErrorCode::LimitExceeded};
    }
    levels_.push_back({make(kind, mark), std::nullopt, {}});
  }

  void close() {
    YamlNode node = std::move(levels_.back().node);
    levels_.pop_back();
    place(std::move(node));
  }

  void place(YamlNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      has_root_ = true;
      return;
    }
    Level& level = levels_.back();
    if (level.node.kind_ == YamlNode::Kind::Sequence) {
      level.node.items_.push_back(std::move(node));
    } else if (!level.key) {
      take_key(level, std::move(node));
    } else {
      level.node.entries_.emplace_back(*std::move(level.key), std::move(node));
      level.key.reset();
    }
  }

  static void take_key(Level& level, YamlNode node) {
    const YAML::Mark mark = mark_of(node);
    if (node.kind_ != YamlNode::Kind::Scalar) throw Refused{mark, "a key is plain text"};
    if (!level.keys.insert(node.text_).second) {
      throw Refused{mark, "the key `" + node.text_ + "` stands here twice"};
    }
    level.key = std::move(node);
  }

  static YAML::Mark mark_of(const YamlNode& node) {
    YAML::Mark mark;
    mark.line = node.line_ - 1;
    mark.column = node.column_ - 1;
    return mark;
  }

  std::vector<Level> levels_;
  YamlNode root_;
  bool has_root_ = false;
};

const YamlNode* YamlNode::find(std::string_view key) const noexcept {
  for (const auto& [name, value] : entries_) {
    if (name.text_ == key) return &value;
  }
  return nullptr;
}

Result<YamlNode> parse_yaml(std::string_view text, std::string_view name) {
  if (text.size() > kMaxSizeBytes) {
    return fail(ErrorCode::LimitExceeded, fmt::format("{}: larger than 4 MiB", name));
  }
  const auto at = [&](const YAML::Mark& mark, std::string_view cause) {
    return fmt::format("{}:{}:{}: {}", name, mark.line + 1, mark.column + 1, cause);
  };
  YamlReader reader;
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(reader)) {
    }
  } catch (const Refused& refused) {
    return fail(refused.code, at(refused.mark, refused.cause));
  } catch (const YAML::Exception& error) {
    return fail(ErrorCode::InvalidArgument, at(error.mark, "not valid YAML: " + error.msg));
  }
  if (!reader.has_root()) {
    return fail(ErrorCode::InvalidArgument, fmt::format("{}:1:1: the document is empty", name));
  }
  return reader.take();
}

}  // namespace rightful
