"""A public header begins with its contract (/// @file …) and #pragma once; each layer, and each room of tests, says what it is."""

from source_tree import files, finish, parse_root


def check(root):
    findings = []
    for path in files(root, "include", suffixes=(".hpp",)):
        relative = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        if not lines or lines[0] != "/// @file":
            findings.append(f"{relative}:1: begins with `/// @file` and a sentence that says what the unit is for")
        elif len(lines) < 2 or not lines[1].startswith("/// ") or len(lines[1]) < 20:
            findings.append(f"{relative}:2: says in one sentence what the unit is for")
        if "#pragma once" not in text:
            findings.append(f"{relative}:1: lacks #pragma once")
    for folder in sorted((root / "src").iterdir()):
        if folder.is_dir() and not (folder / "README.md").is_file():
            findings.append(f"src/{folder.name}: lacks README.md")
        if folder.is_dir() and folder.name in ("util", "common", "helpers", "misc", "types"):
            findings.append(f"src/{folder.name}: what two layers need has a name")
    return findings


if __name__ == "__main__":
    finish(check(parse_root(__doc__)), "every public header states its contract")
