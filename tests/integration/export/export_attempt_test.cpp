// A child that lies: the supervisor believes nothing that it can check.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/crypto/envelope.hpp"
#include "rightful/crypto/hash.hpp"

#include "export/child_protocol.hpp"
#include "tests/integration/export/export_world.hpp"

namespace rightful::exporting {
namespace {

using queue::AttemptFailed;
using queue::FailureClass;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

crypto::Sha256Digest digest_of(std::string_view text) {
  return crypto::sha256(as_bytes(text));
}

class LyingChild : public ::testing::Test {
 protected:
  LyingChild() {
    world_.standard_company({"anna"});
    world_.add_account("anna");
    request_ = world_.ask("anna");
    job_ = world_.claim();
    attempt_ = world_.handler().begin(*job_);
  }

  std::optional<std::string> say(const ChildMessage& message) {
    return attempt_->on_frame(encode(message));
  }

  /// The cause with which the attempt ends when this is said; empty when it is accepted.
  std::string refusal(const ChildMessage& message) { return refusal_of(encode(message)); }

  std::string refusal_of(const std::string& frame) {
    try {
      static_cast<void>(attempt_->on_frame(frame));
      return {};
    } catch (const AttemptFailed& failed) {
      class_ = failed.failure().failure_class;
      return failed.failure().cause;
    }
  }

  void collect() {
    say(StageMessage{"collecting"});
    for (const char* name : {"recording", "note", "empty_thing"})
      say(DatasetMessage{name, 1, 0, 10, 0, 0});
    say(StageMessage{"packaging"});
  }

  void package() {
    collect();
    say(SignMessage{crypto::ServiceLabel::Manifest, digest_of("manifest")});
    say(SignMessage{crypto::ServiceLabel::Envelope, digest_of("payload")});
    say(StageMessage{"verifying"});
  }

  void release() {
    static_cast<void>(attempt_->release({.outcome = "released"}, std::stop_token()));
  }

  /// `d` of the last leaf of this name; empty when there is none.
  [[nodiscard]] std::string fields_of(std::string_view act) {
    std::string fields;
    for (const auto& event : world_.recorder().events())
      if (event.act() == act) fields = event.fields();
    return fields;
  }

  /// An envelope for these keys; what is sealed in it does not matter here.
  [[nodiscard]] std::string envelope(const RequestId& request) {
    const auto input = parse_child_input(attempt_->child_input()).value();
    const Bytes payload(crypto::kPayloadSizeBytes);
    std::array<std::byte, 64> signature{};
    return crypto::make_envelope(payload,
                                 crypto::Signature::from(signature),
                                 input.statement.unlock_key,
                                 request,
                                 input.service_key,
                                 std::nullopt)
        .value();
  }

  [[nodiscard]] ResultMessage a_result() {
    auto upload = world_.packages().create(job_->object_name);
    upload->write(as_bytes("stored"));
    upload->complete();
    return {.size = 6,
            .sha256 = digest_of("stored"),
            .content_sha256 = digest_of("content"),
            .manifest_sha256 = digest_of("manifest"),
            .envelope = envelope(job_->request),
            .entries = 3};
  }

  testing::ExportWorld world_;
  std::optional<RequestId> request_;
  std::optional<store::ClaimedJob> job_;
  std::unique_ptr<queue::JobAttempt> attempt_;
  FailureClass class_ = FailureClass::Retry;
};

TEST_F(LyingChild, IsBelievedWhileEverythingFits) {
  package();

  EXPECT_EQ(refusal(a_result()), "");

  EXPECT_TRUE(attempt_->has_result());
  EXPECT_EQ(attempt_->release({.outcome = "released"}, {}), queue::ReleaseEnd::Released);
  EXPECT_EQ(world_.state(*request_), "ready");
  EXPECT_EQ(world_.count("package WHERE rows = 3"), 1);
}

TEST_F(LyingChild, MaySpeakOnlyTheProtocol) {
  EXPECT_EQ(refusal_of("no json"), "protocol");
  EXPECT_EQ(refusal_of(R"({"type":"release"})"), "protocol");
  EXPECT_EQ(class_, FailureClass::Stop);
}

TEST_F(LyingChild, MayNotSkipAStage) {
  EXPECT_EQ(refusal(StageMessage{"packaging"}), "protocol");
  EXPECT_EQ(refusal(StageMessage{"releasing"}), "protocol");
  say(StageMessage{"collecting"});
  EXPECT_EQ(refusal(StageMessage{"collecting"}), "protocol");
  EXPECT_EQ(refusal(StageMessage{"packaging"}), "protocol") << "no dataset was reported";
}

TEST_F(LyingChild, MayNotInventOrRepeatADataset) {
  EXPECT_EQ(refusal(DatasetMessage{"note", 1, 0, 1, 0, 0}), "protocol") << "before collecting";
  say(StageMessage{"collecting"});
  EXPECT_EQ(refusal(DatasetMessage{"payroll", 1, 0, 1, 0, 0}), "protocol");
  say(DatasetMessage{"note", 1, 0, 1, 0, 0});
  EXPECT_EQ(refusal(DatasetMessage{"note", 1, 0, 1, 0, 0}), "protocol");
}

TEST_F(LyingChild, MayNotLeaveOutADataset) {
  say(StageMessage{"collecting"});
  say(DatasetMessage{"note", 1, 0, 1, 0, 0});

  EXPECT_EQ(refusal(StageMessage{"packaging"}), "protocol");
  EXPECT_THAT(world_.acts(), Not(Contains("dataset.collected")));
}

TEST_F(LyingChild, MayNotCountBackwards) {
  say(ProgressMessage{
      {.datasets_total = 3, .datasets_done = 1, .rows = 5, .objects = 0, .bytes = 9}});

  EXPECT_EQ(refusal(ProgressMessage{
                {.datasets_total = 3, .datasets_done = 1, .rows = 4, .objects = 0, .bytes = 9}}),
            "protocol");
  EXPECT_EQ(refusal(ProgressMessage{
                {.datasets_total = 2, .datasets_done = 1, .rows = 5, .objects = 0, .bytes = 9}}),
            "protocol");
  EXPECT_EQ(refusal(ProgressMessage{
                {.datasets_total = 3, .datasets_done = 4, .rows = 5, .objects = 0, .bytes = 9}}),
            "protocol");
}

TEST_F(LyingChild, GetsOneSignatureALabelInOrder) {
  const auto digest = digest_of("x");
  EXPECT_EQ(refusal(SignMessage{crypto::ServiceLabel::Manifest, digest}), "protocol")
      << "before packaging";
  collect();
  EXPECT_EQ(refusal(SignMessage{crypto::ServiceLabel::Envelope, digest}), "protocol")
      << "before the manifest";
  EXPECT_TRUE(say(SignMessage{crypto::ServiceLabel::Manifest, digest}).has_value());
  EXPECT_EQ(refusal(SignMessage{crypto::ServiceLabel::Manifest, digest_of("another")}), "protocol");
}

TEST_F(LyingChild, IsSignedForItsOwnRequestAndAccountOnly) {
  collect();
  const auto digest = digest_of("manifest");
  const auto answer = say(SignMessage{crypto::ServiceLabel::Manifest, digest});
  const auto signature = parse_signature_message(*answer)->signature;
  const auto key = parse_child_input(attempt_->child_input())->service_key;
  const auto check =
      [&](const RequestId& request, const char* account, crypto::ServiceLabel label) {
        return crypto::verify_service_signature(
                   label, request, AccountId::parse(account).value(), digest, key, signature)
            .has_value();
      };
  SystemRandom random;

  EXPECT_TRUE(check(*request_, "anna", crypto::ServiceLabel::Manifest));
  EXPECT_FALSE(check(*request_, "bert", crypto::ServiceLabel::Manifest));
  EXPECT_FALSE(check(RequestId::random(random), "anna", crypto::ServiceLabel::Manifest));
  EXPECT_FALSE(check(*request_, "anna", crypto::ServiceLabel::Envelope));
}

TEST_F(LyingChild, MayNotDeliverWithoutSignatures) {
  EXPECT_EQ(refusal(a_result()), "protocol");
  collect();
  EXPECT_EQ(refusal(StageMessage{"verifying"}), "protocol");
}

TEST_F(LyingChild, MayNotSwapTheManifest) {
  package();
  auto result = a_result();
  result.manifest_sha256 = digest_of("another");

  EXPECT_EQ(refusal(result), "false_result");
  EXPECT_EQ(class_, FailureClass::Quarantine);
}

TEST_F(LyingChild, MayNotSayAnotherSizeOrDigest) {
  package();
  auto result = a_result();
  auto larger = result;
  larger.size = 7;
  auto other = result;
  other.sha256 = digest_of("another");

  EXPECT_EQ(refusal(larger), "false_result");
  EXPECT_EQ(refusal(other), "false_result");
}

TEST_F(LyingChild, MayNotDeliverWhatIsNotThere) {
  package();
  const auto result = a_result();
  world_.packages().destroy(job_->object_name);

  EXPECT_EQ(refusal(result), "false_result");
}

TEST_F(LyingChild, MayNotSealForAnotherRequest) {
  package();
  auto result = a_result();
  SystemRandom random;
  result.envelope = envelope(RequestId::random(random));
  EXPECT_EQ(refusal(result), "false_result");

  result.envelope = "{}";
  EXPECT_EQ(refusal(result), "false_result");
}

TEST_F(LyingChild, HasNothingToSayAfterItsLastWord) {
  say(FailureMessage{"disk_full", true, ""});

  EXPECT_EQ(refusal(StageMessage{"collecting"}), "protocol");
}

TEST_F(LyingChild, NamesOnlyWordsAndDatasetsThatAreKnown) {
  EXPECT_EQ(refusal(FailureMessage{"foreign_row", true, "payroll"}), "protocol");
  say(FailureMessage{"foreign_row", true, "note"});

  // Its wish to be tried again does not count: the table says quarantine.
  EXPECT_EQ(attempt_->named_failure()->failure_class, FailureClass::Quarantine);
  EXPECT_EQ(attempt_->named_failure()->dataset_number, 2);
}

TEST_F(LyingChild, CannotWriteAfterTheLeaseIsLost) {
  world_.execute("UPDATE job SET lease_token = gen_random_uuid()");

  EXPECT_THROW(static_cast<void>(say(StageMessage{"collecting"})), queue::LeaseLost);
}

TEST_F(LyingChild, IsNotReleasedForAWithdrawnRequest) {
  package();
  say(a_result());
  world_.execute("UPDATE access_request SET state = 'withdrawn'");

  EXPECT_THROW(release(), queue::LeaseLost);
  EXPECT_EQ(world_.count("package"), 0);
  EXPECT_THAT(world_.acts(), Not(Contains("package.sealed")));
}

TEST_F(LyingChild, IsNotReleasedWhenItsRequestIsWithdrawnAtTheGate) {
  package();
  say(a_result());
  world_.gate.while_waiting = [this] {
    world_.execute("UPDATE access_request SET state = 'withdrawn'");
  };

  EXPECT_THROW(release(), queue::LeaseLost);
  EXPECT_EQ(world_.count("package"), 0);
  EXPECT_THAT(fields_of("package.release_refused"), HasSubstr(R"("why":"withdrawn")"));
  EXPECT_THAT(fields_of("package.deleted"), HasSubstr(R"("why":"not_released")"));
  EXPECT_THAT(world_.stored_files(), IsEmpty());
}

TEST_F(LyingChild, IsNotReleasedWhenAnotherWorkerHasTheJob) {
  package();
  say(a_result());
  world_.gate.while_waiting = [this] {
    world_.execute("UPDATE job SET lease_token = gen_random_uuid()");
  };

  EXPECT_THROW(release(), queue::LeaseLost);
  EXPECT_THAT(fields_of("package.release_refused"), HasSubstr(R"("why":"lease_lost")"));
}

TEST_F(LyingChild, IsNotReleasedAfterItsRequestWasReported) {
  package();
  say(a_result());
  world_.gate.while_waiting = [this] {
    world_.execute("UPDATE access_request SET state = 'quarantined'");
  };

  EXPECT_THROW(release(), queue::LeaseLost);
  EXPECT_THAT(fields_of("package.release_refused"), HasSubstr(R"("why":"state_changed")"));
}

TEST_F(LyingChild, IsVerifiedInTheLedgerBeforeTheGateIsAsked) {
  package();
  say(a_result());
  std::vector<std::string> acts;
  world_.gate.while_waiting = [&] { acts = world_.acts(); };

  release();

  EXPECT_THAT(acts, IsSupersetOf({"package.sealed", "package.verified"}));
  EXPECT_THAT(acts, Not(Contains("package.released")));
  EXPECT_THAT(fields_of("package.released"), HasSubstr(R"("at_size":257)"));
}

TEST_F(LyingChild, IsNotReleasedBeforeItIsCovered) {
  package();
  say(a_result());
  world_.gate.cause_at_release = "ledger_not_covering";

  EXPECT_THROW(release(), Failure);

  EXPECT_EQ(world_.state(*request_), "verifying");
  EXPECT_EQ(world_.count("package"), 0);
  EXPECT_THAT(world_.acts(), Not(Contains("package.released")));
  EXPECT_THAT(fields_of("package.release_refused"), HasSubstr(R"("why":"ledger_not_covering")"));
  EXPECT_THAT(world_.stored_files(), IsEmpty());
}

TEST_F(LyingChild, GivesItsPlaceBackWhenTheWorkerEnds) {
  package();
  say(a_result());
  world_.gate.is_stopped = true;

  EXPECT_EQ(attempt_->release({.outcome = "released"}, {}), queue::ReleaseEnd::Stopped);
  EXPECT_THAT(world_.acts(), Not(Contains("package.release_refused")));
  EXPECT_THAT(fields_of("package.deleted"), HasSubstr(R"("why":"rescued")"));
}

TEST_F(LyingChild, BecomesVerifyingWithItsLeaf) {
  collect();
  EXPECT_THAT(world_.acts(), Not(Contains("job.collected")));
  say(SignMessage{crypto::ServiceLabel::Manifest, digest_of("manifest")});
  say(SignMessage{crypto::ServiceLabel::Envelope, digest_of("payload")});
  EXPECT_EQ(world_.state(*request_), "running");

  say(StageMessage{"verifying"});

  EXPECT_EQ(world_.state(*request_), "verifying");
  EXPECT_THAT(fields_of("job.collected"), HasSubstr(R"("datasets":3)"));
}

}  // namespace
}  // namespace rightful::exporting
