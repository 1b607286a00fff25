#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "rightful/ledger/entry_verifier.hpp"
#include "rightful/ledger/log_export.hpp"

#include "app/audit_options.hpp"
#include "app/audit_report.hpp"
#include "app/evidence_file.hpp"

namespace rightful::app {

namespace {

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> all{
      {"--out", "FILE", "Where it goes; nothing may have that name yet."},
      {"--format",
       "jsonl|csv|tar",
       "`jsonl`: a line an entry, with its exact bytes. `csv`: a view for a spreadsheet, no "
       "evidence. `tar`: the whole log, or with a filter single entries, each with its proof."},
      {"--from", "INDEX", "The first entry. Default: 0."},
      {"--to", "INDEX", "The entry behind the last. Default: the size of the log."},
      {"--act", "EVENT", "Only this event, such as `package.released`."},
      {"--subj", "PSEUDONYM", "Only entries about this person (`s_…`)."},
      {"--req", "REFERENCE", "Only entries of this access request (`r_…`)."},
      {"--actor", "WHO", "Only entries by `self`, `system` or a member of staff (`a_…`)."},
      {"--since", "TIME", "Not before this time (RFC 3339)."},
      {"--until", "TIME", "Before this time (RFC 3339)."}};
  const std::vector<OptionSpec> common = audit_options();
  all.insert(all.end(), common.begin(), common.end());
  return all;
}

CommandSpec spec() {
  return {
      .name = "audit export",
      .summary = "Take entries out of a published ledger, after it was verified.",
      .purpose =
          "Verifies a copy of a ledger as `audit verify` does, and writes nothing unless the "
          "verdict is `verified`. Then it writes the entries that the filters leave, or the "
          "whole log, into one file. The same log and filters give the same bytes.\n\nA list "
          "that was filtered shows that its entries are in the log, not that no other entry "
          "would fit: who must be sure takes the whole log.",
      .arguments = {{"PLACE", "The folder with `checkpoint` and `tile`, or an archive of it."}},
      .options = options(),
      .settings = TakesSettings::No,
      .examples = {{"rightful audit export ledger/ --trust trust.txt --format tar --out log.tar",
                    "The whole log in one file, for `audit verify` elsewhere."},
                   {"rightful audit export log.tar --trust trust.txt --max-age any --format "
                    "csv --act package.released --out released.csv",
                    "Every release, for a spreadsheet."}},
      .exit_codes =
          "As `audit verify`: 0 exported; 1 tampering or damage is proven; 2 the "
          "evidence does not suffice; 3 the command line, a file or the disk is "
          "unusable, or the log changed meanwhile. Only 0 leaves a file."};
}

Result<std::optional<std::uint64_t>> read_index(const ParsedCommand& line, std::string_view name) {
  const auto text = line.value(name);
  if (!text) return std::nullopt;
  RIGHTFUL_TRY(const std::uint64_t index, parse_index(name, *text));
  return index;
}

Result<std::optional<Instant>> read_time(const ParsedCommand& line, std::string_view name) {
  const auto text = line.value(name);
  if (!text) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  if (!time) return fail(time.error().code, std::string(name) + ": " + time.error().detail);
  return *time;
}

Result<ledger::EvidenceFormat> read_format(const ParsedCommand& line) {
  const auto format = line.value("--format");
  if (!format) return fail(ErrorCode::InvalidArgument, "--format jsonl|csv|tar is missing");
  if (*format == "csv") return ledger::EvidenceFormat::Csv;
  return *format == "tar" ? ledger::EvidenceFormat::Archive : ledger::EvidenceFormat::JsonLines;
}

Result<ledger::ExportRequest> read_export(const ParsedCommand& line) {
  if (!line.has("--out")) return fail(ErrorCode::InvalidArgument, "--out FILE is missing");
  ledger::ExportRequest request;
  RIGHTFUL_TRY(request.format, read_format(line));
  ledger::EntryFilter& filter = request.filter;
  RIGHTFUL_TRY(const auto from, read_index(line, "--from"));
  filter.from = from.value_or(0);
  RIGHTFUL_TRY(filter.to, read_index(line, "--to"));
  filter.act = line.value("--act");
  filter.subj = line.value("--subj");
  filter.req = line.value("--req");
  filter.actor = line.value("--actor");
  RIGHTFUL_TRY(filter.since, read_time(line, "--since"));
  RIGHTFUL_TRY(filter.until, read_time(line, "--until"));
  request.tool = "rightful " RIGHTFUL_VERSION;
  std::error_code unknown;  // then writing it says why
  if (std::filesystem::exists(
          std::filesystem::symlink_status(line.required_value("--out"), unknown)))
    return fail(ErrorCode::Conflict,
                "something has the name " + line.required_value("--out") +
                    " already, and nothing is overwritten; name another file with --out");
  return request;
}

/// Nobody needs to be told twice.
class Deaf final : public ledger::FindingSink {
 public:
  void found(const ledger::Finding& /*finding*/) override {}
};

// What stands on the disk is read again: an archive that does not verify gets no name.
Result<void> verify_again(const std::filesystem::path& path, const ledger::VerifyRequest& request) {
  RIGHTFUL_TRY(auto place, AuditPlace::open(path));
  ledger::VerifyRequest again;
  again.keys = request.keys;
  again.asks_for_witnesses = request.asks_for_witnesses;
  again.known = request.known;
  again.depth = ledger::Depth::HashesOnly;
  Deaf deaf;
  ledger::LogArchive* const selection = place.selection();
  const ledger::Verdict verdict = selection != nullptr ? verify_selection(*selection, again, deaf)
                                                       : verify_log(place.source(), again, deaf);
  if (verdict.severity == ledger::Severity::Report) return {};
  return fail(ErrorCode::Conflict, "the archive that was written does not verify: begin again");
}

Result<void> write_evidence(AuditPlace& place,
                            const ledger::Verdict& verdict,
                            const ledger::ExportRequest& request,
                            const AuditTask& task,
                            const Invocation& invocation) {
  const std::string path = invocation.line.required_value("--out");
  EvidenceFile file(path);
  RIGHTFUL_TRY(const auto exported, export_log(place.source(), verdict, request, file));
  file.flush();
  if (request.format == ledger::EvidenceFormat::Archive)
    RIGHTFUL_TRY(verify_again(file.temporary(), task.request));
  RIGHTFUL_TRY(file.keep());
  invocation.console.out << fmt::format("exported: {} entries, {} left out, {}, sha256 {}\n",
                                        exported.entries,
                                        exported.left_out,
                                        path,
                                        to_hex(std::move(file).sha256().bytes()));
  if (exported.entries == 0) {
    invocation.console.err << "rightful: no entry fits the filter: are the names of event, person, "
                              "request and actor right?\n";
  }
  return {};
}

ExitCode export_place(const Invocation& invocation) {
  const auto request = read_export(invocation.line);
  if (!request) return report_unusable(invocation.console, request.error());
  const auto task = read_audit_options(invocation.line);
  if (!task) return report_unusable(invocation.console, task.error());
  auto place = AuditPlace::open(invocation.line.required_argument(0));
  if (!place) return report_unusable(invocation.console, place.error());
  if (place->selection() != nullptr) {
    return report_unusable(
        invocation.console,
        {ErrorCode::InvalidArgument, "the archive holds single entries only: verify it instead"});
  }
  AuditReport report(invocation.console.out,
                     invocation.line.has("--json") ? AuditStyle::Json : AuditStyle::Text,
                     invocation.line.has("--explain") ? Explains::Yes : Explains::No);
  const ledger::Verdict verdict = verify_log(place->source(), task->request, report);
  report.end(verdict, task->request, AuditScope::WholeLog);
  keep_memory(invocation.line, verdict);
  if (verdict.severity != ledger::Severity::Report) return audit_exit_code(verdict.severity);
  const auto written = write_evidence(*place, verdict, *request, *task, invocation);
  if (!written) return report_unusable(invocation.console, written.error());
  return kAuditVerified;
}

ExitCode run(const Invocation& invocation) {
  return run_audit(invocation, &export_place);
}

}  // namespace

Command audit_export_command() {
  return {.spec = spec(), .run = &run, .usage_code = kAuditUnusable};
}

}  // namespace rightful::app
