"""What every lint shares: the C++ files of a tree, and code without comments and string contents."""

import argparse
import pathlib
import re
import sys

COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def parse_root(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("root", type=pathlib.Path, help="top of the source tree")
    return parser.parse_args().root.resolve()


def files(root, *folders, suffixes=(".hpp", ".cpp")):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path


def strip(text, keep_strings):
    """Comments become blank; strings too unless kept. Line numbers stay."""
    def blank(match):
        token = match.group(0)
        if keep_strings and not token.startswith("/"):
            return token
        return "".join(c if c == "\n" else " " for c in token)
    return COMMENT_OR_STRING.sub(blank, text)


def finish(findings, ok):
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(1)
    print(ok)
