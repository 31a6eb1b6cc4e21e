"""The API keeps to its own schema, whoever asks and however oddly; and the schema to its stored copy.

`CONTRACT_EXAMPLES` is how many requests are tried for each operation and role, `CONTRACT_ROLES` which of ROLES do it.
"""

import io
import os
import random
from itertools import chain
from pathlib import Path

import pytest
import schemathesis
import yaml
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.db.models import Max, QuerySet
from hypothesis import HealthCheck, Phase, given, settings
from knox.models import get_digest_token
from schemathesis.specs.openapi.checks import positive_data_acceptance

from events import models as events
from events.actions import release
from events.api import PhotoViewSet, RecapViewSet
from roadshow.api.receivers import WebhookViewSet
from roadshow.api.router import VIEWSETS
from roadshow.models import ApiToken, Delivery, Webhook
from roadshow.wsgi import application
from speakers.models import Speaker
from tests import factories as make

pytestmark = pytest.mark.django_db
STORED = Path(__file__).parents[2] / "docs" / "openapi.yaml"
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "2"))
# A slug that fits the pattern may still name nothing: that is a 400 which no schema can prefetch_references.
EXCLUDED = [positive_data_acceptance]
SECRET = "Zanzibar"
OWN = "Timbuktu"
# Where those without an account leave something: what is there already has to stay as it is.
OPEN = {"events_feedback", "resources_resource", "resources_resource_topics", "resources_historicalresource"}
# And that they did, how often, and from which server's transactions the feed is numbered, at its first reading.
NOTED = {"api_change", "api_changenumbering", "expiring_counter"}
# Of an event's talks, what every organiser may change: topics and the library are everybody's.
SHARED = {
    "events_talk_topics",
    "resources_resource_talks",
    "resources_resource_events",
    "resources_resource_speakers",
}


def stored() -> dict:
    return yaml.load(STORED.read_text(), yaml.CSafeLoader)


def test_the_schema_is_the_stored_one():
    """Look at the difference. Make it with `manage.py spectacular --file docs/openapi.yaml` if nothing breaks."""
    for _ in range(2):  # making it leaves nothing behind
        made = io.StringIO()
        call_command("spectacular", "--validate", "--fail-on-warn", stdout=made)
        assert yaml.load(made.getvalue(), yaml.CSafeLoader) == stored()


class Portal:
    """Two organisers with an event each; what is private of either has a word in it that nobody else may read."""

    def __init__(self):
        self.mine, self.theirs = make.Organiser(), make.Organiser()
        self.event = self.filled("mine", self.mine, OWN)
        self.other = self.filled("theirs", self.theirs, SECRET)
        hidden = make.Event(state="draft", name=SECRET, slug="hidden", organisers=[self.theirs])
        make.Talk(event=hidden, title=SECRET)
        self.references = {
            name: [str(value) for value in model.objects.values_list(column, flat=True)]
            for name, model, column in (
                ("event", events.Event, "slug"), ("series", events.Series, "slug"),
                ("venue", events.Venue, "guid"), ("room", events.Room, "guid"), ("track", events.Track, "guid"),
                ("talk", events.Talk, "guid"), ("speaker", Speaker, "slug"), ("topic", events.Topic, "slug"),
            )
        }  # fmt: skip

    def filled(self, slug: str, organiser, secret: str) -> events.Event:
        room = make.Room()
        event = make.Event(
            slug=slug, organisers=[organiser], series=make.Series(organisers=[organiser]), venue=room.venue,
            feedback_open=True,
        )  # fmt: skip
        speaker = make.Speaker()
        speaker.links.create(url="https://example.org/")
        track = make.Track(event=event)
        talk = make.Talk(event=event, speakers=[speaker], topics=[make.Topic()], track=track, notes=secret)
        private = events.EventSpeaker.objects.of(event, speaker)
        private.email, private.notes = f"{secret}@example.org".lower(), secret
        private.save()
        talk.links.create(url="https://example.org/")
        make.Talk(event=event, state="draft", title=secret)
        slot = make.Slot(talk=talk, room=room)
        make.Resource().talks.add(talk)
        release(event=event, by=organiser)
        slot.accepted_clashes.create(speaker=speaker, reason=secret)
        make.Recap(event=event)
        event.photos.create(alternative="A hall.")
        event.feedback.create(comment=secret)
        event.private_calendars.create(digest=slug, expires_at=slot.ends_at)
        hook = Webhook.objects.create(name=secret, url="https://example.org/", secret=secret, event=event)
        Delivery.objects.create(webhook=hook, body=secret)
        token(organiser, event)
        return event

    def addresses(self, path: str) -> list[str]:
        """Real values for the variable in a path."""
        kind = path.split("/")[3]
        if kind in ("imports", "tokens"):
            return []
        endpoints = VIEWSETS | {"webhooks": WebhookViewSet, "photos": PhotoViewSet, "recaps": RecapViewSet}
        model = endpoints[kind].serializer_class.Meta.model
        column = "slug" if "{slug}" in path else "guid"
        return [str(value) for value in model._default_manager.values_list(column, flat=True)]


def everything() -> list[QuerySet]:
    """All rows; of tables in which everybody may leave something, those that are there now."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        rows, table = model._base_manager.all(), model._meta.db_table
        if table in OPEN:
            rows = rows.filter(pk__lte=rows.aggregate(last=Max("pk"))["last"] or 0)
        if table not in NOTED:
            found.append(rows)
    return found


def belongings(event: events.Event) -> list[QuerySet]:
    """The rows that are an event's: its series' and speakers', its organisers' tokens, and all that refers to it."""
    ways = {
        events.Event: "pk",
        events.Series: "events",
        Speaker: "talks__event",
        ApiToken: "user__organised_events",
    }
    found, waiting = {}, list(ways.items())
    while waiting:
        model, way = waiting.pop(0)
        if model._meta.db_table in SHARED or model in found:
            continue
        found[model] = model._base_manager.filter(**{way: event.pk})
        if hasattr(model, "history"):
            found[model.history.model] = model.history.filter(id__in=found[model].values("pk"))
        relations = model._meta.get_fields(include_hidden=True)
        waiting += [
            (one.related_model, f"{one.field.name}__{way}")
            for one in relations
            if one.auto_created and (one.one_to_many or one.one_to_one) and one.related_model not in ways
        ]
    return list(found.values())


class Digests:
    """What some rows look like, table by table, in one statement."""

    def __init__(self, tables: list[QuerySet]):
        parts = [rows.order_by("pk").query.sql_with_params() for rows in tables]
        self.names = [rows.model._meta.db_table for rows in tables]
        self.sql = " UNION ALL ".join(
            f"SELECT {number}, count(*), md5(string_agg(part::text, ' ')) FROM ({sql}) AS part"
            for number, (sql, _values) in enumerate(parts)
        )
        self.values = tuple(chain.from_iterable(values for _sql, values in parts))

    def __call__(self) -> dict[str, tuple]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.values)
            return {self.names[number]: rest for number, *rest in cursor.fetchall()}


@pytest.fixture(autouse=True)
def one_connection():
    """Requests stay inside the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def token(user, *events) -> dict:
    digest, secret = get_digest_token()
    one = ApiToken(user=user, digest=digest, token_key=secret[:15], name="test", may_write=True)
    one.every_event = not events
    one.save()
    one.events.set(events)
    return {"Authorization": f"Token {secret}"}


ROLES = {
    "nobody": lambda portal: {},
    "organiser": lambda portal: token(portal.mine),
    "limited": lambda portal: token(portal.mine, portal.event),
    "owner": lambda portal: token(make.User(is_staff=True, is_superuser=True)),
}


@pytest.mark.parametrize("role", os.environ.get("CONTRACT_ROLES", "nobody,organiser").split(","))
def test_every_operation_keeps_to_the_schema(role):
    """And changes nothing but its own: nobody anything, organisers no other's event; a portal's owner may all."""
    portal = Portal()
    headers = {"Accept-Encoding": "identity"} | ROLES[role](portal)
    private = {"nobody": {SECRET, OWN}, "owner": set()}.get(role, {SECRET})
    watched = (
        dict if role == "owner" else Digests(everything() if role == "nobody" else belongings(portal.other))
    )
    schema = schemathesis.openapi.from_dict(stored())
    schema.app = application
    chance, problems, tried = random.Random(2018), [], 0
    for result in schema.get_all_operations():
        operation = result.ok()
        values = portal.addresses(operation.path) if "{" in operation.path else []
        try:
            tried += try_out(operation, headers, values, chance, portal, watched, private)
        except (Exception, BaseExceptionGroup) as error:
            problems.append(f"{operation.label}: {told(error)}")
    print(f"{role}: {tried} requests")
    assert not problems, "\n\n".join(problems)


def told(error: BaseException) -> str:
    """What went wrong, of all that went wrong at once."""
    parts = getattr(error, "exceptions", None)
    return "\n".join(told(part) for part in parts) if parts else f"{type(error).__name__} {error}"


def try_out(
    operation,
    headers: dict,
    values: list[str],
    chance: random.Random,
    portal: Portal,
    watched,
    private: set[str],
) -> int:
    """Sends what the schema allows, and what it forbids, each in a transaction that is taken back; how many."""
    before, tried = watched(), []

    def real(data):
        """The same with names of records that there are, in most places where one belongs."""
        if isinstance(data, list):
            return [real(one) for one in data]
        if not isinstance(data, dict):
            return data
        found = {}
        for name, value in data.items():
            known = portal.references.get(name) or portal.references.get(name.removesuffix("s"))
            if known and chance.random() < 0.7:
                one = portal.event.slug if name == "event" and chance.random() < 0.5 else chance.choice(known)
                found[name] = [one] if isinstance(value, list) else one
            else:
                found[name] = real(value)
        return found

    @settings(
        max_examples=EXAMPLES, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def send(case):
        if values and chance.random() < 0.7:
            name = next(iter(case.path_parameters))
            case.path_parameters[name] = chance.choice(values)
        case.body, case.query = real(case.body), real(case.query)
        cache.clear()
        tried.append(case)
        with transaction.atomic():
            response = case.call(headers=headers)
            after = watched()
            transaction.set_rollback(True)
        text = response.text.lower()
        for word in private:
            assert word.lower() not in text
        case.validate_response(response, excluded_checks=EXCLUDED, headers=headers)
        assert after == before

    send()
    return len(tried)
