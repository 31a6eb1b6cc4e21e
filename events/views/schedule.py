"""The schedule page: a function of the current release, the language and the query parameters."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import cast
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from roadshow.core.colors import hue_class
from roadshow.core.models import Level
from roadshow.core.text import format_language
from roadshow.http.build import build_id
from roadshow.http.caching import depend_on, get_or_build
from roadshow.http.pages import Control, conditional_page

from ..formats.document import Document
from ..live import Notice
from ..models import Event, RoomStatus, Talk
from ..released import PresentState, load_present_state, load_shown_document
from ..schedule import (
    RECORDED,
    DaySchedule,
    Entry,
    Grid,
    build_grid,
    collect_facets,
    filter_entries,
    group_by_day,
    is_recorded,
)
from .talks import visible_event

VIEWS = ("list", "grid")
ALL_DAYS = "all"


class Programme:
    """A release prepared for one page: a day (or all), as a list or a grid, filtered by the query parameters.

    The document is decoded only when it is used. Unknown parameters are ignored and listed in `problems`.
    """

    def __init__(self, event: Event, parameters: Mapping[str, str]):
        self.event = event
        lists = (
            parameters.lists()
            if isinstance(parameters, QueryDict)
            else ((name, [value]) for name, value in parameters.items())
        )
        stripped = (
            (name, [value.strip()[:200] for value in values if value.strip()]) for name, values in lists
        )
        self.values = {name: values for name, values in stripped if values}
        self.parameters = {name: values[-1] for name, values in self.values.items()}
        self.view = "grid" if self.parameters.get("view") == "grid" else "list"

    @cached_property
    def document(self) -> Document:
        return load_shown_document(self.event.current_release_id or 0, self.present)

    @cached_property
    def present(self) -> PresentState:
        return load_present_state(self.event)

    @cached_property
    def days(self) -> list[DaySchedule]:
        return group_by_day(self.document, each_day=True)

    @cached_property
    def buildings(self) -> dict[str, str]:
        """Room name -> building, for rooms that are in one; 1 query."""
        return dict(self.event.rooms.exclude(building="").values_list("name", "building"))

    @cached_property
    def facets(self) -> dict[str, list[str]]:
        return collect_facets(self.document, self.buildings)

    @cached_property
    def filters(self) -> dict[str, list[str]]:
        """The query parameters that filter: `q`, and the values that occur in this document."""
        found = {
            name: values if name == "q" else [one for one in values if one in self.facets.get(name, ())]
            for name, values in self.values.items()
        }
        return {name: values for name, values in found.items() if values}

    @cached_property
    def found_talks(self) -> set[UUID]:
        """GUIDs of the talks in which the portal's search finds the words, in abstracts and nearly right ones too."""
        text = " ".join(self.filters.get("q", ()))[:200]
        if not text:
            return set()
        rows = self.event.talks.visible_to(AnonymousUser())
        return set(Talk.objects.filter(pk__in=rows.keys_for(text)).values_list("guid", flat=True))

    @cached_property
    def chips(self) -> list[tuple[str, str]]:
        """(label, query string without it) for each value that filters."""
        found = []
        for name, values in self.filters.items():
            for value in values:
                query = QueryDict(mutable=True)
                for other, others in self.values.items():
                    query.setlist(other, [one for one in others if (other, one) != (name, value)])
                label = f"“{value}”" if name == "q" else facet_label(name, value)
                found.append((label, f"?{query.urlencode()}"))
        return found

    @cached_property
    def alternatives(self) -> list[tuple[str, str, int]]:
        """Where nothing fits: what fits without one of the filters, as (its label, query string, number)."""
        found = []
        for label, query in self.chips:
            other = Programme(self.event, QueryDict(query.removeprefix("?")))
            other.present, other.document, other.buildings = self.present, self.document, self.buildings
            if other.entry_count:
                found.append((label, query, other.entry_count))
        return found

    @cached_property
    def day(self) -> DaySchedule | None:
        """The requested day, else today, else the first; None for all days."""
        named = {f"{day.date}": day for day in self.days}
        asked = self.parameters.get("day")
        if asked == ALL_DAYS or not self.days or (self.filters and asked not in named):
            return None
        today = f"{timezone.localdate(timezone=self.event.zone)}"
        return named.get(asked or "") or named.get(today) or self.days[0]

    @property
    def shown_days(self) -> list[DaySchedule]:
        return [self.day] if self.day else self.days

    @cached_property
    def grouped_entries(self) -> list[tuple[DaySchedule, list[tuple]]]:
        """(day, [(start, entries)]) for each shown day that has entries; what fills or began before it has no start."""
        found = ((day, self.list_entries(day)) for day in self.shown_days)
        return [(day, _group_by_start(entries)) for day, entries in found if entries]

    @cached_property
    def grids(self) -> list[tuple[DaySchedule, Grid]]:
        found = ((day, build_grid(day)) for day in self.shown_days)
        return [(day, grid) for day, grid in found if grid]

    @cached_property
    def matching_numbers(self) -> set[int]:
        """The numbers of the slots that pass the filters; the grid dims the others."""
        return {entry.slot.number for day in self.shown_days for entry in self.list_entries(day)}

    @cached_property
    def recorded_numbers(self) -> set[int]:
        """The numbers of the slots whose talk has a recording."""
        return {slot.number for talk in self.document.talks if is_recorded(talk) for slot in talk.slots}

    @cached_property
    def material_labels(self) -> dict[int, list[str]]:
        """Slot number -> labels of the material of its talk: recording, slides."""
        names = {"recording": _("Recording"), "slides": _("Slides")}
        found: dict[int, list[str]] = {}
        for talk in self.document.talks:
            kinds = {"recording" if link.kind in RECORDED else link.kind for link in talk.links}
            words = [name for kind, name in names.items() if kind in kinds]
            found |= {slot.number: words for slot in talk.slots if words}
        return found

    @cached_property
    def live_marks(self) -> dict[int, str]:
        """Slot number -> what the day changed, in a few words."""
        slots = (slot for talk in self.document.talks for slot in talk.slots)
        found = ((slot.number, self.present.live.slots.get(cast(UUID, slot.guid))) for slot in slots)
        return {number: now.mark for number, now in found if now and now.mark}

    @cached_property
    def room_labels(self) -> dict[int, RoomStatus]:
        """Slot number -> the status of its room, while it is on or begins soon and is not open."""
        live = self.present.live
        if not live.statuses:
            return {}
        slots = (slot for talk in self.document.talks for slot in talk.slots)
        found = ((slot.number, live.status_of(slot.room, slot.starts_at, slot.ends_at)) for slot in slots)
        return {number: status for number, status in found if status}

    @cached_property
    def slot_notices(self) -> dict[int, list[Notice]]:
        """Slot number -> notices to it or, while it is on or soon, to its room."""
        notices = self.present.live.notices
        if not notices:
            return {}
        slots = (slot for talk in self.document.talks for slot in talk.slots)
        return {
            slot.number: found
            for slot in slots
            if (found := [one for one in notices if one.slot == slot.guid])
        }

    def list_entries(self, day: DaySchedule) -> list[Entry]:
        if not self.filters:
            return day.entries
        return filter_entries(day.entries, self.filters, talks=self.found_talks, buildings=self.buildings)

    @cached_property
    def hue_classes(self) -> dict[str, str]:
        return {track.name: hue_class(track.color, track.name) for track in self.document.tracks}

    @cached_property
    def entry_count(self) -> int:
        return len({id(entry.slot) for day in self.shown_days for entry in self.list_entries(day)})

    @cached_property
    def zone_reference(self):
        """A time of the event: the zone's offset is the one in force then."""
        return self.shown_days[0].starts_at if self.shown_days else None

    @property
    def problems(self) -> list[str]:
        known = {"day", "view", "q", *self.facets}
        names = [name for name in self.parameters if name not in known]
        found = [_("There is no parameter “%(name)s”.") % {"name": name[:80]} for name in names]
        refused = [
            (name, value)
            for name, values in self.values.items()
            for value in values
            if name in self.facets and value not in self.filters.get(name, ())
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
            "time": _("Time of day"),
            "track": _("Track"),
            "room": _("Room"),
            "building": _("Building"),
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
                "checks" if name == "track" else "select",
                self.filters.get(name, [""])[-1],
                [(v, facet_label(name, v)) for v in values],
                self.filters.get(name, []),
            )
            for name, values in self.facets.items()
        ]


def _group_by_start(entries: list[Entry]) -> list[tuple[datetime | None, list[Entry]]]:
    first = [entry for entry in entries if entry.is_all_day or entry.is_continued]
    timed = [entry for entry in entries if not (entry.is_all_day or entry.is_continued)]
    hours: list[tuple[datetime | None, list[Entry]]] = [
        (start, list(slots)) for start, slots in groupby(timed, lambda entry: entry.starts_at)
    ]
    return [(None, first), *hours] if first else hours


def facet_label(name: str, value: str) -> str:
    """The label of a facet's value."""
    match name:
        case "kind":
            return str(Talk.Kind(value).label)
        case "level":
            return str(Level(value).label)
        case "language":
            return format_language(value)
        case "recorded":
            return _("has a recording")
        case "time":
            return {"morning": _("morning"), "afternoon": _("afternoon"), "evening": _("evening")}[value]
    return value


@require_safe
def schedule(request, slug):
    event = visible_event(request, slug)
    release = event.current_release
    programme = Programme(event, request.GET)
    today = timezone.localdate(timezone=event.zone)
    state = [release and [release.guid, programme.present.digest], event.updated_at, today]

    def build_response():
        # Looking for problems decodes the document; of the common requests there are few, whatever their values.
        is_common = is_cacheable(request.GET, event)
        request.has_unknown_parameters = bool(release and not is_common and programme.problems)
        parts = render_parts(request, programme) if release else {}
        template = "events/schedule.html#results" if request.htmx else "events/schedule.html"
        context = {"event": event, "release": release, "wide": programme.view == "grid"}
        return render(request, template, {**context, "live": programme.present.live, **parts})

    response = conditional_page(request, state, build_response)
    return depend_on(response, events=[event.pk], kinds=["rooms"])


def render_parts(request, programme: Programme) -> dict[str, str]:
    """Rendered HTML of `filters` and `body`, cached for every day and view, not for searches."""

    def render_now() -> dict[str, str]:
        context = {"programme": programme, "event": programme.event}
        names = ("filters", "body")
        return {name: render_to_string(f"events/schedule_{name}.html", context, request) for name in names}

    event = programme.event
    if not is_cacheable(request.GET, event) or event.current_release is None:
        return render_now()
    today = timezone.localdate(timezone=event.zone)
    state = f"{event.current_release.guid}:{programme.present.digest}:{event.updated_at.timestamp()}"
    key = f"{state}:{today}:{request.GET.urlencode()}"
    return get_or_build(f"schedule:{key}:{get_language()}:{build_id()}", render_now)


def is_cacheable(query: QueryDict, event: Event) -> bool:
    """Whether the parameters are only a day of the event, a view, both or none: the common requests."""
    days = range((event.ends_on - event.starts_on).days + 1)
    known = {
        "day": {ALL_DAYS, *(f"{event.starts_on + timedelta(days=number)}" for number in days)},
        "view": VIEWS,
    }
    return all(len(values) == 1 and values[0] in known.get(name, ()) for name, values in query.lists())
