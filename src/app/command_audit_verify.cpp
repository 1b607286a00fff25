#include "rightful/core/files.hpp"
#include "rightful/ledger/entry_verifier.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/tlog_proof.hpp"

#include "app/audit_options.hpp"
#include "app/audit_report.hpp"

namespace rightful::app {

namespace {

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> all = audit_options();
  all.push_back({"--hashes-only", "", "Signature, tree and hashes; do not read the entries."});
  all.push_back({"--without-signatures",
                 "",
                 "Everything but the entries' own signatures: several times faster."});
  all.push_back({"--proof", "FILE", "A proof for one entry (C2SP tlog-proof), with --leaf."});
  all.push_back({"--leaf", "FILE", "The exact bytes of that entry. No DIR is given then."});
  return all;
}

CommandSpec spec() {
  return {
      .name = "audit verify",
      .summary = "Check a published ledger offline, trusting nobody but the trust file.",
      .purpose =
          "Reads a copy of a ledger (its folder, or an archive made by `audit export`) and checks "
          "the log's signature, every published hash, every entry, its writer's signature and "
          "numbers. Needs no network, no database and no settings. What it finds is printed, one "
          "finding a line, the verdict last.\n\nWho holds an earlier checkpoint (an own --memory, "
          "or one out of a delivered package) also finds out when the log's past was changed or "
          "its end cut off.",
      .arguments = {{"PLACE", "The folder with `checkpoint` and `tile`, or the archive.", false}},
      .options = options(),
      .settings = TakesSettings::No,
      .examples = {{"rightful audit verify ledger/ --trust trust.txt --memory seen.note",
                    "As often as one likes, each time against all times before."},
                   {"rightful audit verify --trust trust.txt --leaf 5.json --proof 5.tlog-proof",
                    "One entry that somebody showed."}},
      .exit_codes =
          "0 verified; 1 tampering or damage is proven; 2 the evidence does not suffice; 3 "
          "the command line, the trust file, the memory, the archive or the disk is unusable."};
}

Result<void> check_shape(const ParsedCommand& line) {
  const bool is_single = line.has("--proof") || line.has("--leaf");
  if (line.has("--proof") != line.has("--leaf")) {
    return fail(ErrorCode::InvalidArgument, "--proof and --leaf are given together");
  }
  if (is_single == line.argument(0).has_value()) {
    return fail(ErrorCode::InvalidArgument,
                is_single ? "with --proof and --leaf no PLACE is given"
                          : "PLACE is missing: a folder or an archive (or --proof and --leaf)");
  }
  if (line.has("--hashes-only") && (line.has("--previous") || line.has("--without-signatures"))) {
    return fail(ErrorCode::InvalidArgument,
                "--hashes-only goes with neither --previous nor --without-signatures");
  }
  return {};
}

AuditReport report_for(const Invocation& invocation) {
  const ParsedCommand& line = invocation.line;
  return {invocation.console.out,
          line.has("--json") ? AuditStyle::Json : AuditStyle::Text,
          line.has("--explain") ? Explains::Yes : Explains::No};
}

ExitCode verify_single(const Invocation& invocation, const AuditTask& task) {
  const auto leaf = read_file(invocation.line.required_value("--leaf"), ledger::kMaxLeafSizeBytes);
  if (!leaf) return report_unusable(invocation.console, leaf.error());
  const auto proof =
      read_file(invocation.line.required_value("--proof"), ledger::kMaxTlogProofSizeBytes);
  if (!proof) return report_unusable(invocation.console, proof.error());
  AuditReport report = report_for(invocation);
  const ledger::Verdict verdict = verify_entry(*leaf, *proof, task.request, report);
  report.end(verdict, task.request, AuditScope::SingleEntries);
  return audit_exit_code(verdict.severity);
}

ExitCode verify_place(const Invocation& invocation, const AuditTask& task) {
  auto place = AuditPlace::open(invocation.line.required_argument(0));
  if (!place) return report_unusable(invocation.console, place.error());
  AuditReport report = report_for(invocation);
  ledger::LogArchive* const selection = place->selection();
  const ledger::Verdict verdict = selection != nullptr
                                      ? verify_selection(*selection, task.request, report)
                                      : verify_log(place->source(), task.request, report);
  report.end(verdict,
             task.request,
             selection != nullptr ? AuditScope::SingleEntries : AuditScope::WholeLog);
  if (selection == nullptr) keep_memory(invocation.line, verdict);
  return audit_exit_code(verdict.severity);
}

ExitCode verify(const Invocation& invocation) {
  if (const auto shape = check_shape(invocation.line); !shape)
    return report_unusable(invocation.console, shape.error());
  auto task = read_audit_options(invocation.line);
  if (!task) return report_unusable(invocation.console, task.error());
  if (invocation.line.has("--hashes-only")) task->request.depth = ledger::Depth::HashesOnly;
  if (invocation.line.has("--without-signatures"))
    task->request.depth = ledger::Depth::WithoutSignatures;
  if (invocation.line.has("--proof")) return verify_single(invocation, *task);
  return verify_place(invocation, *task);
}

ExitCode run(const Invocation& invocation) {
  return run_audit(invocation, &verify);
}

}  // namespace

Command audit_verify_command() {
  return {.spec = spec(), .run = &run, .usage_code = kAuditUnusable};
}

}  // namespace rightful::app
