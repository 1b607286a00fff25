// The ledger for its readers: published files, entries, proofs, pseudonyms (docs/api.md). Who may
// see what is decided here by role; what is given, and that it stands in the ledger first, in
// lifecycle.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/lifecycle/ledger_audit.hpp"
#include "rightful/lifecycle/staff.hpp"

#include "http/json_answer.hpp"
#include "http/json_body.hpp"
#include "http/query_fields.hpp"
#include "http/router.hpp"

namespace rightful::http {
namespace {

using lifecycle::StaffRole;

// Never changed once it is there.
constexpr const char* kForEver = "public, max-age=31536000, immutable";
// A new one every second: to be asked for each time.
constexpr const char* kAskAgain = "no-cache";
constexpr std::size_t kPseudonymChars = 45;
constexpr std::size_t kLongestAct = 49;
constexpr std::size_t kLongestCode = 24;
constexpr std::size_t kLongestAccount = 128;

Handled<lifecycle::StaffMember> admitted(const Call& call, std::initializer_list<StaffRole> roles) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = call.request.field("authorization").value_or("");
  const auto token = lifecycle::Token::parse(
      value.starts_with(kScheme) ? value.substr(kScheme.size()) : std::string_view());
  if (!token) {
    if (!value.empty()) call.api.staff.count_refused();
    return std::unexpected(Problem(ProblemKind::StaffNeeded));
  }
  RIGHTFUL_TRY(lifecycle::StaffMember member, call.api.staff.admit(*token, roles, "ledger"));
  return member;
}

Handled<lifecycle::StaffMember> reader_of(const Call& call) {
  return admitted(call, {StaffRole::Auditor, StaffRole::Officer});
}

Handled<void> no_query(const Call& call) {
  RIGHTFUL_TRY(const QueryFields fields, QueryFields::parse(call.request.query));
  return fields.finish();
}

/// What is no name of a file of a log names nothing.
Handled<ledger::LogPath> path_of(const std::string& text) {
  auto path = ledger::LogPath::parse(text);
  if (!path) return std::unexpected(Problem(ProblemKind::NotFound));
  return *std::move(path);
}

HttpResponse file_response(const Bytes& bytes, const char* type, const char* cache_control) {
  return HttpResponse{.fields = {{"Content-Type", type}},
                      .body = std::string(as_text(bytes)),
                      .cache_control = cache_control};
}

Handled<std::optional<std::string>> checked(QueryFields& fields,
                                            const char* name,
                                            bool (*fits)(std::string_view)) {
  auto text = fields.text(name);
  if (text && !fits(*text)) {
    return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, name));
  }
  return text;
}

bool is_pseudonym(std::string_view text) {
  return text.size() == kPseudonymChars && text.starts_with("s_") &&
         from_base64url(text.substr(2)).has_value();
}

bool is_actor(std::string_view text) {
  return text == "self" || text == "system" || ledger::StaffRef::parse(text).has_value();
}

bool is_request(std::string_view text) {
  return ledger::RequestRef::parse(text).has_value();
}

/// Also of events that this version does not know.
bool is_act(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '.'; };
  return text.size() <= kLongestAct && std::ranges::count(text, '.') == 1 &&
         std::ranges::all_of(text, fits);
}

Handled<std::optional<lifecycle::EntryCursor>> cursor_in(QueryFields& fields) {
  const auto text = fields.text("cursor");
  if (!text) return std::nullopt;
  const std::size_t point = text->find('.');
  if (point != std::string::npos) {
    const auto size = parse_decimal(std::string_view(*text).substr(0, point));
    const auto index = parse_decimal(std::string_view(*text).substr(point + 1));
    if (size && index) return lifecycle::EntryCursor{.size = *size, .index = *index};
  }
  return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, "cursor"));
}

Handled<std::size_t> limit_in(QueryFields& fields) {
  RIGHTFUL_TRY(const auto limit, fields.integer("limit"));
  const std::uint64_t value = limit.value_or(lifecycle::kMaxEntriesAPage);
  if (value == 0 || value > lifecycle::kMaxEntriesAPage) {
    return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, "limit"));
  }
  return static_cast<std::size_t>(value);
}

Handled<lifecycle::EntryQuery> query_of(const Call& call) {
  RIGHTFUL_TRY(QueryFields fields, QueryFields::parse(call.request.query));
  lifecycle::EntryQuery query;
  RIGHTFUL_TRY(const auto from, fields.integer("from"));
  query.filter.from = from.value_or(0);
  RIGHTFUL_TRY(query.filter.to, fields.integer("to"));
  RIGHTFUL_TRY(query.filter.subj, checked(fields, "subj", &is_pseudonym));
  RIGHTFUL_TRY(query.filter.actor, checked(fields, "actor", &is_actor));
  RIGHTFUL_TRY(query.filter.req, checked(fields, "req", &is_request));
  RIGHTFUL_TRY(query.filter.act, checked(fields, "act", &is_act));
  RIGHTFUL_TRY(query.filter.since, fields.instant("since"));
  RIGHTFUL_TRY(query.filter.until, fields.instant("until"));
  RIGHTFUL_TRY(query.cursor, cursor_in(fields));
  RIGHTFUL_TRY(query.limit, limit_in(fields));
  RIGHTFUL_TRY(fields.finish());
  return query;
}

bool wants_csv(const HttpRequest& request) {
  std::string_view accept = request.field("accept").value_or("");
  while (!accept.empty()) {
    const std::size_t comma = accept.find(',');
    std::string_view item = accept.substr(0, comma);
    item = item.substr(0, item.find(';'));
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    item = item.substr(0, item.find(' '));
    if (item == "text/csv") return true;
    accept.remove_prefix(comma == std::string_view::npos ? accept.size() : comma + 1);
  }
  return false;
}

ByteView leaf_of(const store::ledger_entries::EntryRow& entry) {
  return entry.leaf ? ByteView(*entry.leaf) : ByteView();
}

std::string csv_of(const lifecycle::EntryPage& page) {
  std::string text(ledger::csv_header());
  for (const auto& entry : page.entries) {
    const auto row = ledger::format_csv_row(entry.index, entry.leaf_hash, leaf_of(entry));
    if (!row) throw Failure(Retry::Never, "ledger_damaged", "a stored entry is no leaf");
    text += *row;
  }
  return text;
}

std::string lines_of(const lifecycle::EntryPage& page) {
  std::string text;
  for (const auto& entry : page.entries)
    text += ledger::format_evidence_line(entry.index, entry.leaf_hash, leaf_of(entry));
  return text;
}

}  // namespace

Handled<HttpResponse> get_ledger_checkpoint(const Call& call) {
  RIGHTFUL_TRY(no_query(call));
  RIGHTFUL_TRY(const Bytes bytes,
               call.api.ledger.public_file(call.id, ledger::LogPath::checkpoint()));
  return file_response(bytes, "text/plain; charset=utf-8", kAskAgain);
}

Handled<HttpResponse> get_ledger_saved_checkpoint(const Call& call) {
  RIGHTFUL_TRY(no_query(call));
  RIGHTFUL_TRY(const auto path, path_of("checkpoints/" + std::string(call.rest)));
  RIGHTFUL_TRY(const Bytes bytes, call.api.ledger.public_file(call.id, path));
  return file_response(bytes, "text/plain; charset=utf-8", kForEver);
}

Handled<HttpResponse> get_ledger_tile(const Call& call) {
  RIGHTFUL_TRY(no_query(call));
  const bool is_entries = call.rest.starts_with("entries/");
  if (is_entries) {
    RIGHTFUL_TRY(const auto reader, reader_of(call));
    RIGHTFUL_TRY(const auto path, path_of("tile/" + std::string(call.rest)));
    RIGHTFUL_TRY(const Bytes bytes, call.api.ledger.entry_bundle(reader, call.id, path));
    return file_response(bytes, "application/octet-stream", "");
  }
  RIGHTFUL_TRY(const auto path, path_of("tile/" + std::string(call.rest)));
  RIGHTFUL_TRY(const Bytes bytes, call.api.ledger.public_file(call.id, path));
  return file_response(bytes, "application/octet-stream", kForEver);
}

Handled<HttpResponse> get_ledger_entries(const Call& call) {
  RIGHTFUL_TRY(const auto reader, reader_of(call));
  RIGHTFUL_TRY(const auto query, query_of(call));
  RIGHTFUL_TRY(const auto page, call.api.ledger.entries(reader, call.id, query));
  const bool csv = wants_csv(call.request);
  HttpResponse response{
      .fields = {{"Content-Type", csv ? "text/csv; charset=utf-8" : "application/x-ndjson"},
                 {"Vary", "Accept"},
                 {"Rightful-Tree-Size", std::to_string(page.size)}},
      .body = csv ? csv_of(page) : lines_of(page)};
  if (page.next) {
    response.fields.emplace_back("Rightful-Cursor",
                                 fmt::format("{}.{}", page.next->size, page.next->index));
  }
  return response;
}

Handled<HttpResponse> get_ledger_inclusion(const Call& call) {
  RIGHTFUL_TRY(const auto reader, reader_of(call));
  RIGHTFUL_TRY(QueryFields fields, QueryFields::parse(call.request.query));
  RIGHTFUL_TRY(const auto index, fields.integer("index"));
  RIGHTFUL_TRY(const auto size, fields.integer("size"));
  RIGHTFUL_TRY(fields.finish());
  if (!index) return std::unexpected(Problem::of_field(ProblemKind::FieldMissing, "index"));
  RIGHTFUL_TRY(std::string proof, call.api.ledger.inclusion_proof(reader, call.id, *index, size));
  return HttpResponse{.fields = {{"Content-Type", "text/plain; charset=utf-8"}},
                      .body = std::move(proof)};
}

Handled<HttpResponse> get_ledger_consistency(const Call& call) {
  RIGHTFUL_TRY(const auto reader, reader_of(call));
  RIGHTFUL_TRY(QueryFields fields, QueryFields::parse(call.request.query));
  RIGHTFUL_TRY(const auto from, fields.integer("from"));
  RIGHTFUL_TRY(const auto to, fields.integer("to"));
  RIGHTFUL_TRY(fields.finish());
  if (!from) return std::unexpected(Problem::of_field(ProblemKind::FieldMissing, "from"));
  RIGHTFUL_TRY(const auto proof, call.api.ledger.consistency_proof(reader, call.id, *from, to));
  std::string lines;
  for (const ledger::TreeHash& hash : proof.hashes)
    lines += to_base64(hash.bytes()) + "\n";
  return HttpResponse{.fields = {{"Content-Type", "text/plain; charset=utf-8"},
                                 {"Rightful-Tree-Size", std::to_string(proof.to)}},
                      .body = std::move(lines)};
}

Handled<HttpResponse> post_ledger_pseudonym(const Call& call) {
  RIGHTFUL_TRY(const auto officer, admitted(call, {StaffRole::Officer}));
  RIGHTFUL_TRY(no_query(call));
  RIGHTFUL_TRY(JsonBody body, JsonBody::parse(call.request.body));
  RIGHTFUL_TRY(const std::string typed, body.text("account", kLongestAccount));
  RIGHTFUL_TRY(const std::string why, body.text("why", kLongestCode));
  RIGHTFUL_TRY(body.finish());
  const auto account = AccountId::parse(typed);
  if (!account) return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, "account"));
  const auto code = lifecycle::ResolveWhy::parse(why);
  if (!code) return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, "why"));
  RIGHTFUL_TRY(const auto pseudonym, call.api.ledger.pseudonym(officer, call.id, *account, *code));
  return json_response(200, {{"subj", pseudonym.text()}});
}

Handled<HttpResponse> get_ledger_health(const Call& call) {
  RIGHTFUL_TRY(const auto reader, reader_of(call));
  RIGHTFUL_TRY(no_query(call));
  RIGHTFUL_TRY(const auto health, call.api.ledger.health(call.id));
  nlohmann::ordered_json json{{"origin", health.origin},
                              {"state", store::ledger_tables::name_of(health.state)},
                              {"head_size", health.head_size},
                              {"signed_size", health.signed_size},
                              {"signed_at", nullptr},
                              {"outbox_rows", health.outbox.rows},
                              {"outbox_oldest_ms", health.outbox.oldest_age.count()}};
  if (health.signed_at) json["signed_at"] = format_rfc3339(*health.signed_at);
  return json_response(200, json);
}

}  // namespace rightful::http
