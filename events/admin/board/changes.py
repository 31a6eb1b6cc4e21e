"""The operations of the board. Each returns the request that undoes it."""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity

from ...actions import StalePlan, schedule_slot, shift_slots, unschedule_slot
from ...models import AcceptedClash, Event, Room, Slot, Talk
from .state import get_day_start, get_event_day


@dataclass(slots=True)
class ChangeResult:
    """A sentence for the user, the form data that undoes the change, and keys of the rooms to redraw."""

    message: str
    undo: dict[str, Any]
    rooms: set[str] = field(default_factory=set)
    slot: Slot | None = None


class ChangeForm(forms.Form):
    """One operation. Its time is an instant (`start`, ISO 8601), or a `day` of the event with a `time` of day."""

    op = forms.ChoiceField(choices=lambda: [(name, name) for name in OPERATIONS])
    slot = forms.UUIDField(required=False)
    talk = forms.IntegerField(required=False)
    restore = forms.UUIDField(required=False)  # the GUID of a deleted slot
    seen = forms.CharField(required=False)
    start = forms.CharField(required=False)
    day = forms.DateField(required=False)
    time = forms.TimeField(
        required=False, error_messages={"invalid": gettext_lazy("Give a time such as 14:30.")}
    )
    minutes = forms.IntegerField(required=False, min_value=1, max_value=24 * 60)
    shift = forms.IntegerField(required=False)  # minutes, negative for earlier
    scope = forms.ChoiceField(required=False, choices=[("room", "room"), ("day", "day")])
    slots = forms.CharField(required=False)  # GUIDs, separated by commas
    room = forms.CharField(required=False)
    title = forms.CharField(required=False, max_length=500)
    speaker = forms.UUIDField(required=False)
    reason = forms.CharField(required=False, max_length=300)

    def __init__(self, data, *, event: Event):
        super().__init__(data)
        self.event = event

    def clean_seen(self):
        value = self.cleaned_data["seen"]
        try:
            return parse_datetime(value) if value else None
        except ValueError:
            return None

    def clean(self):
        data = super().clean()
        data["starts_at"] = self._get_start(data)
        data["slot"] = self._get_row(
            self.event.slots.select_related("talk__event", "room"), "guid", data.get("slot")
        )
        data["talk"] = self._get_row(self.event.talks.select_related("event"), "pk", data.get("talk"))
        data["slots"] = self._parse_guids(data.get("slots") or "")
        data["rooms"] = self._get_rooms(data.get("room") or "")
        return data

    def _get_start(self, data) -> dt.datetime | None:
        instant = None
        with suppress(ValueError, OverflowError):
            if data.get("start"):
                instant = parse_datetime(data["start"])
            elif data.get("day") and data.get("time") is not None:
                date = data["day"] + dt.timedelta(days=data["time"] < self.event.day_change)
                instant = dt.datetime.combine(date, data["time"], self.event.zone).astimezone(dt.UTC)
        is_usable = instant and timezone.is_aware(instant) and 1900 < instant.year < 2200
        return instant if is_usable else None

    @staticmethod
    def _get_row(rows, key: str, value):
        if not value:
            return None
        row = rows.filter(**{key: value}).first()
        if row is None:
            raise StalePlan(None)
        return row

    @staticmethod
    def _parse_guids(value: str) -> list[UUID]:
        try:
            return [UUID(guid) for guid in value.split(",") if guid]
        except ValueError:
            raise ValidationError(_("Say which slot."))

    def _get_rooms(self, value: str) -> list[Room | None]:
        rooms = Room.objects.defer("search")
        if value == "all":
            return list(rooms.filter(event_rooms__event=self.event)) or [None]
        if not value:
            return [None]
        try:
            return [rooms.get(guid=UUID(value))]
        except (ValueError, Room.DoesNotExist):
            raise ValidationError(_("There is no such room."))


@transaction.atomic
def apply_change(event: Event, form: ChangeForm, user) -> ChangeResult:
    """Run the operation. Raises StalePlan when the view was outdated, ValidationError for invalid data."""
    if not form.is_valid():
        raise ValidationError(list(chain.from_iterable(form.errors.values())))
    result = OPERATIONS[form.cleaned_data["op"]](event, form.cleaned_data, user)
    name_activity(Activity.Kind.MOVE, result.message)
    return result


def _schedule(event: Event, data: dict, user) -> ChangeResult:
    slot, talk, starts_at = data["slot"], data["talk"], data["starts_at"]
    if starts_at is None or not (slot or talk):
        raise ValidationError(_("Say when it begins."))
    ends_at = starts_at + dt.timedelta(minutes=data["minutes"]) if data["minutes"] else None
    room = data["rooms"][0]
    if slot is None:
        restore = data["restore"]
        made = schedule_slot(
            talk=talk, starts_at=starts_at, ends_at=ends_at, room=room, guid=restore, only_once=not restore
        )
        return ChangeResult(
            _describe_slot(made), {"op": "unschedule", "slot": made.guid}, {_room_key(room)}, made
        )
    undo = {"op": "schedule", "slot": slot.guid, **_time_and_room(slot)}
    siblings = _find_break_siblings(slot)
    if siblings:
        return _move_break(slot, siblings, data, starts_at, ends_at, undo)
    old = slot.room
    moved = schedule_slot(
        talk=slot.talk, slot=slot, starts_at=starts_at, ends_at=ends_at, room=room, seen=data["seen"]
    )
    return ChangeResult(_describe_slot(moved), undo, {_room_key(old), _room_key(room)}, moved)


def _find_break_siblings(slot: Slot) -> list[Slot]:
    """The other slots of a break that is in several rooms at the same time."""
    if slot.talk.kind != Talk.Kind.BREAK:
        return []
    same = slot.talk.slots.filter(starts_at=slot.starts_at, ends_at=slot.ends_at).exclude(pk=slot.pk)
    return list(same.select_related("talk__event", "room"))


def _move_break(
    slot: Slot,
    siblings: list[Slot],
    data: dict,
    starts_at: dt.datetime,
    ends_at: dt.datetime | None,
    undo: dict,
) -> ChangeResult:
    """Move a break in all its rooms; each of its slots stays in its room."""
    moved = schedule_slot(
        talk=slot.talk,
        slot=slot,
        starts_at=starts_at,
        ends_at=ends_at,
        room=slot.room,
        seen=data["seen"],
    )
    for other in siblings:
        schedule_slot(talk=slot.talk, slot=other, starts_at=starts_at, ends_at=ends_at, room=other.room)
    keys = {_room_key(other.room) for other in [slot, *siblings]}
    return ChangeResult(_describe_slot(moved), undo, keys, moved)


def _shift(event: Event, data: dict, user) -> ChangeResult:
    """Move a slot and those after it on its day, in its room or in all rooms; or the given slots."""
    minutes, guids = data["shift"] or 0, data["slots"]
    if not guids:
        if data["slot"] is None:
            raise ValidationError(_("Say which slot."))
        guids = _list_following(event, data["slot"], data["scope"])
    moved = shift_slots(event=event, slots=guids, minutes=minutes, by=user)
    if not moved:
        raise StalePlan(None)
    undo = {"op": "shift", "slots": ",".join(str(slot.guid) for slot in moved), "shift": -minutes}
    text = ngettext(
        "%(count)d slot is moved by %(minutes)d minutes.",
        "%(count)d slots are moved by %(minutes)d minutes.",
        len(moved),
    ) % {"count": len(moved), "minutes": minutes}
    return ChangeResult(text, undo, {_room_key(slot.room) for slot in moved}, None)


def _list_following(event: Event, slot: Slot, scope: str) -> list[UUID]:
    day = get_event_day(event, slot.starts_at)
    rows = event.slots.filter(
        starts_at__gte=slot.starts_at, starts_at__lt=get_day_start(event, day + dt.timedelta(days=1))
    )
    if scope != "day":
        rows = rows.filter(room=slot.room)
    return list(rows.values_list("guid", flat=True))


def _unschedule(event: Event, data: dict, user) -> ChangeResult:
    slot = data["slot"]
    if slot is None:
        raise ValidationError(_("Say which slot."))
    undo = {"op": "schedule", "talk": slot.talk_id, "restore": slot.guid, **_time_and_room(slot)}
    unschedule_slot(slot=slot, seen=data["seen"])
    return ChangeResult(
        _("“%(title)s” is not in the plan any more.") % {"title": slot.talk}, undo, {_room_key(slot.room)}
    )


def _add_break(event: Event, data: dict, user) -> ChangeResult:
    if data["starts_at"] is None:
        raise ValidationError(_("Say when it begins."))
    talk = Talk(
        event=event,
        title=data["title"].strip() or _("Break"),
        kind=Talk.Kind.BREAK,
        state=Talk.State.CONFIRMED,
        duration=data["minutes"] or event.slot_minutes,
    )
    talk.full_clean(exclude=["slug"])
    talk.save()
    slots = [schedule_slot(talk=talk, starts_at=data["starts_at"], room=room) for room in data["rooms"]]
    keys = {_room_key(room) for room in data["rooms"]}
    return ChangeResult(_describe_slot(slots[0]), {"op": "remove_break", "talk": talk.pk}, keys, slots[0])


def _remove_break(event: Event, data: dict, user) -> ChangeResult:
    """Delete a break; one that was released is only removed from the plan."""
    talk = data["talk"]
    if talk is None or talk.kind != Talk.Kind.BREAK:
        raise ValidationError(_("Only a break is removed like this."))
    slots = list(talk.slots.select_related("room"))
    undo = {"op": "add_break", "title": talk.title, "room": "all" if len(slots) > 1 else ""}
    if slots:
        undo |= _time_and_room(slots[0]) | ({"room": "all"} if len(slots) > 1 else {})
    for slot in slots:
        unschedule_slot(slot=slot)
    if not talk.released_slots.exists():
        talk.delete()
    return ChangeResult(
        _("“%(title)s” is gone.") % {"title": talk}, undo, {_room_key(slot.room) for slot in slots}
    )


def _accept_clash(event: Event, data: dict, user) -> ChangeResult:
    slot, speaker = _get_slot_and_speaker(data)
    if not data["reason"].strip():
        raise ValidationError(_("Say why this clash is fine."))
    AcceptedClash.objects.update_or_create(
        slot=slot, speaker=speaker, defaults={"reason": data["reason"].strip(), "accepted_by": user}
    )
    undo = {"op": "reject_clash", "slot": slot.guid, "speaker": speaker.guid}
    return ChangeResult(
        _("The clash of %(who)s is accepted.") % {"who": speaker}, undo, {_room_key(slot.room)}, slot
    )


def _reject_clash(event: Event, data: dict, user) -> ChangeResult:
    slot, speaker = _get_slot_and_speaker(data)
    clash = slot.accepted_clashes.filter(speaker=speaker).first()
    undo = {
        "op": "accept_clash",
        "slot": slot.guid,
        "speaker": speaker.guid,
        "reason": clash.reason if clash else "",
    }
    slot.accepted_clashes.filter(speaker=speaker).delete()
    return ChangeResult(
        _("The clash of %(who)s counts again.") % {"who": speaker}, undo, {_room_key(slot.room)}, slot
    )


def _get_slot_and_speaker(data: dict):
    slot = data["slot"]
    speaker = slot and slot.talk.speakers.filter(guid=data["speaker"]).first()
    if not speaker:
        raise ValidationError(_("Nobody of that name gives this talk."))
    return slot, speaker


OPERATIONS = {
    "schedule": _schedule,
    "unschedule": _unschedule,
    "shift": _shift,
    "add_break": _add_break,
    "remove_break": _remove_break,
    "accept_clash": _accept_clash,
    "reject_clash": _reject_clash,
}


def _time_and_room(slot: Slot) -> dict:
    return {"start": slot.starts_at.isoformat(), "minutes": slot.minutes, "room": _room_key(slot.room)}


def _room_key(room: Room | None) -> str:
    return str(room.guid) if room else ""


def _describe_slot(slot: Slot) -> str:
    start, end = (timezone.localtime(at, slot.talk.event.zone) for at in (slot.starts_at, slot.ends_at))
    event = slot.talk.event
    words = {
        "title": slot.talk,
        "day": date_format(get_event_day(event, slot.starts_at), _("D j M")),
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
        "room": slot.room.name if slot.room else _("no room"),
    }
    if event.starts_on == event.ends_on:
        return _("“%(title)s” is at %(start)s–%(end)s, %(room)s.") % words
    return _("“%(title)s” is on %(day)s at %(start)s–%(end)s, %(room)s.") % words
