"""The stored OpenAPI document: what it promises of responses, parameters and types."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from django.db import connections
from django.test import Client

from roadshow.api.router import VIEWSETS
from tests import factories as make
from tests.roadshow.test_api_filters import event  # noqa: F401 - a fixture

SCHEMA = yaml.load((Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text(), yaml.CSafeLoader)
OPERATIONS = {
    (method, path): operation
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
}


def validator(schema):
    """A validator of a schema with the document's components, formats included."""
    return jsonschema_rs.validator_for(
        schema
        | {"components": SCHEMA["components"], "$schema": "https://json-schema.org/draft/2020-12/schema"},
        validate_formats=True,
    )


def named(name):
    return validator({"$ref": f"#/components/schemas/{name}"})


def response_schema(path):
    return OPERATIONS["get", path]["responses"]["200"]["content"]["application/json"]["schema"]


def test_every_operation_has_a_summary_and_every_parameter_a_sentence():
    for key, operation in OPERATIONS.items():
        assert operation["summary"], key
        for parameter in operation.get("parameters", []):
            assert "$ref" in parameter or len(parameter["description"]) > 10, (key, parameter)
    assert SCHEMA["servers"] == [{"url": "/"}]


def test_no_description_is_about_our_code():
    text = yaml.safe_dump(SCHEMA)
    for word in ("Base of", "serializer", "write_<key>", "x-name", "x-expanded", "x-shaped"):
        assert word not in text, word


@pytest.mark.parametrize("name", ["Talk", "Event", "Speaker", "Slot", "Room", "Resource", "Collection"])
def test_reads_say_what_is_always_there(name):
    schema = SCHEMA["components"]["schemas"][name]
    private = set(schema["properties"]) - set(schema["required"])
    assert private <= {"notes", "expected_audience"}
    assert {"Part"} <= {one.removeprefix(name) for one in SCHEMA["components"]["schemas"]}


@pytest.mark.django_db
def test_lists_and_records_keep_the_schema_in_every_shape(client, event):  # noqa: F811 - the fixture
    collection = make.Collection()
    collection.items.create(resource=make.Resource(), position=0)
    tried = 0
    for kind, viewset in VIEWSETS.items():
        serializer = viewset.serializer_class
        component = serializer.__name__.removesuffix("Serializer")
        expandable = [
            path
            for name in serializer.Meta.expandable
            for path in (name, *(f"{name}.{below}" for below in serializer.nested(name).Meta.expandable))
        ]
        shapes = ["", "fields=guid", *(f"expand={path}" for path in expandable)]
        page = validator(response_schema(f"/api/v1/{kind}/"))
        for shape in shapes:
            response = client.get(f"/api/v1/{kind}/?{shape}").json()
            assert response["results"], kind
            page.validate(response)
            kinds = {"": component, "fields=guid": f"{component}Part"}
            for record in response["results"]:
                named(kinds.get(shape, f"{component}Expanded")).validate(record)
                tried += 1
    assert tried > 50


@pytest.mark.django_db
def test_other_responses_keep_their_named_types(client, event):  # noqa: F811 - the fixture
    named("Schedule").validate(client.get(f"/api/v1/events/{event.slug}/schedule/").json())
    changes = client.get("/api/v1/changes/").json()
    named("Changes").validate(changes)
    assert {f"{one['kind']}" for one in changes["results"]} <= set(VIEWSETS)


@pytest.mark.django_db
def test_a_bulk_update_and_a_put_without_slug_can_be_sent(client, admin_user):
    client.force_login(admin_user)
    talk = make.Talk()
    data = {"talks": [{"guid": str(talk.guid), "title": "Another"}]}
    named("BulkTalksRequest").validate(data)
    response = client.post("/api/v1/talks/bulk/", data, content_type="application/json")
    assert response.status_code == 200
    data = {"name": "Engines"}
    named("TopicPutRequest").validate(data)
    assert client.put("/api/v1/topics/engines/", data, content_type="application/json").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_first_requests_at_once_get_one_schema(monkeypatch):
    monkeypatch.setattr("roadshow.api.router._documents", {})

    def ask(_number):
        try:
            answer = Client().get("/api/v1/schema/?format=json")
            return answer.status_code, answer.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert {status for status, _content in found} == {200}
    assert len({content for _status, content in found}) == 1
