#include "rightful/lifecycle/request_state.hpp"

#include <array>
#include <utility>

namespace rightful::lifecycle {
namespace {

constexpr std::array<std::string_view, kRequestStateCount> kStateNames{"received",
                                                                       "queued",
                                                                       "running",
                                                                       "verifying",
                                                                       "ready",
                                                                       "downloaded",
                                                                       "expired",
                                                                       "withdrawn",
                                                                       "failed",
                                                                       "quarantined"};

constexpr std::array<std::string_view, kRequestEventCount> kEventNames{"enqueue",
                                                                       "claim",
                                                                       "collected",
                                                                       "verified",
                                                                       "fault",
                                                                       "give_up",
                                                                       "guard",
                                                                       "withdraw",
                                                                       "not_mine",
                                                                       "freeze",
                                                                       "fetched",
                                                                       "expire",
                                                                       "retry",
                                                                       "lift_hold"};

using Cell = std::optional<RequestState>;

constexpr Cell kNo = std::nullopt;
constexpr Cell kQue = RequestState::Queued;
constexpr Cell kRun = RequestState::Running;
constexpr Cell kVer = RequestState::Verifying;
constexpr Cell kRdy = RequestState::Ready;
constexpr Cell kDwn = RequestState::Downloaded;
constexpr Cell kExp = RequestState::Expired;
constexpr Cell kWdn = RequestState::Withdrawn;
constexpr Cell kFai = RequestState::Failed;
constexpr Cell kQua = RequestState::Quarantined;

// Columns in the order of RequestEvent, rows in the order of RequestState. Withdrawing what is
// quarantined is recorded and changes the state only when the incident closes; an expired or
// withdrawn request keeps telling the truth when an incident opens on it.
// clang-format off
constexpr std::array<std::array<Cell, kRequestEventCount>, kRequestStateCount> kTable{{
    //            enqueue claim collected verified fault give_up guard withdraw not_mine freeze fetched expire retry lift_hold
    /* received    */ {kQue, kNo,  kNo,      kNo,     kNo,  kNo,    kNo,  kWdn,    kQua,    kQua,  kNo,    kNo,   kNo,  kNo},
    /* queued      */ {kNo,  kRun, kNo,      kNo,     kNo,  kNo,    kNo,  kWdn,    kQua,    kQua,  kNo,    kNo,   kNo,  kNo},
    /* running     */ {kNo,  kNo,  kVer,     kNo,     kQue, kFai,   kQua, kWdn,    kQua,    kQua,  kNo,    kNo,   kNo,  kNo},
    /* verifying   */ {kNo,  kNo,  kNo,      kRdy,    kQue, kFai,   kQua, kWdn,    kQua,    kQua,  kNo,    kNo,   kNo,  kNo},
    /* ready       */ {kNo,  kNo,  kNo,      kNo,     kNo,  kNo,    kNo,  kWdn,    kQua,    kQua,  kDwn,   kExp,  kNo,  kNo},
    /* downloaded  */ {kNo,  kNo,  kNo,      kNo,     kNo,  kNo,    kNo,  kNo,     kQua,    kQua,  kDwn,   kExp,  kNo,  kNo},
    /* expired     */ {kNo,  kNo,  kNo,      kNo,     kNo,  kNo,    kNo,  kNo,     kExp,    kNo,   kNo,    kNo,   kNo,  kNo},
    /* withdrawn   */ {kNo,  kNo,  kNo,      kNo,     kNo,  kNo,    kNo,  kNo,     kWdn,    kNo,   kNo,    kNo,   kNo,  kNo},
    /* failed      */ {kNo,  kNo,  kNo,      kNo,     kNo,  kNo,    kNo,  kWdn,    kQua,    kQua,  kNo,    kNo,   kQue, kNo},
    /* quarantined */ {kNo,  kNo,  kNo,      kNo,     kNo,  kNo,    kNo,  kQua,    kQua,    kQua,  kNo,    kQua,  kNo,  kQue},
}};
// clang-format on

}  // namespace

std::string_view name_of(RequestState state) noexcept {
  return kStateNames[static_cast<std::size_t>(state)];
}

std::string_view name_of(RequestEvent event) noexcept {
  return kEventNames[static_cast<std::size_t>(event)];
}

Result<RequestState> parse_request_state(std::string_view name) {
  for (std::size_t index = 0; index < kStateNames.size(); ++index) {
    if (kStateNames[index] == name) return static_cast<RequestState>(index);
  }
  return fail(ErrorCode::InvalidArgument, "no state of an access request has this name");
}

std::optional<RequestState> next_state(RequestState state, RequestEvent event) noexcept {
  return kTable[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
}

std::vector<RequestEvent> possible_for_requester(RequestState state) {
  std::vector<RequestEvent> possible;
  for (const RequestEvent event :
       {RequestEvent::Withdraw, RequestEvent::NotMine, RequestEvent::Fetched}) {
    if (next_state(state, event)) possible.push_back(event);
  }
  return possible;
}

bool is_open(RequestState state) noexcept {
  switch (state) {
    case RequestState::Received:
    case RequestState::Queued:
    case RequestState::Running:
    case RequestState::Verifying:
    case RequestState::Failed:
    case RequestState::Quarantined:
      return true;
    case RequestState::Ready:
    case RequestState::Downloaded:
    case RequestState::Expired:
    case RequestState::Withdrawn:
      return false;
  }
  return true;
}

}  // namespace rightful::lifecycle
