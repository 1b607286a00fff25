/// @file
/// Every constant of the package's bytes. Their meaning: docs/formats/package.md; the sources:
/// PKWARE APPNOTE 6.3.10 and WinZip's AES specification 1.04. Writer and reader share these numbers
/// and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rightful::archive::format {

// Names, docs §2 and §4.
inline constexpr std::string_view kReadMeName = "READ-ME.html";
inline constexpr std::string_view kContentName = "export.zip";
inline constexpr std::string_view kEnvelopeName = "envelope.json";
inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr std::string_view kSumsName = "MANIFEST.sha256";
inline constexpr std::string_view kSignatureName = "manifest.sig";
inline constexpr std::string_view kCheckpointName = "about/ledger-checkpoint.txt";
inline constexpr std::string_view kNoCheckpoint = "-";
inline constexpr std::size_t kClosingEntries = 3;  ///< the last three, in this order

inline constexpr std::size_t kMaxReadMeBytes = 48 * std::size_t{1024};
inline constexpr std::size_t kMaxEnvelopeBytes = 64 * std::size_t{1024};
inline constexpr std::size_t kMaxNameChars = 150;
inline constexpr std::size_t kSignatureBytes = 64;

// Record signatures, APPNOTE 4.3.
inline constexpr std::uint32_t kLocalHeader = 0x04034b50;
inline constexpr std::uint32_t kCentralHeader = 0x02014b50;
inline constexpr std::uint32_t kEndOfDirectory = 0x06054b50;
inline constexpr std::uint32_t kZip64End = 0x06064b50;
inline constexpr std::uint32_t kZip64Locator = 0x07064b50;
inline constexpr std::uint32_t kDataDescriptor = 0x08074b50;

// Fixed parts of the records, in bytes.
inline constexpr std::size_t kLocalHeaderBytes = 30;
inline constexpr std::size_t kCentralHeaderBytes = 46;
inline constexpr std::size_t kEndOfDirectoryBytes = 22;
inline constexpr std::size_t kZip64EndBytes = 56;
inline constexpr std::size_t kZip64LocatorBytes = 20;
inline constexpr std::size_t kDescriptorBytes = 16;
inline constexpr std::size_t kDescriptor64Bytes = 24;

// Fields of a local header that are patched.
inline constexpr std::size_t kLocalVersionAt = 4;
inline constexpr std::size_t kLocalFlagsAt = 6;
inline constexpr std::size_t kLocalCrcAt = 14;
inline constexpr std::size_t kLocalPackedSizeAt = 18;
inline constexpr std::size_t kLocalSizeAt = 22;
inline constexpr std::size_t kLocalExtraSizeAt = 28;

// Versions, APPNOTE 4.4.2 and 4.4.3.
inline constexpr std::uint16_t kMadeBy = 0x033F;  ///< Unix, 6.3
inline constexpr std::uint16_t kVersionStore = 10;
inline constexpr std::uint16_t kVersionDeflate = 20;
inline constexpr std::uint16_t kVersionZip64 = 45;
inline constexpr std::uint16_t kVersionAes = 51;
inline constexpr std::uint32_t kRegularFile0644 = 0100644U << 16U;

// General purpose flags, APPNOTE 4.4.4.
inline constexpr std::uint16_t kNoFlags = 0;
inline constexpr std::uint16_t kFlagEncrypted = 0x0001;
inline constexpr std::uint16_t kFlagDescriptor = 0x0008;

// Methods, APPNOTE 4.4.5.
inline constexpr std::uint16_t kMethodStore = 0;
inline constexpr std::uint16_t kMethodDeflate = 8;
inline constexpr std::uint16_t kMethodAes = 99;

// A 32- or 16-bit field with this value stands in the ZIP64 records, APPNOTE 4.4.1.4.
inline constexpr std::uint32_t kIn64 = 0xFFFFFFFF;
inline constexpr std::uint16_t kCountIn64 = 0xFFFF;

// Extra fields, APPNOTE 4.5 and 4.6.10; WinZip AES specification II.B.
inline constexpr std::uint16_t kExtraZip64 = 0x0001;
inline constexpr std::uint16_t kExtraAes = 0x9901;
inline constexpr std::uint16_t kExtraGrowthHint = 0xA220;
inline constexpr std::uint16_t kGrowthHintSignature = 0xA028;
inline constexpr std::size_t kAesExtraBytes = 11;      ///< with its 4 bytes of header
inline constexpr std::size_t kZip64ExtraBytes = 20;    ///< two sizes, with its 4 bytes of header
inline constexpr std::uint16_t kAesVendorVersion = 2;  ///< AE-2: CRC is zero
inline constexpr std::uint16_t kAesVendorId = 0x4541;  ///< "AE"
inline constexpr std::uint8_t kAesStrength256 = 3;

// How the writer cuts, docs §3: part of the format because the same records give the same bytes.
inline constexpr std::size_t kBlockBytes = 256 * std::size_t{1024};
inline constexpr std::size_t kHeldBlocks =
    4;  ///< packed content under 1 MiB has a complete local header

}  // namespace rightful::archive::format
