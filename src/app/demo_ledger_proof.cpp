#include "app/demo_ledger_proof.hpp"

#include <algorithm>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "rightful/core/clock.hpp"
#include "rightful/core/files.hpp"
#include "rightful/ledger/log_archive.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/log_export.hpp"
#include "rightful/ledger/trust_file.hpp"
#include "rightful/ledger/verifier.hpp"
#include "rightful/store/ledger_tables.hpp"

#include "app/evidence_file.hpp"
#include "app/ledger_view.hpp"
#include "app/progress_display.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;
namespace tables = store::ledger_tables;

constexpr int kLooks = 150;
constexpr int kBetweenLooksMs = 200;
constexpr mode_t kReadable = 0644;
constexpr std::size_t kMaxArchiveBytes = std::size_t{64} * 1024 * 1024;
/// What the control changes: an entry that says that a package was given out.
constexpr std::string_view kRelease = R"("act":"package.released")";
constexpr unsigned kMaxThreads = 64;

/// The first that stands against the log, and the first entry whose bytes are not the signed ones.
class FirstFindings final : public ledger::FindingSink {
 public:
  void found(const ledger::Finding& finding) override {
    if (!first_ && finding.severity != ledger::Severity::Report) first_ = finding;
    if (!changed_ && finding.kind == ledger::FindingKind::LeafHash) changed_ = finding.at;
  }

  [[nodiscard]] const std::optional<ledger::Finding>& first() const noexcept { return first_; }

  [[nodiscard]] const std::optional<std::uint64_t>& changed() const noexcept { return changed_; }

 private:
  std::optional<ledger::Finding> first_;
  std::optional<std::uint64_t> changed_;
};

struct Copy {
  fs::path archive;
  fs::path trust;
};

bool is_all_signed(store::Pool& pool) {
  store::Transaction transaction = pool.begin(store::Isolation::RepeatableRead);
  const auto live = tables::find_live_log(transaction);
  if (!live || tables::outbox_facts(transaction, 1).rows > 0) return false;
  const auto head = tables::find_head(transaction, live->log_id);
  const auto newest = tables::newest_checkpoint(transaction, live->log_id);
  return head && newest && newest->size == head->size();
}

Result<void> wait_until_signed(const LedgerProofPlan& plan) {
  for (int look = 0; look < kLooks; ++look) {
    if (is_all_signed(plan.pool)) return {};
    if (plan.stop.wait(kBetweenLooksMs)) return fail(ErrorCode::Unavailable, "stopped");
  }
  return fail(ErrorCode::Unavailable, "the newest entries were not signed within 30 s");
}

/// What the file says, and nothing that this process knows besides.
Result<ledger::VerifyRequest> request_of(const LedgerProofPlan& plan, const Copy& copy) {
  RIGHTFUL_TRY(const Bytes text, read_file(copy.trust, ledger::kMaxTrustFileSizeBytes));
  RIGHTFUL_TRY(const auto trust, ledger::TrustFile::parse(text));
  ledger::VerifyRequest request;
  request.keys = trust.log_keys();
  request.now = SystemClock().now();
  request.threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads);
  for (const fs::path& file : plan.held) {
    if (auto note = read_file(file, ledger::kMaxNoteSizeBytes))
      request.held.push_back({.name = file.string(), .note = *std::move(note)});
  }
  return request;
}

/// As `audit export --format tar` does it.
Result<void> write_archive(ledger::TileSource& source,
                           const ledger::Verdict& verdict,
                           const fs::path& path) {
  EvidenceFile file(path);
  const ledger::ExportRequest request{.format = ledger::EvidenceFormat::Archive,
                                      .filter = {},
                                      .tool = "rightful " RIGHTFUL_VERSION};
  RIGHTFUL_TRY(export_log(source, verdict, request, file));
  file.flush();
  return file.keep();
}

Result<Copy> hand_over(const LedgerProofPlan& plan) {
  RIGHTFUL_TRY(wait_until_signed(plan));
  Copy copy{.archive = plan.out / "ledger.tar", .trust = plan.out / "trust.txt"};
  RIGHTFUL_TRY(const LogView view, view_live_log(plan.pool));
  write_file_atomically(
      copy.trust, as_bytes(ledger::format_trust_file(keys_that_sign(view))), kReadable);
  RIGHTFUL_TRY(auto published, ledger::LogDirectory::open(plan.ledger / view.name));
  RIGHTFUL_TRY(const auto request, request_of(plan, copy));
  FirstFindings findings;
  const ledger::Verdict verdict = verify_log(published, request, findings);
  if (verdict.severity != ledger::Severity::Report) {
    return fail(ErrorCode::NotAuthentic,
                findings.first()
                    ? std::string(word_of(findings.first()->kind)) + ": " + findings.first()->detail
                    : "the published log does not verify");
  }
  RIGHTFUL_TRY(write_archive(published, verdict, copy.archive));
  return copy;
}

/// One bit of one entry about a release.
Result<fs::path> change_one_bit(const Copy& copy, const fs::path& scratch) {
  RIGHTFUL_TRY(Bytes bytes, read_file(copy.archive, kMaxArchiveBytes));
  const std::size_t at = as_text(bytes).find(kRelease);
  if (at == std::string_view::npos)
    return fail(ErrorCode::NotFound, "the ledger tells of no released package");
  bytes[at + kRelease.size() - 2] ^= std::byte{1};
  fs::path changed = scratch / "changed.tar";
  write_file_atomically(changed, bytes, kReadable);
  return changed;
}

/// Where the verifier found the changed bit.
Result<std::uint64_t> find_change(const fs::path& changed, const ledger::VerifyRequest& request) {
  RIGHTFUL_TRY(auto archive, ledger::LogArchive::open(changed));
  FirstFindings findings;
  const ledger::Verdict verdict = verify_log(archive, request, findings);
  const auto changed_entry = findings.changed();
  if (verdict.severity == ledger::Severity::Proven && changed_entry) return *changed_entry;
  return fail(ErrorCode::Conflict, "a changed bit in an entry was not found");
}

Result<std::string> check(const LedgerProofPlan& plan) {
  RIGHTFUL_TRY(const Copy copy, hand_over(plan));
  RIGHTFUL_TRY(const auto request, request_of(plan, copy));
  RIGHTFUL_TRY(auto archive, ledger::LogArchive::open(copy.archive));
  FirstFindings findings;
  const ledger::Verdict verdict = verify_log(archive, request, findings);
  if (verdict.severity != ledger::Severity::Report || !verdict.checkpoint)
    return fail(ErrorCode::NotAuthentic, "the exported copy does not verify");
  RIGHTFUL_TRY(const fs::path changed, change_one_bit(copy, plan.scratch));
  RIGHTFUL_TRY(const std::uint64_t at, find_change(changed, request));
  return fmt::format(
      "{} entries, all under the signature over {}: verified; so are the checkpoints in {} of the "
      "packages; control: one changed bit in entry {} was found. How to check it yourself: "
      "docs/audit.md",
      human_count(verdict.entries),
      human_count(verdict.checkpoint->checkpoint.head.size),
      request.held.size(),
      at);
}

}  // namespace

Proof prove_ledger(const LedgerProofPlan& plan) {
  const auto checked = check(plan);
  return {.name = "ledger_verifies",
          .statement =
              "Each step stands in a ledger whose published copy verifies offline, by its trust "
              "file alone.",
          .result = checked ? ProofResult::Holds : ProofResult::Fails,
          .detail = checked ? *checked : checked.error().detail};
}

}  // namespace rightful::app
