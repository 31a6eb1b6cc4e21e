"""Bring an event to what a document says, by the rules of the API's records, in a constant number of statements."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import UNSET
from rest_framework.exceptions import ValidationError
from simple_history.utils import bulk_update_with_history

from roadshow.api.serializers.records import clean
from roadshow.core.access import can_curate
from roadshow.core.slugs import make_unique_slug

from ..actions import get_or_create_topics
from ..formats.event_document import (
    EventDocument,
    Path,
    PlacedTalk,
    RoomPart,
    TrackPart,
    list_talks,
)
from ..models import Event, Room, Talk, Track, Venue
from ..serializers import EventSerializer
from .document_people import PeopleWriter
from .document_rows import check_texts, nest_errors, save_all
from .document_slots import WantedSlot, write_slots

# Keys of a talk that are written as they stand
PLAIN = (
    "title", "subtitle", "abstract", "description", "kind", "type_label", "level", "language", "state",
    "origin_url", "feedback_url", "recording_license", "do_not_record", "code", "duration",
    "expected_audience", "notes",
)  # fmt: skip


class DocumentWriter:
    """Writes the parts of a document, those first that others refer to. All methods raise ValidationError."""

    def __init__(
        self, event: Event, document: EventDocument, before: EventDocument | None, talks: Any, log: Any
    ) -> None:
        """`before` is the document as it is, `talks` the endpoint of talks.

        `log` is the UndoLog to which rows that events share are copied first.
        """
        self.event, self.document, self.endpoint, self.log = event, document, talks, log
        self.user = talks.request.user
        self.placed = list_talks(document)
        self.before = {one.talk.guid: one.talk for one in list_talks(before)} if before else {}

    def write(self) -> None:
        self.write_rooms()
        self.write_tracks()
        topics = {name for placed in self.placed for name in placed.talk.topics or ()}
        self.topics, _new = get_or_create_topics(topics)
        self.people = PeopleWriter(self.event, self.document, self.user, self.log)
        if errors := self.people.write(self.placed):
            raise nest_errors(errors)
        rows = self.write_talks()
        self.withdraw_others(rows)
        write_slots(self.event, self.list_slots(rows))

    # rooms and tracks
    def write_rooms(self) -> None:
        """Set `rooms_by_guid` and `rooms_by_name`, and the event's rooms in the order of the document."""
        listed, own = self.document.rooms, [row.room for row in self.event.event_rooms.select_related("room")]
        parts = list(self._name_rooms()) if listed is UNSET else list(listed)
        known = self._find_rooms(parts, own)
        rooms: list[Room] = [*own] if listed is UNSET else []
        errors: list[tuple[Path, Any]] = []
        changed: list[Room] = []
        self.rooms_by_guid: dict[UUID, Room] = {room.guid: room for room in rooms}
        self.rooms_by_name: dict[str, Room] = {room.name: room for room in rooms}
        for number, part in enumerate(parts):
            room = known.get(part.guid) or known.get(part.name)
            try:
                room, is_changed = self._change_room(room, part)
            except ValidationError as error:
                errors.append((("rooms", number), error.detail))
                continue
            if is_changed:
                changed.append(room)
            if room not in rooms:
                rooms.append(room)
            elif listed is not UNSET:
                errors.append((("rooms", number), [_("This room is in the list twice.")]))
            self.rooms_by_name[part.name] = room
            self.rooms_by_guid[part.guid or room.guid] = room
        if errors:
            raise nest_errors(errors)
        self.log.remember(Room, [room.pk for room in changed if room.pk])
        save_all(Room, changed, ["name", "capacity", "description", "shared"])
        if EventSerializer().write_rooms(self.event, rooms):
            self.event.save()

    def _name_rooms(self) -> Iterable[RoomPart]:
        """The rooms that the days name."""
        rooms = {room.name: room for day in self.document.days for room in day.rooms if room.name}
        return (RoomPart(name=name, guid=room.guid) for name, room in rooms.items())  # type: ignore[arg-type]  # None is its default

    def _find_rooms(self, parts: list[RoomPart], own: list[Room]) -> dict[Any, Room]:
        """Rooms by GUID, and by name those of the event and of its venue."""
        venue = Room.objects.filter(venue=self.event.venue_id) if self.event.venue_id else ()
        found: dict[Any, Room] = {room.name: room for room in [*venue, *own]}
        named = Room.objects.filter(guid__in=[part.guid for part in parts if part.guid])
        return found | {room.guid: room for room in named}

    def _change_room(self, room: Room | None, part: RoomPart) -> tuple[Room, bool]:
        """The room, or a new one, with what the document says of it, and whether it differs from what is stored."""
        values = {
            name: value
            for name in ("name", "capacity", "description", "shared")
            if (value := getattr(part, name)) is not UNSET
        }
        is_named_only = self.document.rooms is UNSET
        if room and (is_named_only or all(getattr(room, name) == value for name, value in values.items())):
            return room, False
        if room and not can_curate(self.user):
            raise ValidationError(
                {"name": _("Events share this room, so only curators change it. Send it as it was read.")}
            )
        room = room or Room(guid=part.guid or uuid4(), venue=self._get_venue())
        for name, value in values.items():
            setattr(room, name, value)
        check_texts(room)
        return room, True

    def _get_venue(self) -> Venue:
        """The event's venue, or a new one for its rooms."""
        event = self.event
        if event.venue is not None:
            return event.venue
        venue = Venue(name=event.city or event.name, city=event.city, country=event.country)
        clean(venue)
        venue.save()
        event.venue = venue
        event.save()
        return venue

    def write_tracks(self) -> None:
        """Set `tracks`: name -> track; those that are no longer listed are deleted."""
        listed = self.document.tracks
        rows = list(self.event.tracks.all())
        by_slug, by_name = {row.slug: row for row in rows}, {row.name: row for row in rows}
        named = dict.fromkeys(placed.talk.track for placed in self.placed if placed.talk.track)
        parts = [TrackPart(name=name) for name in named] if listed is UNSET else list(listed)
        self.tracks: dict[str, Track] = dict(by_name) if listed is UNSET else {}
        errors, changed, slugs = [], [], {*by_slug}
        for number, part in enumerate(parts):
            row = (by_slug.get(part.slug) if part.slug else None) or by_name.get(part.name)
            position = number if listed is not UNSET else len(self.tracks)
            try:
                row, is_changed = self._change_track(row, part, position, slugs)
            except ValidationError as error:
                errors.append((("tracks", number), error.detail))
                continue
            self.tracks[part.name] = row
            if is_changed:
                changed.append(row)
        if errors:
            raise nest_errors(errors)
        save_all(Track, changed, ["name", "slug", "color", "position"])
        kept = {track.pk for track in self.tracks.values()}
        self.event.tracks.filter(pk__in=[row.pk for row in rows if row.pk not in kept]).delete()

    def _change_track(
        self, row: Track | None, part: TrackPart, position: int, slugs: set[str]
    ) -> tuple[Track, bool]:
        """The track, or a new one, with what the document says of it, and whether it differs from what is stored."""
        values = {"name": part.name, "position": position}
        if part.slug:
            values["slug"] = part.slug
        if part.color is not UNSET:
            values["color"] = part.color
        is_named_only = self.document.tracks is UNSET
        if row and (is_named_only or all(getattr(row, name) == value for name, value in values.items())):
            return row, False
        row = row or Track(
            event=self.event, slug=make_unique_slug(part.name, slugs.__contains__, fallback="track")
        )
        for name, value in values.items():
            setattr(row, name, value)
        slugs.add(row.slug)
        check_texts(row)
        return row, True

    # talks
    def write_talks(self) -> dict[UUID, Talk]:
        """The talks of the document, by GUID, in its order."""
        existing = list(self.event.talks.order_by("pk").only("guid", "slug", "title", "state", "event_id"))
        by_key: dict[Any, Talk] = {}
        for known in existing:
            if known.state != Talk.State.WITHDRAWN:
                by_key.setdefault(("title", known.title), known)
            by_key["slug", known.slug] = by_key["guid", known.guid] = known
        rows: dict[UUID, Talk | None] = {}
        sent: list[tuple[Path, dict]] = []
        errors: list[tuple[Path, Any]] = []
        self.guids: dict[int, UUID] = {}
        for number, placed in enumerate(self.placed):
            row: Talk | None = by_key.get(placed.talk.key)
            if row is None and placed.talk.is_reference:
                errors.append((placed.path, {"title": [_("A new talk needs a title.")]}))
                continue
            guid = self.guids[number] = row.guid if row else placed.talk.guid or uuid4()
            if guid in rows:
                errors.append((placed.path, [_("This talk is in the document twice.")]))
            rows[guid] = row
            if row is None or not (placed.talk.is_reference or placed.talk == self.before.get(guid)):
                values, problems = self._talk_values(placed, row)
                errors += problems
                sent.append((placed.path, {"guid": str(guid)} | values))
        if errors:
            raise nest_errors(errors)
        written, found = self.endpoint.write_all([data for _path, data in sent]) if sent else ([], [])
        if any(found):
            raise nest_errors((path, one) for (path, _data), one in zip(sent, found, strict=True) if one)
        return {guid: row for guid, row in rows.items() if row} | {row.guid: row for row in written}

    def _talk_values(self, placed: PlacedTalk, row: Talk | None) -> tuple[dict, list]:
        """What the endpoint of talks is to be sent for a talk, and errors."""
        part, errors = placed.talk, []
        values = {name: value for name in PLAIN if (value := getattr(part, name)) is not UNSET}
        if row is None:
            values = {"event": self.event.slug} | values
        if row and row.state == Talk.State.WITHDRAWN and part.state is UNSET:
            values["state"] = Talk.State.DRAFT
        if part.slug and (row is None or row.slug != part.slug):
            values["slug"] = part.slug
        if part.topics is not UNSET:
            values["topics"] = [self.topics[name].slug for name in part.topics if name.strip()]
        if part.links is not UNSET:
            values["links"] = [{"url": one.url, "title": one.title, "kind": one.kind} for one in part.links]
        if part.track is not UNSET:
            track = self.tracks.get(part.track)
            values["track"] = track and str(track.guid)
            if part.track and track is None:
                errors.append(((*placed.path, "track"), [_("It is not in the list of tracks.")]))
        if part.speakers is not UNSET:
            people = [(self.people.find(credit), credit.role) for credit in part.speakers]
            values["speakers"] = [speaker.slug for speaker, _role in people]
            values["roles"] = {speaker.slug: role for speaker, role in people}
        return values, errors

    def withdraw_others(self, rows: dict[UUID, Talk]) -> None:
        """Withdraw the talks that are not in the document: of those without a time only if it lists these."""
        others = self.event.talks.exclude(guid__in=rows).exclude(state=Talk.State.WITHDRAWN)
        if self.document.unscheduled is UNSET:
            others = others.filter(slots__isnull=False).distinct()
        gone = list(others)
        for row in gone:
            row.state, row.updated_at = Talk.State.WITHDRAWN, timezone.now()
        bulk_update_with_history(gone, Talk, ["state", "updated_at"], batch_size=100)

    def list_slots(self, rows: dict[UUID, Talk]) -> list[WantedSlot]:
        """The slots of the document, with their talks and rooms."""
        found, errors = [], []
        for number, placed in enumerate(self.placed):
            talk = rows[self.guids[number]]
            for path, slot, place in placed.slots:
                room = self.rooms_by_guid.get(place.guid) if place.guid else None
                room = room or self.rooms_by_name.get(place.name)
                if room is None and (place.name or place.guid):
                    errors.append(((*path[:4], "name"), [_("It is not in the list of rooms.")]))
                found.append(
                    WantedSlot(path, slot.guid, slot.number, talk, slot.starts_at, slot.ends_at, room)
                )
        if errors:
            raise nest_errors(errors)
        return found
