"""Every list of the API in the database: its pages, orders and filters, as everybody and as an organiser."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.test import Client

from events.models import Event, ReleasedSlot
from resources.models import CollectionItem, Resource
from roadshow.api.filters import YesNoFilter
from roadshow.api.router import VIEWSETS

from . import plans
from .pages import Page

LIMIT = 30  # milliseconds in the database
FEW = 0.05  # of a list's rows: a filter that leaves no more is selective
LARGE = 5_000  # rows; a smaller table is rightly read through to join it
SIZE = 50  # rows on a page


@dataclass(frozen=True)
class Row:
    """What one request asks of the database.

    `milliseconds` are those of every request, `counting` those of counts that are kept a hundred times as long
    as they took. `scans` are the tables that it reads through to find a few rows.
    """

    path: str
    who: str
    rows: int
    queries: int
    milliseconds: float
    counting: float
    scans: tuple[str, ...]

    @property
    def missed(self) -> bool:
        return self.milliseconds > LIMIT or bool(self.scans)


def measure(slug: str) -> Iterator[Row]:
    """Every list, first as everybody reads it, then as the organiser of the event at `slug`."""
    organiser = get_user_model().objects.create_user("lists", is_staff=True)
    Event.objects.get(slug=slug).organisers.add(organiser)
    paths = list(addresses(slug))
    for who, user in (("everybody", None), ("organiser", organiser)):
        client, whole = plans.reader(user), {}
        for path in paths:
            yield measured(path, who, client, whole)


def measured(path: str, who: str, client: Client, whole: dict[str, int]) -> Row:
    """One list, the best of three runs. `whole` says, and is told, how many rows each has without a filter."""
    page = Page(path, f"/api/v1/{path}", 0)
    name = path.partition("/")[0]
    found = min((plans.queries(page, client) for _ in range(3)), key=total)
    count = client.get(page.path).json().get("count", 0)
    selective = count <= FEW * whole.setdefault(name, count)
    return Row(
        path=path,
        who=who,
        rows=count,
        queries=len(plans.statements(page, client)),
        milliseconds=round(total(found), 1),
        counting=round(total(found, by_cost=True), 1),
        scans=tuple(
            f"{scan}" for query in found for scan in query.scans if scan.whole >= LARGE and selective
        ),
    )


def total(queries: list[plans.Query], *, by_cost: bool = False) -> float:
    return sum(query.milliseconds for query in queries if query.by_cost == by_cost)


def addresses(slug: str) -> Iterator[str]:
    """Below /api/v1/: first, middle and last page of each list, then each value of each filter and order."""
    known = examples(slug)
    for name, viewset in VIEWSETS.items():
        count = viewset.serializer_class.Meta.model.objects.visible_to(None).count()
        last = max(1, -(-count // SIZE))
        yield from (f"{name}/?page={page}" for page in sorted({1, (last + 1) // 2, last} - {0}))
        for parameter, one in viewset.filterset_class.base_filters.items():
            for value in values(name, parameter, one, known):
                yield f"{name}/?{urlencode({parameter: value}, safe=',:')}"
            if parameter == "ordering":
                for word, _label in one.field.words:
                    yield f"{name}/?ordering={word}&page={(last + 1) // 2}"
    yield from (f"search/?{urlencode({'q': text})}" for text in known["q"])
    yield from ("changes/", "changes/?cursor=now", f"changes/?event={slug}&kind=talks")


def values(name: str, parameter: str, one, known: dict[str, list]) -> list:
    """What to ask a filter for."""
    if choices := getattr(one.field, "words", None):
        return [word for word, _label in choices]
    if isinstance(one, YesNoFilter):
        return ["true", "false"]
    return known.get(f"{name}.{parameter}") or known[parameter]


def examples(slug: str) -> dict[str, list]:
    """Values for each parameter, from the data: of a small event in the middle, and of the one at `slug`."""
    event = Event.objects.exclude(slug=slug).filter(current_release__isnull=False).order_by("pk")[270]
    slot = ReleasedSlot.objects.filter(release__event=event).order_by("pk")[20]
    talk, room, moment = slot.talk, slot.room, f"{slot.starts_at:%Y-%m-%dT%H:%M:%SZ}"
    link = Resource.objects.filter(talks__isnull=False).order_by("pk").first()
    item = CollectionItem.objects.order_by("pk").first()
    word = max(talk.title.split(), key=len)
    return {
        "q": [word, talk.title, "zzzzqqqq", "a"],
        "updated_since": ["2100-01-01T00:00:00Z", "2000-01-01T00:00:00Z"],
        "event": [event.slug, slug], "series": [event.series.slug], "venue": [event.venue.guid],
        "room": [room.guid], "track": [talk.track.slug, talk.track.guid], "speakers.track": [talk.track.guid],
        "topic": [talk.topics.first().slug], "speaker": [talk.speakers.first().slug], "talk": [talk.guid],
        "resources.talk": [link.talks.first().guid], "resource": [link.slug],
        "collection": [item.collection.slug], "at": [moment, "now"], "date": [event.starts_on],
        "starts_after": [moment, "2034-01-01T00:00:00Z"], "starts_before": [moment, "2005-02-01T00:00:00Z"],
        "since": [event.starts_on], "until": [event.starts_on], "city": ["ghent", "zurich"],
        "country": ["belgium", "chile"], "near": ["50.3,3"], "within": ["30"], "language": ["en", "de"],
        "code": [talk.code or "ABC123"], "letter": ["B", "Be"], "author": ["nobody"], "year": [2020],
        "year_from": [2030], "year_to": [1990], "url": [link.url], "seats": [101, 50],
    }  # fmt: skip


def table(rows: list[Row]) -> str:
    """The rows for reading; what misses its limit is marked."""
    lines = [f"  {'list':<62} {'who':<9} {'rows':>6} {'queries':>7} {'ms':>6} {'counting':>8}  reads through"]
    lines += [
        f"{'!' if row.missed else ' '} {row.path:<62} {row.who:<9} {row.rows:>6} {row.queries:>7} "
        f"{row.milliseconds:>6.1f} {row.counting:>8.1f}  {'; '.join(row.scans)}".rstrip()
        for row in rows
    ]
    return "\n".join(lines)
