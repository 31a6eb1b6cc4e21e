"""Everything about a person in one file, and erased everywhere."""

import json
from io import BytesIO

import pgtrigger
import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from PIL import Image

from events.actions import release
from events.models import EventSpeaker, Release
from roadshow.models import Delivery, Webhook
from roadshow.personal_data import erase_person, export_person, find_altered_releases
from speakers.models import Speaker
from tests import factories as make

PICTURE = BytesIO()
Image.new("RGB", (4, 4)).save(PICTURE, "PNG")
NAME = "Grace Brewster Hopper"


@pytest.fixture
def person(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    speaker = make.Speaker(
        name=NAME,
        biography=f"{NAME} wrote a compiler.",
        picture=SimpleUploadedFile("brewster.png", PICTURE.getvalue()),
        imported={"guids": [], "name": NAME},
    )
    event = make.Event(slug="summit")
    talk = make.Talk(event=event, speakers=[speaker], imported={"persons": [NAME]})
    there = EventSpeaker.objects.of(event, speaker)
    there.email, there.notes = "grace.brewster@example.org", f"{NAME} comes by train."
    there.picture = SimpleUploadedFile("brewster-there.png", PICTURE.getvalue())
    there.save()
    make.Slot(talk=talk)
    for note in ("first", "second"):
        release(event=event, by=None, note=note)
    speaker.slug = "admiral"
    speaker.save()
    user = make.Organiser()
    kind = ContentType.objects.get_for_model(Speaker)
    LogEntry.objects.create(
        user=user,
        content_type=kind,
        object_id=speaker.pk,
        object_repr=NAME,
        action_flag=CHANGE,
        change_message="",
    )
    hook = Webhook.objects.create(name="Hook", url="https://example.com/hook")
    Delivery.objects.create(webhook=hook, body=json.dumps({"name": NAME}))
    return speaker


def stored_texts() -> str:
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        texts = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            texts += [text for (text,) in cursor.fetchall()]
    return "\n".join(texts)


def test_the_file_has_all_that_is_stored(person):
    found = json.loads(export_person(person))
    assert found["person"]["name"] == NAME and found["at_events"][0]["email"] == "grace.brewster@example.org"
    assert [one["event"] for one in found["talks"]] == ["summit"]
    assert [one["number"] for one in found["releases"]] == [1, 2]
    assert found["history"] and found["former_addresses"] and found["log_entries"] and found["bookings"]


def test_an_erased_person_is_nowhere_any_more(person, client, tmp_path, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erased = erase_person(person)
    assert erased["releases"] == 2 and erased["pictures"] == 2
    rest = stored_texts()
    for trace in (NAME, "Brewster", "brewster", "grace-brewster", "admiral"):
        assert trace not in rest, trace
    assert not list(tmp_path.rglob("*brewster*"))
    assert client.get("/events/summit/schedule/").status_code == 200
    assert client.get("/speakers/admiral/").status_code == 404


def test_digests_show_whether_a_release_was_altered(person):
    event = Release.objects.first().event
    assert find_altered_releases(event) == []
    erase_person(person)
    assert find_altered_releases(event) == []
    assert Release.objects.with_document().first().document.count("removed on request") == 1
    with pgtrigger.ignore("events.Release:never_changes"):
        Release.objects.filter(number=1).update(document="{}")
    assert find_altered_releases(event) == [1]


def test_the_commands_refuse_an_unknown_person(db):
    for command in ("export_person", "erase_person"):
        with pytest.raises(CommandError) as refused:
            call_command(command, "nobody")
        assert refused.value.returncode == 2


def test_the_commands_write_and_erase(person, capsys):
    call_command("export_person", "admiral")
    assert NAME in capsys.readouterr().out
    call_command("erase_person", "admiral", yes=True)
    assert "releases: 2" in capsys.readouterr().out
    assert not Speaker.objects.exists()
