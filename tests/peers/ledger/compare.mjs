// Every entry of a log that ledger_peer made, and every inclusion proof, against npm's libraries;
// one changed bit must be refused.
//
//   node compare.mjs FOLDER
import fs from 'node:fs';
import path from 'node:path';

import { isCanonical, parseVkey, verifyEntry } from './verify_entry.mjs';

const folder = process.argv[2];
const log = parseVkey(fs.readFileSync(path.join(folder, 'vkey'), 'utf8'));
const checkpoint = fs.readFileSync(path.join(folder, 'log/checkpoint'), 'utf8');
const size = Number(checkpoint.split('\n')[1]);

function bundleOf(index) {
  const number = Math.floor(index / 256);
  const width = Math.min(256, size - number * 256);
  const name = String(number).padStart(3, '0') + (width < 256 ? `.p/${width}` : '');
  return fs.readFileSync(path.join(folder, 'log/tile/entries', name));
}

const leaves = [];
for (let first = 0; first < size; first += 256) {
  let bundle = bundleOf(first);
  while (bundle.length > 0) {
    const length = bundle.readUInt16BE(0);
    leaves.push(bundle.subarray(2, 2 + length));
    bundle = bundle.subarray(2 + length);
  }
}
if (leaves.length !== size) throw new Error(`${leaves.length} entries in place of ${size}`);
for (const [index, leaf] of leaves.entries()) {
  if (!isCanonical(leaf)) throw new Error(`entry ${index} is not canonical`);
}

function refuses(what, attempt) {
  try {
    attempt();
  } catch {
    return;
  }
  throw new Error(`accepted with another bit: ${what}`);
}

function flipped(bytes) {
  const copy = Buffer.from(bytes);
  copy[Math.floor(Math.random() * copy.length)] ^= 1 << Math.floor(Math.random() * 8);
  return copy;
}

let proofs = 0;
for (const line of fs.readFileSync(path.join(folder, 'proofs'), 'utf8').trimEnd().split('\n')) {
  const [kind, index, , ...words] = line.split(' ');
  if (kind !== 'inclusion') continue;
  const hashes = words.map((word) => Buffer.from(word, 'base64'));
  const leaf = leaves[Number(index)];
  verifyEntry(leaf, { index, hashes, checkpoint }, log);
  refuses('leaf', () => verifyEntry(flipped(leaf), { index, hashes, checkpoint }, log));
  const end = checkpoint.indexOf('\n\n') + 1;
  const text = flipped(Buffer.from(checkpoint.slice(0, end), 'latin1')).toString('latin1');
  refuses('note', () =>
    verifyEntry(leaf, { index, hashes, checkpoint: text + checkpoint.slice(end) }, log));
  if (hashes.length > 0) {
    const at = Math.floor(Math.random() * hashes.length);
    const other = hashes.map((hash, place) => (place === at ? flipped(hash) : hash));
    refuses('proof', () => verifyEntry(leaf, { index, hashes: other, checkpoint }, log));
  }
  proofs += 1;
}
if (proofs !== 8) throw new Error('eight inclusion proofs were expected');
