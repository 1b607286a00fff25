#include "bench/verify_rates.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>

#include <fmt/format.h>

#include "rightful/core/files.hpp"
#include "rightful/crypto/signature.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/proof.hpp"
#include "rightful/ledger/trust_file.hpp"
#include "rightful/ledger/verifier.hpp"

#include "bench/made_log.hpp"
#include "bench/measured_run.hpp"
#include "bench/plain_file.hpp"
#include "bench/stop_request.hpp"
#include "bench/tables.hpp"
#include "bench/value_of.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using Seconds = std::chrono::duration<double>;

constexpr unsigned kProofs = 2000;
constexpr unsigned kSignatures = 40'000;
constexpr std::size_t kMaxTrustBytes = std::size_t{64} * 1024;

// Reads every leaf, builds the tree and compares it with the signed root: what golang.org/x/mod
// offers for the same files. It knows nothing of writers.
constexpr const char* kGoProgram = R"(package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = h[x]
	}
	return out, nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	dir, trust := os.Args[1], os.Args[2]
	text, err := os.ReadFile(trust)
	check(err)
	vkey := strings.TrimPrefix(strings.SplitN(string(text), "\n", 2)[0], "log ")
	verifier, err := note.NewVerifier(vkey)
	check(err)
	signed, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	check(err)
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + lines[1] + "\n" + lines[2] + "\n"))
	check(err)
	var stored hashes
	for n := int64(0); n < tree.N; {
		width := tree.N - n
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: -1, N: n / 256, W: int(width)}
		name := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(dir, name))
		check(err)
		for i := int64(0); i < width; i++ {
			size := int(binary.BigEndian.Uint16(bundle))
			more, err := tlog.StoredHashes(n, bundle[2:2+size], stored)
			check(err)
			stored = append(stored, more...)
			bundle = bundle[2+size:]
			n++
		}
	}
	root, err := tlog.TreeHash(tree.N, stored)
	check(err)
	if root != tree.Hash {
		check(fmt.Errorf("the root differs"))
	}
}
)";

class NoFindings final : public ledger::FindingSink {
 public:
  void found(const ledger::Finding& finding) override {
    if (finding.severity != ledger::Severity::Proven) return;
    fmt::print(stderr, "{} {}\n", ledger::word_of(finding.kind), finding.detail);
    ++count;
  }

  unsigned count = 0;
};

ledger::VerifyRequest request_for(const fs::path& trust) {
  const Bytes text = value_of(read_file(trust, kMaxTrustBytes));
  ledger::VerifyRequest request;
  request.keys = value_of(ledger::TrustFile::parse(text)).log_keys();
  return request;
}

/// Ed25519 verifications a second on one core, over texts of a leaf's size.
double signature_rate() {
  SystemRandom random;
  const auto key = crypto::SigningKey::generate(random);
  const Bytes text(480, std::byte{0x41});
  const auto signature = key.sign(text);
  const auto start = std::chrono::steady_clock::now();
  for (unsigned i = 0; i < kSignatures; ++i)
    value_of(crypto::verify_signature(key.public_key(), text, signature));
  return kSignatures / Seconds(std::chrono::steady_clock::now() - start).count();
}

/// Milliseconds of one inclusion proof out of the files, nothing kept from the one before.
ordered_json proof_times(const fs::path& log, std::uint64_t size) {
  auto directory = value_of(ledger::LogDirectory::open(log));
  std::mt19937_64 choose(20261122);
  std::vector<double> times;
  for (unsigned i = 0; i < kProofs; ++i) {
    const std::uint64_t index = choose() % size;
    const auto start = std::chrono::steady_clock::now();
    ledger::TileHashes hashes(directory, size);
    static_cast<void>(value_of(ledger::make_inclusion_proof(hashes, index, size)));
    times.push_back(Seconds(std::chrono::steady_clock::now() - start).count() * 1e3);
  }
  std::ranges::sort(times);
  return {{"proofs", kProofs},
          {"median_ms", times[kProofs / 2]},
          {"p99_ms", times[kProofs * 99 / 100]}};
}

MadeLog make_apart(const Setup& setup, std::uint64_t leaves) {
  const fs::path place = setup.folder.make(fmt::format("log-{}", leaves));
  setup.progress.show(fmt::format("making a log of {} leaves", leaves));
  run_apart({setup.programs.self.string(), "make-log", place.string(), std::to_string(leaves)});
  return {.directory = place / "log", .trust = place / "trust"};
}

std::optional<fs::path> build_go_peer(const Setup& setup) {
  if (!fs::exists("/usr/bin/go") || !fs::exists("/usr/share/gocode/src/golang.org/x/mod")) {
    fmt::print("golang-go and golang-golang-x-mod-dev are not installed: no figures of x/mod\n");
    return std::nullopt;
  }
  const fs::path place = setup.folder.make("x-mod");
  write_file(place / "main.go", kGoProgram);
  run_apart({"/usr/bin/env",
             "GOPATH=/usr/share/gocode",
             "GO111MODULE=off",
             "GOFLAGS=",
             "GOCACHE=" + (place / "cache").string(),
             "go",
             "build",
             "-o",
             (place / "verify").string(),
             (place / "main.go").string()});
  return place / "verify";
}

Contender ours(const Setup& setup, const MadeLog& log, const char* name, const char* depth) {
  return {.name = name,
          .commands = {{setup.programs.self.string(),
                        "verify",
                        log.directory.string(),
                        log.trust.string(),
                        depth}},
          .directory = {},
          .output = {}};
}

std::vector<Contender> verifiers(const Setup& setup, const MadeLog& log) {
  std::vector<Contender> contenders{{.name = "rightful audit verify",
                                     .commands = {{setup.programs.rightful.string(),
                                                   "audit",
                                                   "verify",
                                                   log.directory.string(),
                                                   "--trust",
                                                   log.trust.string(),
                                                   "--max-age",
                                                   "any"}},
                                     .directory = {},
                                     .output = {}}};
  const fs::path tar = setup.folder.path() / "log.tar";
  run_apart({setup.programs.rightful.string(),
             "audit",
             "export",
             log.directory.string(),
             "--trust",
             log.trust.string(),
             "--max-age",
             "any",
             "--format",
             "tar",
             "--out",
             tar.string()});
  contenders.push_back({.name = "rightful audit verify, tar",
                        .commands = {{setup.programs.rightful.string(),
                                      "audit",
                                      "verify",
                                      tar.string(),
                                      "--trust",
                                      log.trust.string(),
                                      "--max-age",
                                      "any"}},
                        .directory = {},
                        .output = {}});
  contenders.push_back(ours(setup, log, "without signatures", "unsigned"));
  contenders.push_back(ours(setup, log, "hashes only", "hashes"));
  if (const auto peer = build_go_peer(setup)) {
    contenders.push_back(
        {.name = "golang.org/x/mod",
         .commands = {{peer->string(), log.directory.string(), log.trust.string()}},
         .directory = {},
         .output = {}});
  }
  return contenders;
}

}  // namespace

int run_verify_mode(const std::vector<std::string>& arguments) {
  ledger::VerifyRequest request = request_for(arguments.at(1));
  const std::string& depth = arguments.at(2);
  if (depth == "hashes") request.depth = ledger::Depth::HashesOnly;
  if (depth == "unsigned") request.depth = ledger::Depth::WithoutSignatures;
  auto directory = value_of(ledger::LogDirectory::open(arguments.at(0)));
  NoFindings findings;
  static_cast<void>(ledger::verify_log(directory, request, findings));
  return findings.count == 0 ? 0 : 1;
}

int run_make_log_mode(const std::vector<std::string>& arguments) {
  static_cast<void>(make_log(arguments.at(0), std::stoull(arguments.at(1))));
  return 0;
}

ordered_json measure_verifying(const Setup& setup, std::uint64_t leaves, bool wants_growth) {
  const MadeLog log = make_apart(setup, leaves);
  ordered_json part{{"what", fmt::format("a log of {} leaves", leaves)}, {"leaves", leaves}};
  part["ed25519_per_s_core"] = signature_rate();
  const auto rows = measure_in_turn(verifiers(setup, log), setup.rounds, setup.progress);
  part["contenders"] = json_of(rows);
  part["proof"] = proof_times(log.directory, leaves);
  if (wants_growth) {
    const MadeLog larger = make_apart(setup, 4 * leaves);
    const auto measured = measure_once({.name = fmt::format("{} leaves", 4 * leaves),
                                        .commands = {{setup.programs.rightful.string(),
                                                      "audit",
                                                      "verify",
                                                      larger.directory.string(),
                                                      "--trust",
                                                      larger.trust.string(),
                                                      "--max-age",
                                                      "any"}},
                                        .directory = {},
                                        .output = {}});
    part["four_times"] = json_of({measured}).at(0);
  }
  setup.progress.clear();
  return part;
}

}  // namespace rightful::bench
