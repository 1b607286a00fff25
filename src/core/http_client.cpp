#include "rightful/core/http_client.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>

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
  static const CURLcode kCode = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kCode != CURLE_OK) throw Failure(Retry::Never, "curl_init", "libcurl cannot be initialised");
}

/// What one transfer collects; the callbacks below write into it and let no exception out.
struct Transfer {
  const HttpCall* call = nullptr;
  CURL* handle = nullptr;
  HttpReply reply;
  bool too_large = false;
  bool stopped = false;
  bool is_head_shown = false;

  [[nodiscard]] long status() const {
    long value = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &value);
    return value;
  }

  [[nodiscard]] bool streams() const { return call->on_body && status() >= 200 && status() < 300; }

  /// @return false when the caller wants no more.
  [[nodiscard]] bool pass_on(std::string_view part) {
    if (call->on_head && !is_head_shown) {
      is_head_shown = true;
      reply.status = static_cast<int>(status());
      if (!call->on_head(reply)) return false;
    }
    return call->on_body(as_bytes(part));
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
    transfer.stopped = !transfer.pass_on(part);
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
    curl_slist* const before = list.release();
    curl_slist* const longer = curl_slist_append(before, line.c_str());
    list.reset(longer != nullptr ? longer : before);
    RIGHTFUL_CHECK(longer != nullptr);
  };
  for (const auto& [name, value] : call.headers)
    append(fmt::format("{}: {}", name, value));
  append("Expect:");
  return list;
}

ErrorCode code_of(CURLcode code) {
  if (code == CURLE_OPERATION_TIMEDOUT) return ErrorCode::Expired;
  if (code == CURLE_PEER_FAILED_VERIFICATION) return ErrorCode::NotAuthentic;
  return ErrorCode::Unavailable;
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
    const HeaderList addresses(call.host_addresses.empty()
                                   ? nullptr
                                   : curl_slist_append(nullptr, call.host_addresses.c_str()));
    if (addresses) option(CURLOPT_RESOLVE, addresses.get());
    const CURLcode code = curl_easy_perform(handle_.get());
    if (transfer.too_large)
      return fail(ErrorCode::LimitExceeded, "the answer is larger than expected");
    if (transfer.stopped) return fail(ErrorCode::Conflict, "the transfer was stopped");
    if (code != CURLE_OK) {
      return fail(code_of(code), fmt::format("no answer: {}", curl_easy_strerror(code)));
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
    option(CURLOPT_PATH_AS_IS, 1L);
    if (!call.authorities.empty()) {
      authorities_ = call.authorities;
      curl_blob blob{authorities_.data(), authorities_.size(), CURL_BLOB_NOCOPY};
      option(CURLOPT_CAINFO_BLOB, &blob);
      option(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
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
  std::string authorities_;  ///< libcurl reads them while a transfer runs
};

struct FreeUrl {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};

struct FreeText {
  void operator()(char* text) const noexcept { curl_free(text); }
};

struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

struct HostAndPort {
  std::string host;  ///< IPv6 in brackets
  std::uint16_t port;
};

Result<std::string> part_of(CURLU* url, CURLUPart part, unsigned flags) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) {
    return fail(ErrorCode::InvalidArgument, "not a URL with scheme, host and port");
  }
  const std::unique_ptr<char, FreeText> owner(text);
  return std::string(text);
}

Result<HostAndPort> split(std::string_view url) {
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl_url());
  RIGHTFUL_CHECK(parsed != nullptr);
  const bool is_web = url.starts_with("http://") || url.starts_with("https://");
  if (!is_web ||
      curl_url_set(parsed.get(), CURLUPART_URL, std::string(url).c_str(), 0) != CURLUE_OK) {
    return fail(ErrorCode::InvalidArgument, "not a URL that begins with https:// or http://");
  }
  RIGHTFUL_TRY(auto host, part_of(parsed.get(), CURLUPART_HOST, 0));
  RIGHTFUL_TRY(const auto port, part_of(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
  HostAndPort place{std::move(host), 0};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
  if (error != std::errc() || place.port == 0) {
    return fail(ErrorCode::InvalidArgument, "a port from 1 to 65535 is expected");
  }
  return place;
}

/// libcurl knows these by itself: an address, and names of this machine (RFC 6761).
bool needs_no_lookup(const std::string& host) {
  in_addr four{};
  return host.starts_with('[') || ::inet_pton(AF_INET, host.c_str(), &four) == 1 ||
         host == "localhost" || host.ends_with(".localhost");
}

std::string text_of(const addrinfo& address) {
  std::array<char, NI_MAXHOST> text{};
  const int code = ::getnameinfo(
      address.ai_addr, address.ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  if (code != 0) return {};
  return address.ai_family == AF_INET6 ? fmt::format("[{}]", text.data()) : text.data();
}

}  // namespace

std::unique_ptr<HttpClient> make_http_client() {
  initialise_curl();
  return std::make_unique<CurlHttpClient>();
}

Result<std::string> look_up_host(std::string_view url) {
  RIGHTFUL_TRY(const HostAndPort place, split(url));
  if (needs_no_lookup(place.host)) return std::string();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(place.host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, FreeAddresses> owner(code == 0 ? found : nullptr);
  if (code != 0) {
    return fail(ErrorCode::Unavailable,
                fmt::format("the host {} has no address: {}", place.host, ::gai_strerror(code)));
  }
  std::string entry = fmt::format("{}:{}:", place.host, place.port);
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    const std::string text = text_of(*address);
    if (!text.empty()) entry += (entry.ends_with(':') ? "" : ",") + text;
  }
  return entry;
}

Result<std::string> system_authorities() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  if (info->cainfo == nullptr) return fail(ErrorCode::NotFound, "no file of authorities is known");
  std::ifstream file(info->cainfo, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || text.empty()) {
    return fail(ErrorCode::NotFound,
                fmt::format("{} cannot be read; install ca-certificates", info->cainfo));
  }
  return text;
}

Result<std::uint16_t> port_of(std::string_view url) {
  RIGHTFUL_TRY(const HostAndPort place, split(url));
  return place.port;
}

}  // namespace rightful
