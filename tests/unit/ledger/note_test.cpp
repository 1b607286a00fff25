// Signed notes: what is read, who has signed, and every form that is refused.

#include "rightful/ledger/note.hpp"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/tree_vectors.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

NoteSigner signer_of(std::string_view name, std::byte seed) {
  return NoteSigner::create(
             name,
             crypto::SigningKey::from_seed(Bytes(crypto::SigningKey::kSeedSizeBytes, seed)).value())
      .value();
}

class Notes : public ::testing::Test {
 protected:
  static constexpr std::string_view kText = "first line\n\nsecond line\n";

  Notes() {
    signers_.push_back(signer_of("log.example.org/one", std::byte{1}));
    signers_.push_back(signer_of("log.example.org/one", std::byte{2}));
  }

  [[nodiscard]] std::string note() const { return make_note(kText, std::span(signers_).first(1)); }

  [[nodiscard]] std::vector<NoteKey> key(std::size_t index) const {
    return {signers_[index].key()};
  }

  std::vector<NoteSigner> signers_;
};

TEST(NoteKey, AgreesWithDevVectors) {
  const auto notes = read_dev_vectors().at("notes");
  const auto seed = from_hex(notes.at("ed25519_seed").get<std::string>()).value();
  const std::string vkey = notes.at("vkey");

  const auto parsed = NoteKey::parse(vkey);
  const auto signer = NoteSigner::create("audit.example.test/dsar/dev",
                                         crypto::SigningKey::from_seed(seed).value());

  ASSERT_THAT(parsed, IsOk());
  ASSERT_THAT(signer, IsOk());
  EXPECT_EQ(*parsed, signer->key());
  EXPECT_EQ(signer->key().text(), vkey);
  EXPECT_EQ(parsed->id(), 0x2cc4fecdU);
}

TEST(NoteKey, RefusesOtherForms) {
  const std::string good =
      "audit.example.test/dsar/dev+2cc4fecd+AdBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3";
  ASSERT_THAT(NoteKey::parse(good), IsOk());
  const std::string_view key = std::string_view(good).substr(good.rfind('+') + 1);
  const std::string name = "audit.example.test/dsar/dev";
  const std::vector<std::string> refused{
      "",
      name,
      name + "+2cc4fecd",
      "+2cc4fecd+" + std::string(key),
      "a b+2cc4fecd+" + std::string(key),
      name + "+2CC4FECD+" + std::string(key),
      name + "+2cc4fec+" + std::string(key),
      name + "+2cc4fecd0+" + std::string(key),
      name + "+2cc4fece+" + std::string(key),  // another key's id
      "Audit.example.test/dsar/dev+2cc4fecd+" + std::string(key),
      good + "=",
      good.substr(0, good.size() - 4),
      name + "+2cc4fecd+AQ==",
      name + "+2cc4fecd+",
      good + "+",
      good + "\n"};
  for (const std::string& vkey : refused)
    EXPECT_THAT(NoteKey::parse(vkey), IsError(ErrorCode::InvalidArgument)) << vkey;
}

TEST(NoteKey, RefusesAnotherKindOfKey) {
  Bytes key(33, std::byte{7});
  key[0] = std::byte{4};  // a witness's cosignature

  const auto parsed = NoteKey::parse("witness.example.org+00000000+" + to_base64(key));

  ASSERT_THAT(parsed, IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parsed.error().detail, HasSubstr("Ed25519"));
}

TEST(NoteKey, NamesHaveNoSpacesOfUnicode) {
  const auto key = signer_of("a", std::byte{1}).key().public_key();

  EXPECT_THAT(NoteKey::create("log.example.org/\u00e4\u00f6", key), IsOk());
  for (const std::string name : {"",
                                 " ",
                                 "a b",
                                 "a\tb",
                                 "a+b",
                                 "a\u00a0b",
                                 "a\u2003",
                                 "\u3000",
                                 "a\u0085",
                                 "a\x7f",
                                 "a\x01",
                                 "\xff",
                                 "\xc0\x80",
                                 "\xed\xa0\x80",
                                 "a\xe2\x80"}) {
    EXPECT_THAT(NoteKey::create(name, key), IsError(ErrorCode::InvalidArgument)) << name;
  }
}

TEST(NoteExample, OfTheSpecificationVerifies) {
  const auto path = shared_ledger_data("note-example.json");
  if (!path) GTEST_SKIP() << "no note-example.json";
  const auto json = read_json(*path);
  const std::string bytes =
      json.at("text").get<std::string>() + "\n" + json.at("signature_line").get<std::string>();
  const std::vector keys{NoteKey::parse(json.at("vkey").get<std::string>()).value()};

  const auto note = parse_note(as_bytes(bytes));

  ASSERT_THAT(note, IsOk());
  EXPECT_EQ(note->text, json.at("text").get<std::string>());
  EXPECT_THAT(verify_note(*note, keys), IsOk());
}

TEST_F(Notes, RoundTrip) {
  const auto parsed = parse_note(as_bytes(note()));

  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->text, kText);
  ASSERT_EQ(parsed->signatures.size(), 1U);
  EXPECT_EQ(parsed->signatures[0].name, "log.example.org/one");
  EXPECT_EQ(parsed->signatures[0].key_id, signers_[0].key().id());
  const auto signed_by = verify_note(*parsed, key(0));
  ASSERT_THAT(signed_by, IsOk());
  EXPECT_THAT(*signed_by, ElementsAre(signers_[0].key()));
}

TEST_F(Notes, TwoKeysWhileOneIsReplaced) {
  const auto parsed = parse_note(as_bytes(make_note(kText, signers_)));
  const std::vector both{signers_[1].key(), signers_[0].key()};

  ASSERT_THAT(parsed, IsOk());
  const auto signed_by = verify_note(*parsed, both);
  ASSERT_THAT(signed_by, IsOk());
  EXPECT_THAT(*signed_by, ElementsAre(signers_[0].key(), signers_[1].key()));
  EXPECT_THAT(verify_note(*parsed, key(1)), IsOk());
}

// N1
TEST_F(Notes, AnotherKeyIdIsUnknown) {
  auto parsed = parse_note(as_bytes(note())).value();
  parsed.signatures[0].key_id ^= 1U;

  EXPECT_THAT(verify_note(parsed, key(0)), IsError(ErrorCode::NotFound));
  EXPECT_THAT(verify_note(parse_note(as_bytes(note())).value(), key(1)),
              IsError(ErrorCode::NotFound));
  EXPECT_THAT(verify_note(parse_note(as_bytes(note())).value(), {}), IsError(ErrorCode::NotFound));
}

// N2
TEST_F(Notes, ABadSignatureBesideAGoodOneFailsTheWhole) {
  const std::string good = note();
  const std::string foreign = make_note("another text\n", std::span(signers_).subspan(1));
  const std::string bytes = good + foreign.substr(foreign.rfind("\n\n") + 2);
  const auto parsed = parse_note(as_bytes(bytes)).value();
  const std::vector both{signers_[0].key(), signers_[1].key()};

  EXPECT_THAT(verify_note(parsed, both), IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(verify_note(parsed, key(0)), IsOk());  // the bad one is of a key that is not known
}

TEST_F(Notes, ASignatureOfAnotherSizeIsBad) {
  auto parsed = parse_note(as_bytes(note())).value();
  parsed.signatures[0].signature.push_back(std::byte{0});

  EXPECT_THAT(verify_note(parsed, key(0)), IsError(ErrorCode::NotAuthentic));
}

// N3
TEST_F(Notes, AnUnknownSignatureIsIgnored) {
  const std::string bytes =
      note() + "\u2014 witness.example.org/\u00e9 " + to_base64(Bytes(76, std::byte{9})) + "\n";
  const auto parsed = parse_note(as_bytes(bytes));

  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->signatures.size(), 2U);
  EXPECT_THAT(verify_note(*parsed, key(0)), IsOk());
}

// N4
TEST_F(Notes, SixteenSignaturesAreReadAndNoMore) {
  std::string bytes = note();
  const std::string line = "\u2014 other.example.org " + to_base64(Bytes(68, std::byte{9})) + "\n";
  for (std::size_t count = 1; count < kMaxNoteSignatures; ++count)
    bytes += line;

  EXPECT_THAT(parse_note(as_bytes(bytes)), IsOk());
  EXPECT_THAT(parse_note(as_bytes(bytes + line)), IsError(ErrorCode::LimitExceeded));
}

// N5
TEST_F(Notes, RefusesWhatIsNoNote) {
  const std::string good = note();
  const std::string line = good.substr(good.rfind("\n\n") + 2);
  const auto with = [&good](std::string_view what) {
    std::string bytes = good;
    return bytes.insert(3, what);
  };
  const std::vector<std::string> refused{"",
                                         "\n",
                                         "\n\n",
                                         "text\n",
                                         "text\n\n",
                                         "text\n" + line,
                                         good.substr(0, good.size() - 1),
                                         good + "\n",
                                         good + " ",
                                         with("\r"),
                                         with("\t"),
                                         with(std::string_view("\0", 1)),
                                         with("\xff"),
                                         with("\xc3"),
                                         "text\n\n" + line.substr(3),
                                         "text\n\n-" + line.substr(3),
                                         "text\n\n " + line,
                                         "text\n\n\u2014  " + line.substr(4),
                                         "text\n\n\u2014 name\n",
                                         "text\n\n\u2014 name AAAAAA==\n",
                                         "text\n\n\u2014 name AAAAAAE\n",
                                         "text\n\n\u2014 name AAAAAAF=\n",
                                         "text\n\n\u2014 na+me AAAAAAA=\n",
                                         "text\n\n\u2014 name AAAAAAA= \n",
                                         "text\n\n\u2014 name  AAAAAAA=\n"};
  for (const std::string& bytes : refused)
    EXPECT_THAT(parse_note(as_bytes(bytes)), IsError(ErrorCode::InvalidArgument)) << bytes;
  EXPECT_THAT(parse_note(as_bytes("text\n\n\u2014 name AAAAAAA=\n")), IsOk());
}

TEST_F(Notes, TheLastBlankLineSeparates) {
  const std::string good = note();
  std::string two_blank = good;
  two_blank.insert(good.rfind("\n\n"), "\n");

  const auto parsed = parse_note(as_bytes(two_blank));

  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->text, std::string(kText) + "\n");
  EXPECT_THAT(verify_note(*parsed, key(0)), IsError(ErrorCode::NotAuthentic));
}

TEST_F(Notes, RefusesMoreThanTheLimit) {
  const std::string huge = std::string(kMaxNoteSizeBytes, 'a') + "\n" + note();

  EXPECT_THAT(parse_note(as_bytes(huge)), IsError(ErrorCode::LimitExceeded));
}

TEST_F(Notes, EveryFlippedBitIsNoticed) {
  const std::string good = note();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bytes = good;
    bytes[bit / 8] =
        static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1U << (bit % 8)));
    const auto parsed = parse_note(as_bytes(bytes));
    if (!parsed) continue;

    ASSERT_FALSE(verify_note(*parsed, key(0)).has_value()) << bit;
  }
}

TEST_F(Notes, OwnTextsAreNotes) {
  EXPECT_DEATH(static_cast<void>(make_note("no line feed", signers_)), "is_note_text");
  EXPECT_DEATH(static_cast<void>(make_note("a\tb\n", signers_)), "is_note_text");
  EXPECT_DEATH(static_cast<void>(make_note("text\n", {})), "signers");
}

}  // namespace
}  // namespace rightful::ledger::testing
