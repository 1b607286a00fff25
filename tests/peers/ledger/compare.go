// The other side of ledger_peer: makes a log with Go's library, and checks the proofs that Rightful
// made; one changed bit must be refused everywhere.
//
//	compare make FOLDER SEED SIZE
//	compare read FOLDER SEED
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func check(ok bool, what string) {
	if !ok {
		must(fmt.Errorf("%s", what))
	}
}

func write(path string, data []byte) {
	must(os.MkdirAll(filepath.Dir(path), 0o755))
	must(os.WriteFile(path, data, 0o644))
}

func proofLine(kind string, one, size int64, hashes []tlog.Hash) string {
	line := fmt.Sprintf("%s %d %d", kind, one, size)
	for _, hash := range hashes {
		line += " " + base64.StdEncoding.EncodeToString(hash[:])
	}
	return line + "\n"
}

type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		hashes = append(hashes, s[index])
	}
	return hashes, nil
}

func makeLog(folder string, random *rand.Rand, size int64) {
	name := fmt.Sprintf("go.example.test/peers/%d", random.Int31())
	secret, vkey, err := note.GenerateKey(random, name)
	must(err)
	signer, err := note.NewSigner(secret)
	must(err)
	var hashes stored
	var bundle []byte
	log := filepath.Join(folder, "log")
	for index := int64(0); index < size; index++ {
		leaf := make([]byte, 1+random.Intn(700))
		random.Read(leaf)
		more, err := tlog.StoredHashes(index, leaf, hashes)
		must(err)
		hashes = append(hashes, more...)
		bundle = append(append(bundle, byte(len(leaf)>>8), byte(len(leaf))), leaf...)
		if width := index%256 + 1; width == 256 || index+1 == size {
			tile := tlog.Tile{H: height, N: index / 256, W: int(width)}
			write(filepath.Join(log, strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)), bundle)
			bundle = nil
		}
	}
	for _, tile := range tlog.NewTiles(height, 0, size) {
		data, err := tlog.ReadTileData(tile, hashes)
		must(err)
		write(filepath.Join(log, strings.Replace(tile.Path(), "tile/8/", "tile/", 1)), data)
	}
	root, err := tlog.TreeHash(size, hashes)
	must(err)
	text := fmt.Sprintf("%s\n%d\n%s\n", name, size, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	must(err)
	write(filepath.Join(log, "checkpoint"), signed)
	write(filepath.Join(folder, "vkey"), []byte(vkey+"\n"))
	proofs := ""
	for at := 0; at < 8; at++ {
		index, old := random.Int63n(size), 1+random.Int63n(size)
		inclusion, err := tlog.ProveRecord(size, index, hashes)
		must(err)
		proofs += proofLine("inclusion", index, size, inclusion)
		consistency, err := tlog.ProveTree(size, old, hashes)
		must(err)
		proofs += proofLine("consistency", old, size, consistency)
	}
	write(filepath.Join(folder, "proofs"), []byte(proofs))
}

type tiles string

func (t tiles) Height() int { return height }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(string(t), strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func openTree(text []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func readLog(folder string, random *rand.Rand) {
	vkey, err := os.ReadFile(filepath.Join(folder, "vkey"))
	must(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	must(err)
	log := tiles(filepath.Join(folder, "log"))
	text, err := os.ReadFile(filepath.Join(string(log), "checkpoint"))
	must(err)
	tree, err := openTree(text, verifier)
	must(err)
	for at := 0; at < 32; at++ {
		changed := append([]byte(nil), text...)
		at := random.Intn(len(changed))
		if at == len(changed)-3 {
			continue // the last digit of base64: Go passes over its unused bits, Rightful refuses them
		}
		changed[at] ^= 1 << random.Intn(8)
		_, err := openTree(changed, verifier)
		check(err != nil, "a checkpoint with another bit was opened")
	}
	reader := tlog.TileHashReader(tree, log)
	file, err := os.Open(filepath.Join(folder, "proofs"))
	must(err)
	count := 0
	for lines := bufio.NewScanner(file); lines.Scan(); count++ {
		words := strings.Fields(lines.Text())
		one, err := strconv.ParseInt(words[1], 10, 64)
		must(err)
		var proof []tlog.Hash
		for _, word := range words[3:] {
			hash, err := tlog.ParseHash(word)
			must(err)
			proof = append(proof, hash)
		}
		holds := func() bool {
			if words[0] == "inclusion" {
				leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, one)})
				must(err)
				return tlog.CheckRecord(proof, tree.N, tree.Hash, one, leaf[0]) == nil
			}
			old, err := tlog.TreeHash(one, reader)
			must(err)
			return tlog.CheckTree(proof, tree.N, tree.Hash, one, old) == nil
		}
		check(holds(), "does not hold: "+lines.Text())
		if len(proof) > 0 {
			proof[random.Intn(len(proof))][random.Intn(32)] ^= 1 << random.Intn(8)
			check(!holds(), "holds with another bit: "+lines.Text())
		}
	}
	check(count == 16, "sixteen proofs were expected")
}

func main() {
	seed, err := strconv.ParseInt(os.Args[3], 10, 64)
	must(err)
	random := rand.New(rand.NewSource(seed))
	switch os.Args[1] {
	case "make":
		size, err := strconv.ParseInt(os.Args[4], 10, 64)
		must(err)
		makeLog(os.Args[2], random, size)
	case "read":
		readLog(os.Args[2], random)
	default:
		must(fmt.Errorf("make or read"))
	}
}
