#include "rightful/catalog/draft.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

#include <fmt/format.h>

#include "catalog/known_terms.hpp"
#include "catalog/node_reader.hpp"

namespace rightful::catalog {
namespace {

constexpr std::size_t kMaxCommentBytes = 400;
constexpr std::size_t kMaxNameBytes = 64;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_control(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte < 0x20 || byte == 0x7F;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(
      out, out.begin(), [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

/// Words that some reader of YAML takes for something else than a text.
bool is_reserved(std::string_view text) {
  constexpr std::array<std::string_view, 9> kReserved{
      "null", "true", "false", "yes", "no", "on", "off", "y", "n"};
  return std::ranges::find(kReserved, lower(text)) != kReserved.end();
}

/// A text as it stands in the file; quoted unless it is one plain word.
std::string scalar(std::string_view text) {
  const bool is_word = !text.empty() && !is_digit(text.front()) && !is_reserved(text) &&
                       std::ranges::all_of(text, [](char c) {
                         return is_lower(c) || is_upper(c) || is_digit(c) || c == '_';
                       });
  if (is_word) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (is_control(c)) {
      out += fmt::format("\\x{:02X}", static_cast<std::uint8_t>(c));
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

/// Paths and names of tables hold double quotes themselves: in single ones they stay readable.
std::string path_scalar(std::string_view text) {
  const bool is_plain = !text.empty() && !is_digit(text.front()) && text.front() != '-' &&
                        text.front() != '.' && !is_reserved(text) &&
                        std::ranges::all_of(text, [](char c) {
                          return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' ||
                                 c == ' ' || c == '.' || c == '-' || c == '>';
                        });
  if (is_plain) return std::string(text);
  if (std::ranges::any_of(text, is_control)) return scalar(text);
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

/// At most `size` bytes, and no half character at the end.
std::string_view cut(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<std::uint8_t>(text[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  return text.substr(0, size);
}

std::string comment_text(std::string_view text) {
  std::string out(cut(text, kMaxCommentBytes));
  std::ranges::replace_if(out, is_control, ' ');
  return out;
}

class DraftWriter {
 public:
  explicit DraftWriter(const Draft& draft) : draft_(draft) {}

  std::string write() {
    comments("", draft_.head);
    if (!draft_.head.empty()) out_ += '\n';
    out_ += "version: 1\n\n";
    write_controller();
    write_sources();
    write_defaults();
    out_ += "datasets:\n";
    for (const DraftDataset& dataset : draft_.datasets) {
      write_dataset(dataset);
    }
    write_not_personal();
    if (!draft_.notes.empty()) out_ += '\n';
    comments("", draft_.notes);
    return std::move(out_);
  }

 private:
  void comments(std::string_view indent, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      const std::string text = comment_text(line);
      out_ += fmt::format("{}#{}{}\n", indent, text.empty() ? "" : " ", text);
    }
  }

  /// A placeholder in every language.
  [[nodiscard]] std::string words(std::string_view proposed) const {
    // "TODO" is what the reader of the draft is to fill in: catalog check refuses it.
    std::string text = scalar(fmt::format("TODO: {}", cut(proposed, 200)));
    if (draft_.languages.size() == 1) return text;
    std::string out = "{ ";
    for (const std::string& language : draft_.languages) {
      out += fmt::format("{}{}: {}", out.size() > 2 ? ", " : "", scalar(language), text);
    }
    return out + " }";
  }

  void write_controller() {
    out_ += fmt::format(
        "controller:\n"
        "  name: \"TODO: the company's name\"\n"
        "  address: \"TODO: its postal address\"\n"
        "  timezone: \"TODO: Europe/Berlin\"   # the legal day ends here\n"
        "  authority:                         # Art. 15(1)(f): whom the person may complain to\n"
        "    name: \"TODO: the supervisory authority\"\n"
        "    address: \"TODO: its postal address\"\n"
        "  languages: [{}]\n\n",
        joined(draft_.languages));
  }

  static std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) {
      out += (out.empty() ? "" : ", ") + scalar(text);
    }
    return out;
  }

  void write_sources() {
    out_ += "sources:\n";
    for (const DraftSource& source : draft_.sources) {
      out_ += fmt::format("  {}: {{ kind: {}", scalar(source.name), source.kind);
      for (const auto& [key, value] : source.keys) {
        out_ += fmt::format(", {}: {}", key, scalar(value));
      }
      out_ += " }\n";
    }
    out_ += '\n';
  }

  void write_defaults() {
    out_ += fmt::format(
        "defaults:   # hold for every dataset that does not say its own\n"
        "  purposes: [TODO]    # Art. 15(1)(a): ServiceProvision, SellProducts, "
        "PaymentManagement, CustomerCare …\n"
        "  recipients: TODO    # Art. 15(1)(c): [] for none, or [{{ name: …, country: DE, role: "
        "processor }}]\n"
        "  retention: {{ criteria: {} }}   # Art. 15(1)(d)\n"
        "  origin: TODO        # Art. 15(1)(g): the subject, use of the service, our own systems, "
        "or words\n\n",
        words("how long the data are kept"));
  }

  [[nodiscard]] const DraftSource* source_of(std::string_view name) const {
    const auto found = std::ranges::find(draft_.sources, name, &DraftSource::name);
    return found == draft_.sources.end() ? nullptr : &*found;
  }

  [[nodiscard]] TableName shortened(TableName name, std::string_view source) const {
    const DraftSource* of = source_of(source);
    if (of != nullptr && name.schema == of->default_schema) name.schema.clear();
    return name;
  }

  [[nodiscard]] std::string text_of(OwnerPath path, std::string_view source) const {
    for (KeyStep& step : path.steps) {
      step.table = shortened(std::move(step.table), source);
    }
    return to_string(path);
  }

  void write_dataset(const DraftDataset& dataset) {
    comments("  ", dataset.comments);
    out_ += fmt::format("  - name: {}\n    source: {}\n    table: {}\n",
                        scalar(dataset.name),
                        scalar(dataset.source),
                        path_scalar(to_string(shortened(dataset.table, dataset.source))));
    comments("    ", dataset.owner_comments);
    write_owners(dataset);
    out_ += fmt::format("    title: {}\n", words(dataset.words));
    write_categories(dataset.categories);
    out_ += "    fields:\n";
    for (const DraftField& field : dataset.fields) {
      write_field(field);
    }
    out_ += '\n';
  }

  void write_owners(const DraftDataset& dataset) {
    if (dataset.owners.empty()) {
      out_ += "    owner: TODO\n";
    } else if (dataset.owners.size() == 1) {
      out_ += fmt::format("    owner: {}\n",
                          path_scalar(text_of(dataset.owners.front(), dataset.source)));
    } else {
      out_ += "    owner:\n";
      for (const OwnerPath& path : dataset.owners) {
        out_ += fmt::format("      - {}\n", path_scalar(text_of(path, dataset.source)));
      }
    }
  }

  void write_categories(const std::vector<std::string>& categories) {
    if (categories.empty()) {
      out_ += "    categories: [TODO]   # Art. 15(1)(b): no name of a column says which\n";
      return;
    }
    std::string list;
    for (const std::string& category : categories) {
      list += (list.empty() ? "" : ", ") + category_text(category);
    }
    out_ += fmt::format("    categories: [{}]   # a proposal, from names\n", list);
  }

  /// With words of its own where there are no ready ones in a language.
  [[nodiscard]] std::string category_text(const std::string& term) const {
    const LocalizedText* known = known_term(term);
    const bool has_all = std::ranges::all_of(draft_.languages, [&](const std::string& language) {
      return language == "en" || (known != nullptr && known->has(language));
    });
    if (has_all) return scalar(term);
    std::string titles;
    for (const std::string& language : draft_.languages) {
      const bool is_known = known != nullptr && known->has(language);
      titles += fmt::format("{}{}: {}",
                            titles.empty() ? "" : ", ",
                            language,
                            scalar(is_known ? known->in(language) : "TODO: " + words_from(term)));
    }
    return fmt::format("{{ term: {}, title: {{ {} }} }}", scalar(term), titles);
  }

  void write_field(const DraftField& field) {
    comments("      ", field.comments);
    out_ += fmt::format("      {}: {{ title: {}", scalar(field.name), words(field.words));
    if (!field.withhold.empty()) out_ += fmt::format(", withhold: {}", field.withhold);
    if (!field.third_party.empty()) out_ += fmt::format(", third_party: {}", field.third_party);
    if (!field.codes.empty()) {
      std::string codes;
      for (const std::string& code : field.codes) {
        codes += fmt::format(
            "{}{}: {}", codes.empty() ? "" : ", ", scalar(code), words(words_from(code)));
      }
      out_ += fmt::format(", codes: {{ {} }}", codes);
    }
    out_ += " }\n";
  }

  void write_not_personal() {
    if (draft_.not_personal.empty()) return;
    out_ +=
        "not_personal:   # proposals: read each reason, and agree or describe the table above\n";
    for (const DraftNotPersonal& entry : draft_.not_personal) {
      comments("  ", {entry.reason});
      const std::string name = entry.source + "." + to_string(shortened(entry.table, entry.source));
      out_ +=
          fmt::format("  - {}\n", entry.is_undecided ? scalar("TODO: " + name) : path_scalar(name));
    }
  }

  const Draft& draft_;
  std::string out_;
};

/// The characters that a dataset's name may have, others as one `_`.
std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : lower(name)) {
    const bool is_plain = is_lower(c) || is_digit(c);
    if (is_plain) {
      out += c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (out.ends_with('_')) {
    out.pop_back();
  }
  return out.empty() ? "table" : out.substr(0, kMaxNameBytes);
}

bool is_device(std::string_view name) {
  constexpr std::array<std::string_view, 4> kDevices{"con", "aux", "nul", "prn"};
  return std::ranges::find(kDevices, name) != kDevices.end() ||
         (name.size() == 4 && (name.starts_with("com") || name.starts_with("lpt")) &&
          is_digit(name[3]));
}

}  // namespace

std::string to_yaml(const Draft& draft) {
  return DraftWriter(draft).write();
}

std::vector<std::string> dataset_names(const std::vector<TableName>& tables) {
  std::vector<std::string> names;
  std::set<std::string> used;
  for (const TableName& table : tables) {
    const std::string own = plain_name(table.table);
    std::string name = own;
    if (is_device(name) || used.contains(name)) name = plain_name(table.schema + "_" + own);
    for (int number = 2; is_device(name) || used.contains(name); ++number) {
      const std::string suffix = fmt::format("_{}", number);
      name = own.substr(0, kMaxNameBytes - suffix.size()) + suffix;
    }
    used.insert(name);
    names.push_back(name);
  }
  return names;
}

std::string words_from(std::string_view name) {
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool is_gap = c == '_' || c == '-' || c == '.' || is_control(c);
    const bool starts_word = is_upper(c) && i > 0 && is_lower(name[i - 1]);
    if ((is_gap || starts_word) && !words.empty() && words.back() != ' ') words += ' ';
    if (is_gap || (c == ' ' && (words.empty() || words.back() == ' '))) continue;
    words += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (!words.empty() && is_lower(words.front())) {
    words.front() = static_cast<char>(words.front() - 'a' + 'A');
  }
  return words;
}

}  // namespace rightful::catalog
