#include "sources/http_source.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "sources/http_record_reader.hpp"

namespace rightful::sources {
namespace {

using nlohmann::json;

constexpr std::uint64_t kPageRecords = 1000;
constexpr std::size_t kMaxPageBytes = 8U << 20U;
constexpr int kVersion = 1;

template <class T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

std::string body_of(const PageQuestion& question) {
  json fields = json::array();
  for (const ColumnHead& column : HttpRecordReader::columns_of(*question.dataset)) {
    fields.push_back(column.field->name);
  }
  return json{{"version", kVersion},
              {"account", question.account},
              {"fields", std::move(fields)},
              {"snapshot", or_null(question.snapshot)},
              {"cursor", or_null(question.cursor)},
              {"limit", question.limit}}
      .dump();
}

bool is_json(const HttpReply& reply) {
  const auto type = reply.headers.find("content-type");
  return type != reply.headers.end() && type->second.starts_with("application/json");
}

}  // namespace

SourceResult<HttpService> HttpService::open(std::string source,
                                            const catalog::HttpSettings& settings,
                                            std::string token) {
  RIGHTFUL_TRY(auto remote, RemoteClient::open(source, settings.base, settings.ca_file));
  return HttpService(std::move(source), settings, std::move(token), std::move(remote));
}

HttpService::HttpService(std::string source,
                         const catalog::HttpSettings& settings,
                         std::string token,
                         RemoteClient remote)
    : source_(std::move(source)),
      settings_(settings),
      token_(std::move(token)),
      remote_(std::move(remote)) {}

SourceResult<PageHead> HttpService::ask(const PageQuestion& question, std::string& page) {
  RIGHTFUL_TRY(HttpReply reply, remote_.send([&] {
    HttpCall call;
    call.method = "POST";
    call.url = settings_.base + "/" + question.dataset->table.table;
    call.headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}};
    if (!token_.empty()) call.headers.emplace_back("Authorization", "Bearer " + token_);
    call.body = body_of(question);
    call.timeout = settings_.timeout;
    call.max_body_bytes = kMaxPageBytes;
    return call;
  }));
  const std::string& dataset = question.dataset->name;
  RIGHTFUL_TRY(check_status(reply, dataset));
  auto head = read_page_head(reply.body);
  if (!head) {
    return std::unexpected(SourceError{
        SourceErrorKind::BadAnswer, source_, dataset, "in its answer " + head.error().detail});
  }
  page = std::move(reply.body);
  return *std::move(head);
}

SourceResult<void> HttpService::check_status(const HttpReply& reply,
                                             const std::string& dataset) const {
  const auto refuse = [&](SourceErrorKind kind, std::string detail) {
    return std::unexpected(SourceError{kind, source_, dataset, std::move(detail)});
  };
  const int status = reply.status;
  if (status == 200) {
    if (is_json(reply)) return {};
    return refuse(SourceErrorKind::BadAnswer, "its answer is not of type application/json");
  }
  if (status == 401 || status == 403) {
    return refuse(SourceErrorKind::AccessDenied,
                  settings_.auth_env.empty()
                      ? "the service wants credentials: name their variable in `auth_env`"
                      : "the service refuses the token in " + settings_.auth_env);
  }
  if (status == 404 || status == 405) {
    return refuse(SourceErrorKind::NotConfigured,
                  "the service has no such dataset; correct `table` or `base` (an account without "
                  "records is an answer with `count` 0)");
  }
  if (status >= 300 && status < 400) {
    return refuse(SourceErrorKind::NotConfigured,
                  "the service answers with a redirect, which is not followed; correct `base`");
  }
  if (status == 410) {
    throw Failure(Retry::Later,
                  "source_lost",
                  fmt::format("source {} does not hold its snapshot any more", source_));
  }
  return refuse(SourceErrorKind::BadAnswer,
                fmt::format("the service answers with status {}", status));
}

SourceResult<std::unique_ptr<RecordSource>> HttpSource::open(
    const SourceOrder& order, const catalog::HttpSettings& settings) {
  std::string token;
  if (!settings.auth_env.empty()) {
    RIGHTFUL_TRY(token, location_of(order, order.source.name, settings.auth_env));
  }
  RIGHTFUL_TRY(auto service, HttpService::open(order.source.name, settings, std::move(token)));
  auto opened = std::unique_ptr<HttpSource>(new HttpSource(order, std::move(service)));
  RIGHTFUL_TRY(opened->count_all(order.datasets));
  return opened;
}

HttpSource::HttpSource(const SourceOrder& order, HttpService service)
    : account_(order.scope.account().expose()),
      context_(order.context),
      service_(std::move(service)),
      facts_{order.source.name, "http", {}, false, false} {}

SourceResult<void> HttpSource::count_all(const std::vector<const catalog::Dataset*>& datasets) {
  std::string page;
  for (const catalog::Dataset* dataset : datasets) {
    const bool is_first = counts_.empty();
    RIGHTFUL_TRY(const PageHead head, ask(question(*dataset, 0), page));
    if (is_first) {
      token_ = head.snapshot;
      facts_.taken_at = head.taken_at;
      facts_.is_consistent = token_.has_value();
    }
    counts_.emplace(dataset, head.count);
  }
  return {};
}

PageQuestion HttpSource::question(const catalog::Dataset& dataset, std::uint64_t limit) const {
  return {&dataset, account_, token_, std::nullopt, limit};
}

SourceResult<PageHead> HttpSource::ask(const PageQuestion& question, std::string& page) {
  RIGHTFUL_TRY(PageHead head, service_.ask(question, page));
  const std::string& dataset = question.dataset->name;
  const std::array<std::optional<std::string_view>, 1> owner{head.account};
  RIGHTFUL_TRY(context_.guard.check(facts_.source, dataset, owner));
  const auto bad = [&](const char* detail) {
    return std::unexpected(SourceError{SourceErrorKind::BadAnswer, facts_.source, dataset, detail});
  };
  if (!counts_.empty() && head.snapshot != token_) {
    return bad("a page is of another snapshot than the one that was asked for");
  }
  if (head.records > question.limit) return bad("a page has more records than were asked for");
  if (question.limit > 0 && head.next && head.records == 0) {
    return bad("a page without records names a next one");
  }
  if (question.limit > 0 && head.next && head.next == question.cursor) {
    return bad("a page names itself as the next one");
  }
  return head;
}

SourceResult<DatasetFacts> HttpSource::read(const catalog::Dataset& dataset, RecordSink& sink) {
  const auto counted = counts_.find(&dataset);
  RIGHTFUL_CHECK(counted != counts_.end());
  RecordGate gate(
      {&dataset, HttpRecordReader::columns_of(dataset), counted->second}, context_, sink);
  HttpRecordReader reader(dataset, gate);
  PageQuestion next = question(dataset, kPageRecords);
  std::string page;
  // Also when nothing was counted: a service that has more than it says is found out by its page.
  do {
    RIGHTFUL_TRY(const PageHead head, ask(next, page));
    RIGHTFUL_TRY(check_count(dataset, head));
    SourceResult<void> outcome;
    read_page_records(page, [&](const PageRecord& record) {
      outcome = reader.read(record);
      return outcome.has_value();
    });
    if (!outcome) return std::unexpected(outcome.error());
    next.cursor = head.next;
  } while (next.cursor);
  RIGHTFUL_TRY(const PageHead end, ask(question(dataset, 0), page));
  RIGHTFUL_TRY(check_count(dataset, end));
  return gate.close();
}

SourceResult<void> HttpSource::check_count(const catalog::Dataset& dataset,
                                           const PageHead& head) const {
  const std::uint64_t counted = counts_.at(&dataset);
  if (head.count == counted) return {};
  if (!token_) {
    throw Failure(
        Retry::Later,
        "serialization",
        fmt::format("source {} has no snapshots, and changed while it was read", facts_.source));
  }
  return std::unexpected(SourceError{
      SourceErrorKind::CountMismatch,
      facts_.source,
      dataset.name,
      fmt::format(
          "{} records were counted, and later {} in the same snapshot", counted, head.count)});
}

}  // namespace rightful::sources
