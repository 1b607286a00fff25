#!/usr/bin/python3
"""Reads the unpacked content of a package with other people's libraries: every data file against the JSON Schema beside
it (python3-jsonschema), the CSV beside it (Python's csv), the disclosure as RDF (python3-rdflib).

usage: check_content.py FOLDER TERMS

TERMS is tests/vectors/dpv/terms.txt: the names that exist. Prints what was found as one line of JSON; exits with 1 and
the first thing that is wrong.
"""

import csv
import json
import pathlib
import sys

import jsonschema
import rdflib

NAMESPACES = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "legal-eu": "https://w3id.org/dpv/legal/eu#",
    "loc": "https://w3id.org/dpv/loc#",
}
DPV = rdflib.Namespace(NAMESPACES["dpv"])
DCTERMS = rdflib.DCTERMS


def fail(text):
    print(text)
    sys.exit(1)


def validator_for(schema):
    checker = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=checker)


def check_data(path):
    """Returns how many records there are, and which fields have values that their own form has no room for."""
    schema = json.loads(path.with_suffix(".schema.json").read_text())
    records = json.loads(path.read_text())
    for error in validator_for(schema).iter_errors(records):
        fail(f"{path.name}: {error.json_path}: {error.message[:200]}")
    forms = {
        name: validator_for(form["anyOf"][0])
        for name, form in schema["items"]["properties"].items()
        if name != "@owner"
    }
    misfits = sorted(
        {
            name
            for record in records
            for name, form in forms.items()
            if isinstance(record[name], str) and not form.is_valid(record[name])
        }
    )
    return len(records), misfits


def check_csv(path, records):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    if len(rows) != records + 1:
        fail(f"{path.name}: {len(rows) - 1} records, the JSON file has {records}")
    if any(len(row) != len(rows[0]) for row in rows):
        fail(f"{path.name}: a row of another length")
    for row in rows[1:]:
        for cell in row:
            if cell[:1] in ("=", "+", "@", "\t", "\r") or (cell[:1] == "-" and not is_number(cell)):
                fail(f"{path.name}: a cell that a spreadsheet takes for a formula")


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def check_terms(graph, terms):
    """Every IRI of these vocabularies is a term that exists."""
    used = set()
    for triple in graph:
        for node in triple:
            for prefix, namespace in NAMESPACES.items():
                name = str(node)[len(namespace):]
                if isinstance(node, rdflib.URIRef) and str(node).startswith(namespace) and "/" not in name:
                    if f"{prefix}:{name}" not in terms:
                        fail(f"about/disclosure.jsonld: {prefix}:{name} does not exist")
                    used.add(f"{prefix}:{name}")
    return used


def texts(graph, subject, *path):
    nodes = [subject]
    for step in path:
        nodes = [o for node in nodes for o in graph.objects(node, step)]
    return sorted(str(node) for node in nodes)


def check_disclosure(path, terms):
    graph = rdflib.Graph()
    graph.parse(path, format="json-ld", publicID=path.as_uri())
    used = check_terms(graph, terms)
    (notice,) = graph.subjects(rdflib.RDF.type, rdflib.URIRef(NAMESPACES["eu-gdpr"] + "SARNotice"))
    processes = {}
    for process in graph.objects(notice, DPV.hasProcess):
        processes[str(process).split("#")[-1]] = {
            "title": texts(graph, process, DCTERMS.title),
            "purposes": texts(graph, process, DPV.hasPurpose),
            "categories": texts(graph, process, DPV.hasPersonalData),
            "recipients": texts(graph, process, DPV.hasRecipient, DPV.hasName),
            "countries": texts(graph, process, DPV.hasRecipient, DPV.hasCountry),
            "retention": texts(graph, process, DPV.hasStorageCondition, DPV.hasDuration)
            + texts(graph, process, DPV.hasStorageCondition, DCTERMS.description),
            "source": texts(graph, process, DPV.hasDataSource, DCTERMS.description),
            "rights": [right.split("#")[-1] for right in texts(graph, process, DPV.hasRight)],
        }
    return {
        "terms": len(used),
        "triples": len(graph),
        "controller": texts(graph, notice, DPV.hasDataController, DPV.hasName),
        "dpo": texts(graph, notice, DPV.hasDataController, DPV.hasDataProtectionOfficer, DPV.hasContact),
        "authority": texts(graph, notice, DPV.hasAuthority, DPV.hasName),
        "processes": processes,
    }


def main():
    folder, terms_file = (pathlib.Path(name).resolve() for name in sys.argv[1:3])
    terms = {line for line in terms_file.read_text().splitlines() if not line.startswith("#")}
    datasets = {}
    for path in sorted((folder / "data").glob("*.json")):
        if path.name.endswith(".schema.json"):
            continue
        records, misfits = check_data(path)
        datasets[path.stem] = {"records": records, "misfits": misfits}
        if path.with_suffix(".csv").exists():
            check_csv(path.with_suffix(".csv"), records)
            datasets[path.stem]["csv"] = True
    disclosure = check_disclosure(folder / "about" / "disclosure.jsonld", terms)
    print(json.dumps({"datasets": datasets, "disclosure": disclosure}, ensure_ascii=False))


if __name__ == "__main__":
    main()
