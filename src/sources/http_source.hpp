/// @file
/// A service of the company as a source of records: pages of JSON by account ID, one snapshot.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sources/http_page.hpp"
#include "sources/record_gate.hpp"
#include "sources/remote_client.hpp"
#include "sources/source.hpp"

namespace rightful::sources {

/// One request to a service.
struct PageQuestion {
  const catalog::Dataset* dataset = nullptr;
  std::string account;
  std::optional<std::string> snapshot;
  std::optional<std::string> cursor;
  std::uint64_t limit = 0;  ///< records wanted; 0 = only the head
};

/// Asks, and reads the head of the answer. Knows the contract, not the guard.
///
/// Threads  one. Secrets  the token is in no error.
class HttpService {
 public:
  /// @param token  empty = none is sent. @return as RemoteClient::open
  [[nodiscard]] static SourceResult<HttpService> open(std::string source,
                                                      const catalog::HttpSettings& settings,
                                                      std::string token);

  /// @param page  receives the answer's text; the head was read from it.
  /// @return AccessDenied, NotConfigured, BadAnswer. Errors  as RemoteClient; Failure(Later,
  ///         "source_lost") when the service does not hold the snapshot any more.
  [[nodiscard]] SourceResult<PageHead> ask(const PageQuestion& question, std::string& page);

 private:
  HttpService(std::string source,
              const catalog::HttpSettings& settings,
              std::string token,
              RemoteClient remote);

  [[nodiscard]] SourceResult<void> check_status(const HttpReply& reply,
                                                const std::string& dataset) const;

  std::string source_;
  const catalog::HttpSettings& settings_;
  std::string token_;
  RemoteClient remote_;
};

class HttpSource final : public RecordSource {
 public:
  /// Asks for the head of every dataset: the first answer's snapshot is the one of all others.
  [[nodiscard]] static SourceResult<std::unique_ptr<RecordSource>> open(
      const SourceOrder& order, const catalog::HttpSettings& settings);

  [[nodiscard]] SnapshotFacts snapshot() const override { return facts_; }

  [[nodiscard]] SourceResult<DatasetFacts> read(const catalog::Dataset& dataset,
                                                RecordSink& sink) override;

  void end_records() noexcept override {}

 private:
  HttpSource(const SourceOrder& order, HttpService service);

  SourceResult<void> count_all(const std::vector<const catalog::Dataset*>& datasets);
  [[nodiscard]] PageQuestion question(const catalog::Dataset& dataset, std::uint64_t limit) const;
  /// Asks and compares what the page says about itself with what is known.
  [[nodiscard]] SourceResult<PageHead> ask(const PageQuestion& question, std::string& page);
  [[nodiscard]] SourceResult<void> check_count(const catalog::Dataset& dataset,
                                               const PageHead& head) const;

  std::string account_;
  ReadContext& context_;
  HttpService service_;
  SnapshotFacts facts_;
  std::optional<std::string> token_;  ///< of the snapshot; empty = the service has none
  std::map<const catalog::Dataset*, std::uint64_t> counts_;
};

}  // namespace rightful::sources
