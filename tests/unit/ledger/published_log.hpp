/// @file
/// A published log for a test to spoil: writers, leaves, tiles and checkpoints under the keys of
/// the vectors.
#pragma once

#include <string>
#include <vector>

#include "rightful/ledger/event.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/verifier.hpp"
#include "rightful/ledger/writer.hpp"

#include "tests/unit/ledger/log_folder.hpp"
#include "tests/unit/ledger/tree_vectors.hpp"

namespace rightful::ledger::testing {

/// What a verification said.
struct Verified {
  Verdict verdict;
  std::vector<Finding> findings;

  [[nodiscard]] bool has(FindingKind kind, std::optional<std::uint64_t> at) const;
  [[nodiscard]] bool has(FindingKind kind) const;
  /// One line a finding, for messages.
  [[nodiscard]] std::string text() const;
};

/// The leaves, and the means to change them behind the writers' backs and to publish them again.
class PublishedLog {
 public:
  explicit PublishedLog(std::string_view name = "audit.example.test/dsar/dev");

  /// Genesis and one writer's start, then `count` facts with a heartbeat among every ten.
  void fill(std::uint64_t count);

  /// The next leaf of the writer.
  [[nodiscard]] Bytes make(const Event& event);

  void append(const Event& event) { bodies.push_back(make(event)); }

  [[nodiscard]] Event fact() const;

  /// A leaf of any writer. @param seconds  after the log's beginning.
  [[nodiscard]] Bytes make_by(const Writer& writer,
                              const Event& event,
                              std::uint64_t n,
                              std::uint64_t milliseconds) const;
  [[nodiscard]] Writer writer_of(std::byte seed) const;
  [[nodiscard]] Bytes start_of(const Writer& writer,
                               const std::optional<WriterId>& previous,
                               std::byte enrolment_seed = std::byte{0x22}) const;

  /// The next leaf of the enrolment key.
  void append_by_enrolment(const Event& event);
  /// This log's first entry says that it goes on from another.
  void follow(const Origin& previous, const TreeHead& head);

  /// All files anew, as an operator with the log's key would.
  void publish();
  /// The hashes of other bodies than those published, as a database edit leaves them.
  void publish_bodies(const std::vector<Bytes>& other);
  void erase_body(std::uint64_t index);
  void flip_bit(const std::string& file, std::size_t byte) const;

  [[nodiscard]] std::string note_of(const Checkpoint& checkpoint) const;
  [[nodiscard]] Checkpoint checkpoint() const;
  [[nodiscard]] Bytes note() const;

  [[nodiscard]] std::uint64_t size() const { return bodies.size(); }

  [[nodiscard]] VerifyRequest request() const;

  [[nodiscard]] Verified verify() const { return verify(request()); }

  [[nodiscard]] Verified verify(const VerifyRequest& request) const {
    return verify(request, folder.path());
  }

  [[nodiscard]] static Verified verify(const VerifyRequest& request,
                                       const std::filesystem::path& place);
  [[nodiscard]] static Verified verify(const VerifyRequest& request, TileSource& source);

  LogFolder folder;
  Origin origin;
  crypto::SigningKey enrolment;
  std::vector<NoteSigner> signers;
  Writer writer;
  std::uint64_t next_n = 1;
  std::uint64_t next_enrolment_n = 1;
  std::uint64_t milliseconds = 0;
  std::vector<Bytes> bodies;
};

}  // namespace rightful::ledger::testing
