/// @file
/// tests/vectors/ledger/leaf-goldens.json: leaves, keys and refusals that another program made.
#pragma once

#include <string>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/signature.hpp"
#include "rightful/ledger/leaf.hpp"

namespace rightful::ledger::testing {

struct GoldenLeaf {
  std::string bytes;
  std::size_t length;
  std::string leaf_hash;
};

struct GoldenRefusal {
  std::string why;
  Bytes bytes;
};

struct GoldenKey {
  Bytes seed;
  std::string public_key;  // hexadecimal
  std::string id;
};

struct Goldens {
  std::string origin;
  GoldenKey enrol;
  GoldenKey writer;
  Bytes subject_key;
  std::string account;
  std::string subj;
  Bytes lookup_key;
  std::string tag;
  std::vector<GoldenLeaf> leaves;
  std::vector<GoldenRefusal> refusals;
};

[[nodiscard]] Goldens read_goldens();

[[nodiscard]] crypto::SigningKey signing_key(const GoldenKey& key);
[[nodiscard]] Origin origin_of(const Goldens& goldens);
/// Knows the enrolment key and the writer of the goldens.
[[nodiscard]] FindWriterKey key_finder(const Goldens& goldens);

}  // namespace rightful::ledger::testing
