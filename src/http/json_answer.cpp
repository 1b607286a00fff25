#include "http/json_answer.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"

namespace rightful::http {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const lifecycle::Progress& progress) {
  ordered_json json{{"stage", nullptr},
                    {"attempt", progress.attempt},
                    {"datasets_total", progress.datasets_total},
                    {"datasets_done", progress.datasets_done},
                    {"rows", progress.rows},
                    {"objects", progress.objects},
                    {"bytes", progress.bytes}};
  if (progress.stage) json["stage"] = *progress.stage;
  return json;
}

ordered_json to_json(const lifecycle::PackageFacts& package) {
  return {{"size_bytes", package.size_bytes},
          {"sha256", to_hex(package.sha256.bytes())},
          {"released_at", format_rfc3339(package.released_at)},
          {"expires_at", format_rfc3339(package.expires_at)},
          {"frozen", package.frozen},
          {"destroyed", package.destroyed}};
}

}  // namespace

std::string format_date(std::chrono::year_month_day date) {
  return fmt::format("{:04}-{:02}-{:02}",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

HttpResponse json_response(int status, const ordered_json& body) {
  return {.status = status,
          .fields = {{"Content-Type", "application/json"}},
          .body = body.dump() + "\n"};
}

ordered_json to_json(const lifecycle::Session& session) {
  ordered_json json{{"id", session.id.to_string()},
                    {"created_at", format_rfc3339(session.created_at)},
                    {"last_seen_at", format_rfc3339(session.last_seen_at)},
                    {"expires_at", format_rfc3339(session.expires_at)},
                    {"step_up_until", nullptr}};
  if (session.stepped_up_at) {
    json["step_up_until"] = format_rfc3339(*session.stepped_up_at + lifecycle::kStepUpLifetime);
  }
  return json;
}

ordered_json to_json(const lifecycle::AccessRequest& request) {
  ordered_json json{{"id", request.id.to_string()},
                    {"state", name_of(request.state)},
                    {"received_at", format_rfc3339(request.received_at)},
                    {"updated_at", format_rfc3339(request.updated_at)},
                    {"language", request.language},
                    {"due_nominal", format_date(request.due_nominal)},
                    {"due", format_date(request.due)},
                    {"note", nullptr},
                    {"progress", nullptr},
                    {"package", nullptr},
                    {"possible", ordered_json::array()}};
  if (request.note) json["note"] = *request.note;
  if (request.progress) json["progress"] = to_json(*request.progress);
  if (request.package) json["package"] = to_json(*request.package);
  for (const lifecycle::RequestEvent event : lifecycle::possible_for_requester(request.state)) {
    json["possible"].push_back(name_of(event));
  }
  return json;
}

ordered_json kdf_json() {
  return {{"alg", "argon2id13"}, {"t", 3}, {"m_kib", 65'536}};
}

}  // namespace rightful::http
