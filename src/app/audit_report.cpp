#include "app/audit_report.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"

namespace rightful::app {

namespace {

using ledger::Depth;
using ledger::FindingKind;
using ledger::Severity;
using ledger::Verdict;

std::string_view word_for(Severity severity) {
  switch (severity) {
    case Severity::Report:
      return "verified";
    case Severity::NotEnough:
      return "not enough evidence";
    case Severity::Proven:
      return "tampering or damage";
  }
  return "tampering or damage";
}

std::string_view depth_name(Depth depth) {
  switch (depth) {
    case Depth::Everything:
      return "everything";
    case Depth::WithoutSignatures:
      return "without_signatures";
    case Depth::HashesOnly:
      return "hashes_only";
  }
  return "hashes_only";
}

std::string_view depth_remark(Depth depth) {
  if (depth == Depth::WithoutSignatures) return " (who signed the entries was not checked)";
  if (depth == Depth::HashesOnly) return " (hashes only: the entries were not read)";
  return "";
}

std::uint64_t count_of(const Verdict& verdict, FindingKind kind) {
  return verdict.of_kind[static_cast<std::size_t>(kind)];
}

void explain_entries(const Verdict& verdict, Explanation& explanation) {
  auto& shown = explanation.shown;
  auto& open = explanation.not_shown;
  if (verdict.depth == Depth::HashesOnly) {
    open.emplace_back("what the entries say, who wrote them, and whether any are missing");
    return;
  }
  shown.emplace_back(
      "each entry has the agreed form, and no number of those who write is missing or repeated");
  if (verdict.depth == Depth::WithoutSignatures) {
    open.emplace_back("that the writers named in the entries have signed them");
  } else {
    shown.emplace_back("each entry is signed by a process that the log's enrolment key admitted");
  }
}

void explain_past(const Verdict& verdict,
                  const ledger::VerifyRequest& request,
                  Explanation& explanation) {
  auto& shown = explanation.shown;
  auto& open = explanation.not_shown;
  if (verdict.earlier > 0) {
    shown.push_back(
        fmt::format("the log has only grown: it holds what {} earlier {} signed, unchanged",
                    verdict.earlier,
                    verdict.earlier == 1 ? "checkpoint" : "checkpoints"));
  }
  if (request.held.empty()) {
    open.emplace_back(
        "that this is the log that others saw: no checkpoint from elsewhere was compared (keep "
        "--memory, ask for --checkpoint)");
  }
  if (!request.enrolment && verdict.depth != Depth::HashesOnly) {
    open.emplace_back(
        "that the enrolment key is the operator's: it is the one that the first entry names (say "
        "it with --enrol)");
  }
}

void explain_chain(const Verdict& verdict,
                   const ledger::VerifyRequest& request,
                   Explanation& explanation) {
  const ledger::LogFacts& facts = verdict.facts;
  const bool has_previous = !facts.previous_origin.empty() && facts.previous_origin != "-";
  if (facts.is_chain_shown && request.previous) {
    explanation.shown.push_back(fmt::format("the log goes on from {}", request.previous->name));
  } else if (has_previous) {
    explanation.not_shown.push_back(
        fmt::format("that the log goes on from {}, as its first entry says (give that log's copy "
                    "with --previous)",
                    facts.previous_origin));
  }
  if (facts.is_sealed) {
    explanation.shown.push_back(fmt::format(
        "the log is sealed: nothing can follow; the next one is {}", facts.next_origin));
  } else if (facts.newest) {
    explanation.not_shown.push_back(fmt::format(
        "what happened after {}, when the last entry was written", format_rfc3339(*facts.newest)));
  }
}

void explain_reports(const Verdict& verdict, Explanation& explanation) {
  struct Sentence {
    FindingKind kind;
    std::string_view text;
  };

  constexpr std::array<Sentence, 6> kSentences{{
      {FindingKind::Redacted,
       "what the {} erased entries said; that they were there, and who erased them, is shown"},
      {FindingKind::OpenTail,
       "whether something was lost in the {} crashes of a writer: at most the numbers that were "
       "in flight"},
      {FindingKind::LoggedGap,
       "what stood in the entries that the log itself calls missing ({} places)"},
      {FindingKind::Rejected, "what the {} rows wanted that the log refused"},
      {FindingKind::UnknownEvent,
       "what {} entries of a newer program mean; their signatures and hashes were checked"},
      {FindingKind::Silence, "why the log was silent {} times"},
  }};
  for (const Sentence& sentence : kSentences) {
    const std::uint64_t count = count_of(verdict, sentence.kind);
    if (count > 0) explanation.not_shown.push_back(fmt::format(fmt::runtime(sentence.text), count));
  }
}

void explain_single(Explanation& explanation) {
  explanation.shown.emplace_back(
      "each of these entries stands, byte for byte, at its place in the log that was signed");
  explanation.not_shown.emplace_back(
      "that their writers were admitted, that their numbers are right, and what stands beside "
      "them: only the whole log shows that");
  explanation.not_shown.emplace_back("that no other entry would have fitted the selection");
}

}  // namespace

std::string_view meaning_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::Report:
      return "nothing that was checked speaks against this log. Rely on what is shown above, and "
             "not on what is not shown; a finding marked as a report is worth a question";
    case Severity::NotEnough:
      return "neither that the log is sound nor that it was tampered with: what is named above is "
             "missing or does not fit. Get it, and check again";
    case Severity::Proven:
      return "this copy is not what was signed. Keep it and this output, get a second copy made "
             "before your eyes, and check again: a broken disk changes bits too. If it stays, "
             "ask the company (the guide for auditors, section 4, says what)";
  }
  return "";
}

Explanation explain(const Verdict& verdict,
                    const ledger::VerifyRequest& request,
                    AuditScope scope) {
  Explanation explanation;
  if (!verdict.checkpoint || verdict.severity != Severity::Report) return explanation;
  explanation.shown.push_back(
      fmt::format("a key of the trust file signed this log as it stands here, with {} entries",
                  verdict.checkpoint->checkpoint.head.size));
  if (scope == AuditScope::SingleEntries) {
    explain_single(explanation);
  } else {
    explanation.shown.emplace_back(
        verdict.depth == Depth::HashesOnly
            ? "no published hash was changed, added, removed or moved since"
            : "no entry was changed, added, removed or moved since: every hash leads to the signed "
              "one");
    explain_entries(verdict, explanation);
    explain_past(verdict, request, explanation);
    explain_chain(verdict, request, explanation);
    explain_reports(verdict, explanation);
  }
  explanation.not_shown.emplace_back(
      "anything that was never logged, and that what was logged is true");
  return explanation;
}

void AuditReport::found(const ledger::Finding& finding) {
  if (style_ == AuditStyle::Json) {
    nlohmann::ordered_json line{{"finding", word_of(finding.kind)},
                                {"severity", name_of(finding.severity)},
                                {"at", nullptr},
                                {"detail", finding.detail}};
    if (finding.at) line["at"] = *finding.at;
    if (explains_ == Explains::Yes) line["explanation"] = explanation_of(finding.kind);
    out_ << line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << '\n';
    return;
  }
  const std::string place = finding.at ? fmt::format("@{}", *finding.at) : "";
  out_ << fmt::format(
      "{}{} ({}): {}\n", word_of(finding.kind), place, name_of(finding.severity), finding.detail);
  if (explains_ == Explains::Yes) out_ << fmt::format("  {}\n", explanation_of(finding.kind));
}

void AuditReport::end(const Verdict& verdict,
                      const ledger::VerifyRequest& request,
                      AuditScope scope) {
  const Explanation explanation =
      explains_ == Explains::Yes ? explain(verdict, request, scope) : Explanation{};
  if (style_ == AuditStyle::Json) {
    end_json(verdict, scope, explanation);
  } else {
    end_text(verdict, scope, explanation);
  }
}

void AuditReport::end_text(const Verdict& verdict,
                           AuditScope scope,
                           const Explanation& explanation) {
  const std::string_view word = word_for(verdict.severity);
  if (verdict.untold > 0)
    out_ << fmt::format("{} more findings of the same kinds\n", verdict.untold);
  for (const std::string& sentence : explanation.shown)
    out_ << "shown: " << sentence << '\n';
  for (const std::string& sentence : explanation.not_shown)
    out_ << "not shown: " << sentence << '\n';
  if (explains_ == Explains::Yes) out_ << "meaning: " << meaning_of(verdict.severity) << '\n';
  if (!verdict.checkpoint) {
    out_ << fmt::format("verdict: {}\n", word);
    return;
  }
  const auto& checkpoint = verdict.checkpoint->checkpoint;
  const std::string root = to_base64(checkpoint.head.root.bytes());
  if (scope == AuditScope::SingleEntries) {
    out_ << fmt::format("verdict: {}, {} single entries of {} with {} entries, root {}\n",
                        word,
                        verdict.entries,
                        checkpoint.origin.text(),
                        checkpoint.head.size,
                        root);
    return;
  }
  out_ << fmt::format("verdict: {}{}, {} with {} entries, root {}\n",
                      word,
                      depth_remark(verdict.depth),
                      checkpoint.origin.text(),
                      checkpoint.head.size,
                      root);
}

void AuditReport::end_json(const Verdict& verdict,
                           AuditScope scope,
                           const Explanation& explanation) {
  nlohmann::ordered_json line{
      {"verdict", word_for(verdict.severity)},
      {"checked", scope == AuditScope::WholeLog ? depth_name(verdict.depth) : "single_entries"},
      {"entries", verdict.entries},
      {"findings", verdict.findings},
      {"untold", verdict.untold}};
  if (verdict.checkpoint) {
    const auto& checkpoint = verdict.checkpoint->checkpoint;
    line["origin"] = checkpoint.origin.text();
    line["size"] = checkpoint.head.size;
    line["root"] = to_base64(checkpoint.head.root.bytes());
  }
  if (explains_ == Explains::Yes) {
    line["shown"] = explanation.shown;
    line["not_shown"] = explanation.not_shown;
    line["meaning"] = meaning_of(verdict.severity);
  }
  out_ << line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace rightful::app
