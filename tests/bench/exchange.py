"""What an import of somebody's schedule keeps and costs, file by file.

As a program (`python -m tests.bench.exchange FILE SLUG ZONE`) it imports and releases one file and prints
what that took as JSON: a process of its own, so that its peak of memory is the import's.
"""

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import jsonschema_rs
from lxml import etree

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "schemas"
ZONE = "Europe/Brussels"  # for files that name none
STAMPS = re.compile(  # the moments at which an export was made
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+[^\"<]*|(?:DTSTAMP|LAST-MODIFIED|CREATED):[^\r]*\r\n"
)


@dataclass(frozen=True)
class Counts:
    """What a file holds, or the portal of it."""

    talks: int
    persons: int
    slots: int
    links: int


@dataclass(frozen=True)
class Cost:
    """One import with its release. `seconds` without the start of Python; `megabytes` at the peak, with it."""

    seconds: float
    megabytes: int
    statements: int
    changes: int


@dataclass
class Row:
    """A file's line in the table."""

    name: str
    file: Counts
    portal: Counts
    first: Cost
    again: Cost
    invalid: list[str] = field(default_factory=list)  # formats that do not validate
    different: list[str] = field(default_factory=list)  # formats that do not come back the same
    problems: list[str] = field(default_factory=list)


# What a file holds, counted without the portal's readers: elements, keys and lines by their names alone.


def counts_of(data: bytes) -> Counts:
    if data.lstrip().startswith(b"<"):
        return _xml_counts(data)
    return _json_counts(json.loads(data)) if data.lstrip().startswith(b"{") else _ical_counts(data)


def _xml_counts(data: bytes) -> Counts:
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    talks = len(list(root.iter("event")))
    persons = {(person.get("id"), "".join(person.itertext()).strip()) for person in root.iter("person")}
    links = sum(1 for _ in root.iter("link", "attachment"))
    return Counts(talks, len(persons - {(None, "")}), talks, links)


def _json_counts(schedule: dict) -> Counts:
    days = schedule["schedule"]["conference"]["days"]
    events = [event for day in days for room in day["rooms"].values() for event in room]
    persons = {
        (person.get("id"), person.get("code"), person.get("public_name") or person.get("name"))
        for event in events
        for person in event["persons"]
    }
    links = sum(len(event.get(key) or ()) for event in events for key in ("links", "attachments"))
    return Counts(len(events), len(persons), len(events), links)


def _ical_counts(data: bytes) -> Counts:
    text = re.sub(rb"\r?\n[ \t]", b"", data).decode()
    talks = text.count("BEGIN:VEVENT")
    persons = set(re.findall(r"^DESCRIPTION:Speaker: (.*?)(?:\\n|\r?$)", text, re.MULTILINE))
    return Counts(talks, len(persons), talks, len(re.findall(r"^ATTACH", text, re.MULTILINE)))


# One import


def load(file: Path, slug: str, zone: str = ZONE):
    """Import and release a file, into the event at `slug` if there is one; the report."""
    from events.actions import import_schedule
    from events.formats.detect import read
    from events.models import Event

    event = Event.objects.filter(slug=slug).first()
    reading = read(file.read_bytes(), name=file.name, timezone=zone)
    return import_schedule(reading=reading, event=event, slug=slug, timezone=zone, release=True)


def main(file: str, slug: str, zone: str) -> None:
    import django

    django.setup()
    from django.db import connection

    statements = Counter()

    def count(execute, sql, parameters, many, context):
        statements["all"] += 1
        return execute(sql, parameters, many, context)

    started = time.perf_counter()
    with connection.execute_wrapper(count):
        report = load(Path(file), slug, zone)
    took = time.perf_counter() - started
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    cost = Cost(round(took, 2), int(peak[1]) // 1024, statements["all"], report.changes)
    sys.stdout.write(json.dumps(asdict(cost)))


def measured(file: Path, slug: str) -> Cost:
    """`main` in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.exchange", str(file), slug, ZONE]
    done = subprocess.run(command, check=True, capture_output=True)
    return Cost(**json.loads(done.stdout))


# The whole of one file


def row_of(file: Path, folder: Path) -> Row:
    """Import a file twice, export it, and bring each export back into an empty portal."""
    from events.models import Event

    _empty()
    slug = file.stem[:40].lower()
    first, again = measured(file, slug), measured(file, slug)
    event = Event.objects.select_related("current_release").get(slug=slug)
    exports = _exports(event)
    row = Row(file.name, counts_of(file.read_bytes()), _portal(event), first, again)
    row.invalid = [format for format in ("xml", "json") if not _is_valid(format, exports[format])]
    for format, data in exports.items():
        back = folder / f"{slug}.{format}"
        back.write_bytes(data)
        _empty()
        load(back, slug)
        now = _exports(Event.objects.select_related("current_release").get(slug=slug))[format]
        (folder / f"{slug}.back.{format}").write_bytes(now)
        if STAMPS.sub(b"", now) != STAMPS.sub(b"", data):
            row.different.append(format)
    return row


def _empty() -> None:
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)


def _exports(event) -> dict[str, bytes]:
    from events.exports import FORMATS, export

    return {format: export(event.current_release, format, "https://portal.example") for format in FORMATS}


def _portal(event) -> Counts:
    from events.models import TalkLink
    from speakers.models import Speaker

    return Counts(
        event.talks.count(),
        Speaker.objects.filter(talk_speakers__talk__event=event).distinct().count(),
        event.slots.count(),
        TalkLink.objects.filter(talk__event=event).count(),
    )


def _is_valid(format: str, data: bytes) -> bool:
    if format == "xml":
        schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "schedule.xml.xsd")))
        return schema.validate(etree.fromstring(data))
    schema = json.loads((SCHEMAS / "schedule.schema.json").read_text())
    return jsonschema_rs.Draft6Validator(schema, validate_formats=True).is_valid(json.loads(data))


def table(rows: Iterable[Row]) -> str:
    """One line for each file: `in the file → in the portal`, or one number where they are equal."""
    head = (
        f"{'file':<28} {'talks':>11} {'persons':>11} {'slots':>11} {'links':>11}"
        f" {'s':>6} {'MB':>4} {'SQL':>5}  {'s':>6} {'SQL':>5} {'changes':>7}  invalid  not the same"
    )
    lines = [f"{'':<28} {'':>47} {'first import':>17}  {'second import':>20}", head]
    for row in rows:
        pairs = zip(asdict(row.file).values(), asdict(row.portal).values(), strict=True)
        counts = " ".join(f"{there if there == here else f'{there}→{here}':>11}" for there, here in pairs)
        lines.append(
            f"{row.name:<28} {counts} {row.first.seconds:>6} {row.first.megabytes:>4} {row.first.statements:>5} "
            f" {row.again.seconds:>6} {row.again.statements:>5} {row.again.changes:>7} "
            f" {', '.join(row.invalid) or '-':<8} {', '.join(row.different) or '-'}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
