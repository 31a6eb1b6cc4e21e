"""Damaged files through the import commands: `python -m tests.bench.damage FILE…`; nothing is stored.

Each file is cut off at 20 places, has 20 bytes flipped (20 times, other bytes each time), and is given to the command
for the other kind of file and to every reader. Allowed are a report, or one sentence and exit status 2. The table has
the number of each, the longest run and the peak of memory; a fault is printed in full and ends with exit status 1.
"""

import os
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import django

PLACES, FLIPS = 20, 20
COMMANDS = ("import_schedule", "import_resources")
LINKS = (".md", ".html", ".opml")  # files of links, as far as their names tell


def damage(data: bytes, *, places: int = PLACES, flips: int = FLIPS) -> Iterator[tuple[str, bytes]]:
    """Damaged copies of a file, each with what was done; the same ones every time."""
    for number in range(places):
        yield f"cut at {number}/{places}", data[: len(data) * number // places]
    dice = random.Random(len(data))
    for number in range(flips):
        copy = bytearray(data)
        for _flip in range(FLIPS):
            copy[dice.randrange(len(copy))] ^= 1 << dice.randrange(8)
        yield f"flipped {number}", bytes(copy)


def run_command(command: str, path: Path) -> str:
    """ "report" or "refused". Raises AssertionError for a refusal that is not one sentence with status 2."""
    from django.core.management import CommandError, call_command

    options = {"timezone": "Europe/Berlin"} if command == "import_schedule" else {}
    out = StringIO()
    try:
        call_command(command, str(path), dry_run=True, stdout=out, stderr=StringIO(), **options)
    except CommandError as refusal:
        assert refusal.returncode == 2, refusal
        assert str(refusal).strip(), "a refusal without a word"
        assert "\n" not in str(refusal).strip(), refusal
        return "refused"
    assert out.getvalue().strip(), "a report without a word"
    return "report"


def list_readers() -> dict[str, Callable[[bytes], object]]:
    """Every reader by its name, for a file that is not of its kind."""
    from events.formats import ical, schedule_json, schedule_xml, table
    from resources.formats import bookmarks, json_feed, markdown_list
    from resources.formats import table as link_table

    def as_text(read):
        return lambda data: read(data.decode("utf-8", "replace"))

    return {
        "schedule.xml": schedule_xml.read,
        "schedule.json": schedule_json.read,
        "iCalendar": ical.read,
        "CSV": as_text(table.read_csv),
        "XLSX": table.read_xlsx,
        "Markdown": as_text(markdown_list.read),
        "bookmarks": as_text(bookmarks.read),
        "JSON Feed": as_text(json_feed.read),
        "CSV of links": as_text(link_table.read_csv),
        "XLSX of links": link_table.read_xlsx,
    }


def check_file(path: Path, folder: Path) -> tuple[Counter, float, list[str]]:
    """How often what came of the damaged copies, the longest run in seconds, and the faults."""
    found: Counter = Counter()
    longest, faults = 0.0, []
    own = COMMANDS[path.suffix in LINKS or "links" in path.parts]
    data = path.read_bytes()
    cases = [(own, what, copy) for what, copy in damage(data)]
    cases += [(command, "whole", data) for command in COMMANDS]
    for command, what, copy in cases:
        file = folder / path.name
        file.write_bytes(copy)
        started = time.perf_counter()
        try:
            found[run_command(command, file)] += 1
        except Exception:
            faults.append(f"{path.name}, {what}, {command}:\n{traceback.format_exc()}")
        longest = max(longest, time.perf_counter() - started)
    faults += list(_feed_readers(path, data))
    return found, longest, faults


def _feed_readers(path: Path, data: bytes) -> Iterator[str]:
    from events.formats.reading import UnreadableFile

    for name, read in list_readers().items():
        try:
            read(data)
        except (UnreadableFile, ValueError):  # `read_links` makes a sentence of the latter
            continue
        except Exception:
            yield f"{path.name}, read as {name}:\n{traceback.format_exc()}"


def main(files: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadshow.settings")
    django.setup()
    from tests.bench.imports import digest

    all_faults = []
    print("| file | reports | refusals | longest, s | MB at the peak so far | stored |")
    print("|---|--:|--:|--:|--:|---|")
    with tempfile.TemporaryDirectory() as folder:
        for path in map(Path, files):
            before = digest()
            found, longest, faults = check_file(path, Path(folder))
            stored = "nothing" if digest() == before else "SOMETHING"
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            row = (path.name, found["report"], found["refused"], f"{longest:.1f}", peak, stored)
            print("|", " | ".join(map(str, row)), "|", flush=True)
            all_faults += faults + ([f"{path.name}: something was stored"] if stored != "nothing" else [])
    print("\n\n".join(all_faults) or "No fault.")
    return bool(all_faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
