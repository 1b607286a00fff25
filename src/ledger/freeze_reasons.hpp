/// @file
/// All reasons for which a signer stays frozen, in the order of their numbers on the wire
/// (docs/formats/ledger-signer-protocol.md), from 1 on.
#pragma once

#include <array>

#include "rightful/ledger/signer_memory.hpp"

namespace rightful::ledger {

inline constexpr std::array kFreezeReasons{FreezeReason::SizeSmaller,
                                           FreezeReason::RootDiffers,
                                           FreezeReason::LeavesDiffer,
                                           FreezeReason::MemoryLost,
                                           FreezeReason::WrongOrigin,
                                           FreezeReason::MemoryRolledBack,
                                           FreezeReason::WrongKey};

}  // namespace rightful::ledger
