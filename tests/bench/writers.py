"""Readers of all talk pages, while organisers and visitors write once a second."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.utils import timezone

from events.models import Event, Feedback, Talk
from resources.models import Resource

from . import wrk
from .measure import GZIP, Bench
from .server import Server
from .urls import CONTROL

SECONDS, CONNECTIONS = 20, 16
SCRIPT = Path(__file__).parent / "writers.lua"


class Writer(threading.Thread):
    """Calls `write(number)` once a second until `stop` is set."""

    def __init__(self, write: Callable[[int], object], stop: threading.Event):
        super().__init__(daemon=True)
        self.write, self.stop = write, stop

    def run(self) -> None:
        number = 0
        while not self.stop.wait(1):
            number += 1
            self.write(number)
        connection.close()


def private_writes(slug: str) -> list[Callable[[int], object]]:
    """A private note, a link check, feedback and a draft's edit, all of another event or of nobody's page."""
    event = Event.objects.get(slug=slug)
    days = {"starts_on": event.starts_on, "ends_on": event.ends_on}
    other, _new = Event.objects.get_or_create(
        slug="another", defaults={"name": "Another event", "state": event.State.PUBLISHED, **days}
    )
    noted = Talk.objects.create(event=other, title="A talk with notes", state="confirmed")
    draft = Talk.objects.create(event=other, title="A draft")
    link, _new = Resource.objects.get_or_create(
        url="https://example.org/checked", defaults={"title": "A link", "state": "published"}
    )

    def save(row: Talk, **values: str) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        row.save()

    return [
        lambda number: save(noted, notes=f"Note {number}"),
        lambda number: Resource.objects.filter(pk=link.pk).update(checked_at=timezone.now(), failures=number),
        lambda number: Feedback.objects.create(event=event, rating=1 + number % 5),
        lambda number: save(draft, title=f"Draft {number}"),
    ]


def public_edit(slug: str) -> Callable[[int], object]:
    """The title of one published talk of the event, in the middle of the list."""
    talks = Talk.objects.filter(event__slug=slug, state="confirmed").order_by("pk")
    talk = talks[talks.count() // 2]

    def edit(number: int) -> None:
        talk.title = f"Edited {number}"
        talk.save()

    return edit


def measure(server: Server, slug: str) -> list[dict]:
    """Rows of (writers, units, p50 and p99 in ms, errors), without writers and with each kind."""
    bench = Bench(server, seconds=SECONDS)
    paths = [
        talk.get_absolute_url() for talk in Talk.objects.filter(event__slug=slug).select_related("event")
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(paths))
        file.flush()
        for path in paths:
            server.get(path, **GZIP)
        kinds = {"none": [], "private": private_writes(slug), "one public edit": [public_edit(slug)]}
        return [row(bench, server, name, writes, file.name) for name, writes in kinds.items()]


@contextmanager
def writing(writes: list[Callable[[int], object]]) -> Iterator[None]:
    """Let others write meanwhile, each once a second."""
    stop = threading.Event()
    found = [Writer(write, stop) for write in writes]
    for writer in found:
        writer.start()
    time.sleep(1.5 if found else 0)
    try:
        yield
    finally:
        stop.set()
        for writer in found:
            writer.join()


def row(bench: Bench, server: Server, name: str, writes: list, paths: str) -> dict:
    control = bench.control()
    unit = min(bench.processor_cost(CONTROL) for _ in range(3))
    with writing(writes):
        before = server.processor_times()
        load = wrk.run(
            server.url,
            seconds=SECONDS,
            connections=CONNECTIONS,
            headers=GZIP,
            script=SCRIPT,
            arguments=[paths],
        )
        after = server.processor_times()
    spent = sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())
    return {
        "writers, once a second": name,
        "units": round(control / load.rate, 2),
        "units by processor time": round(1000 * spent / load.requests / unit, 2),
        "p50 ms": round(load.p50, 1),
        "p99 ms": round(load.p99, 1),
        "errors": load.errors,
    }
