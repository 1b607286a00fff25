// YAML: a tree of at most 64 levels whose nodes all stand somewhere, or an error that names the
// place.
#include <set>
#include <string>

#include "rightful/core/check.hpp"
#include "rightful/core/yaml.hpp"

#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

constexpr std::size_t kMaxDepth = 64;

void check_node(const YamlNode& node, std::size_t input_size, std::size_t level);

void check_mapping(const YamlNode& node, std::size_t input_size, std::size_t level) {
  std::set<std::string> keys;
  for (const auto& [key, value] : node.entries()) {
    RIGHTFUL_CHECK(key.kind() == YamlNode::Kind::Scalar);
    RIGHTFUL_CHECK(keys.insert(key.text()).second);
    RIGHTFUL_CHECK(node.find(key.text()) == &value);
    check_node(key, input_size, level);
    check_node(value, input_size, level);
  }
}

/// @param level  how many sequences and mappings are open around the node.
void check_node(const YamlNode& node, std::size_t input_size, std::size_t level) {
  const bool is_inner =
      node.kind() == YamlNode::Kind::Sequence || node.kind() == YamlNode::Kind::Mapping;
  RIGHTFUL_CHECK(level + (is_inner ? 1 : 0) <= kMaxDepth);
  RIGHTFUL_CHECK(node.line() >= 1 && node.column() >= 1);
  RIGHTFUL_CHECK(static_cast<std::size_t>(node.line()) <= input_size + 1);
  RIGHTFUL_CHECK(node.kind() == YamlNode::Kind::Scalar || node.text().empty());
  RIGHTFUL_CHECK(node.kind() == YamlNode::Kind::Sequence || node.items().empty());
  RIGHTFUL_CHECK(node.kind() == YamlNode::Kind::Mapping || node.entries().empty());
  for (const YamlNode& item : node.items())
    check_node(item, input_size, level + 1);
  check_mapping(node, input_size, level + 1);
}

}  // namespace

void run_one(std::string_view input) {
  const auto root = parse_yaml(input, "f.yaml");
  if (root) {
    check_node(*root, input.size(), 0);
    return;
  }
  const Error& error = root.error();
  RIGHTFUL_CHECK(error.code == ErrorCode::InvalidArgument ||
                 error.code == ErrorCode::LimitExceeded);
  RIGHTFUL_CHECK(error.detail.starts_with("f.yaml:"));
}

}  // namespace rightful::fuzz
