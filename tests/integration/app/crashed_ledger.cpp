#include "tests/integration/app/crashed_ledger.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "rightful/ledger/checkpoint.hpp"

namespace rightful::testing {

namespace {

namespace fs = std::filesystem;

class Unheard final : public ledger::FindingSink {
 public:
  void found(const ledger::Finding& finding) override { last_ = finding.detail; }

  [[nodiscard]] const std::string& last() const { return last_; }

 private:
  std::string last_;
};

bool has_full_tile(const fs::path& partials) {
  return fs::exists(fs::path(partials).replace_extension());
}

/// What a process that was killed has left: files that have not taken their name, and partial tiles
/// beside the full one. A partial tile that has not taken its name goes with the others, when their
/// full one is there: the log may have grown before anybody needed its name again.
std::vector<std::string> leftovers(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path& path = entry.path();
    const std::string name = path.filename();
    const fs::path parent = path.parent_path();
    const bool waits = parent.extension() == ".p" && !has_full_tile(parent);
    const bool is_unfinished = name.starts_with('.') && name.ends_with(".new") && !waits;
    const bool is_replaced = name.ends_with(".p") && has_full_tile(path);
    if (is_unfinished || is_replaced) names.push_back(path.lexically_relative(folder));
  }
  return names;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename());
  return names;
}

}  // namespace

std::expected<std::string, ledger::SignRefusal> WitnessedSigner::sign(
    const ledger::SignRequest& request) {
  was_asked_ = true;
  const auto begun = std::chrono::steady_clock::now();
  auto answer = signer_.sign(request);
  lasted_ = std::chrono::ceil<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  if (answer) signed_size_ = std::max(signed_size_, request.claimed.size);
  return answer;
}

store::Publisher CrashedLedger::make_publisher_with(ledger::CheckpointSigner& signer) {
  return {
      database_.pool(), {.log_id = 1, .origin = origin_}, *directory_, *directory_, signer, clock_};
}

ledger::SignerMemory CrashedLedger::memory() {
  auto memory = place_.enter("2026").value().memory();
  if (!memory) throw std::runtime_error(memory.error().detail);
  return *std::move(memory);
}

void CrashedLedger::look() {
  const auto note = directory_->read(ledger::LogPath::checkpoint());
  if (!note) return;
  const auto opened = ledger::open_checkpoint(*note, memory().keys());
  ASSERT_TRUE(opened.has_value()) << opened.error().detail;
  const auto& head = opened->checkpoint.head;
  ASSERT_GE(head.size, last_) << "the published log went back";
  last_ = head.size;
  const auto [at, is_new] = roots_.emplace(head.size, head.root);
  ASSERT_EQ(to_hex(at->second.bytes()), to_hex(head.root.bytes()))
      << "two roots for size " << head.size;
  ASSERT_GE(memory().frontier().size(), head.size) << "the signer has forgotten what it signed";
}

void CrashedLedger::expect_tree() {
  if (!directory_->read(ledger::LogPath::checkpoint())) return;
  ledger::VerifyRequest request;
  request.keys = memory().keys();
  request.depth = ledger::Depth::HashesOnly;
  Unheard findings;
  const auto verdict = ledger::verify_log(*directory_, request, findings);
  EXPECT_EQ(verdict.severity, ledger::Severity::Report) << findings.last();
}

void CrashedLedger::expect_agreement() {
  publish();
  EXPECT_FALSE(memory().frozen().has_value());
  EXPECT_EQ(memory().frontier().size(), head_size());
  const auto found = audit();
  EXPECT_TRUE(found.is_verified()) << found.text();
  EXPECT_EQ(to_hex(found.verdict.checkpoint->checkpoint.head.root.bytes()),
            to_hex(memory().frontier().root().bytes()));
  EXPECT_EQ(one("SELECT count(*) - count(DISTINCT size) AS answer FROM ledger.checkpoint"), "0");
  EXPECT_THAT(leftovers(log_folder()), ::testing::IsEmpty());
  EXPECT_THAT(names_in(signer_ / "2026"),
              ::testing::UnorderedElementsAre("keys", "lock", "memory"));
}

}  // namespace rightful::testing
