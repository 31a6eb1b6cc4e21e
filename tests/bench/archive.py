"""An archive of recordings as pyvideo keeps them, imported as a zip: `python -m tests.bench.archive [EVENTS TALKS]`.

Without arguments 540 events with 21,700 talks, made here; everything is rolled back. Prints what was stored, the
seconds (without those of making the archive) and the peak of memory.
"""

import datetime as dt
import json
import os
import random
import resource
import sys
import tempfile
import time
import zipfile
from io import StringIO
from pathlib import Path

import django

EVENTS, TALKS = 540, 21_700
WORDS = [
    "scaling",
    "testing",
    "async",
    "data",
    "web",
    "tools",
    "types",
    "speed",
    "maps",
    "games",
    "science",
    "robots",
]


def write_archive(path: Path, events: int, talks: int) -> None:
    """Folders of events, each with category.json and a file for each recording in `videos`."""
    dice = random.Random(0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for event in range(events):
            folder = f"data/conf-{event}"
            archive.writestr(f"{folder}/category.json", json.dumps({"title": f"Conference {event}"}))
            first = dt.date(2010, 1, 1) + dt.timedelta(days=10 * event)
            count = talks // events + (event < talks % events)
            for number in range(count):
                day = first + dt.timedelta(days=number % 3)
                video = make_video(f"{event}-{number}", day, dice)
                archive.writestr(f"{folder}/videos/talk-{number}.json", json.dumps(video))


def make_video(key: str, day: dt.date, dice: random.Random) -> dict:
    return {
        "title": f"{' '.join(dice.sample(WORDS, 4)).capitalize()} {key}",
        "description": " ".join(dice.choices(WORDS, k=120)),
        "summary": " ".join(dice.choices(WORDS, k=30)),
        "speakers": [f"Speaker {dice.randrange(9000)}" for _ in range(dice.choice((1, 1, 2)))],
        "recorded": day.isoformat(),
        "language": "eng",
        "copyright_text": "CC BY 4.0",
        "tags": dice.sample(WORDS, 2),
        "videos": [{"type": "youtube", "url": f"https://www.youtube.com/watch?v={key}"}],
        "related_urls": [],
    }


def main(events: int, talks: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadshow.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from events.models import Event, Talk, TalkLink

    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        path = Path(folder) / "archive.zip"
        write_archive(path, events, talks)
        before = (Event.objects.count(), Talk.objects.count(), TalkLink.objects.count())
        started = time.perf_counter()
        call_command("import_schedule", str(path), stdout=StringIO(), stderr=StringIO())
        seconds = time.perf_counter() - started
        after = (Event.objects.count(), Talk.objects.count(), TalkLink.objects.count())
        transaction.set_rollback(True)
    stored = [now - then for now, then in zip(after, before, strict=True)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{stored[0]} events, {stored[1]} talks, {stored[2]} recordings in {seconds:.0f} s, {peak} MB at the peak"
    )


if __name__ == "__main__":
    main(*(map(int, sys.argv[1:]) if sys.argv[1:] else (EVENTS, TALKS)))
