#!/usr/bin/env python3
"""Checks an OpenAPI 3.1 file, then JSON values against its schemas.

    openapi_check.py FILE    prints `ready`, or what is wrong; then reads {"schema": NAME, "value": …} a line and
                             answers {"problems": [texts]}
"""

import json
import sys

import jsonschema
import yaml

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def walk(node, path="#"):
    yield path, node
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in items:
        yield from walk(child, f"{path}/{name}")


def resolve(spec, reference):
    node = spec
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def validator(spec, schema):
    # The components are the schema's surroundings, so that its references are found.
    return jsonschema.Draft202012Validator(
        {**schema, "components": spec["components"]}, format_checker=jsonschema.FormatChecker()
    )


def problems_of(spec):
    for name in ("openapi", "info", "paths", "components"):
        if name not in spec:
            yield f"`{name}` is missing"
    if not spec["openapi"].startswith("3.1."):
        yield "another version of OpenAPI"
    for name in ("title", "version"):
        if not isinstance(spec["info"].get(name), str):
            yield f"`info.{name}` is no text"
    for path, node in walk(spec):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            try:
                resolve(spec, node["$ref"])
            except KeyError:
                yield f"{path}: {node['$ref']} leads nowhere"
    for name, schema in spec["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as fault:
            yield f"schema {name}: {fault.message}"
    for path, item in spec["paths"].items():
        for method in METHODS & item.keys():
            operation = item[method]
            if not operation.get("operationId") or not operation.get("responses"):
                yield f"{method} {path} has no operationId, or no responses"
            for status, response in operation["responses"].items():
                if not isinstance(status, str) or not response.get("description"):
                    yield f"{method} {path} {status} has no description, or its status is no text"
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for body in bodies:
                for content in body.get("content", {}).values():
                    for name, example in content.get("examples", {}).items():
                        for fault in validator(spec, content["schema"]).iter_errors(plain(example["value"])):
                            yield f"{method} {path}, example {name}: {fault.message}"


def plain(value):
    """YAML's dates as the texts that they are in JSON."""
    return json.loads(json.dumps(value, default=lambda moment: moment.isoformat().replace("+00:00", "Z")))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    print("; ".join(problems_of(spec)) or "ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        schema = {"$ref": "#/components/schemas/" + order["schema"]}
        faults = [fault.message for fault in validator(spec, schema).iter_errors(order["value"])]
        print(json.dumps({"problems": faults}), flush=True)


main()
