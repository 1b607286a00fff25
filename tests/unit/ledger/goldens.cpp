#include "tests/unit/ledger/goldens.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "rightful/core/files.hpp"

namespace rightful::ledger::testing {

namespace {

GoldenKey key_from(const nlohmann::json& json) {
  return {.seed = from_hex(json.at("seed").get<std::string>()).value(),
          .public_key = json.at("pub"),
          .id = json.at("id")};
}

}  // namespace

Goldens read_goldens() {
  const std::filesystem::path path =
      std::filesystem::path(RIGHTFUL_SOURCE_DIR) / "tests/vectors/ledger/leaf-goldens.json";
  const auto json = nlohmann::json::parse(as_text(read_file(path, 1U << 20U).value()));
  const auto& subject = json.at("subject");
  Goldens goldens{.origin = json.at("origin"),
                  .enrol = key_from(json.at("enrol")),
                  .writer = key_from(json.at("writer")),
                  .subject_key = from_hex(subject.at("key").get<std::string>()).value(),
                  .account = subject.at("account"),
                  .subj = subject.at("subj"),
                  .lookup_key = from_hex(subject.at("lookup_key").get<std::string>()).value(),
                  .tag = subject.at("tag"),
                  .leaves = {},
                  .refusals = {}};
  for (const auto& leaf : json.at("leaves")) {
    goldens.leaves.push_back({leaf.at("bytes"), leaf.at("length"), leaf.at("leaf_hash")});
  }
  for (const auto& refusal : json.at("refuse")) {
    const auto bytes = from_base64(refusal.at("bytes_b64").get<std::string>());
    goldens.refusals.push_back({refusal.at("why"), bytes.value()});
  }
  return goldens;
}

crypto::SigningKey signing_key(const GoldenKey& key) {
  return crypto::SigningKey::from_seed(key.seed).value();
}

Origin origin_of(const Goldens& goldens) {
  return Origin::parse(goldens.origin).value();
}

FindWriterKey key_finder(const Goldens& goldens) {
  return [enrol = goldens.enrol, writer = goldens.writer](std::string_view id) {
    std::optional<crypto::SignPublicKey> found;
    if (id == enrol.id) found = signing_key(enrol).public_key();
    if (id == writer.id) found = signing_key(writer).public_key();
    return found;
  };
}

}  // namespace rightful::ledger::testing
