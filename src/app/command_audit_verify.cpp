#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/core/clock.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/trust_file.hpp"
#include "rightful/ledger/verifier.hpp"

#include "app/command.hpp"

namespace rightful::app {

namespace {

// An auditor's own numbers; the third is that of a command line, trust file or memory that is
// wrong.
constexpr ExitCode kVerified{0};
constexpr ExitCode kProven{1};
constexpr ExitCode kNotEnough{2};
constexpr ExitCode kUnusable{3};

constexpr mode_t kMemoryMode = 0600;

CommandSpec spec() {
  return {
      .name = "audit verify",
      .summary = "Check a published ledger offline, trusting nobody but the trust file.",
      .purpose =
          "Reads a copy of a ledger's directory and checks the log's signature, every published "
          "hash, every entry, its writer's signature and numbers. Needs no network, no database "
          "and no settings. What it finds is printed, one finding a line, the verdict last.\n\nWho "
          "holds an earlier checkpoint (an own --memory, or one out of a delivered package) also "
          "finds out when the log's past was changed or its end cut off.",
      .arguments = {{"DIR", "The directory with `checkpoint` and `tile`."}},
      .options =
          {{"--trust", "FILE", "The logs' keys, handed over by another way than the log."},
           {"--memory",
            "FILE",
            "The newest checkpoint that was verified: compared if the file is there, written "
            "when the verdict is `verified`."},
           {"--checkpoint",
            "FILE",
            "A checkpoint held elsewhere. May be given several times.",
            Repeats::Yes},
           {"--enrol", "KEY", "The enrolment key, as the first entry names it (base64url)."},
           {"--max-age",
            "AGE",
            "How old the newest entry may be at --now: 90s, 15m, 24h, 30d, or `any`. Default: "
            "15m."},
           {"--now", "TIME", "When the copy was made (RFC 3339). Default: now."},
           {"--known",
            "FINDING@AT",
            "A finding that was examined: it no longer fails. May be given several times.",
            Repeats::Yes},
           {"--hashes-only", "", "Signature, tree and hashes; do not read the entries."},
           {"--explain", "", "A sentence with each kind of finding."},
           {"--json", "", "One JSON object a line."}},
      .settings = TakesSettings::No,
      .examples = {{"rightful audit verify ledger/ --trust trust.txt --memory seen.note",
                    "As often as one likes, each time against all times before."}},
      .exit_codes =
          "0 verified; 1 tampering or damage is proven; 2 the evidence does not suffice; 3 "
          "the command line, the trust file, the memory or the disk is unusable."};
}

/// Prints as it comes.
class Printer final : public ledger::FindingSink {
 public:
  Printer(std::ostream& out, bool as_json, bool explains)
      : out_(out), as_json_(as_json), explains_(explains) {}

  void found(const ledger::Finding& finding) override {
    if (as_json_) {
      print_json(finding);
      return;
    }
    const std::string place = finding.at ? fmt::format("@{}", *finding.at) : "";
    out_ << fmt::format(
        "{}{} ({}): {}\n", word_of(finding.kind), place, name_of(finding.severity), finding.detail);
    if (explains_) out_ << fmt::format("  {}\n", explanation_of(finding.kind));
  }

  void print_verdict(const ledger::Verdict& verdict) {
    const std::string_view word = word_for(verdict.severity);
    if (as_json_) {
      print_json(verdict, word);
      return;
    }
    if (verdict.untold > 0) {
      out_ << fmt::format("{} more findings of the same kinds\n", verdict.untold);
    }
    if (!verdict.checkpoint) {
      out_ << fmt::format("verdict: {}\n", word);
      return;
    }
    const auto& checkpoint = verdict.checkpoint->checkpoint;
    out_ << fmt::format("verdict: {}, {} with {} entries, root {}\n",
                        word,
                        checkpoint.origin.text(),
                        checkpoint.head.size,
                        to_base64(checkpoint.head.root.bytes()));
  }

 private:
  static std::string_view word_for(ledger::Severity severity) {
    switch (severity) {
      case ledger::Severity::Report:
        return "verified";
      case ledger::Severity::NotEnough:
        return "not enough evidence";
      case ledger::Severity::Proven:
        return "tampering or damage";
    }
    return "tampering or damage";
  }

  void print_json(const ledger::Finding& finding) {
    nlohmann::ordered_json line{{"finding", word_of(finding.kind)},
                                {"severity", name_of(finding.severity)},
                                {"at", nullptr},
                                {"detail", finding.detail}};
    if (finding.at) line["at"] = *finding.at;
    if (explains_) line["explanation"] = explanation_of(finding.kind);
    out_ << line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << '\n';
  }

  void print_json(const ledger::Verdict& verdict, std::string_view word) {
    nlohmann::ordered_json line{{"verdict", word},
                                {"entries", verdict.entries},
                                {"findings", verdict.findings},
                                {"untold", verdict.untold}};
    if (verdict.checkpoint) {
      const auto& checkpoint = verdict.checkpoint->checkpoint;
      line["origin"] = checkpoint.origin.text();
      line["size"] = checkpoint.head.size;
      line["root"] = to_base64(checkpoint.head.root.bytes());
    }
    out_ << line.dump() << '\n';
  }

  std::ostream& out_;
  bool as_json_;
  bool explains_;
};

// 90s, 15m, 24h, 30d
Result<std::chrono::milliseconds> parse_age(std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && stop + 1 == end) {
    if (*stop == 's') return std::chrono::seconds(number);
    if (*stop == 'm') return std::chrono::minutes(number);
    if (*stop == 'h') return std::chrono::hours(number);
    if (*stop == 'd') return std::chrono::days(number);
  }
  return fail(ErrorCode::InvalidArgument, "--max-age is a number with s, m, h or d, or `any`");
}

Result<std::pair<ledger::FindingKind, std::uint64_t>> parse_known(std::string_view text) {
  const std::size_t at = text.find('@');
  const auto kind = ledger::find_finding(text.substr(0, at));
  std::uint64_t index = 0;
  if (kind && at != std::string_view::npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + at + 1, end, index);
    if (error == std::errc() && stop == end) return std::pair(*kind, index);
  }
  return fail(ErrorCode::InvalidArgument,
              "--known is a finding and its place as they are printed, such as LOGGED_GAP@5120");
}

Result<void> read_trust(const ParsedCommand& line, ledger::VerifyRequest& request) {
  const auto path = line.value("--trust");
  if (!path) return fail(ErrorCode::InvalidArgument, "--trust FILE is missing");
  RIGHTFUL_TRY(const Bytes bytes, read_file(*path, ledger::kMaxTrustFileSizeBytes));
  RIGHTFUL_TRY(const auto trust, ledger::TrustFile::parse(bytes));
  request.keys = trust.log_keys();
  request.asks_for_witnesses = trust.asks_for_witnesses();
  return {};
}

Result<void> read_held(const ParsedCommand& line, ledger::VerifyRequest& request) {
  for (const std::string& path : line.values("--checkpoint")) {
    RIGHTFUL_TRY(auto note, read_file(path, ledger::kMaxNoteSizeBytes));
    request.held.push_back({.name = path, .note = std::move(note)});
  }
  const auto memory = line.value("--memory");
  if (!memory || !std::filesystem::exists(*memory)) return {};
  RIGHTFUL_TRY(auto note, read_file(*memory, ledger::kMaxNoteSizeBytes));
  const auto parsed = ledger::parse_note(note);
  if (!parsed) {
    return fail(ErrorCode::InvalidArgument,
                "the memory " + *memory + " is damaged: " + parsed.error().detail);
  }
  request.held.push_back({.name = *memory, .note = std::move(note)});
  return {};
}

Result<void> read_times(const ParsedCommand& line, ledger::VerifyRequest& request) {
  const std::string age = line.value("--max-age").value_or("15m");
  const auto now = line.value("--now");
  if (now) {
    RIGHTFUL_TRY(request.now, parse_rfc3339(*now));
  } else {
    request.now = SystemClock().now();
  }
  if (age == "any") {
    request.now.reset();
    return {};
  }
  RIGHTFUL_TRY(request.max_age, parse_age(age));
  return {};
}

Result<ledger::VerifyRequest> request_of(const ParsedCommand& line) {
  ledger::VerifyRequest request;
  RIGHTFUL_TRY(read_trust(line, request));
  RIGHTFUL_TRY(read_held(line, request));
  RIGHTFUL_TRY(read_times(line, request));
  for (const std::string& known : line.values("--known")) {
    RIGHTFUL_TRY(const auto place, parse_known(known));
    request.known.insert(place);
  }
  if (const auto enrolment = line.value("--enrol")) {
    RIGHTFUL_TRY(const Bytes bytes, from_base64url(*enrolment));
    RIGHTFUL_TRY(request.enrolment, crypto::SignPublicKey::parse(bytes));
  }
  if (line.has("--hashes-only")) request.depth = ledger::Depth::HashesOnly;
  return request;
}

ExitCode exit_code_of(ledger::Severity severity) {
  switch (severity) {
    case ledger::Severity::Report:
      return kVerified;
    case ledger::Severity::NotEnough:
      return kNotEnough;
    case ledger::Severity::Proven:
      return kProven;
  }
  return kProven;
}

ExitCode unusable(Console console, const Error& error) {
  static_cast<void>(report(console, error));
  return kUnusable;
}

ExitCode verify(const Invocation& invocation) {
  const auto request = request_of(invocation.line);
  if (!request) return unusable(invocation.console, request.error());
  auto directory = ledger::LogDirectory::open(*invocation.line.argument(0));
  if (!directory) return unusable(invocation.console, directory.error());
  Printer printer(
      invocation.console.out, invocation.line.has("--json"), invocation.line.has("--explain"));
  const ledger::Verdict verdict = verify_log(*directory, *request, printer);
  const auto memory = invocation.line.value("--memory");
  if (memory && verdict.severity == ledger::Severity::Report) {
    write_file_atomically(*memory, verdict.note, kMemoryMode);
  }
  printer.print_verdict(verdict);
  return exit_code_of(verdict.severity);
}

ExitCode run(const Invocation& invocation) {
  try {
    return verify(invocation);
  } catch (const Failure& failure) {
    // main() would answer 1 or 4; here 1 is the proof of damage, which a broken disk is not.
    return unusable(invocation.console, {ErrorCode::Unavailable, failure.what()});
  }
}

}  // namespace

Command audit_verify_command() {
  return {.spec = spec(), .run = &run, .usage_code = kUnusable};
}

}  // namespace rightful::app
