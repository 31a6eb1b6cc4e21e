"""Where other people's files and the official schemas may lie beside the project."""

import json
import os
from pathlib import Path

import jsonschema_rs
import pytest
from lxml import etree

SHARED = Path(os.environ.get("ROADSHOW_SHARED", Path(__file__).parents[3].parent / "shared"))


@pytest.fixture(scope="session")
def xml_schema() -> etree.XMLSchema:
    path = SHARED / "schemas" / "schedule.xml.xsd"
    if not path.exists():
        pytest.skip("the official schemas are not here")
    return etree.XMLSchema(etree.parse(str(path)))


@pytest.fixture(scope="session")
def json_schema() -> jsonschema_rs.Draft6Validator:
    path = SHARED / "schemas" / "schedule.schema.json"
    if not path.exists():
        pytest.skip("the official schemas are not here")
    return jsonschema_rs.Draft6Validator(json.loads(path.read_text()), validate_formats=True)


@pytest.fixture(scope="session")
def assert_valid(xml_schema, json_schema):
    """A function that fails if the two exports of a document do not validate."""
    from events.formats import schedule_json, schedule_xml

    def check(document):
        tree = etree.fromstring(schedule_xml.write(document))
        assert xml_schema.validate(tree), str(xml_schema.error_log)
        errors = list(json_schema.iter_errors(json.loads(schedule_json.write(document))))
        assert not errors, [f"{error.message} at {list(error.instance_path)}" for error in errors[:5]]

    return check
