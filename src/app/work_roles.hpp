/// @file
/// What `rightful work` does beside exports: the ledger's sequencer, and its signer.
#pragma once

#include "rightful/core/result.hpp"
#include "rightful/core/settings.hpp"

#include "app/command.hpp"
#include "app/stop_signal.hpp"

namespace rightful::app {

/// `--role sequencer`: sequences and publishes every open log until a signal comes. Asks a signer
/// that runs elsewhere. @return as StateStore::open.
[[nodiscard]] Result<void> work_as_sequencer(const Invocation& invocation,
                                             const Settings& settings,
                                             const StopSignal& stop);

/// `--role signer`: signs until a signal comes. Opens no database, reads none of the service's
/// keys. @return Conflict, Denied; InvalidArgument for an unknown user.
[[nodiscard]] Result<void> work_as_signer(const Invocation& invocation,
                                          const Settings& settings,
                                          const StopSignal& stop);

}  // namespace rightful::app
