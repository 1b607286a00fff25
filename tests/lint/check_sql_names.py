"""No constant and no statement of src/store/queries has a name twice: two of one name in one namespace are the same
object for a compiler that sees only one of them, and a prepared statement's name belongs to the whole connection."""

import re

from source_tree import files, finish, parse_root, strip

DEFINITION = re.compile(r'\b(?P<constant>k\w+)\s*\{\s*"(?P<statement>[^"]*)"')
FIRST_WORDS = re.compile(r"\bconstexpr\s+Sql\s+(?P<constant>k\w+)")


def definitions(root):
    """(place, constant, statement) of each `Sql` constant; the statement's name is None where it cannot be read."""
    for path in files(root, "src/store/queries"):
        text = strip(path.read_text(encoding="utf-8"), keep_strings=True)
        for match in FIRST_WORDS.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            whole = DEFINITION.match(text, match.start("constant"))
            yield (f"{path.relative_to(root).as_posix()}:{line}", match["constant"],
                   whole["statement"] if whole else None)


def check(root):
    findings = []
    first_with = {}
    for place, constant, statement in definitions(root):
        if statement is None:
            findings.append(f"{place}: {constant} does not begin with its statement's name in quotes")
        for kind, name in (("constant", constant), ("statement", statement)):
            if name is None:
                continue
            first = first_with.setdefault((kind, name), place)
            if first != place:
                findings.append(f"{place}: the {kind} {name} is defined in {first} too")
    return findings


if __name__ == "__main__":
    finish(check(parse_root(__doc__)), "every SQL constant and statement has a name of its own")
