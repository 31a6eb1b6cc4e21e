"""Facets of the list of links: the values it can be filtered by, and the number of links for each.

The counts of a facet apply the filters of all other facets, not its own. Three queries in all: columns are
counted in all their combinations at once, topics and events separately. Slow counts are cached by cost.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from events.models import Event
from roadshow.core.models import Level
from roadshow.core.text import format_language
from roadshow.http.caching import cache_by_cost

from .filters import ResourceFilter
from .models import Resource

COLUMNS = ("kind", "level", "language", "year", "free")
MAX_SHOWN = 12  # choices of a facet before the rest is collapsed
LABELS = {
    "kind": _("Kind"),
    "level": _("Level"),
    "topic": _("Topic"),
    "language": _("Language"),
    "event": _("Event"),
    "year": _("Year"),
    "free": _("Price"),
}
KINDS, LEVELS = dict(Resource.Kind.choices), dict(Level.choices)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet. `query` is the query string that selects it, or that removes it when it is chosen."""

    value: str
    label: str
    count: int
    chosen: bool
    query: str


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with its values; `more` are the rarer ones, to be collapsed."""

    name: str
    label: str
    choices: list[Choice]
    more: list[Choice]


def build_facets(filterset: ResourceFilter, query: QueryDict) -> list[Facet]:
    """The facets of the filtered links; values without links are left out unless chosen.

    `query` are the page's parameters, which the query strings of choices keep.
    """
    chosen = _get_chosen(filterset)
    counts = _count_columns(filterset) | {"topic": Counter(), "event": Counter()}
    labels: dict[str, dict[str, str]] = {"topic": {}, "event": {}}
    for name, rows in (("topic", _count_topics(filterset)), ("event", _count_events(filterset))):
        for slug, label, count in rows:
            counts[name][slug], labels[name][slug] = count, label
    found = [
        _build_facet(name, label, counts[name], chosen[name], labels.get(name, {}), query)
        for name, label in LABELS.items()
    ]
    return [facet for facet in found if facet]


def _get_chosen(filterset: ResourceFilter) -> dict[str, list[str]]:
    filterset.is_valid()
    found = {}
    for name in (*COLUMNS, "topic", "event"):
        value = filterset.form.cleaned_data.get(name)
        values = value if isinstance(value, list) else [value]
        found[name] = [_format_value(name, one) for one in values if one is not None]
    return found


def _format_value(name: str, value: object) -> str:
    """A column's value as the query string has it."""
    if name == "free":
        return "true" if value else "false"
    if name == "level":
        return str(value) or "any"
    return "" if value is None else str(value)


def _filter_without(filterset: ResourceFilter, without: Iterable[str]):
    """The rows filtered by all facets but those in `without`, unordered."""
    rows = filterset.queryset.order_by().prefetch_related(None)
    for name, value in filterset.form.cleaned_data.items():
        if name not in without and name != "ordering":
            rows = filterset.filters[name].filter(rows, value)
    return rows.order_by()


def _count_columns(filterset: ResourceFilter) -> dict[str, Counter]:
    combinations = _filter_without(filterset, COLUMNS).values(*COLUMNS).annotate(total=Count("pk"))
    chosen = {name: set(words) for name, words in _get_chosen(filterset).items() if words}
    counts: dict[str, Counter] = {name: Counter() for name in COLUMNS}
    for row in cache_by_cost(combinations.values_list(*COLUMNS, "total"), list):
        words = {name: _format_value(name, value) for name, value in zip(COLUMNS, row[:-1], strict=True)}
        for name in _facets_to_count(words, chosen):
            if words[name]:
                counts[name][words[name]] += row[-1]
    return counts


def _facets_to_count(words: dict[str, str], chosen: dict[str, set[str]]) -> Sequence[str]:
    """The facets whose count includes a combination of values: those that it matches all other filters of."""
    misses = [name for name in COLUMNS if name in chosen and words[name] not in chosen[name]]
    if not misses:
        return COLUMNS
    return misses if len(misses) == 1 else ()


def _count_topics(filterset: ResourceFilter):
    through: Any = Resource.topics.through.objects
    if any(value for name, value in filterset.form.cleaned_data.items() if name not in ("topic", "ordering")):
        through = through.filter(resource__in=_filter_without(filterset, ("topic",)).values("pk"))
    else:  # without other choices, leaving out the few that are not listed is the shorter way
        unlisted = [state for state in Resource.State if state != Resource.State.PUBLISHED]
        through = through.exclude(resource__in=Resource.objects.filter(state__in=unlisted).order_by())
    return _count_by_name(through, "topic", "topic__slug", "topic__name")


def _count_events(filterset: ResourceFilter):
    through = Resource.events.through.objects.filter(
        resource__in=_filter_without(filterset, ("event",)).values("pk"),
        event__in=Event.objects.visible_to(filterset.user).order_by(),
    )
    return _count_by_name(through, "event", "event__slug", "event__name")


def _count_by_name(through, key: str, slug: str, name: str):
    counted = through.order_by().values(key).annotate(total=Count("pk"))
    return cache_by_cost(counted.values_list(slug, name, "total"), list)


def _build_facet(
    name, label, counts: Counter, chosen: list[str], labels: dict[str, str], query
) -> Facet | None:
    for word in chosen:
        counts.setdefault(word, 0)
    words = sorted(counts, key=lambda word: _sort_key(name, word, counts[word]))
    choices = [
        Choice(
            word,
            str(_choice_label(name, word, labels)),
            counts[word],
            word in chosen,
            _toggle_choice(query, name, word),
        )
        for word in words
    ]
    if len(choices) < 2 and not chosen:
        return None
    first = [choice for index, choice in enumerate(choices) if index < MAX_SHOWN or choice.chosen]
    return Facet(name, label, first, [choice for choice in choices if choice not in first])


def _sort_key(name: str, word: str, count: int) -> tuple:
    if name == "year":
        return (-int(word),)
    if name == "level":
        return ([*LEVELS].index("" if word == "any" else word),)
    return (-count, word)


def _choice_label(name: str, word: str, labels: dict[str, str]) -> object:
    match name:
        case "kind":
            return KINDS[word]
        case "level":
            return LEVELS["" if word == "any" else word]
        case "language":
            return format_language(word)
        case "free":
            return _("free of charge") if word == "true" else _("costs money")
    return labels.get(word, word)


def _toggle_choice(query: QueryDict, name: str, word: str) -> str:
    """The query string with `word` added to or removed from the facet's values; year and price are replaced."""
    after = query.copy()
    after.pop("page", None)
    values = [part for part in ",".join(after.getlist(name)).split(",") if part]
    if word in values:
        values.remove(word)
    else:
        values = [word] if name in ("year", "free") else [*values, word]
    after.setlist(name, [",".join(values)] if values else [])
    return f"?{after.urlencode(safe=',')}"
