#!/usr/bin/env python3
"""Writes into an SQLite database while others read it: reads one script a line, answers `{}` when it is committed.

    sqlite_hand.py FILE    makes the file with a write-ahead log, prints `ready`
"""

import json
import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("PRAGMA synchronous = OFF")
print("ready", flush=True)
for line in sys.stdin:
    try:
        connection.executescript("BEGIN; " + json.loads(line) + "; COMMIT")
        print("{}", flush=True)
    except sqlite3.Error as fault:
        print(json.dumps({"fault": str(fault)}), flush=True)
