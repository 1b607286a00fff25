#include "tests/integration/ledger/ledger_fixture.hpp"

#include <map>
#include <optional>

#include "rightful/ledger/event.hpp"
#include "rightful/ledger/window.hpp"
#include "rightful/ledger/writer.hpp"

namespace rightful::testing {

namespace {

constexpr store::Sql kReadOutbox{"read_outbox", "SELECT leaf FROM ledger.outbox ORDER BY id"};

crypto::ServerKeys make_keys(const std::filesystem::path& directory) {
  SystemRandom random;
  if (!crypto::ServerKeys::create(directory, random)) throw std::runtime_error("no test keys");
  auto keys = crypto::ServerKeys::open(directory);
  if (!keys) throw std::runtime_error("test keys: " + keys.error().detail);
  return *std::move(keys);
}

// What a reader of the log knows of its writers.
class Reader {
 public:
  Reader(const ledger::Origin& origin, const crypto::SignPublicKey& enrolment)
      : origin_(origin), enrolment_(enrolment) {
    keys_.emplace(ledger::WriterId::of(enrolment).text(), enrolment);
  }

  void meet(ByteView bytes) {
    learn(bytes);
    const auto leaf = ledger::check_leaf(
        bytes, origin_, [this](std::string_view id) { return find_key(std::string(id)); });
    ASSERT_TRUE(leaf.has_value()) << ledger::name_of(leaf.error()) << ": " << as_text(bytes);
    auto& window = windows_.try_emplace(std::string(leaf->w), 1U).first->second;
    EXPECT_EQ(window.meet(leaf->n), ledger::NumberFinding::Fits) << as_text(bytes);
    if (leaf->act == "writer.alive") {
      EXPECT_TRUE(window.agrees_with_alive(leaf->fields[0].second.integer.value()));
    }
    EXPECT_FALSE(stopped_.contains(std::string(leaf->w))) << "after writer.stop";
    if (leaf->act == "writer.stop") {
      EXPECT_TRUE(window.is_complete_below(leaf->n + 1)) << as_text(bytes);
      stopped_.emplace(leaf->w, true);
    }
  }

 private:
  void learn(ByteView bytes) {
    const auto leaf = ledger::parse_leaf(bytes);
    if (!leaf || leaf->act != "writer.start") return;
    const auto enrolled = ledger::read_writer_start(*leaf, origin_, enrolment_);
    ASSERT_TRUE(enrolled.has_value()) << enrolled.error().detail;
    keys_.emplace(leaf->w, enrolled->key);
    windows_.emplace(leaf->w, ledger::ReaderWindow(enrolled->span));
  }

  std::optional<crypto::SignPublicKey> find_key(const std::string& id) const {
    const auto found = keys_.find(id);
    if (found == keys_.end()) return std::nullopt;
    return found->second;
  }

  ledger::Origin origin_;
  crypto::SignPublicKey enrolment_;
  std::map<std::string, crypto::SignPublicKey> keys_;
  std::map<std::string, ledger::ReaderWindow> windows_;
  std::map<std::string, bool> stopped_;
};

}  // namespace

OutboxLeaf read_leaf(ByteView bytes) {
  const auto leaf = ledger::parse_leaf(bytes).value();
  std::string fields;
  for (const auto& [name, value] : leaf.fields) {
    fields.append(name).append("=").append(value.text).append(";");
  }
  return {.bytes = std::string(as_text(bytes)),
          .act = std::string(leaf.act),
          .actor = std::string(leaf.actor),
          .out = std::string(leaf.out),
          .req = std::string(leaf.req),
          .subj = std::string(leaf.subj),
          .writer = std::string(leaf.w),
          .n = leaf.n,
          .fields = std::move(fields)};
}

LedgerFixture::LedgerFixture() : keys_(make_keys(folder_.path() / "keys")) {}

void LedgerFixture::open_log() {
  const auto opened = store::open_ledger(database_.settings(), origin_, keys_, clock_, random_);
  ASSERT_TRUE(opened.has_value()) << opened.error().detail;
}

std::unique_ptr<store::LedgerWriter> LedgerFixture::make_writer(std::uint32_t span) {
  return std::make_unique<store::LedgerWriter>(
      database_.settings(),
      store::LedgerWriterSettings{.role = "work",
                                  .build = ledger::Build::parse("0.1.0").value(),
                                  .span = span,
                                  .number_wait = std::chrono::milliseconds(5'000)},
      keys_,
      clock_,
      random_);
}

std::unique_ptr<store::LedgerWriter> LedgerFixture::start_writer(std::uint32_t span) {
  auto writer = make_writer(span);
  const auto started = writer->start();
  if (!started) throw std::runtime_error(started.error().detail);
  return writer;
}

std::vector<OutboxLeaf> LedgerFixture::outbox() {
  Reader reader(origin_, keys_.ledger_enrolment_key().public_key());
  std::vector<OutboxLeaf> leaves;
  store::Transaction transaction = database_.pool().begin();
  for (const store::Row& row : transaction.run(kReadOutbox)) {
    const Bytes bytes = row.bytes("leaf");
    reader.meet(bytes);
    leaves.push_back(read_leaf(bytes));
  }
  return leaves;
}

std::vector<std::string> LedgerFixture::acts() {
  std::vector<std::string> names;
  for (const OutboxLeaf& leaf : outbox())
    names.push_back(leaf.act);
  return names;
}

void LedgerFixture::add_accounts() const {
  for (const AccountId* account : {&anna_, &ben_}) {
    database_.execute("INSERT INTO account (account_id, created_at) VALUES ('" + account->expose() +
                      "', now())");
  }
}

ledger::Event LedgerFixture::job_queued(const AccountId& account) {
  return {ledger::System{},
          account,
          ledger::RequestRef::parse("r_AAAAAAAAAAAAAAAAAAAAAA").value(),
          ledger::events::JobQueued{.why = "received"}};
}

}  // namespace rightful::testing
