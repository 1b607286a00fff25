// `rightful unlock` on files as they lie on people's disks: whole, half, changed, foreign, hostile.
#include <array>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "rightful/crypto/envelope.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/requester_root.hpp"
#include "rightful/crypto/service_signature.hpp"

#include "tests/fuzz/forged_package.hpp"
#include "tests/unit/app/ended.hpp"
#include "tests/unit/app/file_size_limit.hpp"
#include "tests/unit/app/temporary_folder.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::app {
namespace {

namespace fs = std::filesystem;
namespace fixture = archive::testing;
using fuzz::ForgedEntry;
using rightful::testing::content_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<ForgedEntry> plain_entries() {
  return {{"index.html", "<p>Hello</p>"},
          {"media/voice/000001.wav", std::string(100'000, 'v'), fuzz::EntryForm::Deflated},
          {"manifest.json", "{}"},
          {"MANIFEST.sha256", ""},
          {"manifest.sig", ""}};
}

/// Where the encrypted entry lies in what fuzz::forge_outer_zip() makes: behind two local headers.
constexpr std::size_t kContentAt = (30 + 12 + 1) + (30 + 10 + 20 + 11);

class UnlockCommand : public ::testing::Test {
 protected:
  /// A package of account A-1 with a way in by recovery code, written to `package.zip`.
  Bytes seal(const Bytes& inner) {
    const Bytes frame = fuzz::forge_outer_zip(inner, "-");
    const ByteView content = ByteView(frame).subspan(kContentAt, inner.size() + 28);
    const auto payload = crypto::encode_payload({.account = account_,
                                                 .request = fixture::request_id(7),
                                                 .content_sha256 = crypto::sha256(content),
                                                 .size_bytes = content.size(),
                                                 .passphrase = fixture::fixed_passphrase(),
                                                 .created = fixture::some_time(),
                                                 .not_after = fixture::some_time()});
    const auto text = crypto::service_text(crypto::ServiceLabel::Envelope,
                                           fixture::request_id(7),
                                           account_,
                                           crypto::sha256(payload.expose()));
    const auto envelope = crypto::make_envelope(
        payload.expose(),
        fixture::service_key().sign(text),
        root_.unlock_keys().public_key(),
        fixture::request_id(7),
        fixture::service_key().public_key(),
        crypto::RecoveryWrap{
            root_.sign_key().public_key(),
            root_.wrap(
                recovery_.wrap_key(account_), crypto::WrapKind::Recovery, account_, random_)});
    return fuzz::forge_outer_zip(inner, envelope.value());
  }

  void put(ByteView package) { file_.write("package.zip", as_text(package)); }

  [[nodiscard]] Ended unlock(std::vector<std::string> further,
                             const std::string& account = "A-1") const {
    std::vector<std::string> words = {"unlock",
                                      (file_.path() / "package.zip").string(),
                                      "--account",
                                      account,
                                      "--recovery-code-file",
                                      (file_.path() / "recovery").string(),
                                      "--service-key",
                                      crypto::fingerprint(fixture::service_key().public_key())};
    words.insert(words.end(), further.begin(), further.end());
    return run(words);
  }

  [[nodiscard]] Ended unlock_by_code(const std::string& name = "out") const {
    return run({"unlock",
                (file_.path() / "package.zip").string(),
                "--code-file",
                (file_.path() / "code").string(),
                "--into",
                in(name)});
  }

  [[nodiscard]] std::string in(const std::string& name) const {
    return (folder_.path() / name).string();
  }

  /// Names in the folder that things are unpacked into.
  [[nodiscard]] std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
      names.push_back(fs::relative(entry.path(), folder_.path()));
    return names;
  }

  void SetUp() override {
    file_.write("recovery", recovery_.expose());
    file_.write("code", fixture::fixed_passphrase().expose());
    put(seal(fuzz::forge_inner_zip(plain_entries())));
  }

  fixture::CountingRandom random_{77};
  AccountId account_ = fixture::account("A-1");
  crypto::RequesterRoot root_ = crypto::RequesterRoot::generate(random_);
  crypto::RecoveryCode recovery_ = crypto::RecoveryCode::generate(random_);
  rightful::testing::TemporaryFolder file_;
  rightful::testing::TemporaryFolder folder_;
};

TEST_F(UnlockCommand, WritesFolderOrZipAndSaysOnlyWhere) {
  const Ended folder = unlock({"--into", in("out")});
  const Ended zip = unlock({"--output", in("out.zip")});

  ASSERT_EQ(folder.code, ExitCode::Ok) << folder.err;
  ASSERT_EQ(zip.code, ExitCode::Ok) << zip.err;
  EXPECT_EQ(folder.out, in("out") + "\n");
  EXPECT_EQ(folder.err + zip.err, "") << "no terminal, no progress";
  EXPECT_EQ(content_of(in("out/index.html")), "<p>Hello</p>");
  EXPECT_EQ(content_of(in("out/media/voice/000001.wav")), std::string(100'000, 'v'));
  EXPECT_EQ(content_of(in("out.zip")).substr(0, 4), "PK\3\4");
}

TEST_F(UnlockCommand, OpensNothingForAnotherAccount) {
  const Ended result = unlock({"--into", in("out")}, "A-2");

  EXPECT_EQ(result.code, ExitCode::NotAuthentic);
  EXPECT_THAT(result.err, HasSubstr("not made for this account"));
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(UnlockCommand, OpensNothingWithAWrongOrMistypedCode) {
  for (const std::string code : {"0000-0000-0000-0000-0000-0000-0000-0000", "0000-UUUU", "x"}) {
    file_.write("recovery", code);
    file_.write("code", code);

    const Ended by_recovery = unlock({"--into", in("out")});
    const Ended by_code = unlock_by_code();

    EXPECT_EQ(by_recovery.code, ExitCode::NotAuthentic) << code << by_recovery.err;
    EXPECT_EQ(by_code.code, ExitCode::NotAuthentic) << code << by_code.err;
    EXPECT_THAT(left(), IsEmpty());
  }
}

TEST_F(UnlockCommand, RefusesEveryChangedByteAndLeavesNothing) {
  const Bytes package = seal(fuzz::forge_inner_zip({{"a.txt", "small"},
                                                    {"manifest.json", "{}"},
                                                    {"MANIFEST.sha256", ""},
                                                    {"manifest.sig", ""}}));
  for (std::size_t i = 0; i < package.size(); i += 3) {
    Bytes changed = package;
    changed[i] ^= std::byte{1};
    put(changed);

    const Ended result = unlock({"--into", in("out")});

    // What cannot be told apart from a half file, or from any file, is called that; never opened.
    EXPECT_EQ(result.code, ExitCode::NotAuthentic) << i << result.err;
    EXPECT_THAT(left(), IsEmpty()) << i;
  }
}

TEST_F(UnlockCommand, SaysThatAHalfFileIsIncompleteAndHowToGoOn) {
  const Bytes package = seal(fuzz::forge_inner_zip(plain_entries()));
  for (std::size_t size = 0; size < package.size(); size += 41) {
    put(ByteView(package).first(size));

    const Ended result = unlock({"--into", in("out")});

    ASSERT_EQ(result.code, ExitCode::NotAuthentic) << size << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr("is incomplete"), HasSubstr("rightful download")))
        << size;
    EXPECT_THAT(left(), IsEmpty());
  }
  put(ByteView(package).first(kContentAt + 5));
  EXPECT_THAT(unlock({"--into", in("out")}).err, HasSubstr("119 B of at least"));
}

TEST_F(UnlockCommand, SaysHowAPartGoesOn) {
  const Bytes package = seal(fuzz::forge_inner_zip(plain_entries()));
  const auto part = file_.write("package.zip.0123456789abcdef.part",
                                as_text(ByteView(package).first(package.size() / 2)));

  const Ended result = run({"unlock", part.string(), "--account", "A-1"});

  EXPECT_EQ(result.code, ExitCode::NotAuthentic);
  EXPECT_THAT(result.err, HasSubstr("Run the same `rightful download` again"));
}

TEST_F(UnlockCommand, TellsAForeignFileFromAChangedOne) {
  file_.write("package.zip", "PK\3\4 another ZIP altogether, long enough to have a header");
  EXPECT_EQ(unlock({}).code, ExitCode::Failed);
  EXPECT_THAT(unlock({}).err, HasSubstr("is not a package of this service"));
}

TEST_F(UnlockCommand, OverwritesOnlyWhenTold) {
  ASSERT_EQ(unlock({"--into", in("out")}).code, ExitCode::Ok);
  ASSERT_EQ(unlock({"--output", in("out.zip")}).code, ExitCode::Ok);
  folder_.write("out/note.txt", "mine");

  const Ended refused = unlock({"--into", in("out")});

  EXPECT_EQ(refused.code, ExitCode::Failed);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("exists already"), HasSubstr("--overwrite")));
  EXPECT_EQ(unlock({"--output", in("out.zip")}).code, ExitCode::Failed);
  EXPECT_EQ(content_of(in("out/note.txt")), "mine");
  EXPECT_EQ(unlock({"--into", in("out"), "--overwrite"}).code, ExitCode::Ok);
  EXPECT_EQ(unlock({"--output", in("out.zip"), "--overwrite"}).code, ExitCode::Ok);
  EXPECT_FALSE(fs::exists(in("out/note.txt"))) << "the folder is replaced as a whole";
  EXPECT_THAT(left(), Not(::testing::Contains(HasSubstr(".rightful-"))));
}

TEST_F(UnlockCommand, KeepsWhatIsNoUnlockedPackage) {
  folder_.write("home/thesis.odt", "mine");
  folder_.write("elsewhere", "mine");
  fs::create_symlink("elsewhere", in("link"));
  fs::create_symlink("home", in("folder-link"));

  for (const char* name : {"home", "link", "folder-link"}) {
    for (const char* form : {"--into", "--output"}) {
      EXPECT_EQ(unlock({form, in(name), "--overwrite"}).code, ExitCode::Failed) << name << form;
      EXPECT_EQ(unlock({form, in(name)}).code, ExitCode::Failed) << name << form;
    }
  }

  EXPECT_EQ(content_of(in("home/thesis.odt")), "mine");
  EXPECT_EQ(content_of(in("elsewhere")), "mine");
  EXPECT_TRUE(fs::is_symlink(in("link")));
}

TEST_F(UnlockCommand, SaysThatTheDiskIsFullAndLeavesNothing) {
  for (const char* form : {"--into", "--output"}) {
    std::vector<ForgedEntry> entries = plain_entries();
    entries[1].form = fuzz::EntryForm::Stored;
    put(seal(fuzz::forge_inner_zip(entries)));
    Ended result{};
    {
      const rightful::testing::FileSizeLimit limit(40'000);
      result = unlock({form, in("out")});
    }

    EXPECT_EQ(result.code, ExitCode::Failed) << form;
    EXPECT_THAT(result.err, AllOf(HasSubstr("no room left in"), HasSubstr("was removed")));
    EXPECT_THAT(left(), IsEmpty()) << form;
  }
}

TEST_F(UnlockCommand, SaysWhichFolderIsMissingOrClosed) {
  const Ended missing = unlock({"--into", in("none/out")});
  const Ended closed = unlock({"--into", "/proc/out"});

  EXPECT_EQ(missing.code, ExitCode::Failed);
  EXPECT_THAT(missing.err, HasSubstr("there is no folder " + in("none")));
  EXPECT_EQ(closed.code, ExitCode::Failed);
  EXPECT_THAT(closed.err, HasSubstr("/proc"));
}

struct HostileName {
  std::string_view what;
  std::string name;
};

class HostileNames : public UnlockCommand, public ::testing::WithParamInterface<HostileName> {};

// The code is right and the HMAC holds, so that only the names can be what is refused.
TEST_P(HostileNames, AreRefusedAndNothingIsWritten) {
  folder_.write("out.html", "mine");
  std::vector<ForgedEntry> entries = plain_entries();
  entries[1].name = GetParam().name;
  put(seal(fuzz::forge_inner_zip(entries)));

  const Ended result = unlock_by_code("deep");

  EXPECT_EQ(result.code, ExitCode::NotAuthentic) << result.err;
  EXPECT_THAT(result.err, HasSubstr("not written by this service"));
  EXPECT_EQ(content_of(in("out.html")), "mine");
  EXPECT_EQ(left().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Unlock,
                         HostileNames,
                         ::testing::Values(HostileName{"parent", "../out.html"},
                                           HostileName{"parent inside", "a/../../out.html"},
                                           HostileName{"here", "./a"},
                                           HostileName{"absolute", "/tmp/rightful-hostile"},
                                           HostileName{"backslash", "..\\out.html"},
                                           HostileName{"drive", "C:/out.html"},
                                           HostileName{"stream", "a.txt:hidden"},
                                           HostileName{"NUL", std::string("a\0b", 3)},
                                           HostileName{"line end", "a\nb"},
                                           HostileName{"empty", ""},
                                           HostileName{"empty part", "a//b"},
                                           HostileName{"folder", "a/"},
                                           HostileName{"device", "con"},
                                           HostileName{"device with an ending", "data/NUL.txt"},
                                           HostileName{"dot at the end", "a."},
                                           HostileName{"space", "a b"},
                                           HostileName{"not ASCII", "\xE2\x80\xAE.html"},
                                           HostileName{"twice", "index.html"},
                                           HostileName{"twice but for the case", "INDEX.html"},
                                           HostileName{"too long", std::string(151, 'a')}),
                         [](const auto& info) {
                           std::string name(info.param.what);
                           std::erase_if(name, [](char c) { return c == ' '; });
                           return name;
                         });

// External attributes (APPNOTE 4.4.15) that make a link, a device or a folder of an entry.
TEST_F(UnlockCommand, RefusesEntriesThatAreNoPlainFiles) {
  for (const std::uint32_t mode : {0120777U, 0060600U, 0040755U, 0104755U}) {
    Bytes inner = fuzz::forge_inner_zip(plain_entries());
    const std::size_t central = as_text(ByteView(inner)).find("PK\1\2");
    ASSERT_NE(central, std::string_view::npos);
    for (std::size_t i = 0; i < 4; ++i)
      inner[central + 38 + i] = static_cast<std::byte>((mode << 16U) >> (8 * i));
    put(seal(inner));

    const Ended result = unlock_by_code();

    EXPECT_EQ(result.code, ExitCode::NotAuthentic) << mode << result.err;
    EXPECT_THAT(left(), IsEmpty());
  }
}

}  // namespace
}  // namespace rightful::app
