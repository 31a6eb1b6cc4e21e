"""The things that the bench does."""

import os
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from statistics import median

from django.contrib.auth import get_user_model
from django.test import Client
from tqdm import tqdm

from events.actions import import_schedule, release
from events.formats.detect import read
from events.models import Event, Talk

from . import board, generate, lists, plans, profiling, report, search, writers
from . import exchange as exchanging
from .measure import GZIP, Bench
from .pages import FIRST, Page, organisers_pages, pages
from .server import REUSE, Server, serving

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "fosdem-2025-december.xml"
GROWTH = (25_000, 540), (250_000, 5_400)  # talks, events


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def conference() -> str:
    """A conference of about 1,100 talks, from a file if there is one; its address."""
    if REUSE and Event.objects.filter(slug="conference").exists():
        return "conference"
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
    users = get_user_model().objects
    user = users.filter(username="bench").first() or users.create_superuser("bench", password=None)
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def measure_pages() -> None:
    slug = conference()
    found, session = pages(slug), organiser()
    with serving() as server:
        first = after_release(server, slug, found)
        bench = Bench(server, seconds=1, session=session)
        rows = bench.rows(found, first)
        memory = server.memory()
        with writers.writing(writers.private_writes(slug)):
            meanwhile = Bench(server, seconds=2).processor_units(found)
    with serving(KEEP_ANSWERS="0") as server:
        anew = Bench(server, seconds=1).processor_units(found)
    for row, page in zip(rows, found, strict=True):
        row.anew_limit, row.anew, row.writers = page.anew, anew[page.name], meanwhile[page.name]
    before = {row["name"]: row for row in report.load_results().get("pages", {}).get("rows", [])}
    say(report.table(rows, before))
    say(report.LEGEND)
    say(report.summary(bench.controls, memory))
    report.store_results(
        "pages", rows=[row.as_json() for row in rows], megabytes=memory, control=median(bench.controls)
    )


def made_anew() -> None:
    """What pages cost when no response is cached, by processor time: also on a busy machine."""
    slug = conference()
    found, session = pages(slug) + organisers_pages(slug), organiser()
    with serving(KEEP_ANSWERS="0") as server:
        bench = Bench(server, seconds=1, session=session)
        anew = bench.processor_units(found)
    say(f"{'page':<28} {'units':>7} {'limit':>5}")
    for page in found:
        limit = f"{page.anew:>5.0f}" if page.anew else "    –"
        say(
            f"{page.name:<28} {anew[page.name]:>7.1f} {limit}{' !' if anew[page.name] > (page.anew or 1e9) else ''}"
        )
    report.store_results(
        "anew", unit=bench.unit, rows=[(page.name, round(anew[page.name], 1), page.anew) for page in found]
    )
    say(f"One unit: {bench.unit:.3f} ms of processor time. {report.machine()}")


def profile_pages() -> None:
    """Where the time of the pages goes whose names have the word in PROFILE, when nothing is cached."""
    word = os.environ["PROFILE"]
    slug = conference()
    found = pages(slug)
    for page in [page for page in found if page.name == word] or [
        page for page in found if word in page.name
    ]:
        say(profiling.profile(page))


def planning() -> None:
    slug, session = conference(), organiser()
    with serving() as server:
        say(str(board.measure(server, slug, session)))
    say(report.machine())


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
    sizes = {f"{talks}": measure_grown_portal(talks, events) for talks, events in GROWTH}
    say(report.growth(*(size["rows"] for size in sizes.values())))
    report.store_results("growth", sizes=sizes)


def measure_grown_portal(talks: int, events: int) -> dict:
    """Load so many, and measure."""
    start = time.monotonic()
    slug = generate.load(events)
    took = time.monotonic() - start
    found = pages(slug)
    with serving() as server:
        bench = Bench(server, seconds=1)
        rows = [row.as_json() for row in bench.rows(found, {})]
        memory = server.memory()
    for row, page in zip(rows, found, strict=True):
        queries = plans.queries(page)
        row["read"] = sum(query.rows for query in queries)
        row["scans"] = [f"{access}" for query in queries for access in query.scans]
    say(f"{talks} talks in {events} events, loaded in {took:.0f} s. {report.summary(bench.controls, memory)}")
    return {"rows": rows, "seconds": round(took), "megabytes": memory}


def explain() -> None:
    """The plan of every query of every page, beside 25,000 talks."""
    talks, events = GROWTH[0]
    found = {page: plans.queries(page) for page in pages(generate.load(events))}
    for page, queries in found.items():
        say(plans.describe_queries(page, queries))
    scans = sum(len(query.scans) for queries in found.values() for query in queries)
    number = sum(map(len, found.values()))
    say(f"\n{number} queries of {len(found)} pages beside {talks} talks; tables read through: {scans}")


def searching() -> None:
    """What searches cost in a database of 25,000 talks."""
    talks, events = GROWTH[0]
    rows = search.measure(generate.load(events))
    say(f"{'milliseconds in the database':<28} {'results':>8} {'suggestions':>12}")
    for row in rows:
        say(f"{row['search']:<28} {row['results']:>8.1f} {row['suggestions']:>12.1f}")
    worst = max(row["results"] for row in rows)
    say(f"{talks} talks; the dearest results took {worst:.1f} ms of {search.LIMIT} ms.")
    report.store_results("search", talks=talks, rows=rows)


def lists_of_the_api() -> None:
    """Queries and milliseconds of every list of the API, page by page and filter by filter."""
    talks, events = GROWTH[0]
    slug = generate.load(events)
    rows = list(tqdm(lists.measure(slug), unit=" lists", disable=None))
    say(lists.table(rows))
    missed, most = sum(row.missed for row in rows), max(row.milliseconds for row in rows)
    say(f"{len(rows)} lists beside {talks} talks; at most {most} ms of {lists.LIMIT}; missed: {missed}")
    report.store_results("lists", limit=lists.LIMIT, rows=[asdict(row) for row in rows])


def crowd() -> None:
    from .crowd import watch

    slug = conference()
    with serving() as server:
        result = watch(server, slug, retitle)
        result["megabytes"] = server.memory()
    for name, value in result.items():
        say(f"{name}: {value}")
    report.store_results("crowd", **result)


def write_meanwhile() -> None:
    """Readers of all talk pages, beside writers."""
    slug = conference()
    with serving() as server:
        rows = writers.measure(server, slug)
    for row in rows:
        say("  ".join(f"{name}: {value}" for name, value in row.items()))
    report.store_results("writers", rows=rows)


def library() -> None:
    from .library import measure

    report.store_results("library", **measure(say))


def exchange(files: Iterable[str]) -> None:
    """Import other people's schedules, twice, and bring their exports back."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [exchanging.row_of(Path(file), Path(folder)) for file in tqdm(sorted(files), disable=None)]
    say(report.machine())
    say(exchanging.table(rows))
