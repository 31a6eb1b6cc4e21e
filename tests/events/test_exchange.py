"""Real schedules through the whole portal: in, out, valid, in again, and the same."""

import datetime as dt
import json
import os
import re
from pathlib import Path

import jsonschema_rs
import pytest
from django.core.management import CommandError, call_command
from lxml import etree

from events import actions
from events.exports import FORMATS, export
from events.formats.detect import read
from events.models import Event, Release, Talk
from speakers.models import Speaker
from tests import factories

pytestmark = pytest.mark.django_db
SHARED = Path(os.environ.get("ROADSHOW_SHARED", Path(__file__).parents[2].parent / "shared"))
FILES = ["camp-2019.json", "debconf-2023.xml", "democon.json", "linux-conf-au-2020.ics", "lswt-2019.xml"]
real_files = pytest.mark.skipif(not SHARED.is_dir(), reason="The real schedules are not here.")
BASE = "https://talks.example.org"


def load(name_or_bytes, **options):
    is_file = isinstance(name_or_bytes, str)
    data = (SHARED / "data" / name_or_bytes).read_bytes() if is_file else name_or_bytes
    reading = read(data, name=name_or_bytes if is_file else "", timezone="Europe/Berlin")
    return actions.import_schedule(reading=reading, timezone="Europe/Berlin", release=True, **options)


def files_of(event, formats=FORMATS):
    event.refresh_from_db()
    return {format: export(event.current_release, format, BASE) for format in formats}


def assert_valid(files):
    schema = etree.XMLSchema(etree.parse(str(SHARED / "schemas/schedule.xml.xsd")))
    schema.assertValid(etree.fromstring(files["xml"]))
    schema = json.loads((SHARED / "schemas/schedule.schema.json").read_text())
    jsonschema_rs.Draft6Validator(schema).validate(json.loads(files["json"]))


def without_moments(data):
    """Bytes without the moments at which they were made: stamps with fractions of a second, DTSTAMP."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+[^\"<]*", "", data.decode())
    return re.sub(r"(DTSTAMP|LAST-MODIFIED|CREATED):[^\r]*\r\n", "", text)


@real_files
@pytest.mark.parametrize("name", FILES)
def test_a_real_file_comes_in_and_leaves_valid_and_again_changes_nothing(name):
    report = load(name)
    event = Event.objects.get(slug=report.event)
    assert_valid(files_of(event))
    assert load(name, event=event).changes == 0
    assert event.releases.count() == 1


@real_files
@pytest.mark.parametrize("name", FILES)
def test_what_is_exported_and_imported_into_an_empty_portal_is_exported_the_same(name):
    slug = load(name).event
    for format, first in files_of(Event.objects.get(slug=slug), ["xml", "json"]).items():
        Event.objects.all().delete()
        Speaker.objects.all().delete()
        load(first, slug=slug)
        again = files_of(Event.objects.get(slug=slug), [format])
        assert without_moments(again[format]) == without_moments(first), format


@real_files
def test_a_later_version_of_a_conference_updates_the_earlier():
    """The figures are those of the files' README: 913 talks in common, 30 gone, 192 new, 67 new starts."""
    load("fosdem-2025-january.xml", slug="fosdem-2025")
    event = Event.objects.get(slug="fosdem-2025")
    slots = dict(event.slots.values_list("talk__guid", "guid"))
    report = load("fosdem-2025-december.xml", event=event)
    assert (len(report.new), len(report.gone)) == (192, 30)
    assert event.talks.count() == 943 + 192
    assert event.talks.filter(state=Talk.State.CANCELLED, title__in=report.gone).count() == 30
    kept = dict(event.slots.filter(talk__guid__in=slots).values_list("talk__guid", "guid"))
    assert kept == slots
    earlier, later = event.releases.order_by("number")
    moved = {slot.guid: slot.starts_at for slot in earlier.slots.all()}
    starts = [slot for slot in later.slots.all() if slot.guid in moved and slot.starts_at != moved[slot.guid]]
    assert len(starts) == 67 and all(slot.previous_starts_at == moved[slot.guid] for slot in starts)
    assert_valid(files_of(event))


def test_the_commands_import_and_export(tmp_path, capsysbinary):
    slot = factories.Slot(talk__title="Moving pictures")
    actions.release(event=slot.event, by=None)
    call_command("export_schedule", slot.event.slug, format="xml")
    file = tmp_path / "schedule.xml"
    file.write_bytes(capsysbinary.readouterr().out)
    slot.event.delete()
    call_command("import_schedule", str(file), event="back", release=True)
    printed = capsysbinary.readouterr().out.decode()
    assert "1 new" in printed and "Published as release 1" in printed
    assert "Nobody organises it yet" in printed
    assert Talk.objects.get(event__slug="back").title == "Moving pictures"
    call_command("import_schedule", str(file), event="back", dry_run=True)
    assert "Nothing was written." in capsysbinary.readouterr().out.decode()
    organiser = factories.Organiser()
    call_command("import_schedule", str(file), event="theirs")
    assert f"{organiser} organises it." in capsysbinary.readouterr().out.decode()
    assert list(Event.objects.get(slug="theirs").organisers.all()) == [organiser]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["/no/such/file"], "cannot be read"),
        ([__file__], ""),
        (["http://127.0.0.1/schedule.xml"], ""),
        ([__file__, "--timezone", "Mars/Olympus"], "no time zone"),
        ([__file__, "--organiser", "nobody"], "No organiser is called nobody."),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_exit_status_2(arguments, sentence):
    with pytest.raises(CommandError) as refusal:
        call_command("import_schedule", *arguments)
    assert refusal.value.returncode == 2 and sentence in str(refusal.value)
    assert not Event.objects.exists() and not Release.objects.exists()


def test_an_event_without_a_release_cannot_be_exported():
    event = factories.Event(starts_on=dt.date(2030, 1, 1))
    with pytest.raises(CommandError, match="no release yet") as refusal:
        call_command("export_schedule", event.slug, format="ics")
    assert refusal.value.returncode == 2
