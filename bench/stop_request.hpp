/// @file
/// Ctrl-C and SIGTERM: the bench ends at the next step, and cleans up as after any failure.
#pragma once

namespace rightful::bench {

/// From now on SIGINT, SIGTERM and SIGHUP are only remembered.
void remember_stop_signals();
/// Errors  Failure when one of them came.
void throw_if_stop_requested();

}  // namespace rightful::bench
