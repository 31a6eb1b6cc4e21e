"""Numbers of an event afterwards: interest and feedback by talk, track and hour."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Event, Feedback, Talk

MOST = 20  # talks in a chart


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart: `share` is its length, 0 to 100; `text` is said beside it."""

    label: str
    text: str
    share: float


def count_interest(event: Event) -> Counter[UUID]:
    """In how many private calendars each slot is, by GUID; 1 query."""
    counts: Counter[UUID] = Counter()
    for slots in event.private_calendars.values_list("slots", flat=True).iterator():
        counts.update(slots)
    return counts


def build_charts(event: Event) -> list[tuple[str, list[Bar]]]:
    """(title, bars) of each chart that has something to show; 4 queries."""
    interest = count_interest(event)
    slots = []
    if event.current_release:
        rows = event.current_release.slots.exclude(talk__kind=Talk.Kind.BREAK).select_related("talk__track")
        slots = list(rows.only("guid", "starts_at", "talk__title", "talk__track__name", "talk__event"))
    by_talk: Counter[str] = Counter()
    by_track: Counter[str] = Counter()
    by_hour: Counter[str] = Counter()
    for slot in slots:
        if slot.talk and (count := interest[slot.guid]):
            by_talk[slot.talk.title] += count
            by_track[slot.talk.track.name if slot.talk.track else _("no track")] += count
            by_hour[f"{timezone.localtime(slot.starts_at, event.zone):%H}:00"] += count
    charts = [
        (_("Calendars that have the talk"), draw_counts(by_talk.most_common(MOST))),
        (_("Calendars, by track"), draw_counts(by_track.most_common(MOST))),
        (_("Calendars, by hour"), draw_counts(sorted(by_hour.items()))),
        *_chart_feedback(event),
    ]
    return [(title, bars) for title, bars in charts if bars]


def _chart_feedback(event: Event) -> list[tuple[str, list[Bar]]]:
    rows = Feedback.objects.filter(event=event)
    by_talk, by_track = defaultdict(list), defaultdict(list)
    stars: Counter[int] = Counter()
    for rating, talk, track in rows.values_list("rating", "talk__title", "talk__track__name"):
        if rating is None:
            continue  # a comment alone
        stars[rating] += 1
        if talk:
            by_talk[talk].append(rating)
            by_track[track or _("no track")].append(rating)
    given = [(f"{number} ★", stars[number]) for number in range(5, 0, -1)] if stars else []
    return [
        (_("Stars that were given"), draw_counts(given)),
        (_("Feedback, by talk"), _draw_averages(by_talk)),
        (_("Feedback, by track"), _draw_averages(by_track)),
    ]


def draw_counts(counts: Iterable[tuple[str, int]]) -> list[Bar]:
    """Bars as long as their counts."""
    rows = list(counts)
    longest = max((count for _label, count in rows), default=0) or 1
    return [Bar(label, str(count), round(100 * count / longest, 1)) for label, count in rows]


def _draw_averages(ratings: dict[str, list[int]]) -> list[Bar]:
    """Bars of average stars, the best first, with how many there were."""
    found = [(sum(given) / len(given), len(given), label) for label, given in ratings.items()]
    found.sort(key=lambda one: (-one[0], -one[1], one[2]))
    return [Bar(label, f"{mean:.1f} ★ ({count})", round(20 * mean, 1)) for mean, count, label in found[:MOST]]
