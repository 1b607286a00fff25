// Every route and every move of a request has its leaf: all are made to happen, what the ledger is
// told is written down, and the page docs/ledger-events.md must say the same.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/lifecycle/retry_request.hpp"
#include "rightful/store/ledger_publisher.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/ledger_writer.hpp"
#include "rightful/store/sequencer.hpp"

#include "http/router.hpp"
#include "tests/integration/http/event_list.hpp"
#include "tests/integration/http/served_house.hpp"
#include "tests/integration/http/upload_link.hpp"

namespace rightful::http {
namespace {

using nlohmann::json;
using rightful::testing::Acts;
using rightful::testing::ObservedLeaves;
using testing::LifecycleHouse;
using testing::Person;
using namespace std::chrono_literals;

constexpr const char* kLog = "dev";

Acts acts_after(const testing::CollectingRecorder& recorder, std::size_t before) {
  const Acts all = recorder.acts();
  return {all.begin() + static_cast<std::ptrdiff_t>(before), all.end()};
}

std::vector<ledger::Event> leaves_after(const testing::CollectingRecorder& recorder,
                                        std::size_t before) {
  const auto all = recorder.events();
  return {all.begin() + static_cast<std::ptrdiff_t>(before), all.end()};
}

/// Signs whatever it is asked.
class ReadySigner final : public ledger::CheckpointSigner {
 public:
  explicit ReadySigner(const ledger::NoteSigner& key) : key_(key) {}

  [[nodiscard]] std::expected<std::string, ledger::SignRefusal> sign(
      const ledger::SignRequest& request) override {
    return ledger::sign_checkpoint({request.origin, request.claimed}, std::span(&key_, 1));
  }

 private:
  const ledger::NoteSigner& key_;
};

/// Calls routes as the server would, without sockets.
class RouteDriver {
 public:
  explicit RouteDriver(ObservedLeaves& observed) : observed_(observed) {}

  void drive() {
    without_anybody();
    requester();
    leaving();
    reporting();
    refusals();
    staff();
  }

 private:
  struct Caller {
    std::string cookie;
    std::string token;
  };

  HttpResponse call(const std::string& method,
                    const std::string& pattern,
                    const std::string& path,
                    const Caller& caller = {},
                    const json& body = nullptr,
                    const std::string& query = "") {
    HttpRequest request{.method = method,
                        .path = path,
                        .fields = {{"host", "localhost"}},
                        .body = body.is_null() ? "" : body.dump(),
                        .scheme = HttpScheme::Http,
                        .trace = TraceId::random(house_.random),
                        .received_at = house_.clock.now(),
                        .query = query};
    if (!body.is_null()) request.fields.emplace_back("content-type", "application/json");
    if (!caller.cookie.empty()) request.fields.emplace_back("cookie", "rightful=" + caller.cookie);
    if (!caller.token.empty())
      request.fields.emplace_back("authorization", "Bearer " + caller.token);
    const std::size_t before = house_.database.recorder().acts().size();
    HttpResponse response = api_.handle(request);
    EXPECT_NE(response.status, 500) << method << " " << path;
    EXPECT_NE(response.status, 405) << method << " " << path;
    if (response.stream) send_all(*response.stream);
    caretaker_.run_once();  // what is counted
    observed_.route(method, pattern, leaves_after(house_.database.recorder(), before));
    return response;
  }

  static void send_all(HttpBody& body) {
    std::vector<std::byte> buffer(1 << 16);
    std::uint64_t sent = 0;
    while (const std::size_t size = body.read(buffer))
      sent += size;
    body.finish(sent);
  }

  [[nodiscard]] json login_of(const Person& person) const {
    return to_base64(person.login.expose());
  }

  [[nodiscard]] json wrong_login() { return to_base64(Bytes(32)); }

  [[nodiscard]] Caller browser_of(const Person& person) {
    return {.cookie = house_.signed_in(person).token.expose(), .token = {}};
  }

  [[nodiscard]] json enrolment_body(const Person& person, const std::string& invitation) {
    const auto enrolment =
        house_.enrolment_of(person, lifecycle::Token::parse(std::string(43, 'A')).value());
    json wraps = json::array();
    for (const auto& wrap : enrolment.wraps)
      wraps.push_back({{"kind", wrap.kind}, {"data", to_base64(wrap.data)}});
    return {{"invitation", invitation},
            {"account", person.account.expose()},
            {"login", login_of(person)},
            {"unlock_key", to_base64(enrolment.unlock_key.bytes())},
            {"sign_key", to_base64(enrolment.sign_key.bytes())},
            {"wraps", wraps}};
  }

  /// Without a session, and for what is somebody else's.
  void refusals() {
    for (const auto& [method, path] : {std::pair("GET", "/v1/session"),
                                       std::pair("DELETE", "/v1/session"),
                                       std::pair("GET", "/v1/sessions"),
                                       std::pair("GET", "/v1/account"),
                                       std::pair("GET", "/v1/requests")}) {
      EXPECT_EQ(call(method, path, path).status, 401) << method << " " << path;
    }
    const Person ines = house_.enrolled("ines");
    const Person john = house_.enrolled("john");
    const auto theirs = house_.signed_in(ines).session;
    const auto request = house_.requests.submit(theirs, house_.a_submission(ines))->id.to_string();
    const Caller here = browser_of(john);
    const std::string path = "/v1/requests/" + request;
    EXPECT_EQ(call("GET", "/v1/requests/{id}", path, here).status, 404);
    EXPECT_EQ(
        call("POST", "/v1/requests/{id}/not-mine", path + "/not-mine", here, json::object()).status,
        404);
    EXPECT_EQ(
        call("DELETE", "/v1/sessions/{id}", "/v1/sessions/" + theirs.id.to_string(), here).status,
        404);
    EXPECT_EQ(call("GET", "/v1/upload", "/v1/upload", {.cookie = {}, .token = std::string(43, 'A')})
                  .status,
              404);
  }

  void without_anybody() {
    call("GET", "/livez", "/livez");
    call("GET", "/readyz", "/readyz");
    call("GET", "/v1/service", "/v1/service");
    call("POST", "/v1/salt", "/v1/salt", {}, {{"account", "anna"}});
    call("GET", "/upload", "/upload");
    call("GET", "/v1/upload", "/v1/upload");
  }

  void requester() {
    const Person dora = testing::a_person("dora", house_.random);
    auto invitation = house_.sign_in.create_account(dora.account, "en");
    call("POST", "/v1/enrolment", "/v1/enrolment", {}, enrolment_body(dora, std::string(43, 'A')));
    call("POST",
         "/v1/enrolment",
         "/v1/enrolment",
         {},
         enrolment_body(dora, invitation->token.expose()));

    const Caller here = browser_of(dora);
    const json body{{"account", "dora"}, {"login", login_of(dora)}};
    call("POST", "/v1/session", "/v1/session", {}, {{"account", "dora"}, {"login", wrong_login()}});
    house_.fake_clock.advance(1h);
    call("POST", "/v1/session", "/v1/session", here, body);
    const Caller there = browser_of(dora);
    call("GET", "/v1/session", "/v1/session", there);
    call("POST", "/v1/session/step-up", "/v1/session/step-up", there, {{"login", wrong_login()}});
    house_.fake_clock.advance(1h);
    call("POST",
         "/v1/session/step-up",
         "/v1/session/step-up",
         browser_of(dora),
         {{"login", login_of(dora)}});
    const Caller now = browser_of(dora);
    call("GET", "/v1/sessions", "/v1/sessions", now);
    const auto other = house_.signed_in(dora).session.id.to_string();
    call("DELETE", "/v1/sessions/{id}", "/v1/sessions/" + other, now);
    call("POST", "/v1/unwrap", "/v1/unwrap", now, {{"kind", "recovery"}, {"login", wrong_login()}});
    house_.fake_clock.advance(1h);
    const Caller later = browser_of(dora);
    call("POST",
         "/v1/unwrap",
         "/v1/unwrap",
         later,
         {{"kind", "recovery"}, {"login", login_of(dora)}});
    call("GET", "/v1/account", "/v1/account", later);
    call("DELETE", "/v1/session", "/v1/session", later);
  }

  void leaving() {
    const Person emil = house_.enrolled("emil");
    const Caller here = browser_of(emil);
    const auto submission = house_.a_submission(emil);
    const std::string path = "/v1/requests/" + submission.request.to_string();
    call("POST", "/v1/requests", "/v1/requests", here, testing::body_for(submission));
    call(
        "POST", "/v1/requests", "/v1/requests", here, testing::body_for(house_.a_submission(emil)));
    call("GET", "/v1/requests", "/v1/requests", here);
    call("GET", "/v1/requests/{id}", path, here);
    call("GET", "/v1/requests/{id}/package", path + "/package", here);
    call("GET", "/v1/requests/{id}/envelope", path + "/envelope", here);
    call("POST", "/v1/requests/{id}/withdraw", path + "/withdraw", here, json::object());
    call("POST", "/v1/requests/{id}/withdraw", path + "/withdraw", here, json::object());

    const auto released = house_.released(emil, house_.signed_in(emil).session, "package");
    const std::string ready = "/v1/requests/" + released.to_string();
    call("GET", "/v1/requests/{id}/package", ready + "/package", here);
    call("GET", "/v1/requests/{id}/envelope", ready + "/envelope", here);
    const Person fred = house_.enrolled("fred");
    const auto lying = house_.released(fred, house_.signed_in(fred).session, "package");
    call("POST",
         "/v1/requests/{id}/withdraw",
         "/v1/requests/" + lying.to_string() + "/withdraw",
         browser_of(fred),
         json::object());
  }

  void reporting() {
    const Person gita = house_.enrolled("gita");
    const auto released = house_.released(gita, house_.signed_in(gita).session, "package");
    const Person hugo = house_.enrolled("hugo");
    const auto waiting =
        house_.requests.submit(house_.signed_in(hugo).session, house_.a_submission(hugo));
    for (const auto& [person, request] :
         {std::pair(&gita, released), std::pair(&hugo, waiting->id)}) {
      call("POST",
           "/v1/requests/{id}/not-mine",
           "/v1/requests/" + request.to_string() + "/not-mine",
           browser_of(*person),
           json::object());
    }
  }

  /// The ledger has a pseudonym for this account from its first leaf on.
  void make_known(const char* account) {
    store::LedgerWriter writer(house_.database.settings(),
                               {.role = "serve", .build = ledger::Build::parse("1.2.3").value()},
                               house_.keys,
                               house_.clock,
                               house_.random);
    ASSERT_TRUE(writer.start().has_value());
    const auto pool = house_.database.make_pool(1, &writer);
    auto transaction = pool->begin();
    transaction.record(ledger::Event(ledger::Self{},
                                     AccountId::parse(account).value(),
                                     ledger::events::SessionEnded{.why = "signed_out"}));
    transaction.commit();
    writer.stop();
  }

  /// The log of this house, sequenced and published once.
  void publish() {
    auto& pool = house_.database.pool();
    const auto origin = ledger::Origin::parse("audit.example.test/dsar/dev").value();
    const auto key =
        ledger::NoteSigner::create(origin.text(), crypto::SigningKey::generate(house_.random))
            .value();
    auto transaction = pool.begin();
    ASSERT_TRUE(store::ledger_tables::add_signer_key(
                    transaction,
                    1,
                    {.key = key.key(),
                     .first_size = 0,
                     .last_size = std::nullopt,
                     .state = store::ledger_tables::SignerKeyState::Active})
                    .has_value());
    transaction.commit();
    make_known("emil");
    store::Sequencer sequencer(house_.database.settings(),
                               {.log_id = 1, .build = ledger::Build::parse("1.2.3").value()},
                               house_.keys,
                               house_.clock,
                               house_.random);
    ASSERT_GT(sequencer.run_batch().size, 0U);
    sequencer.stop();
    std::filesystem::create_directories(house_.folder.path() / "ledger" / kLog);
    auto directory = ledger::LogDirectory::open(house_.folder.path() / "ledger" / kLog).value();
    ReadySigner signer(key);
    store::Publisher publisher(
        pool, {.log_id = 1, .origin = origin}, directory, directory, signer, house_.clock);
    const auto report = publisher.publish_now();
    ASSERT_EQ(report.step, store::PublishStep::Published);
    signed_size_ = report.size;
  }

  void staff() {
    publish();
    const std::string log = std::string("/v1/ledger/") + kLog;
    const std::string pattern = "/v1/ledger/{id}";
    const auto member = [this](const char* name, lifecycle::StaffRole role) {
      return Caller{.cookie = {}, .token = staff_.add(name, role, {})->token.expose()};
    };
    const Caller auditor = member("iris", lifecycle::StaffRole::Auditor);
    const Caller officer = member("jack", lifecycle::StaffRole::Officer);
    const Caller plant = member("kurt", lifecycle::StaffRole::Operator);
    const Caller nobody{.cookie = {}, .token = std::string(43, 'A')};
    const std::string bundle = fmt::format("/tile/entries/000.p/{}", signed_size_);
    call("GET", pattern + "/checkpoint", log + "/checkpoint");
    call("GET",
         pattern + "/checkpoints/{path}",
         log + "/checkpoints/" + std::to_string(signed_size_));
    for (const Caller& caller : {nobody, plant, auditor}) {
      call("GET", pattern + "/tile/{path}", log + bundle, caller);
      call("GET", pattern + "/entries", log + "/entries", caller);
      call("GET",
           pattern + "/proof/inclusion",
           log + "/proof/inclusion",
           caller,
           nullptr,
           "index=0");
      call("GET",
           pattern + "/proof/consistency",
           log + "/proof/consistency",
           caller,
           nullptr,
           "from=1");
      call("GET", pattern + "/health", log + "/health", caller);
    }
    const json whose{{"account", "emil"}, {"why", "audit"}};
    for (const Caller& caller : {nobody, plant, officer})
      call("POST", pattern + "/pseudonym", log + "/pseudonym", caller, whose);
    call("POST",
         pattern + "/pseudonym",
         log + "/pseudonym",
         officer,
         {{"account", "nobody"}, {"why", "audit"}});
  }

  ObservedLeaves& observed_;
  testing::ServedHouse served_;
  std::uint64_t signed_size_ = 0;
  lifecycle::StaffAccess& staff_ = served_.staff;
  LifecycleHouse& house_ = served_.house;
  lifecycle::Caretaker& caretaker_ = served_.caretaker;
  Api& api_ = served_.api;
};

/// Moves that the requester and time make.
class LifeDriver {
 public:
  explicit LifeDriver(ObservedLeaves& observed) : observed_(observed) {}

  void drive() {
    for (std::size_t s = 0; s < lifecycle::kRequestStateCount; ++s) {
      const auto state = static_cast<lifecycle::RequestState>(s);
      try_event(state, lifecycle::RequestEvent::Withdraw, [this](const auto& here, const auto& id) {
        static_cast<void>(house_.requests.withdraw(here, id));
      });
      try_event(state, lifecycle::RequestEvent::NotMine, [this](const auto& here, const auto& id) {
        static_cast<void>(house_.requests.disown(here, id));
      });
      try_event(state, lifecycle::RequestEvent::Fetched, [this](const auto& here, const auto& id) {
        fetch(here, id);
      });
      try_event(state, lifecycle::RequestEvent::Expire, [this](const auto&, const auto& id) {
        house_.database.execute(
            fmt::format("UPDATE package SET expires_at = '2020-01-01' WHERE request_id = '{}'",
                        id.to_string()));
        static_cast<void>(house_.requests.expire());
      });
      try_event(state, lifecycle::RequestEvent::Retry, [this](const auto&, const auto& id) {
        static_cast<void>(
            lifecycle::retry_failed(house_.database.pool(), id, house_.fake_clock, house_.random));
      });
    }
  }

 private:
  using Deed = std::function<void(const lifecycle::Session&, const RequestId&)>;

  void try_event(lifecycle::RequestState state, lifecycle::RequestEvent event, const Deed& deed) {
    const auto next = next_state(state, event);
    const Person person = house_.enrolled("person-" + std::to_string(++number_));
    const auto here = house_.signed_in(person).session;
    const RequestId request = in_state(person, here, state);
    const std::size_t before = house_.database.recorder().acts().size();

    deed(here, request);

    const Acts acts = acts_after(house_.database.recorder(), before);
    const std::string from(name_of(state));
    const std::string what(name_of(event));
    EXPECT_EQ(house_.state_of(request), name_of(next.value_or(state))) << from << " " << what;
    if (next) {
      EXPECT_THAT(acts, ::testing::Not(::testing::IsEmpty())) << from << " " << what;
      observed_.move(from, what, std::string(name_of(*next)), acts);
    } else if (event == lifecycle::RequestEvent::Withdraw) {
      EXPECT_THAT(acts, ::testing::ElementsAre("request.not_possible")) << from;
    } else if (event == lifecycle::RequestEvent::Fetched) {
      EXPECT_THAT(acts, ::testing::ElementsAre("package.download_refused")) << from;
    }
  }

  RequestId in_state(const Person& person,
                     const lifecycle::Session& here,
                     lifecycle::RequestState state) {
    using lifecycle::RequestState;
    const bool has_package = state == RequestState::Ready || state == RequestState::Downloaded ||
                             state == RequestState::Expired || state == RequestState::Quarantined;
    const RequestId request = has_package
                                  ? house_.released(person, here, "package")
                                  : house_.requests.submit(here, house_.a_submission(person))->id;
    if (state == RequestState::Failed) {
      house_.database.execute(fmt::format(
          "UPDATE job SET state = 'failed', finalized_at = now() WHERE request_id = '{}'",
          request.to_string()));
    }
    house_.database.execute(fmt::format("UPDATE access_request SET state = '{}' WHERE id = '{}'",
                                        name_of(state),
                                        request.to_string()));
    return request;
  }

  void fetch(const lifecycle::Session& here, const RequestId& request) {
    const auto download = house_.requests.start_download(here, request);
    if (download) house_.requests.finish_download(*download, 0, download->size_bytes);
  }

  ObservedLeaves& observed_;
  LifecycleHouse house_;
  int number_ = 0;
};

/// Moves that a worker makes, each in an export of its own.
class WorkDriver {
 public:
  explicit WorkDriver(ObservedLeaves& observed) : observed_(observed) {}

  void drive() {
    happy_way();
    rescue();
    for (const bool is_final : {false, true}) {
      end_while_running(is_final);
      end_while_verifying(is_final);
    }
    guard_while_running();
    guard_while_verifying();
  }

 private:
  using World = exporting::testing::ExportWorld;

  static void prepare(World& world) {
    world.standard_company({"anna", "bert"});
    world.add_account("anna");
  }

  /// Leaves between the first and the last of these names, both included; the facts about single
  /// datasets are no part of a move.
  static Acts between(const Acts& acts, const std::string& first, const std::string& last) {
    const auto begin = std::ranges::find(acts, first);
    const auto end = std::find(begin, acts.end(), last);
    if (end == acts.end()) {
      ADD_FAILURE() << first << " … " << last << " in " << ::testing::PrintToString(acts);
      return {};
    }
    return {begin, end + 1};
  }

  void happy_way() {
    World world;
    prepare(world);
    const auto request = world.ask("anna");
    EXPECT_TRUE(world.work());
    EXPECT_EQ(world.state(request), "ready") << world.cause(request);
    const Acts acts = world.acts();
    observed_.other(acts);
    observed_.move("queued", "claim", "running", between(acts, "job.claimed", "job.claimed"));
    observed_.move(
        "running", "collected", "verifying", between(acts, "job.collected", "job.collected"));
    observed_.move(
        "verifying", "verified", "ready", between(acts, "package.sealed", "package.released"));
    EXPECT_EQ(between(acts, "job.claimed", "package.released"),
              (Acts{"job.claimed",
                    "dataset.collected",
                    "dataset.collected",
                    "dataset.redacted",
                    "dataset.collected",
                    "job.collected",
                    "package.sealed",
                    "package.verified",
                    "package.released"}));
  }

  void rescue() {
    World world;
    prepare(world);
    world.ask("anna");
    static_cast<void>(world.claim());
    world.execute("UPDATE job SET lease_until = now() - interval '1 second'");
    const std::size_t before = world.acts().size();
    static_cast<void>(world.claim());
    const Acts acts = acts_after(world.recorder(), before);
    EXPECT_THAT(acts, ::testing::ElementsAre("job.rescued", "job.claimed"));
    observed_.other(acts);
  }

  void end_while_running(bool is_final) {
    World world;
    prepare(world);
    const auto child = world.folder / "disk-full-0";
    std::filesystem::create_symlink(RIGHTFUL_EXPORT_TEST_CHILD, child);
    world.worker_settings.child_program = child;
    world.worker_settings.retry.outage_limit = 2;
    world.ask("anna");
    EXPECT_TRUE(world.work());
    const Acts acts = world.acts();
    const Acts end(acts.end() - 2, acts.end());
    EXPECT_THAT(end, ::testing::ElementsAre("job.claimed", "job.failed"));
    move_of_end("running", is_final, {"job.failed"});
  }

  void end_while_verifying(bool is_final) {
    World world;
    prepare(world);
    world.gate.cause_at_release = "ledger_not_covering";
    world.worker_settings.retry.outage_limit = is_final ? 1 : 2;
    world.ask("anna");
    EXPECT_TRUE(world.work());
    move_of_end(
        "verifying", is_final, between(world.acts(), "package.release_refused", "job.failed"));
  }

  void move_of_end(const std::string& from, bool is_final, const Acts& acts) {
    observed_.move(from, is_final ? "give_up" : "fault", is_final ? "failed" : "queued", acts);
  }

  void guard_while_running() {
    World world;
    prepare(world);
    std::filesystem::remove(world.voice_folder / "anna/voice-1.wav");
    const auto request = world.ask("anna");
    EXPECT_TRUE(world.work());
    EXPECT_EQ(world.state(request), "quarantined") << world.cause(request);
    EXPECT_THAT(world.acts(), ::testing::Not(::testing::Contains("job.collected")));
    guard_move("running", world.acts());
  }

  void guard_while_verifying() {
    World world;
    prepare(world);
    world.company("UPDATE note SET body = '" + exporting::testing::canary("bert") +
                  "' WHERE account_id = 'anna'");
    const auto request = world.ask("anna");
    EXPECT_TRUE(world.work());
    EXPECT_EQ(world.state(request), "quarantined") << world.cause(request);
    EXPECT_THAT(world.acts(), ::testing::Contains("job.collected"));
    guard_move("verifying", world.acts());
  }

  void guard_move(const std::string& from, const Acts& acts) {
    observed_.move(
        from, "guard", "quarantined", between(acts, "job.quarantined", "incident.opened"));
  }

  ObservedLeaves& observed_;
};

/// What a colleague's link does: its routes, and the commands around it.
class LinkDriver : public UploadLink {
 public:
  void TestBody() override {}

  void drive(ObservedLeaves& observed) {
    SetUp();
    const auto request = waiting("anna");
    observe(observed, nullptr, [&] { link_ = link_for(request); });
    observe(observed, "GET", [&] { static_cast<void>(show(link_)); });
    observe(observed, "PUT", [&] { static_cast<void>(put(link_, "bert", own_file())); });
    observe(observed, "PUT", [&] { static_cast<void>(put(link_, "anna", own_file())); });
    observe(observed, nullptr, [&] {
      static_cast<void>(link_for(request, exporting::Replace::Refuse, "card"));
    });
    TearDown();
  }

 private:
  template <class Deed>
  void observe(ObservedLeaves& observed, const char* method, const Deed& deed) {
    const std::size_t before = world_.acts().size();
    deed();
    if (method != nullptr) {
      observed.route(method, "/v1/upload", leaves_after(world_.recorder(), before));
    } else {
      observed.other(acts_after(world_.recorder(), before));
    }
  }

  std::string link_;
};

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

void expect_all_routes(const ObservedLeaves& observed) {
  for (const Route& route : all_routes()) {
    EXPECT_TRUE(observed.has_route(std::string(route.method), std::string(route.pattern)))
        << "drive this route: " << route.method << " " << route.pattern;
  }
}

/// Done and refused, each route has a leaf or a reason; none has both.
void expect_leaf_or_reason(const ObservedLeaves& observed) {
  for (const Route& route : all_routes()) {
    const std::string method(route.method);
    const std::string pattern(route.pattern);
    const std::string name = method + " " + pattern;
    for (const auto& [outcome, reasons] :
         {std::pair(ledger::Outcome::Ok, &testing::no_leaf_when_done()),
          std::pair(ledger::Outcome::Denied, &testing::no_leaf_when_refused())}) {
      const bool has_reason = !testing::why_no_leaf(*reasons, name).empty();
      EXPECT_NE(observed.of_route(method, pattern, outcome).empty(), !has_reason)
          << name << ", " << name_of(outcome)
          << (has_reason ? ": it writes a leaf: take away its reason"
                         : ": no leaf was seen: write one, or a reason in event_list.cpp");
    }
    EXPECT_TRUE(observed.of_route(method, pattern, ledger::Outcome::Error).empty()) << name;
  }
}

/// A reason outlives no route.
void expect_reasons_of_routes() {
  for (const auto* list : {&testing::no_leaf_when_done(), &testing::no_leaf_when_refused()}) {
    for (const testing::NoLeaf& reason : *list) {
      EXPECT_TRUE(std::ranges::any_of(all_routes(),
                                      [&](const Route& route) {
                                        return reason.route == std::string(route.method) + " " +
                                                                   std::string(route.pattern);
                                      }))
          << reason.route << " is no route";
    }
  }
}

void expect_all_moves(const ObservedLeaves& observed) {
  for (std::size_t s = 0; s < lifecycle::kRequestStateCount; ++s) {
    for (std::size_t e = 0; e < lifecycle::kRequestEventCount; ++e) {
      const auto state = static_cast<lifecycle::RequestState>(s);
      const auto event = static_cast<lifecycle::RequestEvent>(e);
      const auto next = next_state(state, event);
      if (!next) continue;
      const std::string what(name_of(event));
      const bool is_not_yet =
          std::ranges::find(testing::moves_not_yet(), what, &testing::NotYet::name) !=
          testing::moves_not_yet().end();
      EXPECT_NE(observed.has_move(std::string(name_of(state)), what), is_not_yet)
          << name_of(state) << " " << what;
    }
  }
}

/// Every event is made somewhere or has a reason; none has both.
void expect_all_events(const std::filesystem::path& source) {
  const auto check = [&](std::string_view type, std::string_view act) {
    const bool has_reason =
        std::ranges::find(testing::events_not_yet(), act, &testing::NotYet::name) !=
        testing::events_not_yet().end();
    EXPECT_NE(testing::places_of(source, type).empty(), !has_reason)
        << act << (has_reason ? " is made now: take away its reason" : " is made nowhere: say why");
  };
#define RIGHTFUL_FIELD(type, name)
#define RIGHTFUL_EVENT(Type, act, who, about, fields) check(#Type, act);
#include "rightful/ledger/events.def"
#undef RIGHTFUL_EVENT
#undef RIGHTFUL_FIELD
}

TEST(LedgerEvents, StandOnTheirPageAsTheyHappen) {
  ObservedLeaves observed;
  RouteDriver(observed).drive();
  LinkDriver().drive(observed);
  LifeDriver(observed).drive();
  WorkDriver(observed).drive();
  const std::filesystem::path source(RIGHTFUL_SOURCE_DIR);
  expect_all_routes(observed);
  expect_leaf_or_reason(observed);
  expect_reasons_of_routes();
  expect_all_moves(observed);
  expect_all_events(source);

  const std::string page = testing::event_list(observed, source);

  const auto path = source / "docs/ledger-events.md";
  if (std::getenv("RIGHTFUL_WRITE_DOCS") != nullptr) std::ofstream(path, std::ios::binary) << page;
  EXPECT_EQ(read_whole(path), page);
}

}  // namespace
}  // namespace rightful::http
