/// @file
/// What a kind of job does, seen from the queue: the queue claims, watches, retries and rescues;
/// the handler knows what the child is told, what its facts mean, and how its work is released.
/// Implemented in `export`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "rightful/queue/retry.hpp"
#include "rightful/store/jobs.hpp"

namespace rightful::queue {

enum class ReleaseEnd : std::uint8_t {
  Released,
  Stopped  ///< the worker ends: nothing was released, another one takes the job
};

/// One attempt of one job. Made, used and destroyed on the supervisor's thread.
///
/// Errors   AttemptFailed, LeaseLost, any other Failure: the attempt ends as the error says.
class JobAttempt {
 public:
  virtual ~JobAttempt() = default;

  /// The first frame that the child is sent.
  [[nodiscard]] virtual std::string child_input() = 0;

  /// A frame from the child; everything that can be checked is checked here. @return the answer to
  /// send, if any.
  [[nodiscard]] virtual std::optional<std::string> on_frame(std::string_view text) = 0;

  /// The failure that the child named, if it did; then its exit is expected.
  [[nodiscard]] virtual std::optional<JobFailure> named_failure() const = 0;

  /// True once the child has delivered its result; nothing may follow it.
  [[nodiscard]] virtual bool has_result() const = 0;

  /// How far it is: starting, collecting, packaging, verifying, releasing.
  [[nodiscard]] virtual std::string_view stage() const = 0;

  /// The newest counts, carried by the heartbeat.
  [[nodiscard]] virtual store::JobProgress progress() const = 0;

  /// The child ended by itself and well: one compare-and-swap makes its work visible. May have to
  /// wait for that, and is told when the worker ends.
  [[nodiscard]] virtual ReleaseEnd release(const store::AttemptEnd& end,
                                           const std::stop_token& stop) = 0;
};

/// Threads  may be called from several threads.
class JobHandler {
 public:
  virtual ~JobHandler() = default;

  [[nodiscard]] virtual std::unique_ptr<JobAttempt> begin(const store::ClaimedJob& job) = 0;

  /// Whatever the attempt may have written is gone when this returns; also when there was nothing.
  virtual void destroy_object(std::string_view object_name) = 0;

  /// Job, request, incident and ledger in one transaction. @return false when the lease was lost.
  [[nodiscard]] virtual bool quarantine(const store::ClaimedJob& job,
                                        const store::AttemptEnd& end,
                                        const JobFailure& failure) = 0;

  /// Compares the package store with the database and removes what no living attempt and no release
  /// names.
  virtual void sweep() = 0;
};

}  // namespace rightful::queue
