// Opens a package as a program does that uses zip.js, with memory that does not grow with it:
//
//   node open_with_zip_js.mjs <package> <folder for the inner ZIP>          passphrase on standard input
//
// zip.js reads a ZIP from its end, so each of the two files needs a reader with random access: FileReader below, over
// fs.read. (A plain ReadableStream, also ZipReaderStream, is collected into memory first: right for small packages only.)
// The encrypted entry is decrypted as a stream, into a file; HMAC and CRC are checked by zip.js.
//
// Prints one line of JSON: what was found in the inner ZIP. Exits with 1 and one line of text for anything that is not as
// it should be.
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";

// Where install.sh puts it.
const { configure, Reader, ZipReader } = createRequire(new URL("../../build/peers/", import.meta.url))("@zip.js/zip.js");

const [packagePath, folder] = process.argv.slice(2);
const largestManifest = 64 * 1024 * 1024; // compared with the entries; beyond it only CRCs are checked
const wholeEntries = 50_000; // beyond them one of twenty is read, because zip.js takes 0.3 ms for each
const closing = new Set(["manifest.json", "MANIFEST.sha256", "manifest.sig"]);

class FileReader extends Reader {
  constructor(file, size) {
    super();
    this.file = file;
    this.size = size;
  }

  static async open(path) {
    const file = await open(path, "r");
    return new FileReader(file, (await file.stat()).size);
  }

  async close() {
    await this.file.close();
  }

  async readUint8Array(offset, length) {
    const bytes = new Uint8Array(Math.min(length, this.size - offset));
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await this.file.read(bytes, done, bytes.length - done, offset + done);
      if (bytesRead === 0) throw new Error("the file is shorter than it was");
      done += bytesRead;
    }
    return bytes;
  }
}

function require(condition, what) {
  if (!condition) throw new Error(what);
}

/** Where content goes: counted, hashed, and perhaps kept. */
function sink(write = async () => {}) {
  const facts = { size: 0, hash: createHash("sha256") };
  facts.stream = new WritableStream({
    async write(chunk) {
      facts.size += chunk.length;
      facts.hash.update(chunk);
      await write(chunk);
    },
  });
  return facts;
}

async function decryptContent(password) {
  const reader = await FileReader.open(packagePath);
  const outer = new ZipReader(reader, { strictness: "strict" });
  const entries = await outer.getEntries();
  require(entries.map((entry) => entry.filename).join(" ") === "READ-ME.html export.zip envelope.json", "other entries");
  for (const entry of [entries[0], entries[2]]) {
    const plain = sink();
    await entry.getData(plain.stream, { checkSignature: true });
    require(plain.size === entry.uncompressedSize, "a plain entry of another size");
  }
  const path = join(folder, "zip-js-inner.zip");
  const file = await open(path, "wx", 0o600);
  const inner = sink(async (chunk) => {
    for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
  });
  await entries[1].getData(inner.stream, { password, checkSignature: true });
  require(inner.size === entries[1].uncompressedSize, "the inner ZIP has another size");
  await file.close();
  await outer.close();
  await reader.close();
  return { path, size: inner.size, sha256: inner.hash.digest("hex") };
}

async function readEntry(entry, listed) {
  const parts = entry.filename === "manifest.json" && entry.uncompressedSize <= largestManifest ? [] : undefined;
  const content = sink(async (chunk) => parts?.push(chunk.slice()));
  await entry.getData(content.stream, { checkSignature: true });
  require(content.size === entry.uncompressedSize, `entry of another size: ${entry.filename}`);
  listed.set(entry.filename, content.hash.digest("hex"));
  return parts && JSON.parse(Buffer.concat(parts).toString("utf8"));
}

async function readInner(path) {
  const reader = await FileReader.open(path);
  const inner = new ZipReader(reader, { strictness: "strict" });
  const hashes = new Map();
  const facts = { entries: 0, read: 0, bytes: 0, listed: 0 };
  let manifest;
  for await (const entry of inner.getEntriesGenerator()) {
    facts.entries += 1;
    facts.bytes += entry.uncompressedSize;
    if (facts.entries > wholeEntries && facts.entries % 20 !== 0 && !closing.has(entry.filename)) continue;
    manifest = (await readEntry(entry, hashes)) ?? manifest;
    if (hashes.size > 2 * wholeEntries) hashes.clear(); // then the manifest is too large as well
    facts.read += 1;
  }
  for (const listed of manifest?.entries ?? []) {
    require(hashes.get(listed.name) === listed.sha256, `not what the manifest says: ${listed.name}`);
    facts.listed += 1;
  }
  await inner.close();
  await reader.close();
  return facts;
}

try {
  configure({ useWebWorkers: false });
  const content = await decryptContent((await text(process.stdin)).trim());
  const facts = await readInner(content.path);
  console.log(JSON.stringify({ ...facts, inner_size: content.size, inner_sha256: content.sha256 }));
} catch (error) {
  console.error(`zip.js: ${error.message}`);
  process.exitCode = 1;
}
