#include "app/demo_proofs.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "rightful/archive/manifest.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/subprocess.hpp"
#include "rightful/crypto/hash.hpp"

#include "app/byte_search.hpp"
#include "app/demo_ledger_proof.hpp"
#include "app/demo_people.hpp"
#include "app/demo_shop.hpp"
#include "app/package_opener.hpp"
#include "app/progress_display.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kSevenZip = "/usr/bin/7zz";

/// Things that stand in the clear in the company's database and files, and nowhere else.
const std::vector<std::string>& plain_texts() {
  static const std::vector<std::string> kTexts = {"anna.schmidt@example.org",
                                                  "anna.schmitt@example.org",
                                                  "+49 30 90182711",
                                                  "Lindenstraße 17",
                                                  "is my phone listening to me",
                                                  "divorce lawyer nearby",
                                                  "WAVEfmt ",
                                                  "NETSCAPE2.0"};
  return kTexts;
}

std::vector<std::string> all_marks() {
  std::vector<std::string> marks;
  for (const DemoPerson& person : demo_people()) {
    marks.push_back(demo_mark(person.account_id));
  }
  return marks;
}

/// A descriptor that reads as `text`: how 7-Zip is told a code without the command line.
UniqueFd as_input(std::string_view text) {
  UniqueFd memory(::memfd_create("input", MFD_CLOEXEC));
  if (!memory.is_open() ||
      ::write(memory.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::lseek(memory.get(), 0, SEEK_SET) != 0) {
    throw_system_failure("memfd", errno);
  }
  return memory;
}

CapturedRun seven_zip(std::vector<std::string> arguments, std::string_view code) {
  const UniqueFd input = as_input(fmt::format("{}\n", code));
  return run_captured({.program = kSevenZip,
                       .arguments = std::move(arguments),
                       .environment = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"},
                       .directory = {},
                       .descriptors = {{input.get(), STDIN_FILENO}},
                       .user = std::nullopt,
                       .group = std::nullopt});
}

bool has_seven_zip() {
  std::error_code error;
  return fs::exists(kSevenZip, error);
}

ProofResult result_of(bool holds) {
  return holds ? ProofResult::Holds : ProofResult::Fails;
}

fs::path package_of(const ProofPlan& plan, const DemoRequester& requester) {
  return plan.out / fmt::format("{}.zip", requester.role().file_name);
}

fs::path unpacked(const ProofPlan& plan, const DemoRequester& requester) {
  return plan.scratch / std::string(requester.role().file_name);
}

Proof prove_complete(const ProofPlan& plan, const std::vector<ProofSubject>& subjects) {
  bool holds = true;
  std::string detail;
  for (const ProofSubject& subject : subjects) {
    const DemoHoldings& had =
        plan.holdings.holdings.find(subject.requester.role().account_id)->second;
    holds =
        holds && subject.rows == had.total_rows && subject.objects == had.recordings + had.clips;
    detail += fmt::format("{}{}: {} of {} rows, {} of {} files",
                          detail.empty() ? "" : "; ",
                          subject.requester.role().name,
                          human_count(subject.rows),
                          human_count(had.total_rows),
                          human_count(subject.objects),
                          human_count(had.recordings + had.clips));
  }
  return {"complete",
          "Each package holds everything that the company has about the person.",
          result_of(holds),
          detail};
}

/// `thief` tries the package of `owner` with her own keys, as herself and under the owner's account
/// ID.
bool is_refused(const ProofPlan& plan, DemoRequester& thief, DemoRequester& owner) {
  const auto package = open_package_file(package_of(plan, owner));
  if (!package) return false;
  for (const AccountId& claimed : {thief.account(), owner.account()}) {
    const auto opened = open_with_root(*package, thief.root(), claimed, thief.service_key());
    if (opened || opened.error().code != ErrorCode::NotAuthentic) return false;
  }
  return open_with_root(*package, owner.root(), owner.account(), owner.service_key()).has_value();
}

Proof prove_other_credential_refused(const ProofPlan& plan, std::vector<ProofSubject>& subjects) {
  DemoRequester& schmidt = subjects[0].requester;
  DemoRequester& schmitt = subjects[1].requester;
  const bool holds = is_refused(plan, schmitt, schmidt) && is_refused(plan, schmidt, schmitt);
  return {
      "other_credential_refused",
      "Anna Schmitt's credential does not open Anna Schmidt's package, nor the other way round.",
      result_of(holds),
      "tried with the real keys of each on the file of the other, also under the other's account "
      "ID; the owner's opened it"};
}

Proof prove_other_session_refused(std::vector<ProofSubject>& subjects) {
  DemoRequester& schmidt = subjects[0].requester;
  DemoRequester& schmitt = subjects[1].requester;
  const auto seen = schmitt.client().show(schmidt.request().id);
  const auto envelope = schmitt.client().envelope(schmidt.request().id);
  const bool holds = !seen && seen.error().code == ErrorCode::NotFound && !envelope &&
                     envelope.error().code == ErrorCode::NotFound &&
                     schmidt.client().show(schmidt.request().id).has_value();
  return {"other_session_refused",
          "Signed in as Anna Schmitt, the server does not even admit that Anna Schmidt's request "
          "exists.",
          result_of(holds),
          "the same answer as for a request that was never made"};
}

Proof prove_seven_zip(const ProofPlan& plan, std::vector<ProofSubject>& subjects) {
  const std::string statement =
      "Stock 7-Zip opens the package with the code that only its owner can reveal, and with no "
      "other.";
  if (!has_seven_zip())
    return {"seven_zip",
            statement,
            ProofResult::NotTried,
            "7zz is not installed (apt-get install 7zip)"};
  bool holds = true;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    DemoRequester& owner = subjects[i].requester;
    DemoRequester& other = subjects[(i + 1) % subjects.size()].requester;
    const std::string file = package_of(plan, owner).string();
    const std::string target = "-o" + unpacked(plan, owner).string();
    holds = holds && !seven_zip({"t", file}, other.code()).status.is_success();
    holds = holds && seven_zip({"x", "-y", target, file}, owner.code()).status.is_success();
    const std::string inner = (unpacked(plan, owner) / "export.zip").string();
    holds = holds && seven_zip({"x", "-y", target, inner}, "").status.is_success();
    std::error_code error;
    fs::remove(inner, error);
  }
  return {"seven_zip",
          statement,
          result_of(holds),
          "each package with its own code and with the code of another person"};
}

std::map<std::string, int> hashes_of(const fs::path& folder, std::string_view extension) {
  std::map<std::string, int> hashes;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->is_regular_file() || entry->path().extension() != extension) continue;
    std::ifstream file(entry->path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(file)),
                              std::istreambuf_iterator<char>());
    ++hashes[to_hex(crypto::sha256(as_bytes(content)).bytes())];
  }
  return hashes;
}

Proof prove_recordings_unchanged(const ProofPlan& plan, const std::vector<ProofSubject>& subjects) {
  const std::string statement =
      "Every recording in Anna Schmidt's package is byte for byte what was recorded.";
  if (!has_seven_zip())
    return {"recordings_unchanged", statement, ProofResult::NotTried, "needs 7zz"};
  const DemoRequester& schmidt = subjects[0].requester;
  const auto delivered = hashes_of(unpacked(plan, schmidt), ".wav");
  const auto original = hashes_of(plan.sounds, ".wav");
  std::uint64_t count = 0;
  bool holds = true;
  for (const auto& [hash, times] : delivered) {
    const auto found = original.find(hash);
    holds = holds && found != original.end() && times <= found->second;
    count += static_cast<std::uint64_t>(times);
  }
  const std::uint64_t expected =
      plan.holdings.holdings.find(schmidt.role().account_id)->second.recordings;
  return {"recordings_unchanged",
          statement,
          result_of(holds && count == expected),
          fmt::format("{} of {} recordings have the SHA-256 of a file in {}",
                      human_count(count),
                      human_count(expected),
                      plan.sounds.string())};
}

Proof prove_no_crossed_byte(const ProofPlan& plan, const std::vector<ProofSubject>& subjects) {
  const std::string statement =
      "No package holds a byte of anybody else: everybody's data carry a mark of their own.";
  if (!has_seven_zip()) return {"no_crossed_byte", statement, ProofResult::NotTried, "needs 7zz"};
  bool holds = true;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  for (const ProofSubject& subject : subjects) {
    const std::string_view account = subject.requester.role().account_id;
    std::vector<std::string> foreign = all_marks();
    const auto removed = std::erase(foreign, demo_mark(account));
    const ByteSearchReport report = search_bytes(unpacked(plan, subject.requester), foreign);
    const ByteSearchReport own =
        search_bytes(unpacked(plan, subject.requester), {demo_mark(account)});
    holds = holds && report.files > 0 && report.files_with_any == 0 &&
            (own.files_with_any > 0) == (removed > 0);
    files += report.files;
    bytes += report.bytes;
  }
  return {"no_crossed_byte",
          statement,
          result_of(holds),
          fmt::format("{} unpacked files, {}, searched for the marks of 14 accounts; control: the "
                      "own mark was found in both "
                      "Annas' packages",
                      human_count(files),
                      human_size(bytes))};
}

Proof prove_no_plaintext(const ProofPlan& plan) {
  std::vector<std::string> needles = all_marks();
  needles.insert(needles.end(), plain_texts().begin(), plain_texts().end());
  std::vector<std::string> hex;  // as pg_dump writes bytea
  hex.reserve(needles.size());
  for (const std::string& needle : needles) {
    hex.push_back(to_hex(as_bytes(needle)));
  }
  needles.insert(needles.end(), hex.begin(), hex.end());
  const fs::path dump = plan.scratch / "dump";
  fs::create_directories(dump);
  bool holds = false;
  if (const auto program = find_postgresql_program("pg_dump")) {
    const CapturedRun run =
        run_captured({.program = *program,
                      .arguments = {"-d", plan.state_url, "-f", (dump / "state.sql").string()},
                      .environment = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent"},
                      .directory = {},
                      .descriptors = {},
                      .user = std::nullopt,
                      .group = std::nullopt});
    holds = run.status.is_success();
  }
  const ByteSearchReport dumped = search_bytes(dump, needles);
  const ByteSearchReport stored = search_bytes(plan.state, needles);
  const ByteSearchReport control = search_bytes(plan.company, needles);
  const auto begun = control.files_with.begin();
  const auto plain = static_cast<std::ptrdiff_t>(needles.size() - hex.size());
  const bool control_found_all =
      std::all_of(begun, begun + plain, [](std::uint64_t count) { return count > 0; });
  holds = holds && dumped.files == 1 && dumped.files_with_any == 0 && stored.files_with_any == 0 &&
          control_found_all;
  return {
      "no_plaintext",
      "Rightful's database, write-ahead log, package folder and logs hold none of it in the clear.",
      result_of(holds),
      fmt::format("{} files, {}, and a dump of the database ({}) searched for {} marks and texts; "
                  "control: all of them "
                  "were found in the company's own files",
                  human_count(stored.files),
                  human_size(stored.bytes),
                  human_size(dumped.bytes),
                  plain)};
}

/// The checkpoints that travelled in the packages, as far as they were unpacked.
Proof prove_ledger_verifies(const ProofPlan& plan, const std::vector<ProofSubject>& subjects) {
  std::vector<fs::path> held;
  held.reserve(subjects.size());
  for (const ProofSubject& subject : subjects)
    held.push_back(unpacked(plan, subject.requester) / archive::kCheckpointEntry);
  fs::create_directories(plan.scratch);
  return prove_ledger({.pool = plan.pool,
                       .stop = plan.stop,
                       .ledger = plan.ledger,
                       .out = plan.out,
                       .scratch = plan.scratch,
                       .held = std::move(held)});
}

}  // namespace

void prove(const ProofPlan& plan,
           std::vector<ProofSubject>& subjects,
           const std::function<void(const Proof&)>& show) {
  show(prove_complete(plan, subjects));
  show(prove_other_credential_refused(plan, subjects));
  show(prove_other_session_refused(subjects));
  show(prove_seven_zip(plan, subjects));
  show(prove_recordings_unchanged(plan, subjects));
  show(prove_no_crossed_byte(plan, subjects));
  show(prove_no_plaintext(plan));
  show(prove_ledger_verifies(plan, subjects));
  std::error_code error;
  fs::remove_all(plan.scratch, error);
}

}  // namespace rightful::app
