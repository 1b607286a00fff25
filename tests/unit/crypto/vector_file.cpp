#include "tests/unit/crypto/vector_file.hpp"

#include <filesystem>
#include <stdexcept>

#include <gtest/gtest.h>

#include "rightful/core/files.hpp"

namespace rightful::testing {
namespace {

constexpr std::size_t kMaxFileBytes = 4U << 20U;

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      out.push_back(text[at]);
    } else if (++at < text.size() && (text[at] == 'n' || text[at] == '\\')) {
      out.push_back(text[at] == 'n' ? '\n' : '\\');
    } else {
      throw std::runtime_error("unknown escape in a vector");
    }
  }
  return out;
}

std::pair<std::string, std::string> split_line(std::string_view line, const std::string& place) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 ||
      line.substr(0, colon).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") !=
          std::string_view::npos) {
    throw std::runtime_error(place + ": not `key: value`");
  }
  std::string_view value = line.substr(colon + 1);
  if (!value.empty() && value.front() != ' ')
    throw std::runtime_error(place + ": no space after the colon");
  if (!value.empty()) value.remove_prefix(1);
  return {std::string(line.substr(0, colon)), std::string(value)};
}

/// The lines of one case, gathered until the empty line.
class Gathered {
 public:
  void add(std::string_view line, const std::string& place) {
    if (fields_.empty()) first_place_ = place;
    auto [key, value] = split_line(line, place);
    if (!fields_.emplace(std::move(key), std::move(value)).second) {
      throw std::runtime_error(place + ": a key twice");
    }
  }

  void end(std::vector<VectorCase>& cases) {
    if (fields_.empty()) return;
    if (!fields_.contains("comment") || !fields_.contains("expect")) {
      throw std::runtime_error(first_place_ + ": a case has `comment` and `expect`");
    }
    std::string place = first_place_ + ": " + fields_.extract("comment").mapped();
    cases.emplace_back(std::move(place), std::exchange(fields_, {}));
  }

 private:
  std::string first_place_;
  std::map<std::string, std::string> fields_;
};

}  // namespace

std::string VectorCase::text(const std::string& key) {
  const auto found = fields_.find(key);
  if (found == fields_.end()) throw std::runtime_error(place_ + ": lacks `" + key + "`");
  used_.insert(key);
  return key.ends_with("_text") ? unescape(found->second) : found->second;
}

Bytes VectorCase::bytes(const std::string& key) {
  auto decoded = from_hex(text(key));
  if (!decoded) throw std::runtime_error(place_ + ": `" + key + "` is not hex");
  return *std::move(decoded);
}

std::uint64_t VectorCase::number(const std::string& key) {
  return std::stoull(text(key));
}

bool VectorCase::expects_ok() {
  return expectation() == "ok";
}

std::vector<std::string> VectorCase::unused() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : fields_) {
    if (!used_.contains(key)) keys.push_back(key);
  }
  return keys;
}

std::vector<VectorCase> parse_vectors(const std::string& name, std::string_view text) {
  std::vector<VectorCase> cases;
  Gathered gathered;
  int line_number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_number;
    if (line.starts_with('#')) continue;
    if (line.empty()) {
      gathered.end(cases);
    } else {
      gathered.add(line, name + ":" + std::to_string(line_number));
    }
  }
  gathered.end(cases);
  return cases;
}

std::vector<VectorCase> read_vectors(const std::string& name) {
  const std::filesystem::path path =
      std::filesystem::path(RIGHTFUL_SOURCE_DIR) / "tests/vectors/crypto" / name;
  const auto content = read_file(path, kMaxFileBytes);
  if (!content) throw std::runtime_error(path.string() + ": " + content.error().detail);
  return parse_vectors(name, as_text(*content));
}

void for_each_vector(const std::string& name, void (*run)(VectorCase&)) {
  auto cases = read_vectors(name);
  ASSERT_FALSE(cases.empty()) << name;
  for (VectorCase& vector : cases) {
    SCOPED_TRACE(vector.place());
    run(vector);
    for (const std::string& key : vector.unused())
      ADD_FAILURE() << "unknown key `" << key << "`";
  }
}

}  // namespace rightful::testing
