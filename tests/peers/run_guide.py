#!/usr/bin/env python3
"""Runs every command of docs/audit.md, so that the guide cannot become untrue.

Blocks marked `sh` are run in their order in one folder that holds what the guide says an auditor has; a block marked
`output` shows lines that the block before it must print (`…` stands for anything).

usage: run_guide.py BUILD GUIDE
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def blocks(text):
    return re.findall(r"^```(sh|output)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def missing_lines(expected, printed):
    for line in expected.splitlines():
        pattern = ".*".join(re.escape(part) for part in line.split("…"))
        if not re.search(f"^{pattern}$", printed, re.MULTILINE):
            yield line


def environment(build, folder):
    return {
        **os.environ,
        "PATH": f"{build}:{os.environ['PATH']}",
        "RIGHTFUL_SOURCE": str(ROOT),
        "HOME": folder,
        "GOCACHE": f"{folder}/.go",
        "GOFLAGS": "",
    }


def main():
    build, guide = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    found = blocks(guide.read_text())
    if len([kind for kind, _ in found if kind == "sh"]) < 10:
        sys.exit("the guide has lost its commands")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([build / "tests/peers/ledger_peer", "guide", folder], check=True)
        printed = ""
        for kind, content in found:
            if kind == "sh":
                done = subprocess.run(
                    ["bash", "-eu", "-c", content],
                    cwd=folder,
                    env=environment(build, folder),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    timeout=300,
                    check=False,
                )
                printed = done.stdout
                if done.returncode != 0:
                    sys.exit(f"{guide}: exit {done.returncode} of\n{content}\n{printed}")
                continue
            for line in missing_lines(content, printed):
                sys.exit(f"{guide}: nothing printed like\n{line}\nbut\n{printed}")
    print(f"{guide}: {len(found)} blocks hold")


if __name__ == "__main__":
    main()
