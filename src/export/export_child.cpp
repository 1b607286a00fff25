#include "rightful/export/export_child.hpp"

#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <utility>
#include <variant>

#include "rightful/core/failure.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/process_hardening.hpp"
#include "rightful/lifecycle/identity_proof.hpp"
#include "rightful/queue/child_channel.hpp"
#include "rightful/sources/reading_needs.hpp"

#include "export/child_protocol.hpp"
#include "export/confinement.hpp"
#include "export/export_run.hpp"
#include "export/export_stopped.hpp"

namespace rightful::exporting {

namespace {

constexpr int kDone = 0;
constexpr int kNamedFailure = 1;
constexpr int kSpeechless = 2;

class PipeSupervision final : public Supervision {
 public:
  explicit PipeSupervision(queue::ChildEnd& channel) : channel_(channel) {}

  void tell(const ChildMessage& message) override { channel_.send(encode(message)); }

  [[nodiscard]] crypto::Signature sign(crypto::ServiceLabel label,
                                       const crypto::Sha256Digest& digest) override {
    tell(SignMessage{label, digest});
    const auto answer = channel_.receive();
    if (!answer) throw ExportStopped(Retry::Never, "supervisor_gone");
    const auto message = parse_signature_message(*answer);
    if (!message || message->label != label) throw ExportStopped(Retry::Never, "protocol");
    return message->signature;
  }

 private:
  queue::ChildEnd& channel_;
};

catalog::Catalog parse_catalog(const ChildInput& input) {
  if (crypto::sha256(as_bytes(input.catalog)) != input.catalog_sha256) {
    throw ExportStopped(Retry::Never, "bad_catalog");
  }
  auto parsed = catalog::Catalog::parse(input.catalog, "catalog");
  if (!parsed) throw ExportStopped(Retry::Never, "bad_catalog");
  return *std::move(parsed);
}

/// The second check of the statement, in the process that will read the data: nothing else makes a
/// scope.
AccountScope prove_authority(const ChildInput& input) {
  auto scope = lifecycle::IdentityProof::from_statement(
      input.statement, input.sign_key, input.signature, input.account, input.request);
  if (!scope) throw ExportStopped(Retry::Never, "bad_statement");
  return *std::move(scope);
}

Permissions permissions_for(const ChildInput& input, const catalog::Catalog& catalog) {
  sources::ReadingNeeds needs = sources::needs_of(catalog, input.locations);
  return {.readable = std::move(needs.folders),
          .writable = {input.package_directory, input.work_directory},
          .ports = std::move(needs.ports)};
}

ResultMessage export_for(const ChildInput& input,
                         queue::ChildEnd& channel,
                         const ChildWorld& world) {
  limit_memory(input.memory_mib);
  const AccountScope scope = prove_authority(input);
  const catalog::Catalog catalog = parse_catalog(input);
  const auto packages = world.open_store(input.package_directory);
  PipeSupervision supervision(channel);
  const RunParts parts{.input = input,
                       .catalog = catalog,
                       .scope = scope,
                       .packages = *packages,
                       .supervision = supervision,
                       .clock = world.clock,
                       .random = world.random,
                       .confine = [&] {
                         const Confined confined = confine(permissions_for(input, catalog));
                         if (confined == Confined::Nothing && input.is_landlock_required) {
                           throw ExportStopped(Retry::Never, "no_landlock");
                         }
                       }};
  ExportRun run(parts);
  return run.run();
}

FailureMessage describe(const std::exception& fault) {
  if (const auto* stopped = dynamic_cast<const ExportStopped*>(&fault)) {
    return {stopped->cause(), stopped->retry() == Retry::Later, stopped->dataset()};
  }
  if (const auto* failure = dynamic_cast<const Failure*>(&fault)) {
    return {failure->cause(), failure->retry() == Retry::Later, {}};
  }
  if (dynamic_cast<const std::bad_alloc*>(&fault) != nullptr) return {"memory_limit", false, {}};
  return {"internal", false, {}};
}

}  // namespace

int run_export_child(int in_fd, int out_fd, const ChildWorld& world) {
  queue::ChildEnd channel(in_fd, out_fd);
  try {
    crypto::forbid_core_dumps();
    forbid_new_privileges();
    const auto text = channel.receive();
    if (!text) return kSpeechless;
    const auto input = parse_child_input(*text);
    if (!input) throw ExportStopped(Retry::Never, "protocol");
    channel.send(encode(ChildMessage(export_for(*input, channel, world))));
    return kDone;
  } catch (const std::exception& fault) {
    // The process ends here: this is its `main`. Only a closed word leaves it, never what().
    try {
      channel.send(encode(ChildMessage(describe(fault))));
    } catch (const std::exception&) {
      return kSpeechless;
    }
    return kNamedFailure;
  }
}

int run_export_child(int in_fd, int out_fd) {
  SystemClock clock;
  SystemRandom random;
  return run_export_child(in_fd,
                          out_fd,
                          {.open_store =
                               [](const std::filesystem::path& directory) {
                                 return std::make_unique<DirectoryPackageStore>(directory);
                               },
                           .clock = clock,
                           .random = random});
}

}  // namespace rightful::exporting
