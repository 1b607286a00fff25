#include "ledger/event_table.hpp"

#include <algorithm>
#include <unordered_map>

#include "ledger/bucket.hpp"
#include "ledger/text_form.hpp"

namespace rightful::ledger {

namespace {

bool is_integer_up_to(const LeafValue& value, std::uint64_t maximum) noexcept {
  return value.integer.has_value() && *value.integer <= maximum;
}

bool is_one_of(const LeafValue& value, std::span<const std::string_view> words) noexcept {
  return !value.integer && std::ranges::find(words, value.text) != words.end();
}

/// Whether a value of a leaf has the form of a field type.
template <class T>
struct Form;

template <>
struct Form<Integer> {
  static bool holds(const LeafValue& value) { return is_integer_up_to(value, kMaxInteger); }
};

template <>
struct Form<Flag> {
  static bool holds(const LeafValue& value) { return is_integer_up_to(value, 1); }
};

template <>
struct Form<PerMille> {
  static bool holds(const LeafValue& value) { return is_integer_up_to(value, 1000); }
};

template <CodeList List>
struct Form<Code<List>> {
  static bool holds(const LeafValue& value) {
    return !value.integer && !find_word(List, value.text).empty();
  }
};

template <char Prefix>
struct Form<Reference<Prefix>> {
  static bool holds(const LeafValue& value) {
    return !value.integer && is_reference(value.text, Prefix, 16);
  }
};

// Writer ids, origins and build numbers have a parser of their own.
template <class T>
struct ParsedForm {
  static bool holds(const LeafValue& value) {
    return !value.integer && T::parse(value.text).has_value();
  }
};

template <>
struct Form<WriterId> : ParsedForm<WriterId> {};

template <>
struct Form<Origin> : ParsedForm<Origin> {};

template <>
struct Form<Build> : ParsedForm<Build> {};

template <>
struct Form<RowsBucket> {
  static bool holds(const LeafValue& value) { return is_one_of(value, kRowsBuckets); }
};

template <>
struct Form<SizeBucket> {
  static bool holds(const LeafValue& value) { return is_one_of(value, kSizeBuckets); }
};

template <>
struct Form<TriesBucket> {
  static bool holds(const LeafValue& value) { return is_one_of(value, kTriesBuckets); }
};

template <>
struct Form<Date> {
  static bool holds(const LeafValue& value) { return !value.integer && parse_date(value.text); }
};

template <>
struct Form<Instant> {
  static bool holds(const LeafValue& value) { return !value.integer && parse_instant(value.text); }
};

template <>
struct Form<Sha256Digest> {
  static bool holds(const LeafValue& value) {
    return !value.integer && is_lower_hex(value.text, 64);
  }
};

template <>
struct Form<PublicKey> {
  static bool holds(const LeafValue& value) {
    return !value.integer && is_base64url(value.text, 32);
  }
};

template <>
struct Form<SignatureValue> {
  static bool holds(const LeafValue& value) {
    return !value.integer && is_base64url(value.text, 64);
  }
};

template <class T>
struct Form<std::optional<T>> {
  static bool holds(const LeafValue& value) {
    return (!value.integer && value.text == "-") || Form<T>::holds(value);
  }
};

std::vector<EventDefinition> make_table() {
  return {
#define RIGHTFUL_FIELD(type, name) FieldDefinition{#name, #type, &Form<type>::holds},
#define RIGHTFUL_EVENT(Type, act, who, about, fields) \
  EventDefinition{act, who, about, events::Type::kSubject, events::Type::kRequest, {fields}},
#include "rightful/ledger/events.def"
#undef RIGHTFUL_EVENT
#undef RIGHTFUL_FIELD
  };
}

bool mention_holds(Mention mention, std::string_view value) noexcept {
  switch (mention) {
    case Mention::Never:
      return value == "-";
    case Mention::May:
      return true;
    case Mention::Must:
      return value != "-";
  }
  return false;
}

bool actor_holds(std::string_view who, const Leaf& leaf) noexcept {
  if (leaf.actor == "self") {
    // `self` is the person in `subj`.
    return who.find('s') != std::string_view::npos && leaf.subj != "-";
  }
  return who.find(leaf.actor == "system" ? 'y' : 'a') != std::string_view::npos;
}

}  // namespace

std::span<const EventDefinition> event_table() {
  static const std::vector<EventDefinition> kTable = make_table();
  return kTable;
}

const EventDefinition* find_event(std::string_view act) {
  static const auto kIndex = [] {
    std::unordered_map<std::string_view, const EventDefinition*> by_act;
    for (const EventDefinition& definition : event_table()) {
      by_act.emplace(definition.act, &definition);
    }
    return by_act;
  }();
  const auto found = kIndex.find(act);
  return found == kIndex.end() ? nullptr : found->second;
}

bool matches(const EventDefinition& definition, const Leaf& leaf) {
  const auto field_holds = [](const auto& field, const FieldDefinition& expected) {
    return field.first == expected.name && expected.holds(field.second);
  };
  return actor_holds(definition.who, leaf) && mention_holds(definition.subject, leaf.subj) &&
         mention_holds(definition.request, leaf.req) &&
         std::ranges::equal(leaf.fields, definition.fields, field_holds);
}

}  // namespace rightful::ledger
