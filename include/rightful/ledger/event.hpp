/// @file
/// One fact, ready to become one leaf: what happened, who did it, about whom. Not the leaf itself
/// (leaf.hpp): number, nonce, time and signature come when the transaction that makes the fact true
/// commits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/ledger/event_fields.hpp"

namespace rightful::ledger {

enum class Outcome : std::uint8_t { Ok, Denied, Error };

[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;

/// Who did it: the person that the leaf is about, the system, or a member of staff under a
/// pseudonym.
struct Self {};

struct System {};

struct Staff {
  StaffRef ref;
};

/// Whether an event names a person, or a request.
enum class Mention : std::uint8_t { Never, May, Must };

[[nodiscard]] consteval Mention mention(std::string_view about, char must, char may) {
  if (about.find(must) != std::string_view::npos) return Mention::Must;
  return about.find(may) == std::string_view::npos ? Mention::Never : Mention::May;
}

/// One type an event of events.def: its fields are the members of an aggregate, so a missing one
/// does not compile.
namespace events {

#define RIGHTFUL_FIELD(type, name) type name;
#define RIGHTFUL_EVENT(Type, act, who, about, fields)             \
  struct Type {                                                   \
    static constexpr std::string_view kAct = act;                 \
    static constexpr std::string_view kWho = who;                 \
    static constexpr Mention kSubject = mention(about, 'S', 's'); \
    static constexpr Mention kRequest = mention(about, 'R', 'r'); \
    fields                                                        \
  };
#include "rightful/ledger/events.def"
#undef RIGHTFUL_EVENT
#undef RIGHTFUL_FIELD

}  // namespace events

/// The fields of each event, in the order of the table: calls `visit(name, value)`.
#define RIGHTFUL_FIELD(type, name) visit(std::string_view(#name), event.name);
#define RIGHTFUL_EVENT(Type, act, who, about, fields)                              \
  template <class Visitor>                                                         \
  void visit_fields([[maybe_unused]] const events::Type& event, Visitor&& visit) { \
    static_cast<void>(visit);                                                      \
    fields                                                                         \
  }
#include "rightful/ledger/events.def"
#undef RIGHTFUL_EVENT
#undef RIGHTFUL_FIELD

template <class Actor>
inline constexpr char kActorLetter = '?';
template <>
inline constexpr char kActorLetter<Self> = 's';
template <>
inline constexpr char kActorLetter<Staff> = 'a';
template <>
inline constexpr char kActorLetter<System> = 'y';

template <class Fields, class Actor>
concept ActorAllowed = Fields::kWho.find(kActorLetter<Actor>) != std::string_view::npos;

/// A value. Made only in a shape that events.def allows; a wrong actor, a missing person or request
/// does not compile.
///
///   Event(Self{}, account, request_ref, events::RequestWithdrawn{})
///   Event(System{}, account, request_ref, events::JobFailed{.attempt = 2, .final = true, .stage =
///   "collecting",
///                                                           .why =
///                                                           Code<…>::or_other(failure.cause())})
///   Event(System{}, events::SchemaMigrated{.sha256 = digest, .version = 3})
///
/// Secrets  holds the account id until the store has turned it into a pseudonym; the leaf never
/// does.
class Event {
 public:
  /// About a person and a request.
  template <class Actor, class Fields>
    requires ActorAllowed<Fields, Actor> &&
             (Fields::kSubject != Mention::Never && Fields::kRequest != Mention::Never)
  Event(const Actor& actor,
        AccountId subject,
        RequestRef request,
        const Fields& fields,
        Outcome outcome = Outcome::Ok)
      : Event(actor,
              std::optional(std::move(subject)),
              std::optional(std::move(request)),
              outcome,
              fields) {}

  /// About a person.
  template <class Actor, class Fields>
    requires ActorAllowed<Fields, Actor> &&
             (Fields::kSubject != Mention::Never && Fields::kRequest != Mention::Must)
  Event(const Actor& actor, AccountId subject, const Fields& fields, Outcome outcome = Outcome::Ok)
      : Event(actor, std::optional(std::move(subject)), std::nullopt, outcome, fields) {}

  /// About a request whose person is not known (an intake slip).
  template <class Actor, class Fields>
    requires ActorAllowed<Fields, Actor> && (!std::same_as<Actor, Self>) &&
             (Fields::kSubject != Mention::Must && Fields::kRequest != Mention::Never)
  Event(const Actor& actor, RequestRef request, const Fields& fields, Outcome outcome = Outcome::Ok)
      : Event(actor, std::nullopt, std::optional(std::move(request)), outcome, fields) {}

  /// About nobody.
  template <class Actor, class Fields>
    requires ActorAllowed<Fields, Actor> && (!std::same_as<Actor, Self>) &&
             (Fields::kSubject != Mention::Must && Fields::kRequest != Mention::Must)
  Event(const Actor& actor, const Fields& fields, Outcome outcome = Outcome::Ok)
      : Event(actor, std::nullopt, std::nullopt, outcome, fields) {}

  [[nodiscard]] std::string_view act() const noexcept { return act_; }

  /// `self`, `system` or `a_…`.
  [[nodiscard]] const std::string& actor() const noexcept { return actor_; }

  [[nodiscard]] const std::optional<AccountId>& subject() const noexcept { return subject_; }

  [[nodiscard]] const std::optional<RequestRef>& request() const noexcept { return request_; }

  [[nodiscard]] Outcome outcome() const noexcept { return outcome_; }

  /// The JSON object of the event's own fields, exactly as it will stand in the leaf.
  [[nodiscard]] const std::string& fields() const noexcept { return fields_; }

 private:
  template <class Actor, class Fields>
  Event(const Actor& actor,
        std::optional<AccountId> subject,
        std::optional<RequestRef> request,
        Outcome outcome,
        const Fields& fields)
      : act_(Fields::kAct),
        actor_(text_of(actor)),
        subject_(std::move(subject)),
        request_(std::move(request)),
        outcome_(outcome),
        fields_("{") {
    visit_fields(fields, [this](std::string_view name, const auto& value) {
      append(name, to_field(value));
    });
    fields_ += '}';
  }

  [[nodiscard]] static std::string text_of(const Self& actor);
  [[nodiscard]] static std::string text_of(const System& actor);
  [[nodiscard]] static std::string text_of(const Staff& actor);
  void append(std::string_view name, const FieldText& value);

  std::string_view act_;
  std::string actor_;
  std::optional<AccountId> subject_;
  std::optional<RequestRef> request_;
  Outcome outcome_;
  std::string fields_;
};

}  // namespace rightful::ledger
