#!/usr/bin/env python3
"""A complete service for a source of kind `http`: Python's standard library and an SQLite file.

It shows all that docs/sources/http.md asks for, in the order of that page. Rightful's own tests run against it.

    EVENTS_TOKEN=… python3 example_service.py shop.db        prints the address that it listens on

Each dataset is a table or view with the columns `record_key` (unique), `owners` (a JSON list of account IDs) and one
column per field of the catalog.
"""

import base64
import hmac
import http.server
import json
import os
import secrets
import sqlite3
import sys
import threading
import time
from datetime import datetime, timezone

SNAPSHOT_SECONDS = 15 * 60
PAGE_BYTES = 4 * 1024 * 1024  # well below the 8 MiB that a page may have
JSON_FIELDS = {"is_on": bool, "extra": json.loads}  # what SQLite has no type for


class Refused(Exception):
    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


class Snapshots:
    """Token -> a read transaction, which sees one state of the database for as long as it is open."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.open = {}

    def begin(self):
        connection = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first read fixes what is seen
        token = secrets.token_hex(16)
        with self.lock:
            self.open[token] = (connection, datetime.now(timezone.utc), time.monotonic())
        return token

    def get(self, token):
        with self.lock:
            for old in [t for t, (_, _, begun) in self.open.items() if time.monotonic() - begun > SNAPSHOT_SECONDS]:
                self.open.pop(old)[0].close()
            if token not in self.open:
                raise Refused(410, "this snapshot is gone")
            connection, taken_at, _ = self.open[token]
            return connection, taken_at


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            self.check_token()
            status, answer = 200, self.page(self.path.removeprefix("/v1/"), body)
        except Refused as refused:
            status, answer = refused.status, {"reason": str(refused)}
        except (ValueError, KeyError):
            status, answer = 400, {"reason": "not a request of this contract"}
        text = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def check_token(self):
        given = self.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, b"Bearer " + self.server.token):
            raise Refused(401, "the token is not ours")

    def page(self, dataset, body):
        if body["version"] != 1:
            raise Refused(400, "another version of the contract")
        token = body["snapshot"] or self.server.snapshots.begin()
        connection, taken_at = self.server.snapshots.get(token)
        if dataset not in {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}:
            raise Refused(404, "there is no such dataset")
        records, next_key = self.records(connection, dataset, body)
        return {
            "version": 1,
            "account": body["account"],
            "snapshot": token,
            "taken_at": taken_at.isoformat(),
            "count": self.count(connection, dataset, body["account"]),
            "records": records,
            "next": next_key,
        }

    @staticmethod
    def count(connection, dataset, account):
        mine = f'FROM "{dataset}" d WHERE EXISTS (SELECT 1 FROM json_each(d.owners) o WHERE o.value = ?)'
        return connection.execute(f"SELECT count(*) {mine}", (account,)).fetchone()[0]

    @staticmethod
    def records(connection, dataset, body):
        """Ordered by key: the cursor is the key of the last record, so that none is skipped or comes twice."""
        mine = "EXISTS (SELECT 1 FROM json_each(d.owners) o WHERE o.value = ?) AND d.record_key > ?"
        rows = connection.execute(
            f'SELECT * FROM "{dataset}" d WHERE {mine} ORDER BY d.record_key LIMIT ?',
            (body["account"], body["cursor"] or "", body["limit"] + 1),
        )
        records, size = [], 0
        for row in rows:
            if len(records) == body["limit"] or size > PAGE_BYTES:
                return records, records[-1]["@key"] if records else None
            record = {"@key": row["record_key"], "@owner": json.loads(row["owners"])}
            record.update({field: value_of(field, row[field]) for field in body["fields"]})
            size += len(json.dumps(record))
            records.append(record)
        return records, None

    def log_message(self, *_):
        pass  # an access log would hold account IDs if they stood in addresses; they do not, and this is an example


def value_of(field, value):
    """SQLite's value as JSON: bytes in base64, everything without a type of its own as the catalog's kind wants it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return JSON_FIELDS[field](value) if field in JSON_FIELDS and value is not None else value


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, path, token, port=0):
        super().__init__(("127.0.0.1", port), Service)
        self.snapshots = Snapshots(path)
        self.token = token.encode()


def main():
    server = Server(sys.argv[1], os.environ["EVENTS_TOKEN"], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
