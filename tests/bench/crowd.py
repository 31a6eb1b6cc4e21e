"""Five hundred readers of one schedule, while it is released twice."""

import gzip
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection
from django.urls import reverse

from events.models import Event, ReleasedSlot

from . import wrk
from .measure import GZIP
from .server import Server

CONNECTIONS, SECONDS = 500, 30
RELEASES = (10, 20)  # seconds after the start
SCRIPT = Path(__file__).parent / "crowd.lua"


class Witness(threading.Thread):
    """Reads the page again and again on fresh connections, and writes down when it saw which release."""

    def __init__(self, server: Server, path: str):
        super().__init__(daemon=True)
        self.server, self.path = server, path
        self.seen: list[tuple[float, int]] = []
        self.mixed: list[str] = []
        self.tags: dict[str, int] = {}
        self.going = True

    def run(self) -> None:
        while self.going:
            body, headers, _ = self.server.get(self.path, **GZIP)
            text = gzip.decompress(body).decode()
            number = int(re.search(r"Release (\d+) of", text)[1])
            marks = set(re.findall(r"Marked release (\d+)", text))
            if marks != {f"{number}"}:
                self.mixed.append(f"release {number} with {marks}")
            self.seen.append((time.monotonic(), number))
            self.tags[headers["etag"]] = number
            time.sleep(0.02)


def watch(server: Server, slug: str, mark: Callable[[str, str], int]) -> dict:
    """Load the schedule and release it meanwhile; what came of it. `mark` retitles a talk and releases."""
    event = Event.objects.get(slug=slug)
    number = mark(slug, f"release {event.current_release.number + 1}")
    day = ReleasedSlot.objects.filter(
        release__event=event, release__number=number, talk__title__startswith="Marked"
    )
    date = day.first().starts_at.astimezone(event.zone).date()
    path = f"{reverse('events:schedule', args=[slug])}?day={date}"
    witness = Witness(server, path)
    witness.start()
    loads: list[wrk.Load] = []
    crowd = threading.Thread(
        target=lambda: loads.append(
            wrk.run(server.url + path, seconds=SECONDS, connections=CONNECTIONS, headers=GZIP, script=SCRIPT)
        )
    )
    start = time.monotonic()
    crowd.start()
    released, took = [], []
    for when in RELEASES:
        time.sleep(max(0.0, start + when - time.monotonic()))
        number += 1
        begun = time.monotonic()
        assert mark(slug, f"release {number}") == number
        released.append((time.monotonic() - 0.15, number))  # `mark` waits that long at its end
        took.append(round(released[-1][0] - begun, 1))
    crowd.join()
    time.sleep(0.2)
    witness.going = False
    witness.join()
    connection.close()
    answers = set(re.findall(r"^ANSWER (\d+) (\S+) (\d+)$", loads[0].output, re.MULTILINE))
    return {
        "requests a second": round(loads[0].rate),
        "p50 ms": round(loads[0].p50, 1),
        "p99 ms": round(loads[0].p99, 1),
        "errors": loads[0].errors,
        "statuses": sorted({int(status) for status, _, _ in answers}),
        "different answers": len(answers),
        "answers no witness knows": len({tag for _, tag, _ in answers} - set(witness.tags)),
        "mixtures of two releases": witness.mixed,
        "seconds that a release took": took,
        "seconds until the old was gone": [round(last_of_older(witness, *one), 2) for one in released],
    }


def last_of_older(witness: Witness, when: float, number: int) -> float:
    """Seconds after a release at which an older one was seen last; 0 when never."""
    late = [moment - when for moment, seen in witness.seen if seen < number and moment > when]
    return max(late, default=0.0)
