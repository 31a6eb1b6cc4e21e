"""The schedule's page: a function of the current release, the language and what the reader asked for."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from itertools import groupby

from django.http import QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from roadshow.core.colors import hue_class
from roadshow.core.models import Level
from roadshow.core.text import language_name
from roadshow.http.caching import build_id, get_or_build
from roadshow.http.pages import Control, conditional_page

from ..formats.document import Document, decode
from ..models import Event, Release, Talk
from ..schedule import RECORDED, DaySchedule, Entry, Grid, days_of, facets, grid_of, is_recorded, narrow
from .talks import visible_event

VIEWS = ("list", "grid")
ALL_DAYS = "all"


class Programme:
    """One release as one page shows it: a day (or all), as a list or a grid, narrowed by the parameters.

    The document is decoded only when something of it is asked for. Parameters that mean nothing are left out
    and told in `problems`.
    """

    def __init__(self, event: Event, parameters: Mapping[str, str]):
        self.event = event
        self.parameters = {name: value.strip()[:200] for name, value in parameters.items() if value.strip()}
        self.view = "grid" if self.parameters.get("view") == "grid" else "list"

    @cached_property
    def document(self) -> Document:
        return decode(
            Release.objects.values_list("document", flat=True).get(pk=self.event.current_release_id)
        )

    @cached_property
    def days(self) -> list[DaySchedule]:
        return days_of(self.document)

    @cached_property
    def facets(self) -> dict[str, list[str]]:
        return facets(self.document)

    @cached_property
    def wanted(self) -> dict[str, str]:
        """The parameters that narrow, and can."""
        return {
            name: value
            for name, value in self.parameters.items()
            if name == "q" or value in self.facets.get(name, ())
        }

    @cached_property
    def day(self) -> DaySchedule | None:
        """The day asked for, else today, else the first; None for all of them."""
        named = {f"{day.date}": day for day in self.days}
        asked = self.parameters.get("day")
        if asked == ALL_DAYS or not self.days or (self.wanted and asked not in named):
            return None
        today = f"{timezone.localdate(timezone=self.event.zone)}"
        return named.get(asked) or named.get(today) or self.days[0]

    @property
    def shown_days(self) -> list[DaySchedule]:
        return [self.day] if self.day else self.days

    @cached_property
    def lists(self) -> list[tuple[DaySchedule, list[tuple]]]:
        """For each shown day its entries, grouped by the time at which they begin."""
        found = ((day, self.entries_of(day)) for day in self.shown_days)
        return [
            (day, [(start, list(slots)) for start, slots in groupby(entries, lambda entry: entry.starts_at)])
            for day, entries in found
            if entries
        ]

    @cached_property
    def grids(self) -> list[tuple[DaySchedule, Grid]]:
        found = ((day, grid_of(day)) for day in self.shown_days)
        return [(day, grid) for day, grid in found if grid]

    @cached_property
    def fitting(self) -> set[int]:
        """The numbers of the slots that the reader asked for; a grid shows the others pale."""
        return {entry.slot.number for day in self.shown_days for entry in self.entries_of(day)}

    @cached_property
    def recorded(self) -> set[int]:
        """The numbers of the slots whose talk has a recording."""
        return {slot.number for talk in self.document.talks if is_recorded(talk) for slot in talk.slots}

    @cached_property
    def material(self) -> dict[int, list[str]]:
        """The number of a slot -> what there is to look at afterwards, in words."""
        names = {"recording": _("Recording"), "slides": _("Slides")}
        found = {}
        for talk in self.document.talks:
            kinds = {"recording" if link.kind in RECORDED else link.kind for link in talk.links}
            words = [name for kind, name in names.items() if kind in kinds]
            found |= {slot.number: words for slot in talk.slots if words}
        return found

    def entries_of(self, day: DaySchedule) -> list[Entry]:
        return narrow(day.entries, self.wanted) if self.wanted else day.entries

    @cached_property
    def hues(self) -> dict[str, str]:
        return {track.name: hue_class(track.color, track.name) for track in self.document.tracks}

    @cached_property
    def count(self) -> int:
        return sum(len(self.entries_of(day)) for day in self.shown_days)

    @cached_property
    def zone_sample(self):
        """A time of the event, for naming its zone: the offset is the one that holds then."""
        return self.shown_days[0].starts_at if self.shown_days else None

    @property
    def problems(self) -> list[str]:
        known = {"day", "view", "q", *self.facets}
        names = [name for name in self.parameters if name not in known]
        found = [_("There is no parameter “%(name)s”.") % {"name": name[:80]} for name in names]
        refused = [
            (name, value)
            for name, value in self.parameters.items()
            if name in self.facets and name not in self.wanted
        ]
        if "day" in self.parameters:
            days = {ALL_DAYS, *(f"{day.date}" for day in self.days)}
            refused += [("day", value) for value in [self.parameters["day"]] if value not in days]
        if self.parameters.get("view", "list") not in VIEWS:
            refused.append(("view", self.parameters["view"]))
        return found + [
            _("“%(value)s” is not a value of “%(name)s” in this schedule.") % {"name": name, "value": value}
            for name, value in refused
        ]

    @property
    def controls(self) -> list[Control]:
        labels = {
            "track": _("Track"),
            "room": _("Room"),
            "kind": _("Kind"),
            "level": _("Level"),
            "language": _("Language"),
            "topic": _("Topic"),
            "recorded": _("Recording"),
        }
        search = Control("q", _("Words to search for"), "search", self.parameters.get("q", ""))
        return [search] + [
            Control(
                name,
                labels[name],
                "select",
                self.wanted.get(name, ""),
                [(v, wording(name, v)) for v in values],
            )
            for name, values in self.facets.items()
        ]


def wording(name: str, value: str) -> str:
    """A facet's value as readers read it."""
    match name:
        case "kind":
            return Talk.Kind(value).label
        case "level":
            return Level(value).label
        case "language":
            return language_name(value)
        case "recorded":
            return _("has a recording")
    return value


@require_safe
def schedule(request, slug):
    event = visible_event(request, slug)
    release = event.current_release
    today = timezone.localdate(timezone=event.zone)

    def made():
        programme = Programme(event, request.GET.dict())
        parts = parts_of(request, programme) if release else {}
        template = "events/schedule.html#results" if request.htmx else "events/schedule.html"
        return render(
            request, template, {"event": event, "release": release, "wide": programme.view == "grid", **parts}
        )

    return conditional_page(request, [release and release.guid, event.updated_at, today], made)


def parts_of(request, programme: Programme) -> dict[str, str]:
    """The filters and the schedule itself: they depend on the release alone, and are kept for every day and
    view, not for searches."""

    def made() -> dict[str, str]:
        context = {"programme": programme, "event": programme.event}
        names = ("filters", "body")
        return {name: render_to_string(f"events/schedule_{name}.html", context, request) for name in names}

    event = programme.event
    if not is_usual(request.GET, event):
        return made()
    today = timezone.localdate(timezone=event.zone)
    asked = f"{event.current_release.guid}:{event.updated_at.timestamp()}:{today}:{request.GET.urlencode()}"
    return get_or_build(f"schedule:{asked}:{get_language()}:{build_id()}", made)


def is_usual(query: QueryDict, event: Event) -> bool:
    """Whether the parameters are a day of the event, a view, both or none: what many readers ask for."""
    days = range((event.ends_on - event.starts_on).days + 1)
    known = {
        "day": {ALL_DAYS, *(f"{event.starts_on + timedelta(days=number)}" for number in days)},
        "view": VIEWS,
    }
    return all(len(values) == 1 and values[0] in known.get(name, ()) for name, values in query.lists())
