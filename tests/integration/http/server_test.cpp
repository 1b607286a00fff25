#include "rightful/http/server.hpp"

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/core/random.hpp"

#include "tests/integration/http/raw_client.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::http {
namespace {

using testing::body_of;
using testing::field_of;
using testing::IsError;
using testing::IsOk;
using testing::RawClient;
using testing::status_of;
using namespace std::chrono_literals;

/// Answers `path:body`; some paths misbehave.
class TestHandler final : public HttpHandler {
 public:
  [[nodiscard]] HttpResponse handle(const HttpRequest& request) override {
    ++calls;
    if (request.path == "/throws") throw std::runtime_error("CANARY");
    if (request.path == "/later") throw Failure(Retry::Later, "database_lost", "CANARY");
    if (request.path == "/waits") wait();
    if (request.path == "/stream") return {.stream = make_stream()};
    return {.fields = {{"Content-Type", "text/plain"}}, .body = request.path + ":" + request.body};
  }

  [[nodiscard]] bool is_streamed(std::string_view method,
                                 std::string_view path) const noexcept override {
    return method == "PUT" && path.starts_with("/upload");
  }

  [[nodiscard]] UploadStart begin_upload(const HttpRequest& request, std::uint64_t size) override {
    ++calls;
    if (request.path == "/upload/refused") return HttpResponse{.status = 403, .body = "no"};
    if (request.path == "/upload/throws") throw std::runtime_error("CANARY");
    upload.announced = size;
    return std::make_unique<Upload>(*this);
  }

  /// What became of the last streamed body.
  struct UploadFate {
    std::uint64_t announced = 0;
    std::atomic<std::uint64_t> bytes = 0;
    std::atomic<std::size_t> largest = 0;
    std::atomic<bool> finished = false;
    std::promise<void> gone;
  } upload;

  std::uint64_t full_after = ~std::uint64_t{0};

  void let_go() {
    const std::scoped_lock lock(mutex_);
    go_ = true;
    changed_.notify_all();
  }

  void await_call() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_; });
  }

  /// How many bytes the last stream was told that left.
  [[nodiscard]] std::future<std::uint64_t> stream_end() { return stream_end_.get_future(); }

  std::atomic<int> calls = 0;
  std::atomic<std::uint64_t> largest_lead = 0;
  std::uint64_t stream_size = std::uint64_t{64} << 20U;
  std::uint64_t break_after = ~std::uint64_t{0};

 private:
  class Upload final : public HttpUpload {
   public:
    explicit Upload(TestHandler& owner) : owner_(owner) {}

    ~Upload() override { owner_.upload.gone.set_value(); }

    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    void write(std::string_view bytes) override {
      UploadFate& fate = owner_.upload;
      if (fate.bytes + bytes.size() > owner_.full_after) {
        throw Failure(Retry::Later, "disk_full", "CANARY");
      }
      fate.bytes += bytes.size();
      fate.largest = std::max(fate.largest.load(), bytes.size());
    }

    [[nodiscard]] HttpResponse finish() override {
      owner_.upload.finished = true;
      return {.body = "taken"};
    }

   private:
    TestHandler& owner_;
  };

  class Stream final : public HttpBody {
   public:
    explicit Stream(TestHandler& owner) : owner_(owner) {}

    [[nodiscard]] std::uint64_t size() const override { return owner_.stream_size; }

    [[nodiscard]] std::size_t read(std::span<std::byte> out) override {
      if (read_ >= owner_.break_after) throw Failure(Retry::Later, "io_error", "the disk is gone");
      const auto size = std::min<std::uint64_t>(out.size(), owner_.stream_size - read_);
      std::fill(out.begin(), out.end(), std::byte{'x'});
      read_ += size;
      owner_.largest_lead = read_;
      return static_cast<std::size_t>(size);
    }

    void finish(std::uint64_t sent) override { owner_.stream_end_.set_value(sent); }

   private:
    TestHandler& owner_;
    std::uint64_t read_ = 0;
  };

  std::unique_ptr<HttpBody> make_stream() { return std::make_unique<Stream>(*this); }

  void wait() {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return go_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool waiting_ = false;
  bool go_ = false;
  std::promise<std::uint64_t> stream_end_;
};

class HttpServerOnLoopback : public ::testing::Test {
 protected:
  void start(HttpServerSettings settings = {}) {
    settings.listen = "127.0.0.1:0";
    auto server = HttpServer::create(settings, handler_, clock_, random_);
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
    server_->start();
  }

  [[nodiscard]] RawClient connect() const { return RawClient(server_->port()); }

  /// Sends bytes on a fresh connection. @return all that came until the server hung up.
  [[nodiscard]] std::string exchange(std::string_view bytes) const {
    RawClient client = connect();
    client.send(bytes);
    return client.receive_all();
  }

  SystemClock clock_;
  SystemRandom random_;
  TestHandler handler_;
  std::unique_ptr<HttpServer> server_;
};

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::string post(std::string_view fields, std::string_view body) {
  return "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n" +
         std::string(body);
}

TEST_F(HttpServerOnLoopback, AnswersSeveralRequestsOnOneConnection) {
  start();
  RawClient client = connect();

  client.send(get("/one"));
  const std::string first = client.receive();
  client.send(post("Content-Length: 2\r\n", "{}"));
  const std::string second = client.receive();

  EXPECT_EQ(status_of(first), "200");
  EXPECT_EQ(body_of(first), "/one:");
  EXPECT_EQ(field_of(first, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(field_of(first, "Cache-Control"), "no-store");
  EXPECT_EQ(body_of(second), "/echo:{}");
  EXPECT_NE(field_of(first, "Trace-Id"), field_of(second, "Trace-Id"));
}

TEST_F(HttpServerOnLoopback, AnswersPipelinedRequestsInOrder) {
  start();
  RawClient client = connect();

  client.send(get("/one") + get("/two") + get("/three"));

  EXPECT_EQ(body_of(client.receive()), "/one:");
  EXPECT_EQ(body_of(client.receive()), "/two:");
  EXPECT_EQ(body_of(client.receive()), "/three:");
}

TEST_F(HttpServerOnLoopback, SendsNoBodyForHead) {
  start();
  RawClient client = connect();

  client.send("HEAD /one HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string head = client.receive(false);
  client.send(get("/two"));

  EXPECT_EQ(field_of(head, "Content-Length"), "5");
  EXPECT_EQ(body_of(client.receive()), "/two:");
}

TEST_F(HttpServerOnLoopback, HangsUpWhenAsked) {
  start();

  const std::string response =
      exchange("GET /one HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

  EXPECT_EQ(field_of(response, "Connection"), "close");
  EXPECT_EQ(body_of(response), "/one:");
}

TEST_F(HttpServerOnLoopback, AnswersHttp10AndHangsUp) {
  start();

  EXPECT_EQ(
      body_of(exchange("GET /one HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n")),
      "/one:");
}

// The gaps of Beast 1.81: refused with a status, never seen by a handler, the connection closed, so
// that no byte of a smuggled request is taken for the next one.
TEST_F(HttpServerOnLoopback, ClosesEveryGapOfBeast) {
  start();
  const std::string smuggled = get("/smuggled");

  const struct {
    std::string bytes;
    const char* status;
  } cases[] = {
      {post("Transfer-Encoding: chunked, gzip\r\n", smuggled), "411"},
      {post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled), "411"},
      {post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled), "400"},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n" + smuggled), "400"},
      {"POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
           smuggled,
       "411"},
      {"GET / HTTP/1.1\r\n\r\n" + smuggled, "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n" + smuggled, "400"},
      {post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}" + smuggled), "400"},
      {"GET /%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, "400"},
      {"GET /a HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n" + smuggled, "400"},
      {"GET /a HTTP/1.1\nHost: a\n\n" + smuggled, "400"},
      {"GET /a HTTP/3.0\r\nHost: a\r\n\r\n" + smuggled, "505"},
      {post("Content-Length: 99999999\r\n", "x"), "413"},
      {"GET /a HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", "431"},
      {post("Expect: miracles\r\nContent-Length: 2\r\n", "{}"), "417"},
  };

  for (const auto& [bytes, status] : cases) {
    const std::string response = exchange(bytes);

    EXPECT_EQ(status_of(response), status) << bytes.substr(0, 90) << "\n" << response;
    EXPECT_EQ(field_of(response, "Connection"), "close") << bytes.substr(0, 90);
    EXPECT_EQ(field_of(response, "Content-Type"), "application/problem+json");
    EXPECT_EQ(response.find("smuggled"), std::string::npos);
    EXPECT_EQ(response.find("\nHTTP/1.1 "), std::string::npos) << "two answers";
  }
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(HttpServerOnLoopback, AsksForAnExpectedBody) {
  start();
  RawClient client = connect();

  client.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n", ""));
  EXPECT_EQ(status_of(client.receive()), "100");
  client.send("{}");

  EXPECT_EQ(body_of(client.receive()), "/echo:{}");
}

TEST_F(HttpServerOnLoopback, LimitsTheTimeOfHeaderBodyAndSilence) {
  HttpServerSettings settings;
  settings.header_timeout = 200ms;
  settings.body_timeout = 200ms;
  settings.idle_timeout = 200ms;
  start(settings);

  EXPECT_EQ(status_of(exchange("GET /a HTT")), "408");
  EXPECT_EQ(status_of(exchange(post("Content-Length: 10\r\n", "123"))), "408");
  EXPECT_EQ(exchange(""), "");
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(HttpServerOnLoopback, HidesWhatWentWrongInside) {
  start();
  RawClient client = connect();

  client.send(get("/throws"));
  const std::string thrown = client.receive();
  client.send(get("/later"));
  const std::string later = client.receive();

  EXPECT_EQ(status_of(thrown), "500");
  EXPECT_EQ(thrown.find("CANARY"), std::string::npos);
  EXPECT_NE(body_of(thrown).find(field_of(thrown, "Trace-Id")), std::string::npos);
  EXPECT_EQ(status_of(later), "503");
  EXPECT_EQ(field_of(later, "Retry-After"), "5");
  EXPECT_EQ(later.find("CANARY"), std::string::npos);
}

TEST_F(HttpServerOnLoopback, StreamsALargeBody) {
  start();
  auto end = handler_.stream_end();
  RawClient client = connect();

  client.send(get("/stream"));
  const std::string response = client.receive();

  EXPECT_EQ(body_of(response).size(), handler_.stream_size);
  EXPECT_EQ(end.get(), handler_.stream_size);
}

TEST_F(HttpServerOnLoopback, ReadsNoFasterThanTheClient) {
  handler_.stream_size = std::uint64_t{1} << 30U;
  start();
  auto end = handler_.stream_end();
  {
    RawClient client = connect();
    client.shrink_receive_buffer();
    client.send(get("/stream"));
    static_cast<void>(client.receive_some(std::size_t{1} << 16U));
  }

  const std::uint64_t sent = end.get();  // told although the client hung up
  EXPECT_LT(sent, handler_.stream_size);
  EXPECT_LT(handler_.largest_lead, std::uint64_t{64} << 20U);
}

TEST_F(HttpServerOnLoopback, CutsAStalledDownload) {
  HttpServerSettings settings;
  settings.write_timeout = 300ms;
  handler_.stream_size = std::uint64_t{1} << 30U;
  start(settings);
  auto end = handler_.stream_end();
  RawClient client = connect();
  client.shrink_receive_buffer();

  client.send(get("/stream"));

  EXPECT_LT(end.get(), handler_.stream_size);
}

TEST_F(HttpServerOnLoopback, CutsABodyThatCannotBeRead) {
  handler_.break_after = 1;
  start();
  auto end = handler_.stream_end();

  const std::string response = exchange(get("/stream"));

  EXPECT_LT(body_of(response).size(), handler_.stream_size);
  EXPECT_EQ(end.get(), body_of(response).size());
}

std::string put(std::string_view path, std::size_t size, std::string_view fields = "") {
  return "PUT " + std::string(path) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(size) + "\r\n" +
         std::string(fields) + "\r\n";
}

TEST_F(HttpServerOnLoopback, TakesAStreamedBodyInPieces) {
  start();
  constexpr std::size_t kSize = std::size_t{20} << 20U;
  RawClient client = connect();

  client.send(put("/upload", kSize) + std::string(kSize, 'x') + get("/next"));

  EXPECT_EQ(body_of(client.receive()), "taken");
  EXPECT_EQ(body_of(client.receive()), "/next:") << "the request behind the body";
  EXPECT_EQ(handler_.upload.announced, kSize);
  EXPECT_EQ(handler_.upload.bytes, kSize);
  EXPECT_LE(handler_.upload.largest, std::size_t{64} << 10U);
}

TEST_F(HttpServerOnLoopback, KeepsTheLimitOfAllOtherBodies) {
  start();

  EXPECT_EQ(status_of(exchange(put("/echo", std::size_t{65} << 10U))), "413");
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(HttpServerOnLoopback, AsksForAStreamedBodyThatItTakes) {
  start();
  RawClient client = connect();

  client.send(put("/upload", 3, "Expect: 100-continue\r\n"));
  EXPECT_EQ(status_of(client.receive()), "100");
  client.send("abc");

  EXPECT_EQ(body_of(client.receive()), "taken");
}

TEST_F(HttpServerOnLoopback, RefusesAStreamedBodyBeforeItComes) {
  start();

  const std::string response =
      exchange(put("/upload/refused", std::size_t{1} << 40U, "Expect: 100-continue\r\n"));
  const std::string thrown = exchange(put("/upload/throws", 3) + "abc");

  EXPECT_EQ(status_of(response), "403") << "and not 100";
  EXPECT_EQ(field_of(response, "Connection"), "close");
  EXPECT_EQ(status_of(thrown), "500");
  EXPECT_EQ(thrown.find("CANARY"), std::string::npos);
}

TEST_F(HttpServerOnLoopback, ForgetsAStreamedBodyThatIsCutOff) {
  start();
  auto gone = handler_.upload.gone.get_future();
  {
    RawClient client = connect();
    client.send(put("/upload", 1000) + std::string(999, 'x'));
    client.finish_sending();
    EXPECT_EQ(client.receive_all(), "");
  }

  gone.get();
  EXPECT_FALSE(handler_.upload.finished);
}

TEST_F(HttpServerOnLoopback, CutsAStreamedBodyThatDripsIn) {
  HttpServerSettings settings;
  settings.body_timeout = 300ms;
  start(settings);
  auto gone = handler_.upload.gone.get_future();
  RawClient client = connect();
  client.send(put("/upload", 1000));

  while (gone.wait_for(20ms) == std::future_status::timeout)
    client.send("x");

  EXPECT_EQ(status_of(client.receive_all()), "408");
  EXPECT_FALSE(handler_.upload.finished);
  EXPECT_LT(handler_.upload.bytes, 1000U);
}

TEST_F(HttpServerOnLoopback, CutsAStreamedBodyThatTakesTooLong) {
  HttpServerSettings settings;
  settings.upload_timeout = 300ms;
  start(settings);
  auto gone = handler_.upload.gone.get_future();
  RawClient client = connect();
  client.send(put("/upload", std::size_t{1} << 30U));

  while (gone.wait_for(20ms) == std::future_status::timeout)
    client.send(std::string(std::size_t{64} << 10U, 'x'));

  EXPECT_EQ(status_of(client.receive_all()), "408");
  EXPECT_FALSE(handler_.upload.finished);
}

TEST_F(HttpServerOnLoopback, SaysWhenAStreamedBodyCannotBeTaken) {
  handler_.full_after = 100;
  start();

  const std::string response = exchange(put("/upload", 1000) + std::string(1000, 'x'));

  EXPECT_EQ(status_of(response), "503");
  EXPECT_EQ(response.find("CANARY"), std::string::npos);
  EXPECT_FALSE(handler_.upload.finished);
}

TEST_F(HttpServerOnLoopback, LimitsItsConnections) {
  HttpServerSettings settings;
  settings.max_connections = 2;
  start(settings);
  RawClient one = connect();
  one.send(get("/one"));
  ASSERT_EQ(status_of(one.receive()), "200");
  RawClient two = connect();
  two.send(get("/two"));
  ASSERT_EQ(status_of(two.receive()), "200");

  EXPECT_EQ(exchange(get("/three")), "");

  one.send(get("/again"));
  EXPECT_EQ(status_of(one.receive()), "200");
}

TEST_F(HttpServerOnLoopback, FinishesTheRunningAnswerWhenStopped) {
  start();
  RawClient idle = connect();
  idle.send(get("/one"));
  ASSERT_EQ(status_of(idle.receive()), "200");
  RawClient busy = connect();
  busy.send(get("/waits"));
  handler_.await_call();

  std::thread stopper([this] { server_->stop(); });
  EXPECT_EQ(idle.receive_all(), "");
  handler_.let_go();
  const std::string response = busy.receive_all();
  stopper.join();

  EXPECT_EQ(body_of(response), "/waits:");
  EXPECT_EQ(field_of(response, "Connection"), "close");
  EXPECT_THROW(static_cast<void>(connect()), std::runtime_error);
  server_->stop();
}

TEST_F(HttpServerOnLoopback, CutsWhatDoesNotFinishInTime) {
  HttpServerSettings settings;
  settings.stop_timeout = 200ms;
  handler_.stream_size = std::uint64_t{1} << 30U;
  start(settings);
  RawClient client = connect();
  client.shrink_receive_buffer();
  client.send(get("/stream"));
  static_cast<void>(client.receive_some(1000));

  const auto before = std::chrono::steady_clock::now();
  server_->stop();

  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
}

TEST(HttpServerSettingsCheck, RefusesPlainHttpBeyondLoopback) {
  SystemClock clock;
  SystemRandom random;
  TestHandler handler;
  const auto create = [&](const HttpServerSettings& settings) {
    return HttpServer::create(settings, handler, clock, random);
  };

  const auto open = create({.listen = "0.0.0.0:0"});
  EXPECT_THAT(open, IsError(ErrorCode::InvalidArgument));
  EXPECT_NE(open.error().detail.find("tls.certificate"), std::string::npos);
  EXPECT_THAT(create({.listen = "nonsense"}), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(create({.listen = "127.0.0.1:0", .tls_certificate = "/nowhere"}),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(
      create({.listen = "127.0.0.1:0", .tls_certificate = "/nowhere", .tls_key = "/nowhere"}),
      IsError(ErrorCode::InvalidArgument));
  const auto first = create({.listen = "127.0.0.1:0"});
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(create({.listen = (*first)->url().substr(7)}), IsError(ErrorCode::Conflict));
  (*first)->stop();
}

}  // namespace
}  // namespace rightful::http
