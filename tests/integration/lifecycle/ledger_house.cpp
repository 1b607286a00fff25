#include "tests/integration/lifecycle/ledger_house.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "rightful/ledger/leaf.hpp"
#include "rightful/store/ledger_tables.hpp"

#include "store/session.hpp"

namespace rightful::testing {

namespace {

namespace tables = store::ledger_tables;

constexpr std::uint64_t kAtOnce = 10'000;
constexpr store::Sql kAddAccount{"test_add_account",
                                 "INSERT INTO account (account_id, created_at) VALUES ($1, now())"};

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return *std::move(result);
}

void demand(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().detail);
}

crypto::ServerKeys make_keys(const std::filesystem::path& folder, Random& random) {
  demand(crypto::ServerKeys::create(folder, random));
  return value_of(crypto::ServerKeys::open(folder));
}

ledger::NoteSigner note_signer(const ledger::Origin& origin) {
  auto key = value_of(crypto::SigningKey::from_seed(Bytes(32, std::byte{0x5a})));
  return value_of(ledger::NoteSigner::create(origin.text(), std::move(key)));
}

class Collected final : public ledger::FindingSink {
 public:
  void found(const ledger::Finding& finding) override { findings.push_back(finding); }

  std::vector<ledger::Finding> findings;
};

}  // namespace

/// The signer as it is, in this process instead of its own.
class LedgerHouse::SignerHere final : public ledger::CheckpointSigner {
 public:
  SignerHere(std::filesystem::path memory, const ledger::Origin& origin) : memory_(memory) {
    if (!std::filesystem::exists(memory)) {
      const auto begun = value_of(ledger::SignerMemory::begin(origin, note_signer(origin).key()));
      memory_.save(as_bytes(begun.text()));
    }
    std::vector<ledger::NoteSigner> signers;
    signers.push_back(note_signer(origin));
    signer_.emplace(ledger::Signer::start(memory_, std::move(signers), origin, std::nullopt));
  }

  [[nodiscard]] std::expected<std::string, ledger::SignRefusal> sign(
      const ledger::SignRequest& request) override {
    return signer_->sign(request);
  }

 private:
  ledger::MemoryFile memory_;
  std::optional<ledger::Signer> signer_;
};

bool Verified::has(ledger::FindingKind kind, std::uint64_t at) const {
  return std::ranges::any_of(findings, [&](const auto& f) { return f.kind == kind && f.at == at; });
}

std::string Verified::text() const {
  std::string text(name_of(verdict.severity));
  for (const ledger::Finding& finding : findings) {
    text += "\n  " + std::string(word_of(finding.kind)) + "@" +
            (finding.at ? std::to_string(*finding.at) : "-") + " " + finding.detail;
  }
  return text;
}

LedgerHouse::LedgerHouse()
    : database(TestDatabase::create()),
      clock(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())),
      keys(make_keys(folder.path() / "keys", random)),
      signer_key(note_signer(origin).key()) {
  demand(store::open_ledger(database.settings(), origin, keys, clock, random));
  std::filesystem::create_directories(log_folder());
  const auto plain = database.make_pool(1, nullptr);
  store::Transaction transaction = plain->begin();
  demand(tables::add_signer_key(transaction,
                                1,
                                {.key = signer_key,
                                 .first_size = 0,
                                 .last_size = std::nullopt,
                                 .state = tables::SignerKeyState::Active}));
  transaction.commit();
  start();
}

LedgerHouse::~LedgerHouse() = default;

void LedgerHouse::start() {
  const auto build = value_of(ledger::Build::parse("1.0"));
  writer_ = std::make_unique<store::LedgerWriter>(
      database.settings(),
      store::LedgerWriterSettings{.role = "serve", .build = build},
      keys,
      clock,
      random);
  demand(writer_->start());
  pool_ = database.make_pool(8, writer_.get());
  sequencer_ =
      std::make_unique<store::Sequencer>(database.settings(),
                                         store::SequencerSettings{.log_id = 1, .build = build},
                                         keys,
                                         clock,
                                         random);
  files_ =
      std::make_unique<ledger::LogDirectory>(value_of(ledger::LogDirectory::open(log_folder())));
  signer_ = std::make_unique<SignerHere>(folder.path() / "memory", origin);
  publisher_ =
      std::make_unique<store::Publisher>(*pool_,
                                         store::PublisherSettings{.log_id = 1, .origin = origin},
                                         *files_,
                                         *files_,
                                         *signer_,
                                         clock);
}

void LedgerHouse::restart() {
  publisher_.reset();
  signer_.reset();
  sequencer_.reset();
  pool_.reset();
  writer_.reset();
  start();
}

void LedgerHouse::sequence() {
  while (sequencer_->run_batch().is_full) {
  }
}

std::uint64_t LedgerHouse::publish() {
  sequence();
  static_cast<void>(publisher_->publish_now());
  store::Transaction transaction = pool_->begin();
  const auto newest = tables::newest_checkpoint(transaction, 1);
  return newest ? newest->size : 0;
}

Verified LedgerHouse::verify(ledger::Depth depth) {
  auto directory = value_of(ledger::LogDirectory::open(log_folder()));
  ledger::VerifyRequest request;
  request.depth = depth;
  request.keys.push_back(signer_key);
  request.enrolment = keys.ledger_enrolment_key().public_key();
  Collected collected;
  auto verdict = ledger::verify_log(directory, request, collected);
  return {std::move(verdict), std::move(collected.findings)};
}

std::vector<std::string> LedgerHouse::leaves() {
  store::Transaction transaction = pool_->begin();
  const auto head = tables::find_head(transaction, 1);
  std::vector<std::string> texts;
  for (std::uint64_t from = 0; from < head->size(); from += kAtOnce) {
    const auto to = std::min(head->size(), from + kAtOnce);
    for (const auto& body : tables::bodies(transaction, 1, from, to))
      texts.emplace_back(body ? as_text(*body) : std::string_view());
  }
  return texts;
}

std::vector<std::uint64_t> LedgerHouse::places_of(std::string_view act) {
  std::vector<std::uint64_t> places;
  const auto texts = leaves();
  for (std::uint64_t index = 0; index < texts.size(); ++index) {
    if (texts[index].find("\"act\":\"" + std::string(act) + "\"") != std::string::npos) {
      places.push_back(index);
    }
  }
  return places;
}

std::string LedgerHouse::ask(const std::string& query) {
  // A test's own words, which no Sql can be.
  const std::string script = "CREATE TEMP TABLE answer AS SELECT (" + query + ")::text AS answer;";
  static constexpr store::Sql kRead{"read_answer", "SELECT answer FROM answer"};
  store::Session session(database.settings());
  session.begin(store::Isolation::ReadCommitted, database.settings());
  session.run_script("test_script", "SET LOCAL search_path TO public; " + script);
  const auto answer = session.run(kRead, {}).only().optional_text("answer");
  session.rollback();
  return answer.value_or("");
}

AccountId LedgerHouse::account(std::string_view id) {
  const AccountId account = value_of(AccountId::parse(id));
  store::Transaction transaction = pool_->begin();
  transaction.run(kAddAccount, {account});
  transaction.commit();
  return account;
}

void LedgerHouse::record(ledger::Event event) {
  store::Transaction transaction = pool_->begin();
  transaction.record(std::move(event));
  transaction.commit();
}

void LedgerHouse::say(const AccountId& about) {
  record(ledger::Event(ledger::Self{}, about, ledger::events::SessionEnded{.why = "signed_out"}));
}

lifecycle::NewStaff LedgerHouse::staff_member(const std::string& name, lifecycle::StaffRole role) {
  lifecycle::StaffAccess staff(*pool_, keys, clock, random);
  return value_of(staff.add(name, role, std::nullopt));
}

}  // namespace rightful::testing
