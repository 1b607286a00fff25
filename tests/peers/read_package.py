#!/usr/bin/python3
"""Reads and checks a package as docs/formats/package.md and envelope.md describe it, beside the product's own reader and
without a line of it: with nothing but Python's library and the openssl program.

usage: read_package.py <package> --account A --request UUID --service-key BASE64 [--content-sha256 HEX] [--folder NEW]

The passphrase is read from standard input. Prints what was found as one line of JSON. Exits with 1 and "<word>: <why>"
for anything that the pages do not allow; the words are those of the product's reader.
"""

import argparse
import base64
import dataclasses
import hashlib
import hmac
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import uuid
import zlib

FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF
STORED, DEFLATED, AES = 0, 8, 99
ENCRYPTED, STREAMED = 1, 8
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
AES_FIELD = bytes.fromhex("0199070002004145030000")
ROOM_FIELD = bytes.fromhex("20a2100028a0") + bytes(14)
MAX_ENTRIES = 1_500_003
CLOSING = ["manifest.json", "MANIFEST.sha256", "manifest.sig"]


class Refused(Exception):
    def __init__(self, word, why):
        super().__init__(f"{word}: {why}")


def demand(condition, word, why):
    if not condition:
        raise Refused(word, why)


# --- §2 ZIP records ---------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Record:
    """A central header, with the 64-bit values where it has them."""

    name: str
    version: int
    flags: int
    method: int
    time: int
    crc: int
    packed: int
    size: int
    offset: int
    extra: bytes  # without the ZIP64 field


def take_zip64(extra, numbers, word):
    """@return the numbers with the full ones taken from field 0x0001, which comes first, and the rest of the extra."""
    wanted = sum(1 for number in numbers if number == FULL32)
    if wanted == 0:
        return numbers, extra
    demand(extra[:4] == struct.pack("<HH", 1, 8 * wanted) and len(extra) >= 4 + 8 * wanted, word, "no ZIP64 field")
    large = iter(struct.unpack_from(f"<{wanted}Q", extra, 4))
    found = [next(large) if number == FULL32 else number for number in numbers]
    demand(all(n >= FULL32 for n, was in zip(found, numbers) if was == FULL32), word, "a small value in ZIP64")
    return found, extra[4 + 8 * wanted :]


def parse_central(data, at, word):
    """@return a record and where the next one begins."""
    demand(len(data) - at >= 46, word, "a central header is cut off")
    (signature, made_by, version, flags, method, time, crc, packed, size, name_size, extra_size, comment, disk, internal,
     external, offset) = struct.unpack_from("<IHHHHIIIIHHHHHII", data, at)
    end = at + 46 + name_size + extra_size
    demand(signature == 0x02014B50 and made_by == 0x033F, word, "not a central header")
    demand((comment, disk, internal) == (0, 0, 0) and external == 0o100644 << 16, word, "another central header")
    demand(end <= len(data), word, "a central header is cut off")
    name = data[at + 46 : at + 46 + name_size]
    demand(name.isascii(), word, "a name that is not ASCII")
    (size, packed, offset), extra = take_zip64(data[at + 46 + name_size : end], [size, packed, offset], word)
    return Record(name.decode(), version, flags, method, time, crc, packed, size, offset, extra), end


def read_directory(data, word):
    """End records, then all central headers. @return them, and where the directory begins."""
    demand(len(data) >= 22, word, "too short")
    at = len(data) - 22
    signature, disk, first_disk, here, entries, size, offset, comment = struct.unpack_from("<IHHHHIIH", data, at)
    demand(signature == 0x06054B50 and (disk, first_disk, comment) == (0, 0, 0) and here == entries, word, "no end record")
    if entries == FULL16 or size == FULL32 or offset == FULL32:
        demand(at >= 76, word, "no ZIP64 end record")
        at -= 76
        end = struct.unpack_from("<IQHHIIQQQQ", data, at)
        demand(end[:6] == (0x06064B50, 44, 0x033F, 45, 0, 0) and end[6] == end[7], word, "another ZIP64 end record")
        locator = struct.unpack_from("<IIQI", data, at + 56)
        demand(locator == (0x07064B50, 0, at, 1), word, "another ZIP64 locator")
        large = end[7], end[8], end[9]
        for small, full, value in zip((entries, size, offset), (FULL16, FULL32, FULL32), large):
            demand(small == min(value, full), word, "the end records differ")
        demand(any(v >= f for v, f in zip(large, (FULL16, FULL32, FULL32))), word, "ZIP64 where nothing needs it")
        entries, size, offset = large
    demand(offset + size == at, word, "the directory does not end where the end records begin")
    demand(entries <= size // 46, word, "too many entries")
    records, position = [], offset
    for _ in range(entries):
        record, position = parse_central(data[:at], position, word)
        records.append(record)
    demand(position == at, word, "bytes behind the directory")
    return records, offset


def parse_local(data, record, local_extra, word):
    """The local header against its record. @return where the packed content begins, and whether sizes have 64 bits."""
    demand(len(data) - record.offset >= 30, word, "a local header is cut off")
    signature, version, flags, method, time, crc, packed, size, name_size, extra_size = struct.unpack_from(
        "<IHHHIIIIHH", data, record.offset
    )
    demand(signature == 0x04034B50, word, "no local header")
    begin = record.offset + 30 + name_size
    end = begin + extra_size
    demand(end <= len(data), word, "a local header is cut off")
    same = (flags, method, time) == (record.flags, record.method, record.time)
    demand(same and data[record.offset + 30 : begin] == record.name.encode(), word, "another local header")
    extra = data[begin:end]
    streamed = bool(flags & STREAMED)
    expected = (0, 0, 0) if streamed else (record.crc, record.size, record.packed)
    is_64 = extra[:2] == b"\x01\x00"
    demand(crc == expected[0], word, "another CRC in the local header")
    if is_64:
        demand(streamed or max(record.size, record.packed) >= FULL32, word, "ZIP64 where nothing needs it")
        demand((packed, size) == (FULL32, FULL32), word, "ZIP64 beside small sizes")
        demand(extra[:20] == struct.pack("<HHQQ", 1, 16, expected[1], expected[2]), word, "another ZIP64 field")
        extra = extra[20:]
    else:
        demand((size, packed) == expected[1:], word, "other sizes in the local header")
    demand(extra == (local_extra if not is_64 else local_extra.removeprefix(ROOM_FIELD)), word, "other extra fields")
    plain = {STORED: 10, DEFLATED: 20, AES: 51}[method]
    demand(version == (45 if is_64 and method != AES else plain), word, "another version in the local header")
    wide = max(record.size, record.packed, record.offset) >= FULL32
    demand(record.version == (plain if method == AES else 45 if is_64 or wide else plain), word, "another version")
    return end, is_64


# --- §3 the outer ZIP -------------------------------------------------------------------------------------------------


def read_outer(data):
    """@return the bytes of the encrypted entry and the envelope."""
    word = "outer"
    records, directory = read_directory(data, word)
    demand([r.name for r in records] == ["READ-ME.html", "export.zip", "envelope.json"], word, "other entries")
    position, contents = 0, []
    for record, limit in zip(records, (49152, None, 65536)):
        is_content = limit is None
        demand(record.offset == position, word, "bytes outside the entries")
        demand((record.method, record.flags) == ((AES, ENCRYPTED) if is_content else (STORED, 0)), word, "another method")
        demand(record.extra == (AES_FIELD if is_content else b""), word, "other extra fields")
        demand(record.packed == record.size + (28 if is_content else 0), word, "other sizes")
        begin, _ = parse_local(data, record, ROOM_FIELD + AES_FIELD if is_content else b"", word)
        position = begin + record.packed
        demand(position <= directory, word, "an entry outside the file")
        content = data[begin:position]
        demand(record.crc == (0 if is_content else zlib.crc32(content)), word, "a CRC does not hold")
        demand(is_content or 1 <= record.size <= limit, word, "a size outside the limits")
        contents.append(content)
    demand(position == directory, word, "bytes before the directory")
    return contents[1], contents[2]


def aes_counter_stream(key, size):
    """AES-256 of 1, 2, 3 … as 16 little-endian bytes each."""
    blocks = (size + 15) // 16
    counters = b"".join(i.to_bytes(16, "little") for i in range(1, blocks + 1))
    command = ["openssl", "enc", "-aes-256-ecb", "-nopad", "-K", key.hex()]
    return subprocess.run(command, input=counters, stdout=subprocess.PIPE, check=True).stdout[:size]


def decrypt(content, passphrase):
    salt, verifier, ciphertext, tag = content[:16], content[16:18], content[18:-10], content[-10:]
    keys = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), salt, 1000, 66)
    demand(hmac.compare_digest(keys[64:], verifier), "passphrase", "does not fit")
    mac = hmac.new(keys[32:64], ciphertext, "sha1").digest()[:10]
    demand(hmac.compare_digest(mac, tag), "hmac", "does not hold")
    stream = aes_counter_stream(keys[:32], len(ciphertext))
    size = len(ciphertext)
    return (int.from_bytes(ciphertext, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


def strict_base64(text, size, word):
    demand(isinstance(text, str), word, "base64 is a text")
    try:
        value = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused(word, "not base64") from None
    demand(len(value) == size and base64.b64encode(value).decode() == text, word, "not this base64")
    return value


def check_envelope(text, request, service_key):
    """envelope.md §1: one spelling. What is sealed inside is for the requester's key alone."""
    word = "envelope"
    demand(len(text) <= 8192, word, "too long")
    try:
        value = json.loads(text.decode("utf-8"))
        again = (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
    except ValueError:
        raise Refused(word, "not JSON") from None
    names = ["rightful_envelope", "request", "unlock_key", "service_key", "sealed", "recovery"]
    demand(isinstance(value, dict) and list(value) == names and again == text, word, "another spelling")
    demand(value["rightful_envelope"] == 1 and value["rightful_envelope"] is not True, word, "another version")
    demand(value["request"] == request, word, "of another request")
    demand(strict_base64(value["service_key"], 32, word) == service_key, word, "of another service")
    strict_base64(value["unlock_key"], 32, word)
    strict_base64(value["sealed"], 1136, word)
    if value["recovery"] is not None:
        recovery = value["recovery"]
        demand(isinstance(recovery, dict) and list(recovery) == ["sign_key", "wrap"], word, "another recovery")
        strict_base64(recovery["sign_key"], 32, word)
        strict_base64(recovery["wrap"], 72, word)


# --- §4 the inner ZIP -------------------------------------------------------------------------------------------------


def is_allowed_name(name):
    if not re.fullmatch(r"[A-Za-z0-9._/-]{1,150}", name):
        return False
    device = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
    return all(
        part and part[0] != "." and part[-1] != "." and not device.fullmatch(part.split(".")[0]) for part in name.split("/")
    )


def unpack(data, record, begin):
    packed = data[begin : begin + record.packed]
    demand(len(packed) == record.packed, "inner", "an entry is cut off")
    if record.method == STORED:
        demand(record.size == record.packed, "inner", "other sizes")
        return packed
    inflater = zlib.decompressobj(-15)
    try:
        content = inflater.decompress(packed, record.size + 1)
    except zlib.error:
        raise Refused("inner", "not deflate") from None
    whole = inflater.eof and not inflater.unused_data and not inflater.unconsumed_tail
    demand(whole and len(content) == record.size, "inner", "the deflate ends elsewhere")
    return content


def read_inner(data):
    """@return name → content, in the order of the file."""
    word = "inner"
    records, directory = read_directory(data, word)
    demand(len(records) <= MAX_ENTRIES, word, "too many entries")
    demand([r.name for r in records[-3:]] == CLOSING, word, "manifest and signature do not close the file")
    position, contents, folded = 0, {}, set()
    for record in records:
        demand(is_allowed_name(record.name), word, "a name that is not allowed")
        demand(record.name.lower() not in folded, word, "a name occurs twice")
        folded.add(record.name.lower())
        demand(record.method in (STORED, DEFLATED) and record.flags in (0, STREAMED), word, "another method or flag")
        demand(record.extra == b"" and record.offset == position, word, "bytes outside the entries")
        begin, is_64 = parse_local(data, record, b"", word)
        content = unpack(data[:directory], record, begin)
        demand(zlib.crc32(content) == record.crc, word, "a CRC does not hold")
        position = begin + record.packed
        if record.flags & STREAMED:
            form = "<IIQQ" if is_64 else "<IIII"
            expected = struct.pack(form, 0x08074B50, record.crc, record.packed, record.size)
            demand(data[position : position + len(expected)] == expected, word, "another descriptor")
            position += len(expected)
        contents[record.name] = content
    demand(position == directory, word, "bytes before the directory")
    return contents


# --- manifest and records ---------------------------------------------------------------------------------------------


def parse_json(content, word):
    def once(pairs):
        demand(len({name for name, _ in pairs}) == len(pairs) or word == "records", word, "a member occurs twice")
        return pairs if word == "records" else dict(pairs)

    def never(_):
        raise ValueError("no JSON")

    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=once, parse_constant=never)
    except (ValueError, RecursionError):
        raise Refused(word, "not JSON") from None


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64


def demand_shape(value, members, word="manifest"):
    """The members in this order; a type, or a list of the shape of its items."""
    demand(isinstance(value, dict) and list(value) == list(members), word, "another shape")
    for name, kind in members.items():
        item = value[name]
        if kind is int:
            demand(is_count(item), word, f"{name} is no count")
        elif kind is str:
            demand(isinstance(item, str) and len(item.encode()) <= 16384, word, f"{name} is no text, or too long")
        elif isinstance(kind, list):
            demand(isinstance(item, list), word, f"{name} is no list")
            for part in item:
                demand_shape(part, kind[0])
        elif isinstance(kind, dict):
            demand_shape(item, kind)


MANIFEST = {
    "format": str,
    "request": str,
    "account": str,
    "created": str,
    "catalog": {"version": str, "sha256": str},
    "checkpoint": str,
    "random": str,
    "snapshots": [{"source": str, "kind": str, "state": str, "taken_at": str}],
    "datasets": [
        {
            "name": str,
            "title": str,
            "source": str,
            "rows": int,
            "objects": int,
            "reason_if_empty": str,
            "missing": [{"what": str, "reason": str}],
            "redactions": [{"field": str, "reason": str}],
        }
    ],
    "entries": object,
}


def kind_by_name(name):
    if name.startswith("media/"):
        return "media"
    if name.startswith("about/"):
        return "about"
    if name.startswith("data/") and name.endswith(".json"):
        return "schema" if name.endswith(".schema.json") else "data"
    return "page"


def owners_in(value, path=()):
    """Every "@owner" with its level."""
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        for name, item in value:
            if name == "@owner":
                yield len(path), item
            else:
                yield from owners_in(item, (*path, name))
    elif isinstance(value, list):
        for item in value:
            yield from owners_in(item, (*path, ""))


def check_records(content, account):
    """@return how many records there are, all of this account."""
    records = parse_json(content, "records")
    demand(isinstance(records, list) and content.lstrip()[:1] == b"[", "records", "no array")
    for record in records:
        is_object = isinstance(record, list) and record and isinstance(record[0], tuple)
        demand(is_object, "owner", "a record without owner")
        owners = list(owners_in(record))
        demand(sum(1 for level, _ in owners if level == 0) == 1, "owner", "a record has not one owner")
        for _, owner in owners:
            names = owner if isinstance(owner, list) else [owner]
            demand(all(isinstance(name, str) for name in names), "records", "an owner that is no text")
            demand(account in names, "owner", "a record of another account")
    return len(records)


def check_canaries(content, account):
    digest = hashlib.sha256(b"rightful/v1/canary" + account.encode()).digest()[:15]
    number = int.from_bytes(digest, "big")
    own = "".join(CROCKFORD[number >> 5 * i & 31] for i in reversed(range(24))).encode()
    for token in re.finditer(rb"(?=RIGHTFUL-CANARY-([%s]{24}))" % CROCKFORD.encode(), content):
        demand(token[1] == own, "canary", "of another account")


def check_entry(entry, name, content, account):
    """One object of `entries` against the entry. @return its records."""
    word = "entry"
    kind = kind_by_name(name)
    members = ["name", "size", "sha256", "kind"]
    members += [m for m in ("dataset", "records", "owner") if m in entry]
    demand(isinstance(entry, dict) and list(entry) == members, "manifest", "another shape of an entry")
    demand(entry["name"] == name and entry["size"] == len(content), word, f"another name or size: {name}")
    demand(entry["kind"] == kind, word, f"another kind: {name}")
    demand(("records" in entry) == (kind == "data"), word, "records")
    demand(("owner" in entry) == (kind == "media"), word, "owner")
    demand("dataset" in entry or kind not in ("data", "media"), word, "no dataset")
    demand(kind != "media" or entry["owner"] == account, "owner", "an object of another account")
    check_canaries(content, account)
    records = check_records(content, account) if kind == "data" else 0
    demand(kind != "data" or entry["records"] == records, "records", "another number of records")
    demand(entry["sha256"] == hashlib.sha256(content).hexdigest(), word, f"another SHA-256: {name}")
    return records


CHECKPOINT = "about/ledger-checkpoint.txt"
NOTE = re.compile(
    r"[a-z0-9][a-z0-9./_-]{2,199}\n(0|[1-9][0-9]{0,18})\n[A-Za-z0-9+/]{43}=\n\n(\u2014 [^ \n]+ [A-Za-z0-9+/=]+\n){1,16}"
)


def check_checkpoint(text, contents):
    """A signed checkpoint by its shape, and the same bytes as a file; or neither."""
    demand(text == "-" or NOTE.fullmatch(text), "manifest", "no checkpoint")
    demand((text != "-") == (CHECKPOINT in contents), "manifest", "a checkpoint without its file, or a file alone")
    demand(text == "-" or contents[CHECKPOINT] == text.encode(), "entry", "another checkpoint in its file")


def check_manifest(contents, account, request):
    """@return records and objects."""
    manifest = parse_json(contents["manifest.json"], "manifest")
    demand_shape(manifest, MANIFEST)
    demand(manifest["format"] == "rightful/v1/manifest", "manifest", "another format")
    demand(manifest["account"] == account and manifest["request"] == request, "manifest", "of another package")
    states = {snapshot["state"] for snapshot in manifest["snapshots"]}
    demand(states <= {"snapshot", "as_read"}, "manifest", "another state of a source")
    strict_base64(manifest["random"], 32, "manifest")
    check_checkpoint(manifest["checkpoint"], contents)
    datasets = {dataset["name"]: [0, 0] for dataset in manifest["datasets"]}
    demand(len(datasets) == len(manifest["datasets"]), "manifest", "a dataset occurs twice")
    own = [name for name in contents if name not in CLOSING]
    demand(isinstance(manifest["entries"], list) and len(manifest["entries"]) == len(own), "entry", "more or fewer")
    for entry, name in zip(manifest["entries"], own):
        records = check_entry(entry, name, contents[name], account)
        if "dataset" in entry:
            demand(entry["dataset"] in datasets, "entry", "of a dataset that is not listed")
            datasets[entry["dataset"]][0] += records
            datasets[entry["dataset"]][1] += entry["kind"] == "media"
    for dataset in manifest["datasets"]:
        demand(datasets[dataset["name"]] == [dataset["rows"], dataset["objects"]], "records", "other counts of a dataset")
    return sum(d[0] for d in datasets.values()), sum(d[1] for d in datasets.values())


def check_sums(contents):
    lines = [f"{hashlib.sha256(c).hexdigest()}  {name}\n" for name, c in contents.items() if name not in CLOSING[1:]]
    demand(contents["MANIFEST.sha256"] == "".join(lines).encode(), "manifest", "MANIFEST.sha256 says something else")
    return hashlib.sha256(contents["MANIFEST.sha256"]).digest()


def check_signature(signature, digest, account, request, service_key):
    demand(len(signature) == 64, "signature", "not 64 bytes")
    name = account.encode()
    text = b"rightful/v1/manifest" + uuid.UUID(request).bytes + struct.pack(">I", len(name)) + name + digest
    with tempfile.TemporaryDirectory() as folder:
        files = {
            "key": bytes.fromhex("302a300506032b6570032100") + service_key,  # RFC 8410
            "text": text,
            "signature": signature,
        }
        for file, content in files.items():
            pathlib.Path(folder, file).write_bytes(content)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile signature"
        result = subprocess.run(command.split(), cwd=folder, capture_output=True)
    demand(result.returncode == 0, "signature", "does not hold")


# --- §6 reading -------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Expected:
    account: str
    request: str
    service_key: bytes
    content_sha256: str = ""


def read_package(data, passphrase, expected):
    """@return name → content of the inner ZIP, and facts about it."""
    content, envelope = read_outer(data)
    check_envelope(envelope, expected.request, expected.service_key)
    inner = decrypt(content, passphrase)
    content_sha256 = hashlib.sha256(content).hexdigest()
    demand(expected.content_sha256 in ("", content_sha256), "content", "the content hash does not hold")
    contents = read_inner(inner)
    records, objects = check_manifest(contents, expected.account, expected.request)
    digest = check_sums(contents)
    check_signature(contents["manifest.sig"], digest, expected.account, expected.request, expected.service_key)
    return contents, {
        "entries": len(contents) - len(CLOSING),
        "records": records,
        "objects": objects,
        "content_sha256": content_sha256,
        "manifest_digest": digest.hex(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=pathlib.Path)
    parser.add_argument("--account", required=True)
    parser.add_argument("--request", required=True)
    parser.add_argument("--service-key", required=True, help="base64")
    parser.add_argument("--content-sha256", default="", help="from the sealed payload")
    parser.add_argument("--folder", type=pathlib.Path, help="made, and filled with the content")
    options = parser.parse_args()
    expected = Expected(options.account, options.request, base64.b64decode(options.service_key), options.content_sha256)
    try:
        contents, facts = read_package(options.package.read_bytes(), sys.stdin.read().strip(), expected)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    if options.folder:
        options.folder.mkdir()
        for name, content in contents.items():
            path = options.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    print(json.dumps(facts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
