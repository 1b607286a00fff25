#include "bench/export_order.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>

#include "rightful/core/failure.hpp"
#include "rightful/core/subprocess.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/crypto/envelope.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/service_signature.hpp"
#include "rightful/crypto/statement.hpp"
#include "rightful/queue/child_channel.hpp"

#include "bench/stop_request.hpp"
#include "bench/value_of.hpp"
#include "export/child_protocol.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::chrono::days kLifetime{30};
constexpr std::int64_t kMemoryMib = 512;  // ExportSettings' own default

double seconds_between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double>(to - from).count();
}

struct Ends {
  UniqueFd ours;
  UniqueFd childs;
};

Ends make_ends() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw_system_failure("socketpair", errno);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

}  // namespace

/// Answers the child until its result; notes when each stage began.
class ExportOrder::Talk {
 public:
  Talk(const ExportOrder& order, const UniqueFd& end)
      : order_(order), end_(end.get(), end.get(), [] { return false; }) {}

  void lead() {
    stages_.emplace_back("starting", std::chrono::steady_clock::now());
    value_of(end_.send(order_.child_input()));
    while (!result_) {
      auto received = value_of(end_.receive());
      if (received.event != queue::SupervisorEnd::Event::Frame)
        throw Failure(Retry::Never, "bench", "the export child ended without a result");
      std::visit([this](const auto& message) { on(message); },
                 value_of(exporting::parse_child_message(received.text)));
    }
  }

  /// @param ended  when the child was gone.
  [[nodiscard]] std::vector<std::pair<std::string, double>> stages(SteadyTime ended) const {
    std::vector<std::pair<std::string, double>> times;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      const SteadyTime next = i + 1 < stages_.size() ? stages_[i + 1].second : ended;
      times.emplace_back(stages_[i].first, seconds_between(stages_[i].second, next));
    }
    return times;
  }

  [[nodiscard]] const exporting::ResultMessage& result() const { return *result_; }

 private:
  void on(const exporting::StageMessage& message) {
    stages_.emplace_back(message.stage, std::chrono::steady_clock::now());
  }

  void on(const exporting::ProgressMessage& /*message*/) {}

  void on(const exporting::DatasetMessage& /*message*/) {}

  void on(const exporting::SignMessage& message) {
    const auto text =
        crypto::service_text(message.label, order_.request_, order_.account_, message.digest);
    value_of(end_.send(
        exporting::encode(exporting::SignatureMessage{message.label, order_.service_.sign(text)})));
  }

  void on(const exporting::ResultMessage& message) { result_ = message; }

  void on(const exporting::FailureMessage& message) {
    throw Failure(Retry::Never, "bench", "the export failed: " + message.cause);
  }

  const ExportOrder& order_;
  queue::SupervisorEnd end_;
  std::vector<std::pair<std::string, SteadyTime>> stages_;
  std::optional<exporting::ResultMessage> result_;
};

ExportOrder::ExportOrder(ExportedData data, const fs::path& place)
    : data_(std::move(data)),
      account_(value_of(AccountId::parse(data_.account))),
      packages_(place / "packages"),
      work_(place / "spill") {
  fs::create_directories(packages_);
  fs::create_directories(work_);
}

std::string ExportOrder::child_input() const {
  SystemClock clock;
  SystemRandom random;
  std::array<std::byte, 16> nonce{};
  random.fill(nonce);
  const Instant now = std::chrono::floor<std::chrono::milliseconds>(clock.now());
  const crypto::RequestStatement statement{
      request_, account_, requester_.unlock_keys().public_key(), crypto::Nonce::from(nonce), now};
  const auto key = requester_.sign_key();
  const exporting::ChildInput input{.account = account_,
                                    .request = request_,
                                    .statement = statement,
                                    .sign_key = key.public_key(),
                                    .signature = crypto::sign_statement(statement, key),
                                    .service_key = service_.public_key(),
                                    .recovery_wrap = std::nullopt,
                                    .language = "en",
                                    .catalog = data_.catalog,
                                    .catalog_version = 1,
                                    .catalog_sha256 = crypto::sha256(as_bytes(data_.catalog)),
                                    .locations = data_.locations,
                                    .package_directory = packages_.string(),
                                    .object_name = object_name_,
                                    .work_directory = work_.string(),
                                    .created = now,
                                    .not_after = now + kLifetime,
                                    .memory_mib = kMemoryMib,
                                    .is_landlock_required = false};
  return exporting::encode(input);
}

ExportRunFacts ExportOrder::run(const fs::path& self) {
  if (!object_name_.empty()) fs::remove(package());
  object_name_ = RequestId::random(random_).to_string() + ".zip";
  Ends ends = make_ends();
  const SteadyTime start = std::chrono::steady_clock::now();
  Subprocess child =
      Subprocess::start({.program = self,
                         .arguments = {"export-child"},
                         .environment = {},
                         .directory = {},
                         .descriptors = {{ends.childs.get(), 3}, {ends.childs.get(), 4}},
                         .user = {},
                         .group = {},
                         .dies_with_parent = true});
  ends.childs.reset();
  Talk talk(*this, ends.ours);
  talk.lead();
  const ExitStatus status = child.wait();
  const SteadyTime ended = std::chrono::steady_clock::now();
  throw_if_stop_requested();
  if (!status.is_success()) throw Failure(Retry::Never, "bench", "the export child failed");
  envelope_ = talk.result().envelope;
  return {.whole = {.name = {},
                    .wall_s = seconds_between(start, ended),
                    .cpu_s = std::chrono::duration<double>(status.cpu).count(),
                    .peak_mib = static_cast<double>(status.peak_memory_kib) / 1024.0,
                    .output_bytes = fs::file_size(package())},
          .stages_s = talk.stages(ended)};
}

ExportRunFacts median_by_wall(std::vector<ExportRunFacts> runs) {
  std::ranges::sort(runs, {}, [](const ExportRunFacts& run) { return run.whole.wall_s; });
  double peak_mib = 0;
  for (const ExportRunFacts& run : runs)
    peak_mib = std::max(peak_mib, run.whole.peak_mib);
  ExportRunFacts median = runs[runs.size() / 2];
  median.whole.peak_mib = peak_mib;
  return median;
}

std::string ExportOrder::code() const {
  const auto envelope = value_of(crypto::parse_envelope(envelope_));
  const auto payload = value_of(
      crypto::open_envelope(envelope, requester_.unlock_keys(), account_, service_.public_key()));
  return std::string(payload.passphrase.expose());
}

}  // namespace rightful::bench
