"""No sleep, and no `catch (...)` but in the three places that handle faults."""

import re

from source_tree import files, finish, parse_root, strip

SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|(?<![\w.>])sleep)\s*\(|pg_sleep")
CATCH_ALL = re.compile(r"catch\s*\(\s*\.\.\.\s*\)")
CATCH_ALL_ALLOWED = re.compile(r"src/http/session[a-z_]*\.cpp|src/queue/[a-z_]*runner[a-z_]*\.cpp|src/app/main\.cpp")


def check(root):
    findings = []
    for path in files(root, "include", "src", "tests", "bench"):
        relative = path.relative_to(root).as_posix()
        code = strip(path.read_text(encoding="utf-8"), keep_strings=False)
        for match in SLEEP.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            findings.append(f"{relative}:{line}: wait for a condition with Clock or a test signal; never sleep")
        if CATCH_ALL_ALLOWED.fullmatch(relative) or relative.startswith("tests/"):
            continue
        for match in CATCH_ALL.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            findings.append(f"{relative}:{line}: `catch (...)` belongs to the HTTP session, the job runner and main")
    return findings


if __name__ == "__main__":
    finish(check(parse_root(__doc__)), "nothing sleeps, nothing swallows")
