#include "tests/integration/app/published_ledger.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <stop_token>

#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/log_succession.hpp"

#include "app/signer_socket.hpp"

namespace rightful::testing {

namespace {

using namespace std::chrono_literals;
namespace tables = store::ledger_tables;

/// Who has the turn to publish in this database.
constexpr std::string_view kTurns =
    " FROM pg_locks WHERE locktype = 'advisory' AND classid = 1919379572 AND database = (SELECT "
    "oid "
    "FROM pg_database WHERE datname = current_database())";

Subprocess start_process(const std::filesystem::path& signer_directory,
                         const std::filesystem::path& ledger_directory,
                         const std::filesystem::path& output) {
  const UniqueFd file(::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  SubprocessSpec spec;
  spec.program = RIGHTFUL_PROGRAM;
  spec.arguments = signer_arguments(signer_directory, ledger_directory);
  spec.descriptors = {{file.get(), STDOUT_FILENO}, {file.get(), STDERR_FILENO}};
  spec.dies_with_parent = true;
  return Subprocess::start(spec);
}

class Collected final : public ledger::FindingSink {
 public:
  explicit Collected(std::vector<ledger::Finding>& findings) : findings_(findings) {}

  void found(const ledger::Finding& finding) override { findings_.push_back(finding); }

 private:
  std::vector<ledger::Finding>& findings_;
};

}  // namespace

std::vector<std::string> signer_arguments(const std::filesystem::path& signer_directory,
                                          const std::filesystem::path& ledger_directory) {
  return {"work",
          "--role",
          "signer",
          "--signer-dir",
          signer_directory.string(),
          "--ledger-dir",
          ledger_directory.string()};
}

SignerProcess::SignerProcess(const std::filesystem::path& signer_directory,
                             const std::filesystem::path& ledger_directory,
                             std::filesystem::path output)
    : socket_(signer_directory / "socket"),
      output_(std::move(output)),
      process_(start_process(signer_directory, ledger_directory, output_)) {}

void SignerProcess::wait_until_it_listens() const {
  SystemClock clock;
  for (int look = 0; look < 1000; ++look) {
    if (app::connect_to(socket_)) return;
    static_cast<void>(clock.wait_for(std::stop_token(), 10ms));
  }
  FAIL() << "the signer does not listen: " << output();
}

void SignerProcess::kill() {
  process_.send_signal(SIGKILL);
  static_cast<void>(process_.wait());
}

std::string SignerProcess::output() const {
  return text_of(output_);
}

void FullDisk::count() {
  ++writings;
  if (!fails_at || (*fails_at)-- != 0) return;
  fails_at.reset();
  throw Failure(Retry::Later, "disk_full", "no space left on device");
}

Result<void> FullDisk::put(const ledger::LogPath& path, ByteView content) {
  count();
  return PassingDisk::put(path, content);
}

Result<void> FullDisk::flush() {
  count();
  return PassingDisk::flush();
}

Result<void> FullDisk::replace(const ledger::LogPath& path, ByteView content) {
  count();
  return PassingDisk::replace(path, content);
}

Result<void> FullDisk::drop_partials(const ledger::LogPath& full) {
  count();
  return PassingDisk::drop_partials(full);
}

bool PublishedAudit::has(ledger::FindingKind kind) const {
  for (const auto& finding : findings) {
    if (finding.kind == kind) return true;
  }
  return false;
}

std::string PublishedAudit::text() const {
  std::string text;
  for (const auto& finding : findings) {
    text += std::string(word_of(finding.kind)) + "@" +
            (finding.at ? std::to_string(*finding.at) : "") + " " + finding.detail + "\n";
  }
  return text;
}

PublishedAudit audit_published(store::Pool& pool,
                               ledger::LogDirectory& directory,
                               const std::vector<Bytes>& held) {
  ledger::VerifyRequest request;
  {
    store::Transaction transaction = pool.begin();
    for (const auto& row : tables::signer_keys(transaction, 1)) {
      if (row.state != tables::SignerKeyState::Retired) request.keys.push_back(row.key);
    }
  }
  for (const Bytes& note : held)
    request.held.push_back({.name = "held", .note = note});
  PublishedAudit audit;
  Collected sink(audit.findings);
  audit.verdict = ledger::verify_log(directory, request, sink);
  return audit;
}

PublishedLedger::PublishedLedger() {
  const auto key = place_.open_log(origin_, random_);
  if (!key) throw std::runtime_error(key.error().detail);
  open_log();
  const auto added = store::add_first_key(database_.pool(), 1, *key);
  if (!added) throw std::runtime_error(added.error().detail);
  std::filesystem::create_directories(log_folder());
  directory_.emplace(ledger::LogDirectory::open(log_folder()).value());
  remote_.emplace(place_.socket());
  writer_ = start_writer();
}

void PublishedLedger::start_signer() {
  process_.reset();
  process_.emplace(signer_, ledger_, place_folder_.path() / "signer.log");
  process_->wait_until_it_listens();
}

void PublishedLedger::write(std::size_t leaves) {
  const auto pool = database_.make_pool(1, writer_.get());
  while (leaves > 0) {
    store::Transaction transaction = pool->begin();
    const std::size_t now = std::min<std::size_t>(leaves, 16);
    for (std::size_t leaf = 0; leaf < now; ++leaf)
      transaction.record(job_queued(anna_));
    transaction.commit();
    leaves -= now;
  }
  sequence();
}

void PublishedLedger::sequence() {
  store::Sequencer sequencer(
      database_.settings(),
      {.log_id = 1, .build = ledger::Build::parse("0.1.0").value(), .threads = 1},
      keys_,
      clock_,
      random_);
  while (sequencer.run_batch().rows > 0) {
  }
  sequencer.stop();
}

store::Publisher PublishedLedger::make_publisher() {
  return make_publisher(*directory_);
}

store::Publisher PublishedLedger::make_publisher(ledger::TileSink& sink) {
  return {database_.pool(), {.log_id = 1, .origin = origin_}, *directory_, sink, *remote_, clock_};
}

void PublishedLedger::publish() {
  auto publisher = make_publisher();
  SystemClock clock;
  for (int look = 0; look < 500; ++look) {
    const auto report = publisher.publish_now();
    if (report.step == store::PublishStep::Published) continue;
    if (report.step != store::PublishStep::Waits || report.size == head_size()) break;
    // The server still holds the turn of a publisher that was killed.
    static_cast<void>(clock.wait_for(std::stop_token(), 20ms));
  }
  const auto newest = one("SELECT max(size)::text AS answer FROM ledger.checkpoint");
  ASSERT_EQ(newest, std::to_string(head_size())) << process_->output();
}

PublishedAudit PublishedLedger::audit(const std::vector<Bytes>& held) {
  return audit_published(database_.pool(), *directory_, held);
}

Bytes PublishedLedger::checkpoint() {
  return directory_->read(ledger::LogPath::checkpoint()).value();
}

std::uint64_t PublishedLedger::head_size() {
  return std::stoull(one("SELECT size::text AS answer FROM ledger.head WHERE log_id = 1"));
}

std::string PublishedLedger::log_state() {
  return one("SELECT state AS answer FROM ledger.log WHERE log_id = 1");
}

std::string PublishedLedger::one(const std::string& query) {
  database_.execute("CREATE OR REPLACE VIEW test_answer AS SELECT * FROM (" + query + ") AS q");
  static constexpr store::Sql kAnswer{"test_answer", "SELECT answer::text FROM test_answer"};
  std::string answer;
  {
    store::Transaction transaction = database_.pool().begin();
    answer = transaction.run(kAnswer)[0].text("answer");
  }
  database_.execute("DROP VIEW test_answer");
  return answer;
}

void PublishedLedger::tamper(const std::string& script) {
  database_.execute_as_admin("SET session_replication_role = replica; " + script);
}

void PublishedLedger::rebuild_head() {
  ledger::Frontier edge;
  {
    store::Transaction transaction = database_.pool().begin();
    static constexpr store::Sql kHashes{
        "test_hashes", "SELECT leaf_hash FROM ledger.entry WHERE log_id = 1 ORDER BY idx"};
    for (const store::Row row : transaction.run(kHashes))
      edge.append(ledger::TreeHash::parse(row.bytes("leaf_hash")).value());
  }
  std::string peaks;
  for (const auto& peak : edge.peaks())
    peaks += to_hex(peak.bytes());
  tamper("UPDATE ledger.head SET size = " + std::to_string(edge.size()) + ", root = '\\x" +
         to_hex(edge.root().bytes()) + "', frontier = '\\x" + peaks + "' WHERE log_id = 1");
}

void PublishedLedger::end_publishers_turn() {
  database_.execute_as_admin("SELECT pg_terminate_backend(pid, 5000)" + std::string(kTurns));
}

void PublishedLedger::wait_until_nobody_publishes() {
  SystemClock clock;
  for (int look = 0; look < 1000; ++look) {
    if (one("SELECT count(*) AS answer" + std::string(kTurns)) == "0") return;
    static_cast<void>(clock.wait_for(std::stop_token(), 10ms));
  }
  FAIL() << "a publisher that was killed still has its turn";
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void overwrite(const std::filesystem::path& file, std::string_view content) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << content;
}

}  // namespace rightful::testing
