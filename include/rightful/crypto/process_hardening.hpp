/// @file
/// What a process does before it holds a secret or anybody's data.
#pragma once

namespace rightful::crypto {

/// RLIMIT_CORE 0 and PR_SET_DUMPABLE 0: no core dump, no ptrace or /proc/<pid>/mem by other
/// processes of the same user. Errors  Failure(Retry::Never) when the kernel refuses either.
void forbid_core_dumps();

}  // namespace rightful::crypto
