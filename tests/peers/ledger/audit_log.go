// Checks a published ledger with Go's own transparency log library (golang.org/x/mod/sumdb): the
// checkpoint's signature, every hash tile against the signed root, every entry against its hash.
// Shares no code with Rightful. Entries whose body was erased are counted and passed.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run audit_log.go FOLDER VKEY
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// folder reads the tiles of a log: tile/<level>/<number>[.p/<width>].
type folder string

func (f folder) Height() int { return tileHeight }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// tlog writes tile/8/<level>/…: the height is 8 for everybody here.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

// openCheckpoint returns the tree that the log's key has signed.
func openCheckpoint(text []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	var size int64
	if _, err := fmt.Sscan(lines[1], &size); err != nil || fmt.Sprint(size) != lines[1] {
		return tlog.Tree{}, fmt.Errorf("no size: %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// readBundle splits tile/entries/…: each entry after its length, two bytes, big-endian.
func readBundle(f folder, tile tlog.Tile) ([][]byte, error) {
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(string(f), path))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(data[0])<<8+int(data[1]) {
			return nil, fmt.Errorf("%s ends early", path)
		}
		size := int(data[0])<<8 + int(data[1])
		entries = append(entries, data[2:2+size])
		data = data[2+size:]
	}
	if len(entries) != tile.W {
		return nil, fmt.Errorf("%s holds %d entries", path, len(entries))
	}
	return entries, nil
}

func audit(f folder, vkey string) (tlog.Tree, int, error) {
	text, err := os.ReadFile(filepath.Join(string(f), "checkpoint"))
	if err != nil {
		return tlog.Tree{}, 0, err
	}
	tree, err := openCheckpoint(text, vkey)
	if err != nil {
		return tree, 0, err
	}
	// Every hash that comes out of it was checked against the root.
	reader := tlog.TileHashReader(tree, f)
	erased := 0
	for first := int64(0); first < tree.N; first += 1 << tileHeight {
		width := tree.N - first
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		entries, err := readBundle(f, tlog.Tile{H: tileHeight, N: first >> tileHeight, W: int(width)})
		if err != nil {
			return tree, erased, err
		}
		var indexes []int64
		for at := range entries {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+int64(at)))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return tree, erased, err
		}
		for at, entry := range entries {
			if len(entry) == 0 {
				erased++
			} else if tlog.RecordHash(entry) != hashes[at] {
				return tree, erased, fmt.Errorf("entry %d is not the one that was signed", first+int64(at))
			}
		}
	}
	// The tiles above level 0 that the loop did not need.
	root, err := tlog.TreeHash(tree.N, reader)
	if err == nil && tree.N > 0 && root != tree.Hash {
		err = fmt.Errorf("another root")
	}
	return tree, erased, err
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: audit_log FOLDER VKEY")
		os.Exit(2)
	}
	tree, erased, err := audit(folder(os.Args[1]), os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "not verified:", err)
		os.Exit(1)
	}
	fmt.Printf("verified: %d entries (%d erased), root %s\n", tree.N, erased, tree.Hash)
}
