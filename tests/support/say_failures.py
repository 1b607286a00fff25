"""Says in a few lines why tests failed: usage say_failures.py <build folder>

ctest prints everything that a failed test printed, in the middle of a long output. This is its last word: of each
failed entry the cases and their first messages; where an entry names none, the end of what it printed.
"""

import re
import sys
from pathlib import Path

LINES_OF_A_FAILURE = 8
LINES_OF_AN_ENTRY = 40
LINES_OF_OTHERS = 12
LONGEST_LINE = 160

ENTRY = re.compile(
    r"^\d+/\d+ Testing: (?P<name>.+?)$.*?^Output:\n-+\n(?P<output>.*?)^<end of output>$.*?^-{10,}\n(?P<verdict>[^\n]*)$",
    re.MULTILINE | re.DOTALL,
)
# What GoogleTest and the sanitizers begin a failure with, and what GoogleTest's can end with.
FAILURE = re.compile(r"(: Failure$|: Fatal$|ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|: runtime error: )")
END = re.compile(r"^\[ |^$")


def cases(lines):
    """The failed cases' names and the beginnings of their messages."""
    case, said, left = "", [], 0
    for line in lines:
        if line.startswith("[ RUN      ]"):
            case = line[12:].strip()
        if FAILURE.search(line):
            said.append(f"  {case}")
            left = LINES_OF_A_FAILURE
        if left and END.match(line):
            left = 0
        if left:
            said.append(f"    {line[:LONGEST_LINE]}")
            left -= 1
    return said[:LINES_OF_AN_ENTRY]


def main(folder):
    log = Path(folder, "Testing", "Temporary", "LastTest.log").read_text(encoding="utf-8", errors="replace")
    for entry in ENTRY.finditer(log):
        if entry["verdict"].startswith(("Test Pass", "Test Skip")):
            continue
        lines = entry["output"].splitlines()
        print(f"{entry['name']}: {entry['verdict']}")
        ends = [f"    {line[:LONGEST_LINE]}" for line in lines[-LINES_OF_OTHERS:]]
        print("\n".join(cases(lines) or ends))


if __name__ == "__main__":
    main(sys.argv[1])
