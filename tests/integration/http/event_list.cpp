#include "tests/integration/http/event_list.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "rightful/lifecycle/request_state.hpp"

#include "http/router.hpp"

namespace rightful::testing {
namespace {

struct NamedEvent {
  std::string_view type;
  std::string_view act;
};

constexpr NamedEvent kEvents[] = {
#define RIGHTFUL_FIELD(type, name)
#define RIGHTFUL_EVENT(Type, act, who, about, fields) {#Type, act},
#include "rightful/ledger/events.def"
#undef RIGHTFUL_EVENT
#undef RIGHTFUL_FIELD
};

constexpr std::string_view kOfficers = "officers decide and write in no part of the product yet";
constexpr std::string_view kIntake = "requests by mail, letter or telephone are not taken yet";
constexpr std::string_view kClock = "nothing pauses, extends or warns of a deadline yet";
constexpr std::string_view kNotices = "nothing is sent to anybody yet";

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

template <class Words>
std::string joined(const Words& words, std::string_view between) {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += between;
    text += fmt::format("`{}`", word);
  }
  return text.empty() ? "–" : text;
}

std::string_view why_not_yet(const std::vector<NotYet>& list, std::string_view name) {
  const auto found = std::ranges::find(list, name, &NotYet::name);
  return found == list.end() ? std::string_view() : found->why;
}

std::string leaves_or_reason(const std::set<std::string>& leaves, std::string_view why) {
  return leaves.empty() ? "none: " + std::string(why) : joined(leaves, " ");
}

std::string route_list(const ObservedLeaves& observed) {
  std::string text = "| route | done | refused |\n|---|---|---|\n";
  for (const auto& route : http::all_routes()) {
    const std::string method(route.method);
    const std::string pattern(route.pattern);
    const std::string name = method + " " + pattern;
    text +=
        fmt::format("| `{}` | {} | {} |\n",
                    name,
                    leaves_or_reason(observed.of_route(method, pattern, ledger::Outcome::Ok),
                                     why_no_leaf(no_leaf_when_done(), name)),
                    leaves_or_reason(observed.of_route(method, pattern, ledger::Outcome::Denied),
                                     why_no_leaf(no_leaf_when_refused(), name)));
  }
  return text;
}

std::string move_list(const ObservedLeaves& observed) {
  std::string text = "| from | event | to | leaves |\n|---|---|---|---|\n";
  for (std::size_t s = 0; s < lifecycle::kRequestStateCount; ++s) {
    for (std::size_t e = 0; e < lifecycle::kRequestEventCount; ++e) {
      const auto state = static_cast<lifecycle::RequestState>(s);
      const auto event = static_cast<lifecycle::RequestEvent>(e);
      const auto next = lifecycle::next_state(state, event);
      if (!next) continue;
      const std::string from(name_of(state));
      const std::string what(name_of(event));
      const std::string leaves =
          observed.has_move(from, what)
              ? joined(observed.of_move(from, what).acts, " ")
              : "not yet: " + std::string(why_not_yet(moves_not_yet(), what));
      text += fmt::format("| {} | {} | {} | {} |\n", from, what, name_of(*next), leaves);
    }
  }
  return text;
}

std::string place_list(const std::filesystem::path& source) {
  std::string text = "| event | made in |\n|---|---|\n";
  for (const auto& event : kEvents) {
    const auto places = places_of(source, event.type);
    text += fmt::format("| `{}` | {} |\n",
                        event.act,
                        places.empty()
                            ? "not yet: " + std::string(why_not_yet(events_not_yet(), event.act))
                            : joined(places, ", "));
  }
  return text;
}

constexpr std::string_view kNobody = "it says nothing about anybody";
constexpr std::string_view kOwn =
    "people look at what is their own; what they take away has leaves";
constexpr std::string_view kOpen = "hashes and signatures are for everybody";
constexpr std::string_view kNoRefusal = "nobody is refused";
constexpr std::string_view kNoSession = "without a session nobody is known, and nothing is told";
constexpr std::string_view kNotTheirs =
    "somebody else's is not found, as if it never was; without a session nobody is known";

}  // namespace

const std::vector<NoLeaf>& no_leaf_when_done() {
  static const std::vector<NoLeaf> kList{
      {"GET /livez", kNobody},
      {"GET /readyz", kNobody},
      {"GET /v1/service", kNobody},
      {"POST /v1/salt",
       "the answer is alike for every account, known or not; the sign-in after it has the leaf"},
      {"GET /v1/session", kOwn},
      {"GET /v1/sessions", kOwn},
      {"GET /v1/account", kOwn},
      {"GET /v1/requests", kOwn},
      {"GET /v1/requests/{id}", kOwn},
      {"GET /v1/ledger/{id}/checkpoint", kOpen},
      {"GET /v1/ledger/{id}/checkpoints/{path}", kOpen},
      {"GET /v1/ledger/{id}/health", "the log's sizes and ages are about nobody"},
      {"GET /upload", kNobody},
      {"GET /v1/upload",
       "the holder of a link sees a title and a date, never whose; what they send has the leaf"}};
  return kList;
}

const std::vector<NoLeaf>& no_leaf_when_refused() {
  static const std::vector<NoLeaf> kList{
      {"GET /livez", kNoRefusal},
      {"GET /readyz", kNoRefusal},
      {"GET /v1/service", kNoRefusal},
      {"POST /v1/salt", kNoRefusal},
      {"GET /v1/session", kNoSession},
      {"DELETE /v1/session", kNoSession},
      {"GET /v1/sessions", kNoSession},
      {"DELETE /v1/sessions/{id}", kNotTheirs},
      {"GET /v1/account", kNoSession},
      {"GET /v1/requests", kNoSession},
      {"GET /v1/requests/{id}", kNotTheirs},
      {"POST /v1/requests/{id}/not-mine", kNotTheirs},
      {"GET /v1/ledger/{id}/checkpoint", kNoRefusal},
      {"GET /v1/ledger/{id}/checkpoints/{path}", kNoRefusal},
      {"GET /upload", kNoRefusal},
      {"GET /v1/upload", "a link that is dead is answered as one that never was"}};
  return kList;
}

std::string_view why_no_leaf(const std::vector<NoLeaf>& list, std::string_view route) {
  const auto found = std::ranges::find(list, route, &NoLeaf::route);
  return found == list.end() ? std::string_view() : found->why;
}

const std::vector<NotYet>& moves_not_yet() {
  static const std::vector<NotYet> kList{{"freeze", kOfficers},
                                         {"lift_hold", kOfficers},
                                         {"enqueue", "a request is queued as it is received"}};
  return kList;
}

const std::vector<NotYet>& events_not_yet() {
  static const std::vector<NotYet> kList{
      {"key.changed", "keys are enrolled once; rotation and reset are not there yet"},
      {"key.rewrapped", "ways in are set when enrolling; none is added or removed later yet"},
      {"contact.changed", kNotices},
      {"identity.checked",
       "identity is the signed statement of a signed-in person; nothing else is asked"},
      {"slip.recorded", kIntake},
      {"slip.claimed", kIntake},
      {"slip.ended", kIntake},
      {"request.asked", kOfficers},
      {"request.answered", kOfficers},
      {"request.paused", kClock},
      {"request.resumed", kClock},
      {"request.due_changed", kClock},
      {"request.extended", kOfficers},
      {"request.refused", kOfficers},
      {"request.reopened", kOfficers},
      {"request.closed", "no state of a request is `closed`: each end has a leaf of its own"},
      {"request.warned", kClock},
      {"request.overdue", kClock},
      {"dataset.omitted", kOfficers},
      {"package.unlock_reported", "no program reports what it opened yet"},
      {"hold.placed", kOfficers},
      {"hold.lifted", kOfficers},
      {"incident.step", kOfficers},
      {"incident.closed", kOfficers},
      {"incident.told", kOfficers},
      {"staff.viewed", "staff see logs only; requests and incidents have no page for them yet"},
      {"decision.recorded", kOfficers},
      {"audit.exported",
       "`rightful audit export` works on a copy of the published files, away from the service"},
      {"notice.sent", kNotices},
      {"notice.failed", kNotices},
      {"notice.bounced", kNotices},
      {"config.changed", "settings are read at the start; no revision of them is kept yet"},
      {"retention.purged", "no row of a request is purged yet"}};
  return kList;
}

std::vector<std::string> places_of(const std::filesystem::path& source, std::string_view type) {
  const std::string made = fmt::format("events::{}", type);
  std::vector<std::string> places;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source / "src")) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string text = read_whole(entry.path());
    for (auto at = text.find(made); at != std::string::npos; at = text.find(made, at + 1)) {
      // `::kAct` only compares; a longer name is another event.
      const char after = at + made.size() < text.size() ? text[at + made.size()] : ' ';
      const bool is_made = after == '{' || after == ' ';
      if (!is_made) continue;
      places.push_back(std::filesystem::relative(entry.path(), source).string());
      break;
    }
  }
  std::ranges::sort(places);
  return places;
}

std::string event_list(const ObservedLeaves& observed, const std::filesystem::path& source) {
  return "# What causes which leaf\n\n"
         "Made from the code by `ledger_events_integration_test`, which calls every route, makes "
         "every move, and fails when this page\nsays something else "
         "(`RIGHTFUL_WRITE_DOCS=1` writes it). What the leaves hold: "
         "[formats/ledger-leaf.md](formats/ledger-leaf.md).\n\n"
         "## Routes\n\n"
         "All leaves of each route, when it did what it was asked (`out` is `ok`) and when it "
         "refused it (`denied`); `error` is for work\nthat failed, which no route does. A read is "
         "committed before the first byte of its answer leaves. `signin.refused` is\ncounted in "
         "memory and written once a minute, by kind and account, and by kind for all unknown "
         "accounts together.\n\n" +
         route_list(observed) +
         "\n## Moves of a request\n\n"
         "All leaves of the transactions that make the move, in order. A move that a state does "
         "not allow writes `request.not_possible`,\na download that is not allowed "
         "`package.download_refused`. A worker that ends gives its request back with "
         "`job.rescued`; one that\nhas died is found by the next claim: `job.rescued` before "
         "`job.claimed`, and `package.deleted` for what it had sealed.\n\n" +
         move_list(observed) +
         "\n## Events\n\n"
         "Where each of `events.def` is made.\n\n" +
         place_list(source);
}

}  // namespace rightful::testing
