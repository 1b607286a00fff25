/// @file
/// The signer's process: takes requests over its socket, one after the other. Opens no database and
/// reads no key but the logs' own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/ledger/signer_protocol.hpp"

#include "app/signer_place.hpp"

namespace rightful::app {

struct SignerServerOptions {
  std::filesystem::path signer_directory;  ///< absolute
  std::filesystem::path ledger_directory;  ///< absolute: there it sees what was published
  std::vector<uid_t> further_peers;        ///< who may ask beside the process's own user
  std::chrono::milliseconds patience{10'000};
};

/// Format   docs/formats/ledger-signer-protocol.md
/// Owns     the folder's lock and the socket; `clock` must outlive it.
/// Threads  one.
/// Secrets  keys are read for one request and wiped.
/// Cost     one request in memory: 2 MiB.
class SignerServer {
 public:
  /// @return Conflict when another signer runs on the folder; Denied. Errors  Failure
  [[nodiscard]] static Result<SignerServer> open(SignerServerOptions options, const Clock& clock);

  /// Until `is_over` says so; asked five times a second. What one peer does wrong is logged and
  /// ends with its connection.
  void serve(const std::function<bool()>& is_over);

 private:
  using Reply = std::variant<ledger::SignAnswer, ledger::SignProblem>;

  SignerServer(SignerServerOptions options, UniqueFd lock, UniqueFd listener, const Clock& clock);

  void answer_peer(const UniqueFd& connection);
  [[nodiscard]] Result<ledger::SignRequest> read_request(const UniqueFd& connection) const;
  [[nodiscard]] Reply decide(const ledger::SignRequest& request);
  [[nodiscard]] ledger::SignAnswer decide_in(const SignerRoom& room,
                                             const std::string& name,
                                             std::vector<ledger::NoteSigner> signers,
                                             const ledger::Origin& origin,
                                             const ledger::SignRequest& request);
  [[nodiscard]] std::optional<Bytes> newest_note(const std::string& name,
                                                 const std::optional<ledger::SignerMemory>& memory);
  void tell(const std::string& name, const ledger::SignAnswer& answer);

  SignerServerOptions options_;
  SignerPlace place_;
  UniqueFd lock_;
  UniqueFd listener_;
  const Clock& clock_;
  std::map<std::string, Bytes> last_notes_;    // signed by this process, a log
  bool has_told_hidden_ = false;               // that what is published may not be read
  std::map<std::string, std::string> frozen_;  // what was told already
};

}  // namespace rightful::app
