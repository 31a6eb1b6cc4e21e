"""What imports of files keep, as a table: `python -m tests.bench.imports FILE…`; everything is rolled back.

For each file: what it was recognised as; talks, persons, slots and links in it and in the database; problems;
changes when it is imported again; whether undoing it brings all tables back.
"""

import os
import sys
from pathlib import Path

import django

ZONE = "Europe/Berlin"  # for files that name none
LOGS = ("events_import", "api_", "core_contentversion", "axes_", "jobs_", "django_")


def digest() -> dict[str, str]:
    """The content of every table but those that keep a log."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (name,) in cursor.fetchall():
            if not name.startswith(LOGS):
                cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t")
                found[name] = cursor.fetchone()[0]
    return found


def describe(path: Path, reading) -> list[str]:
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
    undo_import(entry=Import.objects.get(pk=again.entry), by=None)
    undo_import(entry=Import.objects.get(pk=report.entry), by=None)
    cells = [
        path.name,
        reading.kind,
        "/".join(map(str, (report.talks, report.persons, report.slots, report.links))),
    ]
    cells += ["/".join(map(str, stored)), str(len(report.problems)), str(again.changes)]
    return [*cells, "equal" if digest() == before else "different"]


def main(files: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadshow.settings")
    django.setup()
    from django.db import transaction

    from events.actions import ImportRefused
    from events.formats.detect import UnreadableFile, read_all

    print("| file | recognised as | talks/persons/slots/links in it | stored | problems | again | undone |")
    print("|---|---|---|---|---|---|---|")
    for path in map(Path, files):
        try:
            for reading in read_all(path.read_bytes(), name=path.name, timezone=ZONE):
                with transaction.atomic():
                    print("|", " | ".join(describe(path, reading)), "|", flush=True)
                    transaction.set_rollback(True)
        except (UnreadableFile, ImportRefused) as refusal:
            print(f"| {path.name} | refused: {refusal} | | | | | |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
