#include "http/session.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"

#include "http/problem.hpp"
#include "http/response_head.hpp"

namespace rightful::http {
namespace {

using std::chrono::milliseconds;
using SteadyPoint = std::chrono::steady_clock::time_point;

constexpr std::size_t kReadBytes = std::size_t{16} << 10U;
/// A streamed body has body_timeout for each of these.
constexpr std::size_t kPaceBytes = std::size_t{64} << 10U;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kStreamBytes = std::size_t{256} << 10U;
/// How much of what a refused client still sends is read, so that it sees the answer instead of a
/// reset.
constexpr std::size_t kDrainBytes = std::size_t{256} << 10U;
constexpr milliseconds kDrainTimeout{2'000};

constexpr std::chrono::seconds kRetryAfter{5};

Problem problem_of(const Failure& failure) {
  if (failure.retry() == Retry::Never) return ProblemKind::Internal;
  Problem problem(ProblemKind::Unavailable);
  problem.retry_after = kRetryAfter;
  return problem;
}

/// Exceptions of a handler end here: the client gets a status and the trace id, the log the cause.
HttpResponse answer(const TraceId& trace, const std::function<HttpResponse()>& handler) noexcept {
  try {
    return handler();
  } catch (const Failure& failure) {
    log::warn("http_call_failed", "trace={} cause={}", trace, failure.cause());
    return problem_response(problem_of(failure), trace);
  } catch (const std::exception&) {
    log::error("http_call_failed", "trace={} cause=exception", trace);
  } catch (...) {
    log::error("http_call_failed", "trace={} cause=unknown", trace);
  }
  return problem_response(ProblemKind::Internal, trace);
}

/// @return false when it threw, which is logged.
bool run_guarded(const TraceId& trace, const std::function<void()>& work) noexcept {
  try {
    work();
    return true;
  } catch (const Failure& failure) {
    log::warn("http_body_failed", "trace={} cause={}", trace, failure.cause());
  } catch (const std::exception&) {
    log::error("http_body_failed", "trace={} cause=exception", trace);
  } catch (...) {
    log::error("http_body_failed", "trace={} cause=unknown", trace);
  }
  return false;
}

milliseconds left_until(SteadyPoint deadline, SteadyPoint now) {
  return std::max(std::chrono::ceil<milliseconds>(deadline - now), milliseconds(1));
}

}  // namespace

HttpSession::HttpSession(std::unique_ptr<ByteStream> stream, SessionContext& context)
    : stream_(std::move(stream)),
      context_(context),
      reader_({.max_header_bytes = context.settings.max_header_bytes,
               .max_body_bytes = context.settings.max_body_bytes},
              [&context](std::string_view method, std::string_view path) {
                return context.handler.is_streamed(method, path);
              }) {}

asio::awaitable<void> HttpSession::run() {
  const IoResult hello = co_await stream_->handshake(context_.settings.handshake_timeout);
  bool keep_alive = !hello.error;
  while (keep_alive && !context_.stopping)
    keep_alive = co_await serve_one();
  co_await hang_up();
}

void HttpSession::stop() {
  if (waiting_) stream_->close();
}

asio::awaitable<bool> HttpSession::serve_one() {
  const ReaderState state = co_await read_request();
  if (state == ReaderState::Refused) co_await refuse(reader_.problem());
  if (state == ReaderState::Header || state == ReaderState::Body) {
    co_await refuse(ProblemKind::RequestTimeout);
  }
  if (state != ReaderState::Done && state != ReaderState::Streamed) co_return false;
  ParsedRequest parsed = reader_.take();
  if (state == ReaderState::Done) co_return co_await answer_whole(parsed);
  co_return co_await answer_streamed(parsed);
}

HttpRequest HttpSession::request_of(ParsedRequest& parsed) const {
  return {.method = std::move(parsed.method),
          .path = std::move(parsed.path),
          .fields = std::move(parsed.fields),
          .body = std::move(parsed.body),
          .scheme = stream_->scheme(),
          .trace = TraceId::random(context_.random),
          .received_at = context_.clock.now(),
          .query = std::move(parsed.query)};
}

asio::awaitable<bool> HttpSession::answer_whole(ParsedRequest& parsed) {
  const HttpRequest request = request_of(parsed);
  HttpResponse response;
  std::function<void()> work = [this, &request, &response] {
    response = answer(request.trace, [&] { return context_.handler.handle(request); });
  };
  co_await in_pool(work);
  co_return co_await reply(response, request, parsed.keep_alive);
}

// The answer comes after the body, so that a client that sends all of it first reads the answer; a
// body that is not taken is not read, and the connection closed.
asio::awaitable<bool> HttpSession::answer_streamed(ParsedRequest& parsed) {
  const HttpRequest request = request_of(parsed);
  const std::uint64_t size = parsed.streamed_bytes;
  std::unique_ptr<HttpUpload> upload;
  HttpResponse response;
  std::function<void()> begin = [&] {
    response = answer(request.trace, [&] {
      UploadStart start = context_.handler.begin_upload(request, size);
      if (auto* refused = std::get_if<HttpResponse>(&start)) return std::move(*refused);
      upload = std::move(std::get<std::unique_ptr<HttpUpload>>(start));
      return HttpResponse();
    });
  };
  co_await in_pool(begin);
  if (!upload) co_return co_await reply(response, request, false);

  if (parsed.expects_continue && !co_await write(kContinue)) co_return false;
  const Received received = co_await receive(*upload, size, request.trace);
  if (received != Received::Whole) upload.reset();
  if (received == Received::Late) co_await refuse(ProblemKind::RequestTimeout);
  if (received == Received::Failed) co_await refuse(ProblemKind::Unavailable);
  if (received != Received::Whole) co_return false;
  std::function<void()> finish = [&] {
    response = answer(request.trace, [&] { return upload->finish(); });
    upload.reset();
  };
  co_await in_pool(finish);
  co_return co_await reply(response, request, parsed.keep_alive);
}

// The next part is read after the one before has been taken: memory stays constant.
asio::awaitable<Received> HttpSession::receive(HttpUpload& upload,
                                               std::uint64_t size,
                                               const TraceId& trace) {
  std::vector<char> bytes(kPaceBytes);
  const SteadyPoint end = context_.clock.steady_now() + context_.settings.upload_timeout;
  SteadyPoint pace = context_.clock.steady_now() + context_.settings.body_timeout;
  std::uint64_t since_pace = 0;
  for (std::uint64_t taken = 0; taken < size;) {
    const std::string part = reader_.take_body();
    if (part.empty()) {
      const SteadyPoint now = context_.clock.steady_now();
      const SteadyPoint deadline = std::min(pace, end);
      if (now >= deadline) co_return Received::Late;
      const IoResult read =
          co_await stream_->read_some(asio::buffer(bytes), left_until(deadline, now));
      if (read.error == asio::error::timed_out) co_return Received::Late;
      if (read.error) co_return Received::Gone;
      reader_.feed({bytes.data(), read.size});
      continue;
    }
    bool is_taken = false;
    std::function<void()> take = [&] {
      is_taken = run_guarded(trace, [&] { upload.write(part); });
    };
    co_await in_pool(take);
    if (!is_taken) co_return Received::Failed;
    taken += part.size();
    since_pace += part.size();
    if (since_pace < kPaceBytes) continue;
    since_pace = 0;
    pace = context_.clock.steady_now() + context_.settings.body_timeout;
  }
  co_return Received::Whole;
}

asio::awaitable<bool> HttpSession::reply(HttpResponse& response,
                                         const HttpRequest& request,
                                         bool keep_alive) {
  keep_alive = keep_alive && !context_.stopping;
  const ResponseFacts facts{.scheme = request.scheme,
                            .trace = request.trace,
                            .now = context_.clock.now(),
                            .content_length = response.announced_size.value_or(
                                response.stream ? response.stream->size() : response.body.size()),
                            .keep_alive = keep_alive};
  const bool sent = co_await send(response, facts, request.method == "HEAD");
  co_return sent&& keep_alive;
}

// Done, Refused; Header or Body: its time was over; Idle: the connection is of no more use.
asio::awaitable<ReaderState> HttpSession::read_request() {
  std::array<char, kReadBytes> bytes{};
  ReaderState phase = ReaderState::Idle;
  SteadyPoint deadline = context_.clock.steady_now() + context_.settings.idle_timeout;
  for (;;) {
    const ReaderState state = reader_.advance();
    if (state == ReaderState::Done || state == ReaderState::Streamed ||
        state == ReaderState::Refused) {
      co_return state;
    }
    if (state == ReaderState::Continue) {
      if (!co_await write(kContinue)) co_return ReaderState::Idle;
      continue;
    }
    const SteadyPoint now = context_.clock.steady_now();
    if (state != phase) {
      phase = state;
      deadline = now + (phase == ReaderState::Header ? context_.settings.header_timeout
                                                     : context_.settings.body_timeout);
    }
    waiting_ = phase == ReaderState::Idle;
    const IoResult read =
        co_await stream_->read_some(asio::buffer(bytes), left_until(deadline, now));
    waiting_ = false;
    if (read.error == asio::error::timed_out) co_return phase;
    if (read.error) co_return ReaderState::Idle;
    reader_.feed({bytes.data(), read.size});
  }
}

asio::awaitable<void> HttpSession::refuse(ProblemKind kind) {
  const TraceId trace = TraceId::random(context_.random);
  HttpResponse response = problem_response(kind, trace);
  const ResponseFacts facts{.scheme = stream_->scheme(),
                            .trace = trace,
                            .now = context_.clock.now(),
                            .content_length = response.body.size(),
                            .keep_alive = false};
  static_cast<void>(co_await send(response, facts, false));
}

asio::awaitable<bool> HttpSession::send(HttpResponse& response,
                                        const ResponseFacts& facts,
                                        bool head_only) {
  std::string bytes = response_head(response, facts);
  if (!response.stream && !head_only) bytes += response.body;
  bool sent = co_await write(bytes);
  if (!response.stream) co_return sent;

  std::uint64_t size = 0;
  if (sent && !head_only) size = co_await send_stream(*response.stream, facts.trace);
  std::function<void()> finish = [&response, &facts, size] {
    static_cast<void>(
        run_guarded(facts.trace, [&response, size] { response.stream->finish(size); }));
  };
  co_await in_pool(finish);
  co_return sent && (head_only || size == response.stream->size());
}

// The next part is read only after the one before has left: memory stays constant, the client sets
// the pace.
asio::awaitable<std::uint64_t> HttpSession::send_stream(HttpBody& body, const TraceId& trace) {
  std::vector<std::byte> part(kStreamBytes);
  std::uint64_t sent = 0;
  while (sent < body.size()) {
    std::size_t size = 0;
    std::function<void()> read = [&] {
      if (!run_guarded(trace, [&] { size = body.read(part); })) size = 0;
    };
    co_await in_pool(read);
    // The length is promised: what cannot be kept is cut, so that the client sees it.
    if (size == 0) break;
    std::size_t done = 0;
    while (done < size) {
      const IoResult wrote = co_await stream_->write_some(
          asio::buffer(part.data() + done, size - done), context_.settings.write_timeout);
      done += wrote.size;
      sent += wrote.size;
      if (wrote.error) co_return sent;
    }
  }
  co_return sent;
}

asio::awaitable<bool> HttpSession::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const IoResult wrote =
        co_await stream_->write_some(asio::buffer(bytes), context_.settings.write_timeout);
    if (wrote.error) co_return false;
    bytes.remove_prefix(wrote.size);
  }
  co_return true;
}

asio::awaitable<void> HttpSession::in_pool(std::function<void()>& work) {
  // A name of its own: GCC 12 destroys a capturing lambda twice when it is a temporary of co_await.
  auto task = [&work]() -> asio::awaitable<void> {
    work();
    co_return;
  };
  co_await asio::co_spawn(context_.pool.get_executor(), std::move(task), asio::use_awaitable);
}

asio::awaitable<void> HttpSession::hang_up() {
  co_await stream_->shutdown(kDrainTimeout);
  std::array<char, kReadBytes> bytes{};
  std::size_t drained = 0;
  const SteadyPoint deadline = context_.clock.steady_now() + kDrainTimeout;
  while (drained < kDrainBytes && !context_.stopping) {
    const SteadyPoint now = context_.clock.steady_now();
    if (now >= deadline) break;
    const IoResult read =
        co_await stream_->read_some(asio::buffer(bytes), left_until(deadline, now));
    if (read.error) break;
    drained += read.size;
  }
  stream_->close();
}

}  // namespace rightful::http
