#!/usr/bin/python3
"""Packages at the edges of size and count, opened by programs of others: `./dev check sizes` runs it.

Each package is written, verified and unlocked by build/dev's archive_package_tool, each in a process of its own that may
use 64 MiB, and opened by 7-Zip, bsdtar (also from standard input), unzip (the inner ZIP) and zip.js. Everybody must find
the same inner ZIP, byte for byte, and nobody may warn. Ends with a table: what, size, how long, how much memory.

usage: tests/peers/sizes.py [--tool PROGRAM] [--folder FOLDER] [shape …]
"""

import argparse
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GIB = 1024**3
OURS_MAX_KIB = 64 * 1024
# Node.js takes about 70 MiB before it does anything, and zip.js keeps a record of every entry.
ZIP_JS_MAX_KIB = 768 * 1024
OUTER_NAMES = ["READ-ME.html", "export.zip", "envelope.json"]
CLOSING_NAMES = ["manifest.json", "MANIFEST.sha256", "manifest.sig"]

# shape → what it is, bytes of disk at its largest moment (the package and one inner ZIP), entries before the closing ones
SHAPES = {
    "nothing": ("0 entries", 1_000_000, 0),
    "empty-file": ("one empty file", 1_000_000, 1),
    "one-deflated": ("one entry of 5 GiB, deflated to little", GIB, 1),
    "million": ("1,000,000 entries", 2 * GIB, 1_000_000),
    "many-entries": ("20,500 entries, more than 5 GiB together", 11 * GIB, 20_500),
    "one-entry": ("one entry of 5 GiB, stored", 11 * GIB, 1),
}


class Wrong(Exception):
    """A program did not do what it had to; the text is for the person who runs this."""


@dataclasses.dataclass
class Step:
    what: str
    seconds: float
    peak_kib: int


@dataclasses.dataclass
class Output:
    """Standard output of a program, read as it comes: a hash of it, its size, its first lines."""

    sha256: str
    lines: int
    head: list


def read_output(pipe):
    digest, lines, head = hashlib.sha256(), 0, b""
    while block := pipe.read(1 << 20):
        digest.update(block)
        lines += block.count(b"\n")
        if len(head) < 4096:
            head += block
    return Output(digest.hexdigest(), lines, head.decode("utf-8", "replace").splitlines())


class Trial:
    """One package in a folder of its own, and the steps that were done with it."""

    def __init__(self, tool, folder, shape):
        self.tool, self.folder, self.shape = tool, folder, shape
        self.package, self.inner = folder / "package.zip", folder / "inner.zip"
        self.passphrase = subprocess.run([tool, "passphrase"], check=True, capture_output=True, text=True).stdout
        self.steps = []

    def run(self, what, command, *, stdin=None, stdin_text=None, max_kib=None):
        """Runs one program and watches it. @return its standard output."""
        begun = time.monotonic()
        with tempfile.TemporaryFile() as errors, open(stdin or os.devnull, "rb") as file:
            source = subprocess.PIPE if stdin_text is not None else file
            process = subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE, stderr=errors, cwd=self.folder)
            if stdin_text is not None:
                process.stdin.write(stdin_text.encode())
                process.stdin.close()
            output = read_output(process.stdout)
            process.stdout.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            errors.seek(0)
            said = errors.read(8192).decode("utf-8", "replace")
        self.steps.append(Step(what, time.monotonic() - begun, usage.ru_maxrss))
        if process.returncode != 0:
            raise Wrong(f"{what}: ended with {process.returncode}: {said or output.head[-10:]}")
        if "arning" in said + "\n".join(output.head):
            raise Wrong(f"{what}: a warning: {said}{output.head}")
        if max_kib and usage.ru_maxrss > max_kib:
            raise Wrong(f"{what}: {usage.ru_maxrss // 1024} MiB of memory, {max_kib // 1024} MiB are allowed")
        return output

    def ours(self, what, *arguments):
        self.run(what, [self.tool, *map(str, arguments)], max_kib=OURS_MAX_KIB)

    def write_and_verify(self):
        self.ours("rightful: write", "write", self.shape, self.package)
        self.ours("rightful: verify, full", "verify", "full", self.package)
        self.ours("rightful: verify, structure", "verify", "structure", self.package)

    def open_outer(self):
        """@return the hashes of the inner ZIP that each program found."""
        package, passphrase = self.package, self.passphrase
        self.run("7zz: test", ["7zz", "t", "-p" + passphrase, package])
        unpack = self.run("7zz: unpack", ["7zz", "x", "-so", "-p" + passphrase, package, "export.zip"])
        for what, source in (("bsdtar: list", package), ("bsdtar: list, standard input", None)):
            listed = self.run(what, ["bsdtar", "-tf", source or "-"], stdin=None if source else package)
            if listed.head != OUTER_NAMES:
                raise Wrong(f"{what}: {listed.head}")
        tar = ["bsdtar", "--passphrase", passphrase, "-xOf"]
        by_file = self.run("bsdtar: unpack", [*tar, package, "export.zip"])
        by_pipe = self.run("bsdtar: unpack, standard input", [*tar, "-", "export.zip"], stdin=package)
        return {"7zz": unpack.sha256, "bsdtar": by_file.sha256, "bsdtar from standard input": by_pipe.sha256}

    def open_with_zip_js(self, entries):
        script = pathlib.Path(__file__).with_name("open_with_zip_js.mjs")
        output = self.run(
            "zip.js: unpack, then all of the inner ZIP",
            ["node", script, self.package, self.folder],
            stdin_text=self.passphrase,
            max_kib=ZIP_JS_MAX_KIB,
        )
        facts = json.loads(output.head[0])
        if facts["entries"] != entries + len(CLOSING_NAMES):
            raise Wrong(f"zip.js: {facts}")
        (self.folder / "zip-js-inner.zip").unlink()
        return facts["inner_sha256"]

    def open_inner(self, entries):
        inner = self.inner
        self.run("7zz: test, inner ZIP", ["7zz", "t", inner])
        self.run("unzip: test, inner ZIP", ["unzip", "-qq", "-t", inner])
        for what, source in (("bsdtar: list, inner ZIP", inner), ("bsdtar: list, inner ZIP, standard input", None)):
            listed = self.run(what, ["bsdtar", "-tf", source or "-"], stdin=None if source else inner)
            if listed.lines != entries + len(CLOSING_NAMES):
                raise Wrong(f"{what}: {listed.lines} entries")
        by_file = self.run("bsdtar: unpack, inner ZIP", ["bsdtar", "-xOf", inner])
        by_pipe = self.run("bsdtar: unpack, inner ZIP, standard input", ["bsdtar", "-xOf", "-"], stdin=inner)
        if by_file.sha256 != by_pipe.sha256:
            raise Wrong("bsdtar reads the inner ZIP in two ways")

    def refuse_changed(self):
        """One bit of the ciphertext of a small package: who checks the HMAC must say so."""
        data = bytearray(self.package.read_bytes())
        data[data.index(b"export.zip") + 200] ^= 1
        changed = self.folder / "changed.zip"
        changed.write_bytes(data)
        script = pathlib.Path(__file__).with_name("open_with_zip_js.mjs")
        for command, word in (
            (["node", script, changed, self.folder], "Invalid authentication code"),
            (["7zz", "t", "-p" + self.passphrase, changed], "CRC Failed"),
        ):
            result = subprocess.run(command, input=self.passphrase, capture_output=True, text=True, cwd=self.folder)
            if result.returncode == 0 or word not in result.stdout + result.stderr:
                raise Wrong(f"{command[0]} takes a changed package: {result.stdout}{result.stderr}")
        (self.folder / "zip-js-inner.zip").unlink(missing_ok=True)

    def run_all(self):
        entries = SHAPES[self.shape][2]
        self.write_and_verify()
        if self.package.stat().st_size < 100_000:
            self.refuse_changed()
        found = self.open_outer()
        found["zip.js"] = self.open_with_zip_js(entries)
        self.ours("rightful: unlock", "unlock", self.package, self.inner)
        with open(self.inner, "rb") as file:
            found["rightful"] = read_output(file).sha256
        if len(set(found.values())) != 1:
            raise Wrong(f"not everybody finds the same inner ZIP: {found}")
        self.open_inner(entries)


def require_disk(folder, shapes):
    needed = max(SHAPES[shape][1] for shape in shapes)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Wrong(
            f"The largest package and its inner ZIP take {needed / GIB:.0f} GiB, and {folder} has {free / GIB:.1f} GiB free. "
            "Make room there, or name another place: TMPDIR=/somewhere ./dev check"
        )


def require_peers():
    for program in ("7zz", "bsdtar", "unzip", "node"):
        if not shutil.which(program):
            raise Wrong(f"{program} is missing: ./dev check installs it (docker/packages.txt, docker/check-packages.txt)")
    if not (ROOT / "build/peers/node_modules/@zip.js").is_dir():
        raise Wrong("zip.js is missing: tests/peers/install.sh puts it into build/peers")


def print_table(trial):
    print(f"\n{SHAPES[trial.shape][0]}: a package of {trial.package.stat().st_size:,} bytes")
    for step in trial.steps:
        print(f"  {step.what:<48}{step.seconds:9.1f} s{step.peak_kib / 1024:9.1f} MiB")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", default=ROOT / "build/dev/tests/integration/archive/archive_package_tool")
    parser.add_argument("--folder", default=tempfile.gettempdir())
    parser.add_argument("shape", nargs="*", default=list(SHAPES), help=", ".join(SHAPES))
    options = parser.parse_args()
    try:
        require_peers()
        require_disk(options.folder, options.shape)
        for shape in options.shape:
            with tempfile.TemporaryDirectory(prefix="rightful-sizes-", dir=options.folder) as folder:
                trial = Trial(options.tool, pathlib.Path(folder), shape)
                trial.run_all()
                print_table(trial)
    except (Wrong, OSError, subprocess.CalledProcessError) as error:
        print(f"sizes: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
