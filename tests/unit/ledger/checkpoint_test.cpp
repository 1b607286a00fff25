// Checkpoints: bit-exact against another program's, and refused in any other form.

#include "rightful/ledger/checkpoint.hpp"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/files.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/tree_vectors.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::HasSubstr;

constexpr std::string_view kOrigin = "audit.example.test/dsar/dev";
constexpr std::string_view kTesseraKey =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

class Checkpoints : public ::testing::Test {
 protected:
  Checkpoints() {
    const auto seed = from_hex(notes_.at("ed25519_seed").get<std::string>()).value();
    signers_.push_back(
        NoteSigner::create(kOrigin, crypto::SigningKey::from_seed(seed).value()).value());
    keys_.push_back(signers_.front().key());
  }

  [[nodiscard]] static Checkpoint checkpoint_at(std::uint64_t size) {
    MemoryTree tree = dev_tree(size);
    return {Origin::parse(kOrigin).value(), {size, tree_root(tree, size).value()}};
  }

  const nlohmann::json notes_ = read_dev_vectors().at("notes");
  std::vector<NoteSigner> signers_;
  std::vector<NoteKey> keys_;
};

TEST_F(Checkpoints, AreBitExact) {
  const std::vector<std::uint64_t> sizes{0, 1, 257};
  ASSERT_EQ(notes_.at("checkpoints").size(), sizes.size());
  for (std::size_t at = 0; at < sizes.size(); ++at) {
    const std::string expected = notes_.at("checkpoints").at(at);

    EXPECT_EQ(sign_checkpoint(checkpoint_at(sizes[at]), signers_), expected);
  }
}

TEST_F(Checkpoints, OfAnotherProgramOpen) {
  for (const std::string note : notes_.at("checkpoints")) {
    const auto opened = open_checkpoint(as_bytes(note), keys_);

    ASSERT_THAT(opened, IsOk());
    const Checkpoint expected = checkpoint_at(opened->checkpoint.head.size);
    EXPECT_EQ(opened->checkpoint.origin, expected.origin);
    EXPECT_EQ(opened->checkpoint.head.root, expected.head.root);
    EXPECT_EQ(opened->signed_by, keys_);
  }
}

TEST(TesseraCheckpoints, Open) {
  const auto folder = shared_ledger_data("tessera-testdata-log");
  if (!folder) GTEST_SKIP() << "no log of Tessera";
  const std::vector keys{NoteKey::parse(kTesseraKey).value()};
  for (std::uint64_t size = 0; size <= 7; ++size) {
    const auto note = read_file(*folder / ("checkpoint." + std::to_string(size)), 4096).value();

    const auto opened = open_checkpoint(note, keys);

    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(opened->checkpoint.head.size, size);
    EXPECT_EQ(opened->checkpoint.origin.text(), "example.com/log/testdata");
  }
}

// N6, N7 and the form itself
TEST(CheckpointText, RefusesOtherForms) {
  const std::string origin = std::string(kOrigin) + "\n";
  const std::string root = "BFyPel487w1cmMT0o0fN8L2+7lfqV6m353eMhyvQ1DA=\n";
  const std::string empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
  ASSERT_THAT(parse_checkpoint(origin + "257\n" + root), IsOk());
  ASSERT_THAT(parse_checkpoint(origin + "9223372036854775807\n" + root), IsOk());
  ASSERT_THAT(parse_checkpoint(origin + "0\n" + empty), IsOk());
  const std::vector<std::string> refused{
      "",
      origin,
      origin + "257\n",
      origin + "257\n" + root.substr(0, root.size() - 1),
      origin + "257\n" + root + "\n",
      origin + "257\n" + root + "an extension\n",
      "\n257\n" + root,
      "Audit.example.test\n257\n" + root,
      origin + "\n257\n" + root,
      origin + "0257\n" + root,
      origin + "00\n" + empty,
      origin + "+257\n" + root,
      origin + "-1\n" + root,
      origin + " 257\n" + root,
      origin + "257 \n" + root,
      origin + "0x101\n" + root,
      origin + "\n" + root,
      origin + "9223372036854775808\n" + root,
      origin + "18446744073709551615\n" + root,
      origin + "18446744073709551616\n" + root,
      origin + "0\n" + root,
      origin + "257\nBFyPel487w1cmMT0o0fN8L2+7lfqV6m353eMhyvQ1A==\n",
      origin + "257\nBFyPel487w1cmMT0o0fN8L2+7lfqV6m353eMhyvQ1DAA\n",
      origin + "257\nBFyPel487w1cmMT0o0fN8L2+7lfqV6m353eMhyvQ1DB=\n",
      origin + "257\nBFyPel487w1cmMT0o0fN8L2-7lfqV6m353eMhyvQ1DA=\n",
      origin + "257\nBFyPel487w1cmMT0o0fN8L2+7lfqV6m353eMhyvQ1DA\n"};
  for (const std::string& text : refused)
    EXPECT_THAT(parse_checkpoint(text), IsError(ErrorCode::InvalidArgument)) << text;
}

// N9
TEST_F(Checkpoints, OfAnotherOriginAreRefused) {
  const std::string foreign =
      "audit.example.test/other\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

  const auto opened = open_checkpoint(as_bytes(make_note(foreign, signers_)), keys_);

  ASSERT_THAT(opened, IsError(ErrorCode::Conflict));
  EXPECT_THAT(opened.error().detail, HasSubstr("audit.example.test/other"));
}

TEST_F(Checkpoints, SayWhyTheyDoNotOpen) {
  const std::string good = notes_.at("checkpoints").at(2);
  std::string changed = good;
  changed.replace(changed.find("257"), 3, "258");

  EXPECT_THAT(open_checkpoint(as_bytes(changed), keys_), IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(open_checkpoint(as_bytes(good), {}), IsError(ErrorCode::NotFound));
  EXPECT_THAT(open_checkpoint(as_bytes("nothing\n"), keys_), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(open_checkpoint(as_bytes(make_note("signed, but no checkpoint\n", signers_)), keys_),
              IsError(ErrorCode::InvalidArgument));
}

TEST_F(Checkpoints, AreSignedUnderTheirOwnName) {
  Checkpoint other = checkpoint_at(1);
  other.origin = Origin::parse("audit.example.test/other").value();

  EXPECT_DEATH(static_cast<void>(sign_checkpoint(other, signers_)), "origin");
}

TEST_F(Checkpoints, ExtendEarlierOnes) {
  MemoryTree tree = dev_tree(9);
  const Checkpoint newer = checkpoint_at(9);
  const Proof proof = make_consistency_proof(tree, 7, 9).value();

  EXPECT_THAT(verify_extends(checkpoint_at(7), newer, proof), IsOk());
  EXPECT_THAT(verify_extends(newer, newer, {}), IsOk());
  EXPECT_THAT(verify_extends(checkpoint_at(8), newer, proof), IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(verify_extends(newer, checkpoint_at(7), proof), IsError(ErrorCode::InvalidArgument));
  Checkpoint foreign = checkpoint_at(7);
  foreign.origin = Origin::parse("audit.example.test/other").value();
  EXPECT_THAT(verify_extends(foreign, newer, proof), IsError(ErrorCode::Conflict));
}

// N10
TEST_F(Checkpoints, EveryTreeGoesOnFromTheEmptyOne) {
  const Checkpoint newer = checkpoint_at(9);
  Checkpoint lie = checkpoint_at(0);
  lie.head.root = newer.head.root;

  EXPECT_THAT(verify_extends(checkpoint_at(0), newer, {}), IsOk());
  EXPECT_THAT(verify_extends(checkpoint_at(0), checkpoint_at(0), {}), IsOk());
  EXPECT_THAT(verify_extends(checkpoint_at(0), newer, {newer.head.root}),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(verify_extends(lie, newer, {}), IsError(ErrorCode::NotAuthentic));
}

}  // namespace
}  // namespace rightful::ledger::testing
