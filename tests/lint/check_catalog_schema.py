"""docs/catalog.schema.json accepts every catalog of this repository, refuses what the reader refuses by shape, and
knows exactly the keys that src/catalog/known_keys.hpp knows."""

import copy
import json
import re

import jsonschema
import yaml

from source_tree import finish, parse_root

# The mapping of each list of keys, as a path below the schema's root.
PLACES = {
    "kCatalog": [],
    "kPackage": ["definitions", "package"],
    "kController": ["definitions", "controller"],
    "kAuthority": ["definitions", "controller", "properties", "authority"],
    "kPostgresql": ["definitions", "source_postgresql"],
    "kFiles": ["definitions", "source_files"],
    "kS3": ["definitions", "source_s3"],
    "kHttp": ["definitions", "source_http"],
    "kOdbc": ["definitions", "source_odbc"],
    "kManual": ["definitions", "source_manual"],
    "kDefaults": ["properties", "defaults"],
    "kDataset": ["definitions", "dataset"],
    "kField": ["definitions", "field"],
    "kThirdParty": ["definitions", "field", "properties", "third_party", "anyOf", 1],
    "kAttach": ["definitions", "field", "properties", "attach"],
    "kTerm": ["definitions", "term", "anyOf", 1],
    "kRecipient": ["definitions", "recipient"],
    "kRetention": ["definitions", "retention"],
}


class Loader(yaml.SafeLoader):
    """YAML 1.2: `no` and `on` are texts."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def known_keys(root):
    """Name of the list → its keys."""
    text = (root / "src/catalog/known_keys.hpp").read_text(encoding="utf-8")
    lists = re.findall(r"std::array<Key, \d+> (k\w+)\{(.*?)\};", text, re.S)
    return {name: set(re.findall(r'"([a-z0-9_]+)"', body)) for name, body in lists}


def check_keys(root, schema):
    findings = []
    lists = known_keys(root)
    kinds = lists.pop("kSourceKinds")
    in_schema = {name.removeprefix("source_") for name in schema["definitions"] if name.startswith("source_")}
    if kinds != in_schema:
        findings.append(f"kinds of sources differ: {sorted(kinds ^ in_schema)}")
    if set(lists) != set(PLACES):
        findings.append(f"lists of keys that this check does not know: {sorted(set(lists) ^ set(PLACES))}")
    for name, place in PLACES.items():
        node = schema
        for part in place:
            node = node[part]
        difference = lists.get(name, set()) ^ set(node["properties"])
        if difference:
            findings.append(f"docs/catalog.schema.json and known_keys.hpp differ in {name}: {sorted(difference)}")
        if node.get("additionalProperties") is not False:
            findings.append(f"docs/catalog.schema.json lets unknown keys through in {name}")
    return findings


def catalogs(root):
    """Where → the parsed catalog, for every catalog that the repository shows to people."""
    for path in [root / "demo/catalog.yaml", *sorted((root / "tests/data/schemas").glob("*.expected.yaml"))]:
        text = path.read_text(encoding="utf-8")
        if path.parent.name == "schemas":  # what `discover` wrote: a person still writes the words
            for word, value in (("purposes: [TODO]", "purposes: [ServiceProvision]"), ("recipients: TODO", "recipients: []")):
                text = text.replace(word, value)
            text = re.sub(r'(timezone:|  -) "TODO: ', r'\1 "', text)
        yield path.relative_to(root).as_posix(), yaml.load(text, Loader)
    markdown = (root / "docs/catalog.md").read_text(encoding="utf-8")
    for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", markdown, re.S), 1):
        catalog = yaml.load(block, Loader)
        if isinstance(catalog, dict) and "version" in catalog:
            yield f"docs/catalog.md, example {number}", catalog


def check_accepted(root, validator):
    findings = []
    count = 0
    for where, catalog in catalogs(root):
        count += 1
        for error in validator.iter_errors(catalog):
            findings.append(f"{where}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    if count < 2:
        findings.append("no catalog was found to validate")
    return findings


def check_refused(root, validator):
    """What a person may get wrong: each change alone must be refused."""
    good = dict(catalogs(root))["docs/catalog.md, example 1"]

    def changed(change):
        catalog = copy.deepcopy(good)
        change(catalog)
        return catalog

    def dataset(catalog):
        return catalog["datasets"][0]

    changes = {
        "an unknown key": lambda c: c.update(plugins=[]),
        "another version": lambda c: c.update(version=2),
        "an unknown kind": lambda c: c["sources"].update(x={"kind": "tape"}),
        "a key of another kind": lambda c: c["sources"]["shop"].update(bucket="b"),
        "a folder twice": lambda c: c["sources"].update(x={"kind": "files", "root": "/x", "root_env": "X"}),
        "a misspelt key of a field": lambda c: dataset(c)["fields"]["room"].update(tilte="x"),
        "a field without title": lambda c: dataset(c)["fields"].update(x={"kind": "text"}),
        "a retention without end": lambda c: dataset(c).update(retention={"period": "P3M"}),
        "a role that is none": lambda c: c["defaults"].update(recipients=[{"name": "A", "country": "DE", "role": "friend"}]),
        "an attachment without owner": lambda c: dataset(c)["fields"]["path"].update(attach={"source": "voice"}),
        "a term with a blank": lambda c: dataset(c).update(categories=["Voice Mail"]),
        "an empty list of owners": lambda c: dataset(c).update(owner=[]),
        "a name in capitals": lambda c: dataset(c).update(name="Voice"),
    }
    return [f"docs/catalog.schema.json accepts {what}" for what, change in changes.items()
            if validator.is_valid(changed(change))]


def check(root):
    schema = json.loads((root / "docs/catalog.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    return check_keys(root, schema) + check_accepted(root, validator) + check_refused(root, validator)


if __name__ == "__main__":
    finish(check(parse_root(__doc__)), "the schema for editors says what the reader does")
