#include "rightful/http/server.hpp"

#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "rightful/core/log.hpp"

#include "http/byte_stream.hpp"
#include "http/listen_address.hpp"
#include "http/session.hpp"
#include "http/tls_context.hpp"

namespace rightful::http {
namespace {

using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// How long to wait when the system gives no more descriptors.
constexpr std::chrono::milliseconds kAcceptPause{200};
/// How long sessions that were cut may take to notice.
constexpr std::chrono::milliseconds kCutTimeout{2'000};

Result<void> check_tls(const HttpServerSettings& settings, const ListenAddress& address) {
  if (settings.tls_certificate.empty() != settings.tls_key.empty()) {
    return fail(ErrorCode::InvalidArgument,
                "tls.certificate and tls.key are needed both or neither");
  }
  if (settings.tls_certificate.empty() && !address.is_loopback) {
    return fail(ErrorCode::InvalidArgument,
                "plain HTTP is allowed on loopback addresses only: set tls.certificate and "
                "tls.key, or listen on "
                "127.0.0.1 or [::1]");
  }
  return {};
}

Result<tcp::acceptor> bind(asio::io_context& io, const ListenAddress& address) {
  boost::system::error_code error;
  const tcp::endpoint endpoint(asio::ip::make_address(address.address, error), address.port);
  tcp::acceptor acceptor(io);
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return fail(ErrorCode::Conflict, "another program listens on this address already");
  }
  if (error) return fail(ErrorCode::InvalidArgument, "cannot listen: " + error.message());
  return acceptor;
}

}  // namespace

struct HttpServer::Parts {
  Parts(HttpServerSettings server_settings,
        ListenAddress listen_address,
        HttpHandler& handler,
        Clock& clock,
        Random& random)
      : settings(std::move(server_settings)),
        address(std::move(listen_address)),
        acceptor(io),
        pool(settings.handler_threads),
        context{.settings = settings,
                .handler = handler,
                .clock = clock,
                .random = random,
                .pool = pool} {}

  asio::awaitable<void> accept_all();
  asio::awaitable<void> run_session(std::shared_ptr<HttpSession> session);
  void add_session(tcp::socket socket);
  void begin_stop();
  void cut_all();
  [[nodiscard]] bool wait_until_empty(std::chrono::milliseconds timeout);

  HttpServerSettings settings;
  ListenAddress address;
  asio::io_context io{1};
  tcp::acceptor acceptor;
  std::unique_ptr<asio::ssl::context> tls;
  asio::thread_pool pool;
  SessionContext context;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::thread thread;

  std::list<std::shared_ptr<HttpSession>> sessions;  // I/O thread only
  std::mutex mutex;                                  // guards open_sessions
  std::condition_variable changed;
  std::size_t open_sessions = 0;
};

asio::awaitable<void> HttpServer::Parts::accept_all() {
  while (acceptor.is_open()) {
    auto [error, socket] = co_await acceptor.async_accept(kAwait);
    if (!acceptor.is_open()) break;
    if (error) {
      // Out of descriptors, or the client was gone already.
      asio::steady_timer pause(io, kAcceptPause);
      static_cast<void>(co_await pause.async_wait(kAwait));
      continue;
    }
    // Over the limit: closed at once, which a client reads as "try again".
    if (sessions.size() < settings.max_connections) add_session(std::move(socket));
  }
}

void HttpServer::Parts::add_session(tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  auto stream =
      tls ? make_tls_stream(std::move(socket), *tls) : make_plain_stream(std::move(socket));
  auto session = std::make_shared<HttpSession>(std::move(stream), context);
  sessions.push_back(session);
  {
    const std::scoped_lock lock(mutex);
    ++open_sessions;
  }
  asio::co_spawn(io, run_session(std::move(session)), asio::detached);
}

asio::awaitable<void> HttpServer::Parts::run_session(std::shared_ptr<HttpSession> session) {
  co_await session->run();
  sessions.remove(session);
  {
    const std::scoped_lock lock(mutex);
    --open_sessions;
  }
  changed.notify_all();
}

void HttpServer::Parts::begin_stop() {
  context.stopping = true;
  boost::system::error_code ignored;
  acceptor.close(ignored);
  for (const auto& session : sessions)
    session->stop();
}

void HttpServer::Parts::cut_all() {
  for (const auto& session : sessions)
    session->cut();
}

bool HttpServer::Parts::wait_until_empty(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex);
  return changed.wait_for(lock, timeout, [this] { return open_sessions == 0; });
}

HttpServer::HttpServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

// NOLINTNEXTLINE(bugprone-exception-escape): what cannot be stopped must not be left running
HttpServer::~HttpServer() {
  stop();
}

Result<void> check_settings(const HttpServerSettings& settings) {
  RIGHTFUL_TRY(const ListenAddress address, parse_listen_address(settings.listen));
  return check_tls(settings, address);
}

Result<std::unique_ptr<HttpServer>> HttpServer::create(HttpServerSettings settings,
                                                       HttpHandler& handler,
                                                       Clock& clock,
                                                       Random& random) {
  RIGHTFUL_TRY(check_settings(settings));
  RIGHTFUL_TRY(ListenAddress address, parse_listen_address(settings.listen));
  auto parts =
      std::make_unique<Parts>(std::move(settings), std::move(address), handler, clock, random);
  if (!parts->settings.tls_certificate.empty()) {
    RIGHTFUL_TRY(parts->tls,
                 make_tls_context(parts->settings.tls_certificate, parts->settings.tls_key));
  }
  RIGHTFUL_TRY(parts->acceptor, bind(parts->io, parts->address));
  boost::system::error_code ignored;
  parts->address.port = parts->acceptor.local_endpoint(ignored).port();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(parts)));
}

void HttpServer::start() {
  if (parts_->thread.joinable()) return;
  parts_->work.emplace(parts_->io.get_executor());
  asio::co_spawn(parts_->io, parts_->accept_all(), asio::detached);
  parts_->thread = std::thread([parts = parts_.get()] { parts->io.run(); });
  log::info("http_started", "url={}", url());
}

void HttpServer::stop() {
  if (!parts_->thread.joinable()) return;
  Parts& parts = *parts_;
  asio::post(parts.io, [&parts] { parts.begin_stop(); });
  if (!parts.wait_until_empty(parts.settings.stop_timeout)) {
    asio::post(parts.io, [&parts] { parts.cut_all(); });
    static_cast<void>(parts.wait_until_empty(kCutTimeout));
  }
  parts.work.reset();
  parts.pool.join();
  parts.io.stop();
  parts.thread.join();
  log::info("http_stopped");
}

std::uint16_t HttpServer::port() const {
  return parts_->address.port;
}

std::string HttpServer::url() const {
  const ListenAddress& address = parts_->address;
  const std::string host = address.is_ipv6 ? "[" + address.address + "]" : address.address;
  return (parts_->tls ? "https://" : "http://") + host + ":" + std::to_string(address.port);
}

}  // namespace rightful::http
