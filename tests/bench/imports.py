"""What imports of files keep, as a table: `python -m tests.bench.imports FILE…`; everything is rolled back.

For each file: what it was recognised as; records that it has, counted without its reader; talks, persons, slots and
links in the database ("!" where that is less); problems; changes when it is imported again; whether undoing it brings
all tables back; which exports are not the same bytes after they were imported into an empty portal and exported again.
"""

import csv
import json
import os
import re
import sys
import zipfile
from collections import Counter
from io import BytesIO, StringIO
from itertools import chain
from pathlib import Path

import django

from tests.bench.exchange import STAMPS

ZONE = "Europe/Berlin"  # for files that name none
LEAST_KEYS = 4  # of a record of JSON: links have fewer
LOGS = (
    "events_import",
    "resources_linkimport",
    "journal_",
    "api_",
    "core_contentversion",
    "axes_",
    "jobs_",
    "django_",
)
COUNTED = ("events_event", "events_talk")  # whose `sequence` never falls, whatever is undone


def digest() -> dict[str, str]:
    """The content of every table but those that keep a log."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (name,) in cursor.fetchall():
            if not name.startswith(LOGS):
                row = "(to_jsonb(t) - 'sequence')::text" if name in COUNTED else "t::text"
                cursor.execute(f"SELECT md5(string_agg({row}, '|' ORDER BY {row})) FROM {name} t")
                found[name] = cursor.fetchone()[0]
    return found


def describe(path: Path, reading, several: int) -> list[str]:
    """The cells of one event's line."""
    from events.actions import import_schedule, undo_import
    from events.models import Event, Import, Slot, TalkLink
    from speakers.models import Speaker

    before = digest()
    options = {"reading": reading, "timezone": ZONE, "source": path.name}
    report = import_schedule(slug="bench", **options)
    event = Event.objects.get(slug=report.event)
    people = Speaker.objects.filter(talks__event=event).distinct().count()
    stored = (
        event.talks.count(), people, Slot.objects.filter(event=event).count(),
        TalkLink.objects.filter(talk__event=event).count(),
    )  # fmt: skip
    again = import_schedule(event=event, **options)
    there = count_records(path, path.read_bytes())
    lost = there is not None and several == 1 and max(stored[0], stored[2]) < there
    undo_import(entry=Import.objects.get(pk=again.entry), by=None)
    undo_import(entry=Import.objects.get(pk=report.entry), by=None)
    cells = [
        path.name,
        reading.kind,
        "–" if there is None else str(there),
    ]
    cells += ["/".join(map(str, stored)) + " !" * lost, str(len(report.problems)), str(again.changes)]
    cells.append("equal" if digest() == before else "different")
    return [*cells, ", ".join(compare_exports(options)) or "the same"]


def compare_exports(options: dict) -> list[str]:
    """The formats whose export differs after it was imported into an empty portal and exported again."""
    from django.db import transaction

    from events.formats.detect import read

    if not any(talk.slots for talk in options["reading"].document.talks):
        return ["nothing to export"]
    with transaction.atomic():
        first = export_all(import_schedule_released(options))
        transaction.set_rollback(True)
    different = []
    for format, data in first.items():
        with transaction.atomic():
            back = {"reading": read(data, name=f"back.{format}", timezone=ZONE), "timezone": ZONE}
            again = export_all(import_schedule_released(back))[format]
            transaction.set_rollback(True)
        if STAMPS.sub(b"", again) != STAMPS.sub(b"", data):
            different.append(format)
    return different


def import_schedule_released(options: dict):
    """The event of an import that was released."""
    from events.actions import import_schedule
    from events.models import Event

    report = import_schedule(slug="bench", release=True, **options)
    return Event.objects.select_related("current_release").get(slug=report.event)


def export_all(event) -> dict[str, bytes]:
    from events.exports import FORMATS, export

    return {format: export(event.current_release, format, "https://portal.example") for format in FORMATS}


def count_records(path: Path, data: bytes) -> int | None:
    """Elements, VEVENTs, rows or records of a file, counted by their looks alone; None where nothing tells."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as file:
            sheets = [name for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
            return sum(max(file.read(name).count(b"<row ") - 1, 0) for name in sheets) or None
    text = data.decode("utf-8", "replace").lstrip("\ufeff")
    if b"BEGIN:VCALENDAR" in data:
        return text.count("BEGIN:VEVENT")
    if path.suffix == ".html":
        return len(re.findall(r'"@type"\s*:\s*"\w*Event"', text)) or None
    if path.suffix == ".xml":
        return len(re.findall(r"<event[\s>]", text))
    if path.suffix == ".json":
        return count_titled(json.loads(text))
    rows = list(csv.reader(StringIO(text), delimiter=max(",;\t", key=text.partition("\n")[0].count)))
    return sum(any(cell.strip() for cell in row) for row in rows) - 1


def count_titled(root: object) -> int:
    """How many records with a title (or else a name) there are at the depth that has most of them; at least 1."""
    depths: dict[str, Counter] = {key: Counter() for key in ("title", "name")}
    level = [root]
    for depth in range(20):
        for one in level:
            for key, found in depths.items():
                found[depth] += isinstance(one, dict) and len(one) >= LEAST_KEYS and key in one
        inside = [
            one.values() if isinstance(one, dict) else one if isinstance(one, list) else () for one in level
        ]
        level = list(chain.from_iterable(inside))
    best = [max(found.values()) for found in depths.values() if any(found.values())]
    return best[0] if best else 1


def main(files: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadshow.settings")
    django.setup()
    from django.db import transaction

    from events.actions import ImportRefused
    from events.formats.detect import UnreadableFile, read_all

    cells = ["file", "recognised as", "records in it", "talks/persons/slots/links stored"]
    print("|", " | ".join([*cells, "problems", "again", "undone", "exports"]), "|")
    print("|---|---|--:|---|--:|--:|---|---|")
    for path in map(Path, files):
        try:
            readings = read_all(path.read_bytes(), name=path.name, timezone=ZONE)
            for reading in readings:
                with transaction.atomic():
                    print("|", " | ".join(describe(path, reading, len(readings))), "|", flush=True)
                    transaction.set_rollback(True)
        except (UnreadableFile, ImportRefused) as refusal:
            print(f"| {path.name} | refused: {refusal} | | | | | | |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
