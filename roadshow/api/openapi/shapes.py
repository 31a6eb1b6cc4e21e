"""Types that are made of others: named ones, and records with `expand` and `fields`."""


def reference(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


def name_types(part, schemas: dict):
    """A copy of `part` that refers to every schema with an `x-name`; these are added to `schemas` by their names."""
    if isinstance(part, list):
        return [name_types(value, schemas) for value in part]
    if not isinstance(part, dict):
        return part
    copy = {key: name_types(value, schemas) for key, value in part.items()}
    if "x-name" not in copy:
        return copy
    name = copy.pop("x-name")
    schemas[name] = copy
    return reference(name)


def join_optional_strings(part) -> None:
    """Replace `oneOf` of a string and the empty string by one string: "" is of both."""
    for value in part.values() if isinstance(part, dict) else part:
        if isinstance(value, dict | list):
            join_optional_strings(value)
    options = part.get("oneOf") if isinstance(part, dict) else None
    if options and {"type": "string", "maxLength": 0} in options:
        (string,) = (one for one in options if one.get("maxLength") != 0)
        string = {key: text for key, text in string.items() if key not in ("format", "minLength")}
        if "pattern" in string:
            string["pattern"] = f"^$|{string['pattern']}"
        del part["oneOf"]
        part |= string


def add_shaped_records(schemas: dict) -> None:
    """Add the types that `expand` and `fields` make of each record: all of it with references, or some of its keys."""
    for name, schema in list(schemas.items()):
        if "x-expanded" not in schema:
            continue
        properties = dict(schema["properties"])
        for key, whole in schema["x-expanded"].items():
            properties[key] = _allow_record(properties[key], whole)
        if schema["x-expanded"]:
            description = f"A {name} whose references are whole records, where `expand` asks for them."
            schemas[f"{name}Expanded"] = {
                "type": "object",
                "description": description,
                "properties": properties,
                "required": schema["required"],
            }
        description = f"The keys of a {name} that `fields` asks for."
        schemas[f"{name}Part"] = {"type": "object", "description": description, "properties": properties}


def _allow_record(schema: dict, record: dict) -> dict:
    """A reference, or a list of them, that may be a whole record."""
    if schema.get("type") == "array":
        return schema | {"items": {"anyOf": [schema["items"], record]}}
    return {"anyOf": [*schema.get("anyOf", [schema]), record]}


def resolve_shaped(part, schemas: dict) -> None:
    """Replace `x-shaped` by the types that a record may have: whole, with whole references, or some of its keys."""
    for value in part.values() if isinstance(part, dict) else part:
        if isinstance(value, dict | list):
            resolve_shaped(value, schemas)
    if isinstance(part, dict) and "x-shaped" in part:
        name = part.pop("x-shaped")
        names = [name, f"{name}Expanded", f"{name}Part"]
        part["anyOf"] = [reference(one) for one in names if one in schemas]


def shape_response(schema: dict, schemas: dict) -> dict:
    name = schema.get("$ref", "").rpartition("/")[2]
    if "x-expanded" in schemas.get(name, {}):
        return {"x-shaped": name}
    results = schemas.get(name, {}).get("properties", {}).get("results", {})
    if "$ref" in results.get("items", {}):
        results["items"] = {"x-shaped": results["items"]["$ref"].rpartition("/")[2]}
    return schema
