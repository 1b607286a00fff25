// Fetching: the package with ranges, and its envelope. Ciphertext only.
#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "rightful/core/bytes.hpp"
#include "rightful/core/failure.hpp"

#include "http/byte_range.hpp"
#include "http/router.hpp"

namespace rightful::http {
namespace {

/// How much may leave between two looks at the package's state.
constexpr std::uint64_t kCheckedBytes = std::uint64_t{16} << 20U;

/// Bytes [from, to) of a package on their way out; their end is written to the ledger.
class PackageStream final : public HttpBody {
 public:
  PackageStream(lifecycle::AccessRequests& requests,
                lifecycle::Download download,
                const ByteRange& range)
      : requests_(requests),
        download_(std::move(download)),
        range_(range),
        next_(range.from),
        checked_(range.from) {}

  [[nodiscard]] std::uint64_t size() const override { return range_.to - range_.from; }

  /// Errors  Failure(Never, "package_frozen") when the package was frozen meanwhile: what has not
  /// left stays.
  [[nodiscard]] std::size_t read(std::span<std::byte> out) override {
    if (next_ - checked_ >= kCheckedBytes) {
      if (!requests_.may_continue(download_)) {
        throw Failure(Retry::Never, "package_frozen", "the package may no longer leave");
      }
      checked_ = next_;
    }
    const std::uint64_t left = range_.to - next_;
    const std::size_t size = download_.bytes->read(
        next_, out.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, out.size()))));
    next_ += size;
    return size;
  }

  void finish(std::uint64_t sent) override {
    requests_.finish_download(download_, range_.from, range_.from + sent);
  }

 private:
  lifecycle::AccessRequests& requests_;
  lifecycle::Download download_;
  ByteRange range_;
  std::uint64_t next_;
  std::uint64_t checked_;  ///< up to here the package was known to be free
};

std::string etag_of(const crypto::Sha256Digest& sha256) {
  return '"' + to_hex(sha256.bytes()) + '"';
}

/// RFC 9110 section 13.1.5: a range counts only if the client's part belongs to the same bytes.
std::variant<WholeBody, ByteRange, NotSatisfiable> wanted_range(
    const HttpRequest& request, const lifecycle::DownloadFacts& facts) {
  const auto range = request.field("range");
  if (!range) return WholeBody{};
  if (request.count("if-range") > 0 && request.field("if-range") != etag_of(facts.sha256)) {
    return WholeBody{};
  }
  return parse_range(*range, facts.size_bytes);
}

HttpFields package_fields(const crypto::Sha256Digest& sha256) {
  return {{"Content-Type", "application/zip"},
          {"Content-Disposition", "attachment; filename=\"rightful-package.zip\""},
          {"Accept-Ranges", "bytes"},
          {"ETag", etag_of(sha256)}};
}

}  // namespace

Handled<HttpResponse> get_package(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  RIGHTFUL_TRY(const RequestId id, id_of<RequestId>(call));
  RIGHTFUL_TRY(const lifecycle::DownloadFacts facts,
               call.api.requests.peek_download(caller.session, id));
  if (call.request.method == "HEAD") {
    return HttpResponse{.fields = package_fields(facts.sha256), .announced_size = facts.size_bytes};
  }
  const auto wanted = wanted_range(call.request, facts);
  if (std::holds_alternative<NotSatisfiable>(wanted)) {
    Problem problem(ProblemKind::RangeNotSatisfiable);
    problem.complete_length = facts.size_bytes;
    return std::unexpected(std::move(problem));
  }

  RIGHTFUL_TRY(lifecycle::Download download, call.api.requests.start_download(caller.session, id));
  HttpResponse response{.fields = package_fields(download.sha256)};
  ByteRange range{.from = 0, .to = download.size_bytes};
  if (const auto* part = std::get_if<ByteRange>(&wanted)) {
    range = *part;
    response.status = 206;
    response.fields.emplace_back("Content-Range",
                                 "bytes " + std::to_string(range.from) + "-" +
                                     std::to_string(range.to - 1) + "/" +
                                     std::to_string(download.size_bytes));
  }
  response.stream = std::make_unique<PackageStream>(call.api.requests, std::move(download), range);
  return response;
}

Handled<HttpResponse> get_envelope(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  RIGHTFUL_TRY(const RequestId id, id_of<RequestId>(call));
  RIGHTFUL_TRY(const Bytes envelope, call.api.requests.envelope(caller.session, id));
  return HttpResponse{.fields = {{"Content-Type", "application/json"}},
                      .body = std::string(as_text(envelope))};
}

}  // namespace rightful::http
