"""Facets: what the list of links can be narrowed down to, and how many links each choice would leave.

The counts of a facet follow all other choices, not its own. Three queries, whatever is chosen and however much
there is: the columns of a link are counted in all their combinations at once, topics and events on their own.
Where that takes long, it is done seldom.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from events.models import Event
from roadshow.core.models import Level
from roadshow.core.text import language_name
from roadshow.http.caching import cache_by_cost

from .filters import ResourceFilter
from .models import Resource

COLUMNS = ("kind", "level", "language", "year", "free")
SHOWN = 12  # choices of a facet before the rest is folded away
KINDS, LEVELS = dict(Resource.Kind.choices), dict(Level.choices)


@dataclass(frozen=True, slots=True)
class Choice:
    """`query` is the address's query string after choosing it, or after taking it back when it is chosen."""

    value: str
    label: str
    count: int
    chosen: bool
    query: str


@dataclass(frozen=True, slots=True)
class Facet:
    """`more` are choices to be folded away: the rarer ones."""

    name: str
    label: str
    choices: list[Choice]
    more: list[Choice]


def facets(filterset: ResourceFilter, query: QueryDict) -> list[Facet]:
    """The facets of what `filterset` leaves of the listed links; choices without any are left out, unless chosen.

    `query` are the page's parameters, which the choices' addresses keep.
    """
    chosen = _chosen(filterset)
    counts = _of_columns(filterset) | {"topic": Counter(), "event": Counter()}
    labels: dict[str, dict[str, str]] = {"topic": {}, "event": {}}
    for name, rows in (("topic", _of_topics(filterset)), ("event", _of_events(filterset))):
        for slug, label, count in rows:
            counts[name][slug], labels[name][slug] = count, label
    return [
        facet
        for name, label in (
            ("kind", _("Kind")),
            ("level", _("Level")),
            ("topic", _("Topic")),
            ("language", _("Language")),
            ("event", _("Event")),
            ("year", _("Year")),
            ("free", _("Price")),
        )
        if (facet := _facet(name, label, counts[name], chosen[name], labels.get(name, {}), query))
    ]


def _chosen(filterset: ResourceFilter) -> dict[str, list[str]]:
    filterset.is_valid()
    found = {}
    for name in (*COLUMNS, "topic", "event"):
        value = filterset.form.cleaned_data.get(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        found[name] = [_word(name, one) for one in values]
    return found


def _word(name: str, value: object) -> str:
    """A column's value as the address has it."""
    if name == "free":
        return "true" if value else "false"
    if name == "level":
        return str(value) or "any"
    return "" if value is None else str(value)


def _rows(filterset: ResourceFilter, without: Iterable[str]):
    """The rows that all choices but those of `without` leave, in no order."""
    rows = filterset.queryset.order_by().prefetch_related(None)
    for name, value in filterset.form.cleaned_data.items():
        if name not in without and name != "ordering":
            rows = filterset.filters[name].filter(rows, value)
    return rows.order_by()


def _of_columns(filterset: ResourceFilter) -> dict[str, Counter]:
    combinations = _rows(filterset, COLUMNS).values(*COLUMNS).annotate(total=Count("pk"))
    chosen = {name: set(words) for name, words in _chosen(filterset).items() if words}
    counts = {name: Counter() for name in COLUMNS}
    for row in cache_by_cost(combinations.values_list(*COLUMNS, "total")):
        words = {name: _word(name, value) for name, value in zip(COLUMNS, row[:-1], strict=True)}
        misses = [name for name in COLUMNS if name in chosen and words[name] not in chosen[name]]
        for name in COLUMNS if not misses else misses if len(misses) == 1 else ():
            if words[name]:
                counts[name][words[name]] += row[-1]
    return counts


def _of_topics(filterset: ResourceFilter):
    through = Resource.topics.through.objects
    if any(value for name, value in filterset.form.cleaned_data.items() if name not in ("topic", "ordering")):
        through = through.filter(resource__in=_rows(filterset, ("topic",)).values("pk"))
    else:  # without other choices, leaving out the few that are not listed is the shorter way
        unlisted = [state for state in Resource.State if state != Resource.State.PUBLISHED]
        through = through.exclude(resource__in=Resource.objects.filter(state__in=unlisted).order_by())
    return _named(through, "topic", "topic__slug", "topic__name")


def _of_events(filterset: ResourceFilter):
    through = Resource.events.through.objects.filter(
        resource__in=_rows(filterset, ("event",)).values("pk"),
        event__in=Event.objects.visible_to(filterset.user).order_by(),
    )
    return _named(through, "event", "event__slug", "event__name")


def _named(through, key: str, slug: str, name: str):
    counted = through.order_by().values(key).annotate(total=Count("pk"))
    return cache_by_cost(counted.values_list(slug, name, "total"))


def _facet(name, label, counts: Counter, chosen: list[str], labels: dict[str, str], query) -> Facet | None:
    for word in chosen:
        counts.setdefault(word, 0)
    words = sorted(counts, key=lambda word: _rank(name, word, counts[word]))
    choices = [
        Choice(word, str(_label(name, word, labels)), counts[word], word in chosen, _query(query, name, word))
        for word in words
    ]
    if len(choices) < 2 and not chosen:
        return None
    first = [choice for index, choice in enumerate(choices) if index < SHOWN or choice.chosen]
    return Facet(name, label, first, [choice for choice in choices if choice not in first])


def _rank(name: str, word: str, count: int) -> tuple:
    if name == "year":
        return (-int(word),)
    if name == "level":
        return ([*LEVELS].index("" if word == "any" else word),)
    return (-count, word)


def _label(name: str, word: str, labels: dict[str, str]) -> object:
    match name:
        case "kind":
            return KINDS[word]
        case "level":
            return LEVELS["" if word == "any" else word]
        case "language":
            return language_name(word)
        case "free":
            return _("free of charge") if word == "true" else _("costs money")
    return labels.get(word, word)


def _query(query: QueryDict, name: str, word: str) -> str:
    """The query string with `word` added to the facet's values, or taken out; a year or price replaces."""
    after = query.copy()
    after.pop("page", None)
    values = [part for value in after.getlist(name) for part in value.split(",") if part]
    if word in values:
        values.remove(word)
    else:
        values = [word] if name in ("year", "free") else [*values, word]
    after.setlist(name, [",".join(values)] if values else [])
    return f"?{after.urlencode(safe=',')}"
