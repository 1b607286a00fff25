#include "ledger/event_table.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/random.hpp"
#include "rightful/ledger/writer.hpp"

namespace rightful::ledger {
namespace {

TEST(EventTable, ActsAreUniqueAndWellFormed) {
  std::set<std::string_view> acts;
  for (const EventDefinition& event : event_table()) {
    EXPECT_TRUE(acts.insert(event.act).second) << event.act;
    EXPECT_THAT(std::string(event.act), ::testing::MatchesRegex("[a-z_]+\\.[a-z_]+"));
  }
}

TEST(EventTable, FieldsStandInBytewiseOrder) {
  for (const EventDefinition& event : event_table()) {
    EXPECT_TRUE(std::ranges::is_sorted(event.fields, std::ranges::less_equal{}, [](const auto& f) {
      return f.name;
    })) << event.act;
  }
}

TEST(EventTable, NamesActorsAndMentionsWithKnownLetters) {
  for (const EventDefinition& event : event_table()) {
    EXPECT_THAT(std::string(event.who), ::testing::MatchesRegex("[say]+")) << event.act;
    EXPECT_THAT(std::string(event.about), ::testing::MatchesRegex("[Ss]?[Rr]?")) << event.act;
  }
}

// A person acts only where the leaf can name them.
TEST(EventTable, SelfNeedsASubject) {
  for (const EventDefinition& event : event_table()) {
    if (event.who.find('s') != std::string_view::npos) {
      EXPECT_NE(event.subject, Mention::Never) << event.act;
    }
  }
}

// No field can hold free text: whatever type the table names, a sentence is refused.
TEST(EventTable, NoFieldTakesASentence) {
  for (const EventDefinition& event : event_table()) {
    for (const FieldDefinition& field : event.fields) {
      for (const std::string_view text : {"Jane Doe", "anna@example.org", "192.0.2.7", ""}) {
        const LeafValue value{text, std::nullopt};
        const bool is_open = field.type == "Build" || field.type.find("Origin") != field.type.npos;
        if (is_open && (text == "192.0.2.7")) continue;  // looks like a version or a host name
        EXPECT_FALSE(field.holds(value)) << event.act << ' ' << field.name << ' ' << text;
      }
    }
  }
}

// A value of every field type, so that every event of the table can be made.
template <class T>
struct Sample;

template <>
struct Sample<Integer> {
  static Integer make() { return 7; }
};

template <>
struct Sample<Flag> {
  static Flag make() { return true; }
};

template <>
struct Sample<PerMille> {
  static PerMille make() { return PerMille::of(1, 2); }
};

template <>
struct Sample<Date> {
  static Date make() { return std::chrono::year(2026) / 2 / 28; }
};

template <>
struct Sample<Instant> {
  static Instant make() { return parse_rfc3339("2026-02-28T01:02:03.004Z").value(); }
};

template <class Tag, std::size_t N>
struct Sample<crypto::FixedBytes<Tag, N>> {
  static auto make() {
    return crypto::FixedBytes<Tag, N>::from(std::array<std::byte, N>{std::byte{255}});
  }
};

template <CodeList List>
struct Sample<Code<List>> {
  static Code<List> make() {
    const std::string_view words = words_of(List);
    return Code<List>::parse(words.substr(0, words.find(' '))).value();
  }
};

template <char Prefix>
struct Sample<Reference<Prefix>> {
  static auto make() { return Reference<Prefix>::from_bytes(std::array<std::byte, 16>{}); }
};

template <>
struct Sample<WriterId> {
  static WriterId make() { return WriterId::parse("w_0123456789abcdef").value(); }
};

template <>
struct Sample<Origin> {
  static Origin make() { return Origin::parse("audit.example.test/dsar/dev").value(); }
};

template <>
struct Sample<Build> {
  static Build make() { return Build::parse("0.1.0").value(); }
};

template <>
struct Sample<RowsBucket> {
  static RowsBucket make() { return RowsBucket::of(0); }
};

template <>
struct Sample<SizeBucket> {
  static SizeBucket make() { return SizeBucket::of(0); }
};

template <>
struct Sample<TriesBucket> {
  static TriesBucket make() { return TriesBucket::of(1); }
};

template <class T>
struct Sample<std::optional<T>> {
  static std::optional<T> make() { return Sample<T>::make(); }
};

template <class Fields>
Fields sample();

#define RIGHTFUL_FIELD(type, name) .name = Sample<type>::make(),
#define RIGHTFUL_EVENT(Type, act, who, about, fields)    \
  template <>                                            \
  [[maybe_unused]] events::Type sample<events::Type>() { \
    return events::Type{fields};                         \
  }
#include "rightful/ledger/events.def"
#undef RIGHTFUL_EVENT
#undef RIGHTFUL_FIELD

class EveryEvent : public ::testing::Test {
 protected:
  // Every shape in which the table allows the event.
  template <class Fields, class Actor>
  void check_shapes(const Actor& actor) {
    if constexpr (ActorAllowed<Fields, Actor>) {
      const Fields fields = sample<Fields>();
      if constexpr (std::is_constructible_v<Event, Actor, AccountId, RequestRef, Fields>) {
        check(Event(actor, account_, request_, fields));
      }
      if constexpr (std::is_constructible_v<Event, Actor, AccountId, Fields>) {
        check(Event(actor, account_, fields));
      }
      if constexpr (std::is_constructible_v<Event, Actor, RequestRef, Fields>) {
        check(Event(actor, request_, fields));
      }
      if constexpr (std::is_constructible_v<Event, Actor, Fields>) check(Event(actor, fields));
    }
  }

  template <class Fields>
  void check_event_type() {
    const int before = made_;
    check_shapes<Fields>(Self{});
    check_shapes<Fields>(Staff{StaffRef::from_bytes(std::array<std::byte, 16>{})});
    check_shapes<Fields>(System{});
    EXPECT_GT(made_, before) << Fields::kAct << " cannot be made at all";
  }

  void check(const Event& event) {
    ++made_;
    std::optional<Pseudonym> subject;
    if (event.subject()) subject = SubjectKey::generate(random_).pseudonym(origin_, account_);

    const Bytes bytes = writer_.make_leaf(event, subject, {.n = 3, .nonce = {}, .t = Instant{}});

    const auto leaf = check_leaf(bytes, origin_, [this](std::string_view id) {
      return id == writer_.id().text() ? std::optional(writer_.public_key()) : std::nullopt;
    });
    ASSERT_TRUE(leaf.has_value()) << name_of(leaf.error()) << ": " << as_text(bytes);
    EXPECT_EQ(leaf->act, event.act());
    EXPECT_EQ(as_text(bytes).find(account_.expose()), std::string_view::npos);
  }

  SystemRandom random_;
  const Origin origin_ = Sample<Origin>::make();
  const AccountId account_ = AccountId::parse("canary-account-77").value();
  const RequestRef request_ = Sample<RequestRef>::make();
  const Writer writer_{crypto::SigningKey::generate(random_), origin_};
  int made_ = 0;
};

TEST_F(EveryEvent, EncodesToALeafThatPassesAllChecks) {
#define RIGHTFUL_EVENT(Type, act, who, about, fields) check_event_type<events::Type>();
#include "rightful/ledger/events.def"
#undef RIGHTFUL_EVENT
  EXPECT_GE(made_, static_cast<int>(event_table().size()));
}

}  // namespace
}  // namespace rightful::ledger
