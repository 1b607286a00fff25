"""Every #include in include/ and src/ must be an edge of the two tables below; changing them takes an ADR."""

import re

from source_tree import files, finish, parse_root

# Layer -> layers it may include.
LAYERS = {
    "core": set(),
    "crypto": {"core"},
    "archive": {"core", "crypto"},
    "ledger": {"core", "crypto"},
    "calendar": {"core"},
    "catalog": {"core"},
    "store": {"core", "crypto", "ledger"},
    "sources": {"core", "crypto", "catalog"},
    "queue": {"core", "crypto", "ledger", "store"},
    "lifecycle": {"core", "crypto", "ledger", "calendar", "store", "queue"},
    "export": {"core", "crypto", "archive", "ledger", "catalog", "sources", "store", "queue", "lifecycle"},
    "notify": {"core", "ledger", "store"},
    "http": {"core", "crypto", "ledger", "catalog", "lifecycle", "export", "notify"},
    "app": {"core", "crypto", "archive", "ledger", "calendar", "catalog", "store", "sources", "queue", "lifecycle",
            "export", "notify", "http"},
}

# Single headers beyond the table.
EXTRA_HEADERS = {"sources": {"rightful/store/connection.hpp"}}

# Third-party header -> where it may be included.
THIRD_PARTY = [
    (r"fmt/", r"include/rightful/core/(log|format)\.hpp|src/.*\.cpp|src/.*\.hpp"),
    (r"spdlog/|yaml", r"src/core/.*"),
    (r"curl/", r"src/core/http_client\.cpp|src/notify/smtp.*"),
    (r"sodium|openssl/", r"src/crypto/.*"),
    (r"unicode/", r"src/crypto/nfkc\.cpp"),
    (r"isa-l/|isa-l\.h|zlib\.h", r"src/archive/.*"),
    (r"date/", r"src/calendar/.*"),
    (r"pqxx/|libpq-fe\.h|libpq/", r"src/store/.*"),
    (r"sql\.h|sqlext\.h", r"src/sources/odbc.*"),
    (r"boost/(asio|beast)/ssl", r"src/http/(tls|transport|boost_src).*"),
    (r"boost/(asio|beast)", r"src/http/.*"),
    (r"nlohmann/json_fwd\.hpp", r"src/.*"),
    (r"nlohmann/", r"src/.*\.cpp|src/.*json.*\.hpp"),
    (r"gtest/|gmock/|benchmark/", r"(?!)"),
    (r"boost/", r"(?!)"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
OWN = re.compile(r"rightful/(\w+)/")


def layer_of(relative):
    parts = relative.split("/")
    if parts[0] == "src":
        return parts[1]
    return parts[2]


def check_own(relative, header, layer):
    match = OWN.match(header)
    if match is None:
        if relative.startswith("include/"):
            return f"a public header includes only std and rightful headers, not \"{header}\""
        # private header: "layer/file.hpp" from src/, of the same layer only
        first = header.split("/")[0]
        if first in LAYERS and first != layer:
            return f"\"{header}\" is private to the layer {first}"
        return None
    target = match.group(1)
    if target == layer or target in LAYERS[layer] or header in EXTRA_HEADERS.get(layer, ()):
        return None
    return f"the layer {layer} may not include {target} (\"{header}\")"


def check_third_party(relative, header):
    for pattern, allowed in THIRD_PARTY:
        if re.match(pattern, header):
            if re.fullmatch(allowed, relative):
                return None
            return f"<{header}> is not allowed here"
    return None


def check(root):
    findings = []
    for path in files(root, "include", "src"):
        relative = path.relative_to(root).as_posix()
        layer = layer_of(relative)
        if layer not in LAYERS:
            findings.append(f"{relative}:1: there is no layer `{layer}` in the table")
            continue
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(1)) + 1
            quote, header = match.groups()
            problem = check_own(relative, header, layer) if quote == '"' else check_third_party(relative, header)
            if problem:
                findings.append(f"{relative}:{line}: {problem}")
    return findings


if __name__ == "__main__":
    finish(check(parse_root(__doc__)), "every include is in the table")
