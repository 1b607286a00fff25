"""A small company for the soak: pairs of look-alike customers, a PostgreSQL cluster of its own, files, catalog.

Every row and file of an account carries two marks: the canary that Rightful's own check knows, computed here anew from
its specification, and a random marker that the product knows nothing about.
"""

import hashlib
import os
import pathlib
import pwd
import random
import shutil
import subprocess

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ROWS = 40
RECORDINGS = 6

SCHEMA = """
CREATE TABLE customer (account_id text PRIMARY KEY, name text, street text, born date, note text);
CREATE TABLE purchase (id bigint PRIMARY KEY, account_id text NOT NULL REFERENCES customer, bought_at timestamptz, note text);
CREATE INDEX ON purchase (account_id);
CREATE TABLE purchase_line (purchase_id bigint NOT NULL REFERENCES purchase, line_no int, article text, price numeric(10,2),
  PRIMARY KEY (purchase_id, line_no));
CREATE TABLE recording (id bigint PRIMARY KEY, account_id text NOT NULL REFERENCES customer, transcript text, path text);
CREATE INDEX ON recording (account_id);
CREATE ROLE reader LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
"""

CATALOG = """version: 1
controller:
  name: Soak Ltd
  address: Nowhere 1, 10115 Berlin, Germany
  dpo: privacy@soak.example
  timezone: Europe/Berlin
  authority: { name: Berlin DPA, address: "Alt-Moabit 59, Berlin", url: "https://www.datenschutz-berlin.de" }
  languages: [en]
sources:
  shop: { kind: postgresql, url_env: SOAK_SHOP_URL }
  voice: { kind: files, root_env: SOAK_VOICE_ROOT }
defaults:
  purposes: [ServiceProvision]
  recipients: []
  retention: { criteria: until the account is closed }
  origin: the subject
datasets:
  - name: customer
    source: shop
    table: customer
    owner: account_id
    title: Customer
    categories: [Name]
    fields:
      account_id: { title: Account }
      name: { title: Name }
      street: { title: Street }
      born: { title: Born }
      note: { title: Note }
  - name: purchase
    source: shop
    table: purchase
    owner: account_id
    title: Purchases
    categories: [PurchasesAndSpendingHabit]
    fields:
      id: { title: Number }
      account_id: { title: Account }
      bought_at: { title: Bought at }
      note: { title: Note }
  - name: purchase_line
    source: shop
    table: purchase_line
    owner: purchase_id -> purchase.id . account_id
    title: Articles
    categories: [PurchasesAndSpendingHabit]
    fields:
      purchase_id: { title: Purchase }
      line_no: { title: Line }
      article: { title: Article }
      price: { title: Price }
  - name: recording
    source: shop
    table: recording
    owner: account_id
    title: Recordings
    categories: [VoiceCommunicationRecording]
    fields:
      id: { title: Number }
      account_id: { title: Account }
      transcript: { title: Transcript }
      path: { title: Recording, attach: { source: voice, owner_prefix: "{account}/" } }
"""


def canary(account):
    """docs/formats/package.md: the first 15 bytes of a SHA-256, in Crockford base32."""
    digest = hashlib.sha256(b"rightful/v1/canary" + account.encode()).digest()[:15]
    number = int.from_bytes(digest, "big")
    text = "".join(CROCKFORD[(number >> shift) & 31] for shift in range(115, -1, -5))
    return "RIGHTFUL-CANARY-" + text


class Company:
    """Owns a throw-away PostgreSQL cluster; stop() ends it."""

    def __init__(self, folder, pairs, seed):
        self.folder = pathlib.Path(folder)
        self.random = random.Random(seed)
        self.accounts = [f"pair-{number:04d}-{side}" for number in range(pairs) for side in ("a", "b")]
        self.markers = {account: f"marker-{self.random.getrandbits(128):032x}" for account in self.accounts}
        self.binaries = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        self.user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None

    def start(self):
        self.folder.mkdir(parents=True)
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self._as_server("initdb", "-D", str(self.folder / "pg"), "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8")
        self._as_server("pg_ctl", "-D", str(self.folder / "pg"), "-w", "-s", "-l", str(self.folder / "pg.log"), "-o",
                        f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off", "start")
        self._sql(SCHEMA)
        self._fill()
        (self.folder / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
        return self

    def stop(self):
        self._as_server("pg_ctl", "-D", str(self.folder / "pg"), "-s", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def environment(self):
        return {"SOAK_SHOP_URL": f"postgresql://reader@/postgres?host={self.folder}",
                "SOAK_VOICE_ROOT": str(self.folder / "voice")}

    def marks(self, account):
        return [canary(account).encode(), self.markers[account].encode()]

    def _as_server(self, program, *arguments):
        command = [str(self.binaries / program), *arguments]
        if self.user:
            command = ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def _sql(self, text):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-U", "postgres"],
                       input=text.encode(), check=True)

    def _copy(self, table, rows):
        lines = "".join("\t".join(str(value) for value in row) + "\n" for row in rows)
        self._sql(f"COPY {table} FROM STDIN;\n{lines}\\.\n")

    def _fill(self):
        customers, purchases, lines, recordings = [], [], [], []
        number = 0
        for account in self.accounts:
            mark = f"{canary(account)} {self.markers[account]}"
            # The same name, street and birthday for both of a pair, and for all pairs.
            customers.append((account, "Anna Schmidt", "Same Street 1", "1980-01-01", mark))
            (self.folder / "voice" / account).mkdir(parents=True)
            for index in range(ROWS):
                number += 1
                purchases.append((number, account, "2026-01-01 12:00:00+00", mark))
                lines.append((number, 1, f"article {mark}", "9.99"))
                if index < RECORDINGS:
                    path = f"{account}/{index}.wav"
                    recordings.append((number, account, f"hello {mark}", path))
                    (self.folder / "voice" / path).write_bytes(b"RIFF" + self.random.randbytes(20_000) + mark.encode())
        self._copy("customer", customers)
        self._copy("purchase", purchases)
        self._copy("purchase_line", lines)
        self._copy("recording", recordings)
        self._sql("ANALYZE")
