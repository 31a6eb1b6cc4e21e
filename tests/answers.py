"""Plugin of pytest that holds every answer of the API in the tests to the stored schema: `pytest -p tests.answers`.

It says at the end how many answers were validated, and which statuses the schema does not describe.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from django.test import Client

STORED = Path(__file__).parents[1] / "docs" / "openapi.yaml"
VALIDATED, UNDESCRIBED = "validated", "not described"
counts: Counter[str] = Counter()


@cache
def load_schema() -> dict:
    return yaml.load(STORED.read_text(), yaml.CSafeLoader)


@cache
def list_paths() -> list[tuple[re.Pattern, str]]:
    """(pattern, path) of the schema's paths, those with the fewest variables first."""
    paths = sorted(load_schema()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), path) for path in paths]


@cache
def find_operation(method: str, address: str) -> tuple[str, dict] | None:
    """(path, operation) of a request; None where the schema has none."""
    for pattern, path in list_paths():
        if pattern.fullmatch(address) and method in load_schema()["paths"][path]:
            return path, load_schema()["paths"][path][method]
    return None


@cache
def find_validator(path: str, method: str, status: str):
    """The validator of the JSON of a response; None where it has no JSON."""
    schema = load_schema()
    response = schema["paths"][path][method]["responses"][status]
    if "$ref" in response:
        response = schema["components"]["responses"][response["$ref"].rpartition("/")[2]]
    content = response.get("content", {}).get("application/json")
    if content is None:
        return None
    whole = content["schema"] | {
        "components": schema["components"],
        "$schema": "https://json-schema.org/draft/2020-12/schema",
    }
    return jsonschema_rs.validator_for(whole, validate_formats=True)


def check_answer(method: str, address: str, response) -> None:
    """Raise ValidationError when the JSON of an answer of the API breaks the schema."""
    found = find_operation(method, address)
    if found is None:
        return
    path, operation = found
    status = str(response.status_code)
    if status not in operation["responses"]:
        counts[f"{UNDESCRIBED}: {status} of {method.upper()} {path}"] += 1
        return
    validator = find_validator(path, method, status)
    if validator is not None and response.get("Content-Type", "").startswith("application/json"):
        validator.validate(response.json())
        counts[VALIDATED] += 1


def pytest_configure(config) -> None:
    if hasattr(config, "workerinput") or not config.pluginmanager.hasplugin("dsession"):
        ask = Client.request

        def request(self, **environ):
            response = ask(self, **environ)
            check_answer(environ["REQUEST_METHOD"].lower(), environ["PATH_INFO"], response)
            return response

        Client.request = request


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["answers"] = dict(counts)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    counts.update(getattr(node, "workeroutput", {}).get("answers", {}))


def pytest_terminal_summary(terminalreporter) -> None:
    terminalreporter.write_line(f"{counts[VALIDATED]} answers of the API were validated against its schema")
    for what, count in sorted(counts.items()):
        if what != VALIDATED:
            terminalreporter.write_line(f"{what}: {count}")
