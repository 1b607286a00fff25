/// @file
/// A whole installation behind the API, called without a socket or served by whoever wants one.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>

#include "rightful/core/bytes.hpp"
#include "rightful/export/linked_uploads.hpp"
#include "rightful/http/api.hpp"
#include "rightful/lifecycle/caretaker.hpp"
#include "rightful/lifecycle/ledger_audit.hpp"
#include "rightful/lifecycle/staff.hpp"

#include "tests/integration/lifecycle/people.hpp"

namespace rightful::testing {

/// Owns     everything a request meets, over a database of its own.
/// Threads  none of its own.
struct ServedHouse {
  LifecycleHouse house;
  bool is_ready = true;  ///< what `GET /readyz` is told
  exporting::ManualUploads uploads{house.database.pool(), house.keys, house.clock, house.random};
  exporting::LinkedUploads linked_uploads{
      house.database.pool(), uploads, house.clock, house.random, house.folder.path() / "work"};
  lifecycle::StaffAccess staff{house.database.pool(), house.keys, house.clock, house.random};
  lifecycle::LedgerAudit ledger{
      house.database.pool(), house.keys, house.clock, house.folder.path() / "ledger"};
  lifecycle::Caretaker caretaker{
      house.sign_in, house.requests, staff, house.clock, std::chrono::hours{1}};
  http::Api api{house.sign_in,
                house.requests,
                linked_uploads,
                staff,
                ledger,
                house.clock,
                {.version = "1.2.3",
                 .service_key = house.keys.service_key().public_key(),
                 .is_ready = [this] { return is_ready; }}};
};

/// The body of `POST /v1/requests`.
[[nodiscard]] inline nlohmann::json body_for(const lifecycle::Submission& submission) {
  return {{"id", submission.request.to_string()},
          {"nonce", to_base64(submission.nonce.bytes())},
          {"time", format_rfc3339(submission.stated_at)},
          {"unlock_key", to_base64(submission.unlock_key.bytes())},
          {"signature", to_base64(submission.signature.bytes())}};
}

}  // namespace rightful::testing
