"""From a file's own strings to a Document: the event, its rooms and tracks; talks and times are put in."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from .addressing import Addresses
from .clock import Clock
from .date_order import resolve_dates
from .days import find_date_range
from .document import Document, Reading, Room, Talk, Track, Venue
from .identity import make_slug, parse_guid
from .raw import RawSchedule
from .reading import MOST_TALKS, Choices, Report, UnreadableFile, too_many_talks
from .talks import Talks, parse_language
from .text import clean_block, clean_line
from .times import parse_duration, parse_moment

_NO_CHOICES = Choices()
_FILLED = {  # field of RawEvent: fields of Talk
    "type": ("kind", "type_label"),
    "license": ("recording_license",),
    "url": ("url", "origin_url"),
    "optout": ("recording_optout",),
    "date": ("times",),
    "start": ("times",),
    "end": (),
    "duration": (),
}
_SLUG = re.compile(r"[a-z0-9_-]+")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def build_document(
    raw: RawSchedule, kind: str, report: Report, choices: Choices = _NO_CHOICES, **about: Any
) -> Reading:
    """The Reading of a raw schedule; `about` are further fields of it. Raises UnreadableFile."""
    resolve_dates(raw, report, choices.date_order, choices.days)
    if not raw.events and not about.get("is_event"):
        report.add(_("file"), _("The file holds no talks."), "error")
    document = _Builder(raw, report, choices.timezone).document()
    fields = None if raw.fields is None else frozenset(_talk_fields(raw.fields))
    return Reading(document=document, problems=report.problems(), kind=kind, fields=fields, **about)


def _talk_fields(fields: set[str]) -> Iterator[str]:
    """The fields of a Talk that fields of a RawEvent fill."""
    for field in fields:
        yield from _FILLED.get(field, (field,))


class _Builder:
    def __init__(self, raw: RawSchedule, report: Report, timezone: str) -> None:
        self.raw, self.report, self.timezone = raw, report, timezone
        self.addresses = Addresses(raw, report)

    def document(self) -> Document:
        raw = self.raw
        if len(raw.events) > MOST_TALKS:
            raise UnreadableFile(too_many_talks())
        for event in raw.events:
            event.room = clean_line(event.room)
        clock = Clock(raw, self.timezone, self.report)
        talks = Talks(raw, self.report, self.addresses).talks(clock.spans)
        first, last = self._dates(clock)
        return Document(
            title=clean_line(raw.title),
            acronym=clean_line(raw.acronym),
            url=self.addresses.resolve_web(raw.url) or self.addresses.resolve_web(raw.base_url),
            timezone=clock.zone.key,
            starts_on=first,
            ends_on=last,
            slot_minutes=self._slot_minutes(),
            language=parse_language(raw.language, _("file"), self.report),
            description=clean_block(raw.description, markdown=raw.ours),
            logo=self.addresses.resolve(raw.logo),
            color=raw.color if _COLOR.fullmatch(raw.color) else "",
            version=clean_line(raw.version)[:100],
            generator=clean_line(raw.generator),
            released_at=raw.released_at,
            venue=Venue(
                name=clean_line(raw.venue),
                city=clean_line(raw.city),
                address=clean_block(raw.address),
                country=clean_line(raw.country),
                latitude=raw.latitude,
                longitude=raw.longitude,
                online_url=self.addresses.resolve_web(raw.online_url),
            ),
            rooms=self._rooms(),
            tracks=self._tracks(talks),
            days=clock.days,
            talks=talks,
        )

    # The event itself

    def _dates(self, clock: Clock) -> tuple[date | None, date | None]:
        """The event's first and last day: the file's own, as far as its days agree."""
        stated = [parse_moment(text) for text in (self.raw.start, self.raw.end)]
        for text, at, name in zip((self.raw.start, self.raw.end), stated, ("start", "end"), strict=True):
            if text.strip() and at is None:
                message = _("“%(text)s” is not a date.") % {"text": clean_line(text)}
                self.report.add(f"conference, {name}", message)
        first, last = (at.date() if isinstance(at, datetime) else at for at in stated)
        if not clock.days:
            return first or last, last or first
        days = [day.date for day in clock.days]
        found = find_date_range(first, last, days)
        if first and found == (min(days), max(days)) and not found[0] <= first <= found[1]:
            message = _("All talks lie outside the event's dates; the talks were believed.")
            self.report.add("conference", message)
        return found

    def _slot_minutes(self) -> int:
        length = parse_duration(self.raw.timeslot)
        if length is None:
            return 5
        return min(max(round(length.total_seconds() / 60), 1), 60)

    def _rooms(self) -> list[Room]:
        rooms: dict[str, Room] = {}
        guids: set[UUID] = set()
        for raw in self.raw.rooms:
            name, guid = clean_line(raw.name), parse_guid(raw.guid)
            if not name or name in rooms:
                continue
            if guid in guids:
                place = _("room %(name)s") % {"name": name}
                self.report.tally(_("A room with the GUID of another; it was ignored"), place)
                guid = None
            if guid:
                guids.add(guid)
            rooms[name] = Room(
                name=name,
                guid=guid,
                id=clean_line(raw.id),
                description=clean_block(raw.description, markdown=self.raw.ours),
                capacity=raw.capacity if raw.capacity and raw.capacity > 0 else None,
            )
        for event in self.raw.events:
            if event.room and event.room not in rooms:
                rooms[event.room] = Room(name=event.room)
        return list(rooms.values())

    def _tracks(self, talks: list[Talk]) -> list[Track]:
        tracks: dict[str, Track] = {}
        for raw in self.raw.tracks:
            name = clean_line(raw.name)
            if not name or name in tracks:
                continue
            color = re.sub(r"^#(\w)(\w)(\w)$", r"#\1\1\2\2\3\3", raw.color.strip())
            if color and not _COLOR.fullmatch(color):
                place = _("track %(name)s") % {"name": name}
                self.report.tally(_("Not a colour like #336699"), place, what=clean_line(color)[:20])
                color = ""
            tracks[name] = Track(
                name=name,
                color=color.lower(),
                slug=raw.slug if _SLUG.fullmatch(raw.slug) else make_slug(raw.slug),
                id=clean_line(raw.id),
            )
        for talk in talks:
            if talk.track and talk.track not in tracks:
                tracks[talk.track] = Track(name=talk.track)
        return list(tracks.values())


def find_latest(moments: list[datetime]) -> datetime | None:
    """The last of these moments after 1970, in UTC."""
    known = [at.astimezone(UTC) for at in moments if at - datetime(1970, 1, 2, tzinfo=UTC) > timedelta(0)]
    return max(known, default=None)
