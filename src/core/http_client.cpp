#include "rightful/core/http_client.hpp"

#include <algorithm>

#include <curl/curl.h>
#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

namespace rightful {
namespace {

struct FreeEasy {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};

struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void initialise_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw Failure(Retry::Never, "curl_init", "libcurl cannot be initialised");
}

/// What one transfer collects; the callbacks below write into it and let no exception out.
struct Transfer {
  const HttpCall* call = nullptr;
  CURL* handle = nullptr;
  HttpReply reply;
  bool too_large = false;
  bool stopped = false;

  [[nodiscard]] bool streams() const {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return call->on_body && status >= 200 && status < 300;
  }
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::size_t take_header(const char* data,
                        std::size_t /*one*/,
                        std::size_t size,
                        void* user) noexcept {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size);
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    transfer.reply.headers[lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
  }
  return size;
}

std::size_t take_body(const char* data,
                      std::size_t /*one*/,
                      std::size_t size,
                      void* user) noexcept {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view part(data, size);
  if (transfer.streams()) {
    transfer.stopped = !transfer.call->on_body(as_bytes(part));
    return transfer.stopped ? 0 : size;
  }
  if (transfer.reply.body.size() + size > transfer.call->max_body_bytes) {
    transfer.too_large = true;
    return 0;
  }
  transfer.reply.body += part;
  return size;
}

HeaderList header_list(const HttpCall& call) {
  HeaderList list;
  const auto append = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    RIGHTFUL_CHECK(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
  };
  for (const auto& [name, value] : call.headers)
    append(name + ": " + value);
  append("Expect:");
  return list;
}

class CurlHttpClient final : public HttpClient {
 public:
  CurlHttpClient() : handle_(curl_easy_init()) {
    if (!handle_) throw Failure(Retry::Never, "curl_init", "libcurl cannot be initialised");
  }

  Result<HttpReply> send(const HttpCall& call) override {
    Transfer transfer{.call = &call, .handle = handle_.get(), .reply = {}};
    const HeaderList headers = header_list(call);
    prepare(call, headers.get(), transfer);
    const CURLcode code = curl_easy_perform(handle_.get());
    if (transfer.too_large)
      return fail(ErrorCode::LimitExceeded, "the answer is larger than expected");
    if (transfer.stopped) return fail(ErrorCode::Conflict, "the transfer was stopped");
    if (code != CURLE_OK) {
      return fail(ErrorCode::Unavailable, fmt::format("no answer: {}", curl_easy_strerror(code)));
    }
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    transfer.reply.status = static_cast<int>(status);
    return std::move(transfer.reply);
  }

 private:
  template <class T>
  void option(CURLoption name, T value) {
    const CURLcode code = curl_easy_setopt(handle_.get(), name, value);
    RIGHTFUL_CHECK(code == CURLE_OK);
  }

  void prepare(const HttpCall& call, curl_slist* headers, Transfer& transfer) {
    curl_easy_reset(handle_.get());
    option(CURLOPT_URL, call.url.c_str());
    option(CURLOPT_CUSTOMREQUEST, call.method.c_str());
    if (call.method == "HEAD") option(CURLOPT_NOBODY, 1L);
    option(CURLOPT_HTTPHEADER, headers);
    option(CURLOPT_PROTOCOLS_STR, "http,https");
    option(CURLOPT_FOLLOWLOCATION, 0L);
    option(CURLOPT_PROXY, "");
    option(CURLOPT_NOSIGNAL, 1L);
    option(CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
    if (!call.body.empty() || call.method == "POST") {
      option(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
      option(CURLOPT_POSTFIELDS, call.body.data());
    }
    if (call.on_body) {
      option(CURLOPT_LOW_SPEED_LIMIT, 1L);
      option(CURLOPT_LOW_SPEED_TIME, static_cast<long>(call.timeout.count()));
    } else {
      option(CURLOPT_TIMEOUT, static_cast<long>(call.timeout.count()));
    }
    option(CURLOPT_HEADERFUNCTION, &take_header);
    option(CURLOPT_HEADERDATA, &transfer);
    option(CURLOPT_WRITEFUNCTION, &take_body);
    option(CURLOPT_WRITEDATA, &transfer);
  }

  std::unique_ptr<CURL, FreeEasy> handle_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client() {
  initialise_curl();
  return std::make_unique<CurlHttpClient>();
}

}  // namespace rightful
