/// @file
/// The export child of the product in a process of the bench: all of it but the fsync, which is
/// measured apart for everybody.
#pragma once

namespace rightful::bench {

/// Descriptors 3 and 4 are the pipe. @return the exit code.
[[nodiscard]] int run_export_child_unsynced();

}  // namespace rightful::bench
