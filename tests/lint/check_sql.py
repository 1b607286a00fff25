"""SQL stands in src/store/queries/*.hpp and in the composers of src/sources, nowhere else in C++."""

import re

from source_tree import COMMENT_OR_STRING, files, finish, parse_root

ALLOWED = re.compile(
    r"src/store/queries/[a-z_]+\.hpp|src/sources/(postgres|odbc)_statement\.cpp|src/sources/postgres_policy\.cpp|"
    r"src/app/demo_(hostile|people)\.[ch]pp")  # hostile texts of the demo that look like SQL

# A statement's shape, not a single word: error messages may say `select`.
STATEMENT = re.compile(
    r"\b(SELECT\s+.+\s+FROM\s|SELECT\s+[\w.]+\(|INSERT\s+INTO\s|UPDATE\s+[\w.]+\s+SET\s|DELETE\s+FROM\s|COPY\s+[\w.(]+.*\s(TO|FROM)\s+STD|"
    r"CREATE\s+(TABLE|DATABASE|ROLE|INDEX|SCHEMA|USER)\s+\w|ALTER\s+(TABLE|ROLE|DATABASE)\s|DROP\s+(TABLE|DATABASE|ROLE)\s|"
    r"GRANT\s+\w+\s+ON\s|TRUNCATE\s+\w|LOCK\s+TABLE\s|SET\s+LOCAL\s|BEGIN\s+ISOLATION)", re.S)


def check(root):
    findings = []
    for path in files(root, "include", "src"):
        relative = path.relative_to(root).as_posix()
        if ALLOWED.fullmatch(relative):
            continue
        text = path.read_text(encoding="utf-8")
        for match in COMMENT_OR_STRING.finditer(text):
            token = match.group(0)
            if token.startswith(("//", "/*", "'")):
                continue
            if STATEMENT.search(token):
                line = text.count("\n", 0, match.start()) + 1
                findings.append(f"{relative}:{line}: SQL outside src/store/queries: {token[:60]!r}")
    return findings


if __name__ == "__main__":
    finish(check(parse_root(__doc__)), "all SQL stands in its place")
