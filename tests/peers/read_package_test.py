"""The reader that knows nothing but docs/formats, on the vectors: it opens each, and refuses it changed."""

import base64
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import read_package
from read_package import Expected, Refused

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "vectors/archive"


def vectors():
    """The cases of packages.txt, as dictionaries (grammar: tests/vectors/crypto/README.md)."""
    blocks = (FOLDER / "packages.txt").read_text("utf-8").strip().split("\n\n")
    for block in blocks:
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if lines:
            yield dict(line.split(": ", 1) for line in lines)


class Vector:
    def __init__(self, case):
        self.case = case
        self.data = (FOLDER / case["file"]).read_bytes()
        self.expected = Expected(case["account"], case["request"], bytes.fromhex(case["service_key"]))

    def read(self, data=None, **changed):
        expected = Expected(**{**vars(self.expected), **changed})
        return read_package.read_package(self.data if data is None else data, self.case["passphrase"], expected)


class ReadPackage(unittest.TestCase):
    def setUp(self):
        self.vectors = [Vector(case) for case in vectors()]
        self.assertGreaterEqual(len(self.vectors), 2)

    def refuses(self, word, vector, data=None, **changed):
        with self.assertRaises(Refused) as refusal:
            vector.read(data, **changed)
        self.assertTrue(str(refusal.exception).startswith(f"{word}: "), str(refusal.exception))

    def test_every_vector_opens(self):
        for vector in self.vectors:
            _, facts = vector.read(content_sha256=vector.case["content_sha256"])
            for name in ("content_sha256", "manifest_digest"):
                self.assertEqual(facts[name], vector.case[name])
            for name in ("entries", "records", "objects"):
                self.assertEqual(facts[name], int(vector.case[name]))

    def test_another_expectation_is_refused(self):
        for vector in self.vectors:
            self.refuses("manifest", vector, account="A-2")
            self.refuses("envelope", vector, request="00000000-0000-0000-0000-000000000008")
            self.refuses("envelope", vector, service_key=bytes(32))
            self.refuses("content", vector, content_sha256="0" * 64)

    def test_a_wrong_passphrase_is_refused(self):
        for vector in self.vectors:
            vector.case["passphrase"] = "ZZZZ" + vector.case["passphrase"][4:]
            self.refuses("passphrase", vector)

    def test_changed_bits_are_refused(self):
        chance = random.Random(20261122)
        for vector in self.vectors:
            for _ in range(150):
                data = bytearray(vector.data)
                place = chance.randrange(len(data))
                data[place] ^= 1 << chance.randrange(8)
                with self.assertRaises(Refused, msg=f"byte {place}"):
                    vector.read(bytes(data))

    def test_truncated_or_longer_is_refused(self):
        for vector in self.vectors:
            for size in (0, 1, 21, 22, len(vector.data) // 2, len(vector.data) - 1):
                self.refuses("outer", vector, vector.data[:size])
            for data in (vector.data + b"\0", vector.data + vector.data, b"\0" + vector.data):
                self.refuses("outer", vector, data)

    def test_as_a_program(self):
        vector = self.vectors[-1]
        program = [sys.executable, str(pathlib.Path(read_package.__file__)), str(FOLDER / vector.case["file"])]
        program += ["--account", vector.case["account"], "--request", vector.case["request"]]
        program += ["--service-key", base64.b64encode(vector.expected.service_key).decode()]
        with tempfile.TemporaryDirectory() as folder:
            target = pathlib.Path(folder, "out")
            done = subprocess.run(
                [*program, "--folder", str(target)], input=vector.case["passphrase"], text=True, capture_output=True
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            check = ["sha256sum", "--check", "--strict", "--quiet", "MANIFEST.sha256"]
            self.assertEqual(subprocess.run(check, cwd=target).returncode, 0)
        refused = subprocess.run(program, input="no passphrase", text=True, capture_output=True)
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertTrue(refused.stderr.startswith("passphrase: "), refused.stderr)


if __name__ == "__main__":
    unittest.main()
