#include "app/audit_options.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <exception>
#include <filesystem>
#include <system_error>
#include <thread>

#include "rightful/core/clock.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"
#include "rightful/ledger/trust_file.hpp"

namespace rightful::app {

namespace {

constexpr mode_t kMemoryMode = 0600;
constexpr unsigned kMaxThreads = 64;

// 90s, 15m, 24h, 30d
Result<std::chrono::milliseconds> parse_age(std::string_view text) {
  std::uint32_t number = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
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
  if (kind && at != std::string_view::npos) {
    if (const auto index = parse_index("--known", text.substr(at + 1))) {
      return std::pair(*kind, *index);
    }
  }
  return fail(ErrorCode::InvalidArgument,
              "--known is a finding and its place as they are printed, such as LOGGED_GAP@5120");
}

/// The same, and which option it is about.
template <class T>
Result<T> named(const std::string& option, Result<T> result) {
  if (result) return result;
  return fail(result.error().code, option + ": " + result.error().detail);
}

Result<void> read_trust(const ParsedCommand& line, ledger::VerifyRequest& request) {
  const auto path = line.value("--trust");
  if (!path) {
    return fail(ErrorCode::InvalidArgument,
                "--trust FILE is missing: the keys to believe, which the operator prints with "
                "`rightful admin ledger trust` and hands over apart from the log");
  }
  RIGHTFUL_TRY(const Bytes bytes,
               named("--trust", read_file(*path, ledger::kMaxTrustFileSizeBytes)));
  RIGHTFUL_TRY(const auto trust, named("--trust " + *path, ledger::TrustFile::parse(bytes)));
  request.keys = trust.log_keys();
  request.asks_for_witnesses = trust.asks_for_witnesses();
  return {};
}

// Before hours of reading: what a verdict has shown must be kept for the next time.
Result<void> check_memory_folder(const std::filesystem::path& memory) {
  const auto folder = memory.has_parent_path() ? memory.parent_path() : std::filesystem::path(".");
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return fail(ErrorCode::InvalidArgument,
              "--memory: no file can be written in " + folder.string() + ": " +
                  std::system_category().message(errno));
}

Result<void> read_memory(const std::string& memory, ledger::VerifyRequest& request) {
  RIGHTFUL_TRY(check_memory_folder(memory));
  auto note = read_file(memory, ledger::kMaxNoteSizeBytes);
  if (!note && note.error().code == ErrorCode::NotFound) return {};  // the first time
  if (!note) return fail(note.error().code, "--memory: " + note.error().detail);
  const auto parsed = ledger::parse_note(*note);
  if (!parsed) {
    return fail(
        ErrorCode::InvalidArgument,
        "the memory " + memory + " is damaged, or is another file: " + parsed.error().detail);
  }
  request.held.push_back({.name = memory, .note = *std::move(note)});
  return {};
}

Result<void> read_held(const ParsedCommand& line, ledger::VerifyRequest& request) {
  for (const std::string& path : line.values("--checkpoint")) {
    RIGHTFUL_TRY(auto note, named("--checkpoint", read_file(path, ledger::kMaxNoteSizeBytes)));
    request.held.push_back({.name = path, .note = std::move(note)});
  }
  if (const auto memory = line.value("--memory")) return read_memory(*memory, request);
  return {};
}

Result<void> read_times(const ParsedCommand& line, ledger::VerifyRequest& request) {
  const std::string age = line.value("--max-age").value_or("15m");
  const auto now = line.value("--now");
  if (now) {
    RIGHTFUL_TRY(request.now, named("--now", parse_rfc3339(*now)));
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

// A checkpoint alone, or a place that holds one beside its tiles.
Result<void> read_previous(const ParsedCommand& line, AuditTask& task) {
  const auto path = line.value("--previous");
  if (!path) return {};
  std::error_code unreadable;  // AuditPlace says why
  if (std::filesystem::is_regular_file(*path, unreadable)) {
    auto note = read_file(*path, ledger::kMaxNoteSizeBytes);
    if (note && ledger::parse_note(*note)) {
      task.request.previous = {.name = *path, .note = *std::move(note), .tiles = nullptr};
      return {};
    }
  }
  RIGHTFUL_TRY(auto place, named("--previous", AuditPlace::open(*path)));
  task.previous = std::make_unique<AuditPlace>(std::move(place));
  ledger::TileSource& tiles = task.previous->source();
  RIGHTFUL_TRY(auto note, named("--previous " + *path, tiles.read(ledger::LogPath::checkpoint())));
  task.request.previous = {.name = *path, .note = std::move(note), .tiles = &tiles};
  return {};
}

}  // namespace

std::vector<OptionSpec> audit_options() {
  return {{"--trust", "FILE", "The logs' keys, handed over by another way than the log."},
          {"--memory",
           "FILE",
           "The newest checkpoint that was verified: compared if the file is there, written "
           "when the verdict on a whole log is `verified`."},
          {"--checkpoint",
           "FILE",
           "A checkpoint held elsewhere. May be given several times.",
           Repeats::Yes},
          {"--previous",
           "PLACE",
           "The log before this one, which it must go on from: its folder or archive, or its "
           "checkpoint alone. The trust file needs its key too."},
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
          {"--explain",
           "",
           "A sentence with each kind of finding, and at the end what was shown and what was not."},
          {"--json", "", "One JSON object a line."}};
}

Result<AuditTask> read_audit_options(const ParsedCommand& line) {
  AuditTask task;
  ledger::VerifyRequest& request = task.request;
  RIGHTFUL_TRY(read_trust(line, request));
  RIGHTFUL_TRY(read_held(line, request));
  RIGHTFUL_TRY(read_times(line, request));
  for (const std::string& known : line.values("--known")) {
    RIGHTFUL_TRY(const auto place, parse_known(known));
    request.known.insert(place);
  }
  if (const auto enrolment = line.value("--enrol")) {
    const auto bytes = from_base64url(*enrolment);
    const auto key = bytes ? crypto::SignPublicKey::parse(*bytes)
                           : Result<crypto::SignPublicKey>(std::unexpected(bytes.error()));
    if (!key) {
      return fail(ErrorCode::InvalidArgument,
                  "--enrol is a key of 43 characters in base64url, as `enrol` of the log's first "
                  "entry has it and the operator confirmed it");
    }
    request.enrolment = *key;
  }
  RIGHTFUL_TRY(read_previous(line, task));
  request.threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads);
  return task;
}

void keep_memory(const ParsedCommand& line, const ledger::Verdict& verdict) {
  const auto memory = line.value("--memory");
  if (!memory || verdict.severity != ledger::Severity::Report) return;
  try {
    write_file_atomically(*memory, verdict.note, kMemoryMode);
  } catch (const Failure& failure) {
    throw Failure(failure.retry(),
                  failure.cause(),
                  "the log is verified, but what it showed is not kept for the next time in " +
                      *memory + ": " + failure.what());
  }
}

ExitCode audit_exit_code(ledger::Severity severity) noexcept {
  switch (severity) {
    case ledger::Severity::Report:
      return kAuditVerified;
    case ledger::Severity::NotEnough:
      return kAuditNotEnough;
    case ledger::Severity::Proven:
      return kAuditProven;
  }
  return kAuditProven;
}

ExitCode report_unusable(Console console, const Error& error) {
  static_cast<void>(report(console, error));
  return kAuditUnusable;
}

ExitCode run_audit(const Invocation& invocation, ExitCode (*command)(const Invocation&)) {
  try {
    return command(invocation);
  } catch (const Failure& failure) {
    return report_unusable(invocation.console, {ErrorCode::Unavailable, failure.what()});
  } catch (const std::exception& /*unknown*/) {
    return report_unusable(
        invocation.console,
        {ErrorCode::Unavailable, "an unexpected error ended the check: nothing is proven"});
  }
}

Result<std::uint64_t> parse_index(std::string_view option, std::string_view text) {
  std::uint64_t index = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, index);
  if (error == std::errc() && stop == end) return index;
  return fail(ErrorCode::InvalidArgument, std::string(option) + " is the number of an entry");
}

}  // namespace rightful::app
