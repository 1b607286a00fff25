#include "tests/integration/export/export_world.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rightful/archive/canary.hpp"
#include "rightful/catalog/catalog.hpp"
#include "rightful/crypto/envelope.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/statement.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/catalog_versions.hpp"
#include "rightful/store/packages.hpp"
#include "rightful/store/sql.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::exporting::testing {

namespace {

constexpr store::Sql kEvaluate{"test_evaluate_export",
                               "SELECT query_to_xml($1, true, true, '')::text AS answer"};
constexpr std::string_view kReader = "source_reader";

constexpr std::string_view kStandardCatalog = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  dpo: dpo@example.org
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en]
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
  voice: { kind: files, root_env: VOICE_ROOT }
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: until the account is closed }
  origin: the subject
datasets:
  - name: recording
    source: shop
    table: recording
    owner: account_id
    title: Voice recordings
    fields:
      id: { title: Number }
      taken_at: { title: Taken at, kind: instant }
      path: { title: File, attach: { source: voice, owner_prefix: "{account}/" } }
  - name: note
    source: shop
    table: note
    owner: account_id
    title: Notes
    fields:
      id: { title: Number }
      body: { title: Text }
      price: { title: Price }
      active: { title: Active }
      extra: { title: Extra }
      seen: { title: Seen }
      other: { title: Other person, third_party: redact }
      secret: { title: Secret, withhold: security }
  - name: empty_thing
    source: shop
    table: empty_thing
    owner: account_id
    title: Things
    fields:
      id: { title: Number }
)";

std::string hex(ByteView bytes) {
  return "'\\x" + to_hex(bytes) + "'";
}

AccountId id_of(const std::string& account) {
  return AccountId::parse(account).value();
}

std::string quoted(const std::string& value) {
  std::string out = "'";
  for (const char c : value) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

}  // namespace

std::string canary(const std::string& account) {
  return archive::canary_token(id_of(account));
}

ExportWorld::ExportWorld()
    : state_(rightful::testing::TestDatabase::create()),
      company_(rightful::testing::TestDatabase::create_empty()),
      heartbeat_(state_.make_pool(1, &state_.recorder())) {
  folder = temporary_.path();
  voice_folder = folder / "voice";
  std::filesystem::create_directories(voice_folder);
  rightful::testing::create_test_role(kReader);
  EXPECT_TRUE(crypto::ServerKeys::create(folder / "keys", random_).has_value());
  keys_ = crypto::ServerKeys::open(folder / "keys").value();
  packages_ = std::make_unique<DirectoryPackageStore>(folder / "packages");
  authority_ = std::make_unique<StatementAuthority>(state_.pool(), *keys_);
  ExportSettings settings;
  settings.package_directory = folder / "packages";
  settings.work_directory = folder / "work";
  settings.environment = [this](const std::string& name) -> std::optional<std::string> {
    if (name == "SHOP_URL") return company_.url(kReader);
    if (name == "VOICE_ROOT") return voice_folder.string();
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  handler_ = std::make_unique<ExportHandler>(
      state_.pool(), *packages_, *keys_, clock_, random_, gate, std::move(settings));
  worker_settings.poll = std::chrono::milliseconds(20);
  worker_settings.child_program = RIGHTFUL_EXPORT_TEST_CHILD;
  worker_settings.retry.first = std::chrono::milliseconds(0);
  worker_settings.retry.most = std::chrono::milliseconds(0);
}

void ExportWorld::company(const std::string& script) {
  company_.execute(script +
                   fmt::format("; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", kReader));
}

void ExportWorld::put_recording(const std::string& path, const std::string& content) {
  std::filesystem::create_directories((voice_folder / path).parent_path());
  std::ofstream(voice_folder / path, std::ios::binary) << content;
}

void ExportWorld::activate_catalog(const std::string& yaml) {
  const auto parsed = catalog::Catalog::parse(yaml, "catalog.yaml");
  ASSERT_TRUE(parsed.has_value()) << (parsed ? std::string() : to_string(parsed.error().front()));
  const auto sha256 = crypto::sha256(as_bytes(yaml));
  auto transaction = state_.pool().begin();
  store::catalog_versions::activate(transaction,
                                    yaml,
                                    sha256,
                                    keys_->catalog_mac(sha256),
                                    static_cast<std::int64_t>(parsed->datasets().size()),
                                    clock_.now());
  transaction.commit();
}

void ExportWorld::activate_standard_catalog() {
  activate_catalog(std::string(kStandardCatalog));
}

void ExportWorld::activate_compact_catalog() {
  std::string yaml(kStandardCatalog);
  yaml.insert(yaml.find("sources:"), "package: { compact: true }\n");
  activate_catalog(yaml);
}

void ExportWorld::standard_company(const std::vector<std::string>& accounts) {
  std::string script =
      "CREATE TABLE recording (id bigint PRIMARY KEY, account_id text NOT NULL, taken_at "
      "timestamptz, path text);"
      "CREATE TABLE note (id bigint PRIMARY KEY, account_id text NOT NULL, body text, price "
      "numeric(12,2), active boolean,"
      " extra jsonb, seen timestamptz, other text, secret text);"
      "CREATE TABLE empty_thing (id bigint PRIMARY KEY, account_id text NOT NULL);"
      "CREATE INDEX ON recording (account_id); CREATE INDEX ON note (account_id); CREATE INDEX ON "
      "empty_thing (account_id);";
  int number = 0;
  for (const auto& account : accounts) {
    ++number;
    const std::string path = account + "/voice-" + std::to_string(number) + ".wav";
    put_recording(path,
                  "RIFF" + canary(account) + std::string(5000, static_cast<char>('a' + number)));
    script += fmt::format(
        "INSERT INTO recording VALUES ({0}, {1}, '2024-02-29T12:00:00.5Z', {2});"
        "INSERT INTO note SELECT {0}0000 + i, {1}, 'note ' || i || ' {3} <script>alert(1)</script> "
        "\"q\"',"
        " 1234567890.10, i % 2 = 0, '{{\"a\": [1, null]}}', '2024-01-01T00:00:00Z', 'somebody', "
        "'hush'"
        " FROM generate_series(1, 1200) i;",
        number,
        quoted(account),
        quoted(path),
        canary(account));
  }
  company(script);
  activate_standard_catalog();
}

void ExportWorld::add_account(const std::string& account) {
  auto root = crypto::RequesterRoot::generate(random_);
  const auto unlock_key = root.unlock_keys().public_key();
  const auto sign_key = root.sign_key().public_key();
  const auto mac = keys_->pk_mac(id_of(account), unlock_key, sign_key, 1);
  execute(
      fmt::format("INSERT INTO account (account_id, created_at, enrolled_at, verifier, "
                  "key_version, unlock_key, "
                  "sign_key, pk_mac) VALUES ({}, now(), now(), {}, 1, {}, {}, {})",
                  quoted(account),
                  hex(mac.bytes()),
                  hex(unlock_key.bytes()),
                  hex(sign_key.bytes()),
                  hex(mac.bytes())));
  roots_.emplace(account, std::move(root));
}

RequestId ExportWorld::ask(const std::string& account) {
  const auto& root = roots_.at(account);
  std::array<std::byte, 16> nonce{};
  random_.fill(nonce);
  const auto now = std::chrono::floor<std::chrono::milliseconds>(clock_.now());
  const crypto::RequestStatement statement{RequestId::random(random_),
                                           id_of(account),
                                           root.unlock_keys().public_key(),
                                           crypto::Nonce::from(nonce),
                                           now};
  const auto key = root.sign_key();
  const auto signature = crypto::sign_statement(statement, key);
  const auto ref = ledger::RequestRef::random(random_);
  execute(fmt::format(
      R"(
INSERT INTO access_request (id, account_id, ledger_ref, state, received_at, language, nonce, stated_at, unlock_key,
  sign_key, statement_signature, due_nominal, due, due_at, deadline, updated_at)
VALUES ('{0}', {1}, '{2}', 'queued', now(), 'en', {3}, '{4}', {5}, {6}, {7}, current_date + 28, current_date + 28,
  now() + interval '28 days', '{{}}', now());
INSERT INTO job (id, request_id, account_id, kind, state, due_at, not_before)
VALUES (gen_random_uuid(), '{0}', {1}, 'export', 'queued', now() + interval '28 days', now());)",
      statement.request.to_string(),
      quoted(account),
      ref.text(),
      hex(nonce),
      format_rfc3339(now),
      hex(statement.unlock_key.bytes()),
      hex(key.public_key().bytes()),
      hex(signature.bytes())));
  return statement.request;
}

std::unique_ptr<queue::Worker> ExportWorld::make_worker(const std::string& name) {
  auto settings = worker_settings;
  settings.name = name;
  return std::make_unique<queue::Worker>(
      state_.pool(), *heartbeat_, *handler_, *authority_, clock_, random_, std::move(settings));
}

SubprocessSpec ExportWorld::worker_process() const {
  SubprocessSpec spec;
  spec.program = RIGHTFUL_EXPORT_TEST_WORKER;
  spec.arguments = {
      state_.url(), company_.url(kReader), folder.string(), RIGHTFUL_EXPORT_TEST_CHILD};
  spec.dies_with_parent = true;
  return spec;
}

store::ClaimedJob ExportWorld::claim() {
  auto transaction = state_.pool().begin();
  auto jobs = store::jobs::claim(transaction, "test", std::chrono::seconds(60), 1);
  transaction.commit();
  return jobs.at(0);
}

bool ExportWorld::work() {
  const auto worker = make_worker();
  worker->start();
  const auto give_up_at = clock_.steady_now() + std::chrono::seconds(60);
  bool is_done = false;
  while (!is_done && clock_.steady_now() < give_up_at) {
    is_done = count("job WHERE finalized_at IS NULL") == 0;
    if (!is_done) clock_.wait_for({}, std::chrono::milliseconds(20));
  }
  worker->stop();
  return is_done;
}

std::string ExportWorld::text(const std::string& query) {
  auto transaction = state_.pool().begin();
  const std::string xml =
      transaction.run(kEvaluate, {"SELECT (" + query + ")::text AS v"}).only().text("answer");
  const auto begin = xml.find("<v>");
  return begin == std::string::npos ? "" : xml.substr(begin + 3, xml.find("</v>") - begin - 3);
}

int ExportWorld::count(const std::string& condition) {
  return std::stoi(text("SELECT count(*) FROM " + condition));
}

std::string ExportWorld::state(const RequestId& request) {
  return text("SELECT state FROM access_request WHERE id = '" + request.to_string() + "'");
}

std::string ExportWorld::cause(const RequestId& request) {
  return text("SELECT failure_cause FROM job WHERE request_id = '" + request.to_string() + "'");
}

namespace {

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename());
  return names;
}

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

bool run(const std::vector<std::string>& arguments) {
  SubprocessSpec spec;
  spec.program = "/usr/bin/7zz";
  spec.arguments = arguments;
  spec.environment = {"HOME=/tmp", "PATH=/usr/bin:/bin"};
  const auto captured = run_captured(std::move(spec));
  EXPECT_TRUE(captured.status.is_success()) << captured.output;
  EXPECT_EQ(captured.output.find("WARNING"), std::string::npos) << captured.output;
  return captured.status.is_success();
}

}  // namespace

std::vector<std::string> ExportWorld::stored_files() const {
  return names_in(folder / "packages");
}

std::vector<std::string> ExportWorld::work_files() const {
  return names_in(folder / "work");
}

std::filesystem::path ExportWorld::package_path(const RequestId& request) {
  return folder / "packages" /
         text("SELECT object_name FROM package WHERE request_id = '" + request.to_string() + "'");
}

std::optional<std::string> ExportWorld::code_for(const RequestId& request,
                                                 const std::string& account) {
  auto transaction = state_.pool().begin();
  const auto package = store::packages::find(transaction, request, id_of(account));
  if (!package) return std::nullopt;
  const auto envelope = crypto::parse_envelope(as_text(package->envelope));
  if (!envelope) return std::nullopt;
  const auto payload = crypto::open_envelope(*envelope,
                                             roots_.at(account).unlock_keys(),
                                             id_of(account),
                                             keys_->service_key().public_key());
  if (!payload) return std::nullopt;
  return std::string(payload->passphrase.expose());
}

Result<archive::VerifyReport> ExportWorld::verify(const RequestId& request,
                                                  const std::string& account,
                                                  archive::VerifyDepth depth) {
  RIGHTFUL_TRY(const auto file, archive::FileReadAt::open(package_path(request)));
  const auto code = code_for(request, account);
  if (!code) return fail(ErrorCode::NotFound, "no code");
  RIGHTFUL_TRY(const auto passphrase, crypto::Passphrase::parse(*code));
  return archive::verify_package(file,
                                 passphrase,
                                 {.account = id_of(account),
                                  .request = request,
                                  .service_key = keys_->service_key().public_key()},
                                 depth);
}

std::map<std::string, std::string> ExportWorld::unpack(const RequestId& request,
                                                       const std::string& account) {
  const auto code = code_for(request, account);
  if (!code) return {};
  const auto target = folder / ("opened-" + request.to_string());
  const auto files = target / "files";
  if (!run({"x", "-y", "-p" + *code, "-o" + target.string(), package_path(request).string()}))
    return {};
  if (!run({"x", "-y", "-o" + files.string(), (target / "export.zip").string()})) return {};
  std::map<std::string, std::string> content;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(files)) {
    if (entry.is_regular_file()) {
      content.emplace(std::filesystem::relative(entry.path(), files).string(),
                      read_whole(entry.path()));
    }
  }
  return content;
}

}  // namespace rightful::exporting::testing
