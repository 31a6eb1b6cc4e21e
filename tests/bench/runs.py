"""The three things that the bench does."""

import sys
import time
from pathlib import Path

from django.contrib.auth import get_user_model
from django.test import Client
from tqdm import tqdm

from events.actions import import_schedule, release
from events.formats.detect import read
from events.models import Event, Talk

from . import generate, report
from .measure import GZIP, Bench
from .pages import FIRST, Page, pages
from .server import Server, serving

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "fosdem-2025-december.xml"
GROWTH = (25_000, 540), (250_000, 5_400)  # talks, events


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def conference() -> str:
    """A conference of about 1,100 talks, from a file if there is one; its address."""
    if not FILE.exists():
        return generate.load(1)
    with tqdm(unit=" talks", disable=None) as bar:

        def progress(what: str, done: int, total: int) -> None:
            bar.set_description(what, refresh=False)
            bar.total, bar.n = total, done
            bar.refresh()

        done = import_schedule(
            reading=read(FILE.read_bytes(), name=FILE.name),
            slug="conference",
            release=True,
            progress=progress,
        )
    return done.event


def organiser() -> str:
    """The session of somebody who may do everything."""
    user = get_user_model().objects.create_superuser("bench", password=None)
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def usual() -> None:
    slug = conference()
    found, session = pages(slug), organiser()
    with serving() as server:
        first = after_release(server, slug, found)
        bench = Bench(server, seconds=1, session=session)
        rows = bench.rows(found, first)
        memory = server.memory()
    before = {row["name"]: row for row in report.kept().get("pages", {}).get("rows", [])}
    say(report.table(rows, before))
    say(report.LEGEND)
    say(report.summary(bench.controls, memory))
    report.keep("pages", rows=[row.as_json() for row in rows], megabytes=memory)


def after_release(server: Server, slug: str, found: list[Page]) -> dict[str, float]:
    """Milliseconds of the first request of each page after a release, which nothing was made for yet."""
    for page in found:
        server.get(page.path, **GZIP)  # what is made once per process is no part of it
    first = {}
    for page in found:
        if page.name in FIRST:
            retitle(slug, page.name)
            first[page.name] = server.get(page.path, **GZIP)[2]
    return first


def retitle(slug: str, word: str) -> int:
    """Change a title, and release; the release's number."""
    event = Event.objects.get(slug=slug)
    talk = Talk.objects.filter(event=event, state="confirmed", slots__isnull=False).order_by("pk").first()
    talk.title = f"Marked {word}"
    talk.save()
    made = release(event=event, by=None, note=word)
    time.sleep(0.15)  # until every worker knows
    return made.number


def growth() -> None:
    """The same pages with more and more around them."""
    session = organiser()
    results = {}
    for talks, events in GROWTH:
        start = time.monotonic()
        slug = generate.load(events)
        took = time.monotonic() - start
        with serving() as server:
            bench = Bench(server, seconds=1, session=session)
            rows = bench.rows(pages(slug), {})
            memory = server.memory()
        results[talks] = {
            "rows": [row.as_json() for row in rows],
            "seconds": round(took),
            "megabytes": memory,
        }
        say(report.table(rows, {}))
        say(
            f"{talks} talks in {events} events, loaded in {took:.0f} s. "
            + report.summary(bench.controls, memory)
        )
    small, large = (results[talks]["rows"] for talks, _ in GROWTH)
    say(f"\n{'page':<28} {'units':>6} {'units':>6} {'×':>5} {'made':>6} {'made':>6} {'×':>5}")
    for one, other in zip(small, large, strict=True):
        say(
            f"{one['name']:<28} {one['cost']:>6.2f} {other['cost']:>6.2f} {other['cost'] / one['cost']:>5.2f} "
            f"{one['made']:>6.0f} {other['made']:>6.0f} {other['made'] / one['made']:>5.2f}"
        )
    report.keep("growth", sizes={f"{talks}": result for talks, result in results.items()})


def crowd() -> None:
    from .crowd import watch

    slug = conference()
    with serving() as server:
        result = watch(server, slug, retitle)
        result["megabytes"] = server.memory()
    for name, value in result.items():
        say(f"{name}: {value}")
    report.keep("crowd", **result)
