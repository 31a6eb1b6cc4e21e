"""What changed from release to release, by day and kind."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from roadshow.http.caching import depend_on

from ..exports import list_release_changes
from ..formats.days import find_day
from ..models import Event, Release
from ..released import load_present_state
from ..schedule import ScheduleChange
from ..schedule.differences import KINDS
from .talks import visible_event

PAGE_SIZE = 5  # releases; each is compared with the one before it
SHOWN = 30  # entries of a release on the page of several
MOST = 150  # entries on a page


@dataclass
class ReleaseChanges:
    """A release with its changes by day (None: no time) and kind; `small` are those of letters' case alone."""

    release: Release
    is_first: bool
    count: int
    days: list[tuple[date | None, list[ScheduleChange]]] = field(default_factory=list)
    small: list[ScheduleChange] = field(default_factory=list)
    left_out: int = 0


@require_safe
def changes(request, slug):
    """The latest releases with at most SHOWN changes each; `?release=` all changes of one, MOST a page."""
    event = visible_event(request, slug)
    number = request.GET.get("release", "")
    rows = event.releases.order_by("-number").defer("document")
    if number.isdecimal() and len(number) < 10:
        row = get_object_or_404(rows, number=int(number))
        ((release, is_first, found),) = list_release_changes([row])
        ordered = sort_changes(event, found)
        page: Any = Paginator(ordered, MOST).get_page(request.GET.get("page"))
        items = [group_changes(event, release, is_first, list(page.object_list), count=len(found))]
    else:
        page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
        items = []
        for release, is_first, found in list_release_changes(list(page.object_list)):
            shown = [] if is_first else sort_changes(event, found)[:SHOWN]
            items.append(group_changes(event, release, is_first, shown, count=len(found)))
    context = {
        "event": event,
        "page": page,
        "pages": page.paginator.page_range,
        "releases": items,
        "is_whole": bool(number),
        "live": load_present_state(event).live,
    }
    response = render(request, "events/changes.html", context)
    return depend_on(response, events=[event.pk], kinds=["rooms"])


def day_of(event: Event, change: ScheduleChange) -> date | None:
    return find_day(change.slot.starts_at, event.zone, event.day_change) if change.slot else None


def sort_changes(event: Event, found: Iterable[ScheduleChange]) -> list[ScheduleChange]:
    """By day, then by kind, then as they were."""
    return sorted(found, key=lambda one: (day_of(event, one) or date.max, KINDS.index(one.kind)))


def group_changes(
    event: Event, release: Release, is_first: bool, shown: list[ScheduleChange], *, count: int
) -> ReleaseChanges:
    """`shown` grouped by day; `count` is the number of all changes of the release."""
    grouped = ReleaseChanges(release, is_first, count, left_out=count - len(shown))
    days: dict[date | None, list[ScheduleChange]] = {}
    for change in shown:
        if change.kind == "retitled" and change.old.casefold() == change.new.casefold():
            grouped.small.append(change)
        else:
            days.setdefault(day_of(event, change), []).append(change)
    grouped.days = list(days.items())
    return grouped
