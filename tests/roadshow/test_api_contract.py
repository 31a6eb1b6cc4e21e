"""The API keeps to its own schema, whoever asks and however oddly; and the schema to its stored copy.

`CONTRACT_EXAMPLES` is how many requests are tried for each operation and role.
"""

import io
import os
import random
from pathlib import Path

import pytest
import schemathesis
import yaml
from django.core.cache import cache
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.forms.models import model_to_dict
from hypothesis import HealthCheck, Phase, given, settings
from knox.models import get_digest_token
from schemathesis.specs.openapi.checks import positive_data_acceptance

from events.actions import release
from events.models import Event, Talk
from roadshow.api import VIEWSETS
from roadshow.models import ApiToken
from roadshow.wsgi import application
from tests import factories as make

pytestmark = pytest.mark.django_db
STORED = Path(__file__).parents[2] / "docs" / "openapi.yaml"
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "2"))
# A slug that fits the pattern may still name nothing: that is a 400 which no schema can foresee.
EXCLUDED = [positive_data_acceptance]
SECRET = "Zanzibar"


def test_the_schema_is_the_stored_one():
    """Look at the difference. Make it with `manage.py spectacular --file docs/openapi.yaml` if nothing breaks."""
    made = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=made)
    assert yaml.safe_load(made.getvalue()) == yaml.safe_load(STORED.read_text())


class Portal:
    """Two organisers with an event each; what is private of either has a word in it that nobody else may read."""

    def __init__(self):
        self.mine, self.theirs = make.Organiser(), make.Organiser()
        self.event = self.filled("mine", self.mine)
        self.other = self.filled("theirs", self.theirs)
        make.Talk(
            event=make.Event(state="draft", name=SECRET, slug="hidden", organisers=[self.theirs]),
            title=SECRET,
        )

    def filled(self, slug: str, organiser) -> Event:
        room = make.Room()
        event = make.Event(
            slug=slug, organisers=[organiser], series=make.Series(), venue=room.venue, feedback_open=True
        )
        speaker = make.Speaker(email=f"{SECRET}@example.org".lower(), notes=SECRET)
        track = make.Track(event=event)
        talk = make.Talk(event=event, speakers=[speaker], topics=[make.Topic()], track=track, notes=SECRET)
        make.Talk(event=event, state="draft", title=SECRET)
        make.Slot(talk=talk, room=room)
        make.Resource().talks.add(talk)
        release(event=event, by=organiser)
        return event

    def addresses(self, path: str) -> list[str]:
        """Real values for the variable in a path."""
        model = VIEWSETS[path.split("/")[3]].serializer_class.Meta.model
        column = "slug" if "{slug}" in path else "guid"
        return [str(value) for value in model._default_manager.values_list(column, flat=True)]

    def private(self) -> list:
        """All that only the other organiser may change; topics are everybody's."""
        talks = Talk.objects.filter(event__organisers=self.theirs).order_by("pk")
        events = Event.objects.filter(organisers=self.theirs).order_by("pk")
        return [model_to_dict(row, exclude=["topics"]) for rows in (talks, events) for row in rows]


@pytest.fixture(autouse=True)
def one_connection():
    """Requests stay inside the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def token(user) -> dict:
    digest, secret = get_digest_token()
    ApiToken(user=user, digest=digest, token_key=secret[:15], name="test", may_write=True).save()
    return {"Authorization": f"Token {secret}"}


@pytest.mark.parametrize("role", ["nobody", "organiser"])
def test_every_operation_keeps_to_the_schema(role):
    portal = Portal()
    headers = {"Accept-Encoding": "identity"} | (token(portal.mine) if role == "organiser" else {})
    before = portal.private()
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    chance, problems = random.Random(2018), []
    for result in schema.get_all_operations():
        operation = result.ok()
        values = portal.addresses(operation.path) if "{" in operation.path else []
        try:
            try_out(operation, headers, values, chance, portal)
        except (Exception, BaseExceptionGroup) as error:
            problems.append(f"{operation.label}: {told(error)}")
    assert portal.private() == before
    assert not problems, "\n\n".join(problems)


def told(error: BaseException) -> str:
    """What went wrong, of all that went wrong at once."""
    parts = getattr(error, "exceptions", None)
    return "\n".join(told(part) for part in parts) if parts else f"{type(error).__name__} {error}"


def try_out(operation, headers: dict, values: list[str], chance: random.Random, portal: Portal):
    """Sends what the schema allows, and what it forbids, each in a transaction that is taken back."""

    @settings(
        max_examples=EXAMPLES, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def send(case):
        if values and chance.random() < 0.7:
            name = next(iter(case.path_parameters))
            case.path_parameters[name] = chance.choice(values)
        if isinstance(case.body, dict) and "event" in case.body and chance.random() < 0.7:
            case.body["event"] = portal.event.slug
        cache.clear()
        with transaction.atomic():
            response = case.call(headers=headers)
            changed = portal.private()
            transaction.set_rollback(True)
        text = response.text
        if "Authorization" not in headers:
            assert SECRET not in text
            assert SECRET.lower() not in text
        case.validate_response(response, excluded_checks=EXCLUDED, headers=headers)
        assert changed == portal.private()

    send()
