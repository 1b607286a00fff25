// Checks one entry of a ledger with npm's @sigstore/verify (signature of the checkpoint, inclusion
// proof) and canonicalize (the entry is in RFC 8785's one form). Shares no code with Rightful.
//
//   node verify_entry.mjs LEAF PROOF VKEY      (a leaf's bytes, its tlog-proof, the log's key)
import crypto from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const installed = process.env.RIGHTFUL_PEERS ?? path.join(here, '../../../build/peers');
const require = createRequire(path.join(installed, 'package.json'));
const verify = path.dirname(require.resolve('@sigstore/verify'));
const { verifyCheckpoint } = require(path.join(verify, 'tlog/checkpoint.js'));
const { verifyMerkleInclusion } = require(path.join(verify, 'tlog/merkle.js'));
const canonicalize = require('canonicalize');

// <name>+<id, 8 hexadecimal digits>+<base64 of 01 and the key>
export function parseVkey(vkey) {
  const [name, id, ...rest] = vkey.trim().split('+');
  const key = Buffer.from(rest.join('+'), 'base64').subarray(1);
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key]);
  return {
    baseURL: name,
    logID: Buffer.concat([Buffer.from(id, 'hex'), Buffer.alloc(28)]),
    publicKey: crypto.createPublicKey({ key: der, format: 'der', type: 'spki' }),
  };
}

export function parseProof(text) {
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, end).split('\n');
  if (lines.shift() !== 'c2sp.org/tlog-proof@v1') throw new Error('not a tlog-proof');
  if (lines[0].startsWith('extra ')) lines.shift();
  return {
    index: lines.shift().replace('index ', ''),
    hashes: lines.map((line) => Buffer.from(line, 'base64')),
    checkpoint: text.slice(end + 2),
  };
}

// Throws when anything does not hold.
export function verifyEntry(leaf, proof, log) {
  const entry = {
    canonicalizedBody: leaf,
    inclusionProof: {
      logIndex: proof.index,
      hashes: proof.hashes,
      checkpoint: { envelope: proof.checkpoint },
    },
  };
  const checkpoint = verifyCheckpoint(entry, [log]);
  verifyMerkleInclusion(entry, checkpoint);
  return checkpoint;
}

export function isCanonical(leaf) {
  const text = leaf.toString('utf8');
  return canonicalize(JSON.parse(text)) === text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [leafPath, proofPath, vkey] = process.argv.slice(2);
  const leaf = fs.readFileSync(leafPath);
  const proof = parseProof(fs.readFileSync(proofPath, 'utf8'));
  const checkpoint = verifyEntry(leaf, proof, parseVkey(vkey));
  if (!isCanonical(leaf)) throw new Error('the entry is not in its canonical form');
  console.log(`verified: entry ${proof.index} of ${checkpoint.origin}, ${checkpoint.logSize} entries`);
}
