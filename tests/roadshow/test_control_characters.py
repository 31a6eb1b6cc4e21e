"""Texts with control characters are refused, whichever way they come in."""

import re

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from events.actions import release
from events.models import Feedback
from roadshow.core.models import CheckedTexts
from roadshow.core.text_checks import constraint_name, install_text_checks, list_text_columns
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("make_row", "field"),
    [
        (make.Event, "name"),
        (make.Event, "description"),
        (make.Series, "tagline"),
        (make.Speaker, "biography"),
        (make.Resource, "title"),
        (make.Collection, "text"),
        (make.Topic, "name"),
        (make.Venue, "directions"),
    ],
)
@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x1b", "\x7f"])
def test_a_text_with_a_control_character_is_refused_with_its_code(make_row, field, sign):
    with pytest.raises(ValidationError) as refused:
        row = make_row()
        setattr(row, field, f"one{sign}two")
        row.clean_fields()
    assert f"U+{ord(sign):04X}" in str(refused.value.message_dict[field])


def test_long_texts_have_line_breaks_and_tabs():
    event = make.Event(description="one\r\n\ttwo")
    event.clean_fields()
    event.name = "one\ntwo"
    with pytest.raises(ValidationError):
        event.clean_fields()


def test_the_api_refuses_them(client):
    organiser = make.Organiser()
    make.Event(slug="summit", organisers=[organiser])
    client.force_login(organiser)
    body = {"title": "one\x01two", "event": "summit"}
    answer = client.post("/api/v1/talks/", body, content_type="application/json")
    assert answer.status_code == 400 and "U+0001" in answer.content.decode()


def test_public_forms_refuse_them(client):
    event = make.Event(feedback_open=True)
    client.post(f"/events/{event.slug}/feedback/", {"rating": 5, "comment": "good\x01"})
    assert not Feedback.objects.filter(comment__contains="\x01").exists()


# Texts that no page, feed or file shows as they are: digests, choices, what other servers said, the queue. The note of
# a release is cleaned by the action, its document is JSON. A notice is put together from a sentence and checked names.
UNCHECKED = {
    "events.Import", "events.Invitation", "events.Notice", "events.PrivateCalendar", "events.Release", "events.Role",
    "events.TalkSpeaker",
    "api.Change", "api.ChangeNumbering", "api.StoredResponse", "core.ContentVersion", "core.FormerAddress",
    "expiring.Counter", "expiring.Upload", "jobs.Job", "resources.LinkCheck", "resources.LinkImport",
    "roadshow.ApiToken",
}  # fmt: skip


def ours() -> list[type[models.Model]]:
    """Our models with texts, without the history of each, which is written from them."""
    labels = {"events", "speakers", "resources", "roadshow", "core", "api", "jobs", "expiring"}
    candidates = [
        model
        for model in apps.get_models()
        if model._meta.app_label in labels and not hasattr(model, "history_date") and not model._meta.proxy
    ]
    texts = models.CharField | models.TextField
    return [
        model
        for model in candidates
        if any(isinstance(field, texts) for field in model._meta.local_concrete_fields)
    ]


def test_every_model_with_texts_is_checked():
    unchecked = {model._meta.label for model in ours() if not issubclass(model, CheckedTexts)}
    assert unchecked <= UNCHECKED, "derive these models from CheckedTexts"


@pytest.mark.parametrize("table", list_text_columns())
def test_the_database_refuses_them_in_every_text_column(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s",
            [table, constraint_name(table)],
        )
        (definition,) = cursor.fetchone()
    assert definition.count("!~") == len(list_text_columns()[table])
    for column in list_text_columns()[table]:
        assert re.search(rf"\b{column}\b", definition)


@pytest.mark.parametrize(
    ("make_row", "field"),
    [(make.Talk, "title"), (make.Talk, "abstract"), (make.Speaker, "name"), (make.Resource, "note")],
)
def test_bulk_writes_are_refused(make_row, field):
    row = make_row()
    for sign in "\x01\x0b\x1f\x7f":
        with pytest.raises(IntegrityError, match="no_control_characters"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**{field: f"one{sign}two"})
    type(row).objects.filter(pk=row.pk).update(**{field: "one 二 é"})


def test_the_note_of_a_release_loses_them():
    slot = make.Slot()
    assert release(event=slot.event, by=make.Organiser(), note="new\x01 plan\n").note == "new plan\n"


def test_what_is_stored_already_is_cleaned():
    talk = make.Talk()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE events_talk DROP CONSTRAINT {constraint_name('events_talk')}")
    type(talk).objects.filter(pk=talk.pk).update(title="one\x01two", abstract="a\tb\x1f")
    install_text_checks(using="default")
    talk.refresh_from_db()
    assert (talk.title, talk.abstract) == ("onetwo", "a\tb")
