"""The library at size: its lists in and out, facets over 25,000 links, the check_urls of 1,000, and the guard."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from random import Random

from django.db import connection
from django.test import Client, override_settings
from django.utils.text import slugify

from events.models import Event, Talk, Topic
from resources.actions import import_resources
from resources.exports import build_link_list
from resources.formats import WRITERS, read_links, write_links
from resources.models import Collection, Resource
from roadshow.core.url_normalization import compute_url_key
from roadshow.http import guard
from tests.roadshow.servers import listening, send, serving
from tests.roadshow.test_guard import HOSTILE

from . import generate, words
from .bulk import copy, reserve

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "links"
LINKS, CHECKED, EVENTS = 25_000, 1_000, 50
TARGET = 40  # milliseconds in the database
ANSWER_TIME = 0.05  # seconds that the local server takes for an answer
ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "all": "",
    "a kind": "?kind=video",
    "two kinds, a level": "?kind=video,paper&level=beginner",
    "a topic": "?topic=topic-3",
    "a topic, a kind, a language": "?topic=topic-3&kind=video&language=en",
    "an event": f"?event={generate.slug(0)}",
    "a year, free": "?year=2019&free=true",
    "words": "?q=satellite+router",
    "a common word": "?q=compiler",
    "most cited": "?ordering=-citations",
    "alphabetical": "?ordering=title",
    "the 800th page": "?page=800",
}


def measure(say) -> dict:
    """Everything, in the order in which the database can be used for it; what `report.store_results` takes."""
    found = {"guard": hostile()}
    say(
        "{addresses} hostile addresses, {refused} refused, {connections} connected to".format(
            **found["guard"]
        )
    )
    found["files"] = {file.name: measure_round_trip(file, say) for file in sorted(FOLDER.glob("*"))}
    found["check"] = check_urls()
    say(
        "{links} links at {ms} ms checked in {seconds} s and, after Ctrl-C at {before}, {rest}; {requests} requests, "
        "{repeated} repeated, at most {in_flight} in flight".format(**found["check"])
    )
    load()
    found["pages"] = {name: page(query) for name, query in PAGES.items()}
    say(f"\n{LINKS} links, {EVENTS} events{'':<8} queries  ms in the database")
    for name, (queries, ms) in found["pages"].items():
        say(f"{name:<30} {queries:>7} {ms:>8.1f}{'  missed' if ms > TARGET else ''}")
    return found


def hostile() -> dict[str, int]:
    """Every hostile address, while a socket listens where they lead."""
    refused = 0
    with listening("::") as (port, accepted), listening("127.0.0.1") as (port_4, accepted_4):
        for address in HOSTILE:
            for number in (port, port_4):
                try:
                    guard.fetch_url(address.replace("{port}", str(number)), timeout=5)
                except guard.UrlRefused:
                    refused += 1
        time.sleep(0.1)
        return {
            "addresses": len(HOSTILE),
            "refused": refused // 2,
            "connections": len(accepted) + len(accepted_4),
        }


def measure_round_trip(file: Path, say) -> dict:
    """A list in, out in every format, each of them in again, and the last into an empty library."""
    empty()
    first = import_resources(reading=read_links(file.read_bytes(), name=file.name))
    again = import_resources(reading=read_links(file.read_bytes(), name=file.name))
    changes, rebuilt = {}, {}
    for name in WRITERS:
        data = written(name)
        changes[name] = import_resources(reading=read_links(data, name=f"x.{name}"), update=True).changes
        before = written("json")
        empty()
        import_resources(reading=read_links(data, name=f"x.{name}"))
        rebuilt[name] = sorted(links(written("json"))) == sorted(links(before))
    counts = {"links": first.links, "distinct": first.distinct, "new": len(first.new), "again": again.changes}
    say(
        f"{file.name}: {counts}; changes when what was written is read_links again: {changes}; "
        f"the same in an empty library: {rebuilt}"
    )
    return counts | {"changes": changes, "the same in an empty library": rebuilt}


def empty() -> None:
    Resource.objects.all().delete()
    Collection.objects.all().delete()
    Topic.objects.all().delete()


def written(name: str) -> bytes:
    rows = Resource.objects.listed().order_by("created_at", "pk")
    return write_links(build_link_list(rows, None, root="https://portal.example", title="All"), name)


def links(data: bytes) -> list[str]:
    """What a file says of each link, but for the moment at which it came here and its collections' order."""
    found = read_links(data, name="x.json").links.links
    return [
        repr((link.url, link.title, link.note, link.kind, link.level, link.language, link.authors, link.year,
              sorted(link.topics), sorted(link.collections), link.free))
        for link in found
    ]  # fmt: skip


def check_urls() -> dict:
    """`check_links` over a local server, whole; then once more, interrupted in the middle and taken up again."""

    def answer(handler):
        time.sleep(ANSWER_TIME)
        send(handler, b"<title>A page</title><p>text")

    with serving(answer) as server:
        due(server.url)
        begun = time.monotonic()
        command(server.host).wait()
        seconds = time.monotonic() - begun
        in_flight = server.most_in_flight
        due(server.url)
        server.requests.clear()
        begun = time.monotonic()
        running = command(server.host)
        while len(server.requests) < CHECKED // 2:
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        running.wait()
        before = Resource.objects.filter(checked_at__isnull=False).count()
        command(server.host).wait()
        asked = Counter((method, path) for method, path, _headers in server.requests)
    assert Resource.objects.filter(health="good").count() == CHECKED
    return {
        "links": CHECKED,
        "ms": round(ANSWER_TIME * 1000),
        "seconds": round(seconds, 1),
        "before": before,
        "rest": round(time.monotonic() - begun, 1),
        "requests": asked.total(),
        "repeated": asked.total() - len(asked),
        "in_flight": in_flight,
    }


def due(root: str) -> None:
    empty()
    Resource.objects.bulk_create(
        Resource(
            title=f"Link {n}",
            slug=f"checked-{n}",
            url=f"{root}/{n}",
            url_key=compute_url_key(f"{root}/{n}"),
            state="published",
        )
        for n in range(CHECKED)
    )


def command(host: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", "check_links"],
        cwd=ROOT,
        env=os.environ | {"GUARD_ALLOWED_HOSTS": host},
        stdout=subprocess.DEVNULL,
    )


def load() -> None:
    """25,000 links with topics, talks and events."""
    empty()
    generate.load(EVENTS)
    Resource.objects.all().delete()
    rng = Random("library")
    kinds, levels = Resource.Kind.values, ("", "beginner", "intermediate", "advanced")
    rows = []
    for n, key in enumerate(reserve(Resource, LINKS)):
        title, url = words.title(rng), f"https://host-{rng.randrange(900)}.example.org/{n}"
        rows.append(
            Resource(
                pk=key,
                title=title,
                slug=f"{slugify(title)[:60]}-{n}",
                url=url,
                url_key=compute_url_key(url),
                kind=rng.choice(kinds),
                level=rng.choice(levels),
                language=rng.choices(("en", "zh-hans", "de", "fr", ""), (70, 12, 6, 4, 8))[0],
                authors=words.person(rng),
                year=rng.choice((None, *range(1998, 2027))),
                note=words.paragraphs(rng, 1)[:600],
                free=rng.random() < 0.9,
                state=rng.choices(("published", "suggested", "rejected", "retired"), (94, 3, 2, 1))[0],
            )
        )
    copy(Resource, rows)
    topics = list(Topic.objects.values_list("pk", flat=True))
    events = list(Event.objects.values_list("pk", flat=True))
    talks = list(Talk.objects.values_list("pk", flat=True))
    tie = (
        ("topics", "topic_id", topics, 2),
        ("events", "event_id", events, 1),
        ("talks", "talk_id", talks, 1),
    )
    for name, column, keys, most in tie:
        through = getattr(Resource, name).through
        copy(
            through,
            [
                through(resource_id=row.pk, **{column: key})
                for row in rows
                for key in rng.sample(keys, rng.randrange(most + 1))
            ],
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def page(query: str) -> tuple[int, float]:
    """Queries of the library's page, and milliseconds that they take, the best of five."""
    client, best, count = Client(SERVER_NAME="127.0.0.1"), float("inf"), 0
    for _ in range(5):
        with override_settings(CACHE_RESPONSES=False), counted() as times:
            answer = client.get(f"/resources/{query}")
        assert answer.status_code == 200, query
        count, best = len(times), min(best, sum(times) * 1000)
    return count, round(best, 1)


@contextmanager
def counted():
    """The seconds that each query takes, from the question to the last row."""
    times: list[float] = []

    def timed(execute, sql, params, many, context):
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            times.append(time.perf_counter() - begun)

    with connection.execute_wrapper(timed):
        yield times
