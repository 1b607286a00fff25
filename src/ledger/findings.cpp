#include "ledger/findings.hpp"

#include <algorithm>

namespace rightful::ledger {

void Findings::add(FindingKind kind, std::optional<std::uint64_t> at, std::string detail) {
  const bool is_known = at && request_.known.contains({kind, *at});
  const Severity severity = is_known ? Severity::Report : severity_of(kind);
  gravest_ = std::max(gravest_, severity);
  ++count_;
  if (++of_kind_[static_cast<std::size_t>(kind)] > kMaxToldFindings) {
    ++untold_;
    return;
  }
  sink_.found({.kind = kind, .severity = severity, .at = at, .detail = std::move(detail)});
}

}  // namespace rightful::ledger
