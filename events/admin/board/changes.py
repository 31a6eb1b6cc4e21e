"""What an organiser may do on the board, and how each of it is undone."""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...actions import StalePlan, schedule_slot, unschedule_slot
from ...models import AcceptedClash, Event, Room, Slot, Talk
from .state import day_of


@dataclass(slots=True)
class Done:
    """What was done, in a sentence; what undoes it; which rooms look different now."""

    message: str
    undo: dict[str, Any]
    rooms: set[str] = field(default_factory=set)
    slot: Slot | None = None


class Change(forms.Form):
    """One request. A time is an instant (`start`), or a day of the event with a time of day."""

    op = forms.ChoiceField(
        choices=[(name, name) for name in ("place", "unplace", "break", "remove", "accept", "refuse")]
    )
    slot = forms.UUIDField(required=False)
    talk = forms.IntegerField(required=False)
    again = forms.UUIDField(required=False)  # the GUID of a slot that was sent back
    seen = forms.CharField(required=False)
    start = forms.CharField(required=False)
    day = forms.DateField(required=False)
    time = forms.TimeField(
        required=False, error_messages={"invalid": gettext_lazy("Give a time such as 14:30.")}
    )
    minutes = forms.IntegerField(required=False, min_value=1, max_value=24 * 60)
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
        data["starts_at"] = self._instant(data)
        data["slot"] = self._found(
            self.event.slots.select_related("talk__event", "room"), "guid", data.get("slot")
        )
        data["talk"] = self._found(self.event.talks.select_related("event"), "pk", data.get("talk"))
        data["rooms"] = self._rooms(data.get("room") or "")
        return data

    def _instant(self, data) -> dt.datetime | None:
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
    def _found(rows, key: str, value):
        if not value:
            return None
        row = rows.filter(**{key: value}).first()
        if row is None:
            raise StalePlan(None)
        return row

    def _rooms(self, value: str) -> list[Room | None]:
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
def apply(event: Event, change: Change, user) -> Done:
    """Do it. Raises StalePlan when the view was stale, ValidationError with a sentence on nonsense."""
    if not change.is_valid():
        raise ValidationError([error for errors in change.errors.values() for error in errors])
    return OPERATIONS[change.cleaned_data["op"]](event, change.cleaned_data, user)


def _place(event: Event, data: dict, user) -> Done:
    slot, talk, starts_at = data["slot"], data["talk"], data["starts_at"]
    if starts_at is None or not (slot or talk):
        raise ValidationError(_("Say when it begins."))
    ends_at = starts_at + dt.timedelta(minutes=data["minutes"]) if data["minutes"] else None
    room = data["rooms"][0]
    if slot is None:
        _still_unplaced(talk, data["again"])
        made = schedule_slot(talk=talk, starts_at=starts_at, ends_at=ends_at, room=room, guid=data["again"])
        return Done(_where(made), {"op": "unplace", "slot": made.guid}, {_key(room)}, made)
    undo = {"op": "place", "slot": slot.guid, **_time_and_room(slot)}
    old = slot.room
    moved = schedule_slot(
        talk=slot.talk, slot=slot, starts_at=starts_at, ends_at=ends_at, room=room, seen=data["seen"]
    )
    return Done(_where(moved), undo, {_key(old), _key(room)}, moved)


def _still_unplaced(talk: Talk, again: UUID | None) -> None:
    Event.objects.select_for_update().only("pk").get(pk=talk.event_id)
    there = talk.slots.first()
    if there and not again:
        raise StalePlan(there)


def _unplace(event: Event, data: dict, user) -> Done:
    slot = data["slot"]
    if slot is None:
        raise ValidationError(_("Say which slot."))
    undo = {"op": "place", "talk": slot.talk_id, "again": slot.guid, **_time_and_room(slot)}
    unschedule_slot(slot=slot, seen=data["seen"])
    return Done(_("“%(title)s” is not in the plan any more.") % {"title": slot.talk}, undo, {_key(slot.room)})


def _break(event: Event, data: dict, user) -> Done:
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
    keys = {_key(room) for room in data["rooms"]}
    return Done(_where(slots[0]), {"op": "remove", "talk": talk.pk}, keys, slots[0])


def _remove(event: Event, data: dict, user) -> Done:
    """Take a break away altogether, unless attendees have seen it: then it only leaves the plan."""
    talk = data["talk"]
    if talk is None or talk.kind != Talk.Kind.BREAK:
        raise ValidationError(_("Only a break is removed like this."))
    slots = list(talk.slots.select_related("room"))
    undo = {"op": "break", "title": talk.title, "room": "all" if len(slots) > 1 else ""}
    if slots:
        undo |= _time_and_room(slots[0]) | ({"room": "all"} if len(slots) > 1 else {})
    for slot in slots:
        unschedule_slot(slot=slot)
    if not talk.released_slots.exists():
        talk.delete()
    return Done(_("“%(title)s” is gone.") % {"title": talk}, undo, {_key(slot.room) for slot in slots})


def _accept(event: Event, data: dict, user) -> Done:
    slot, speaker = _slot_and_speaker(data)
    if not data["reason"].strip():
        raise ValidationError(_("Say why this clash is fine."))
    AcceptedClash.objects.update_or_create(
        slot=slot, speaker=speaker, defaults={"reason": data["reason"].strip(), "accepted_by": user}
    )
    undo = {"op": "refuse", "slot": slot.guid, "speaker": speaker.guid}
    return Done(_("The clash of %(who)s is accepted.") % {"who": speaker}, undo, {_key(slot.room)}, slot)


def _refuse(event: Event, data: dict, user) -> Done:
    slot, speaker = _slot_and_speaker(data)
    clash = slot.accepted_clashes.filter(speaker=speaker).first()
    undo = {
        "op": "accept",
        "slot": slot.guid,
        "speaker": speaker.guid,
        "reason": clash.reason if clash else "",
    }
    slot.accepted_clashes.filter(speaker=speaker).delete()
    return Done(_("The clash of %(who)s counts again.") % {"who": speaker}, undo, {_key(slot.room)}, slot)


def _slot_and_speaker(data: dict):
    slot = data["slot"]
    speaker = slot and slot.talk.speakers.filter(guid=data["speaker"]).first()
    if not speaker:
        raise ValidationError(_("Nobody of that name gives this talk."))
    return slot, speaker


OPERATIONS = {
    "place": _place,
    "unplace": _unplace,
    "break": _break,
    "remove": _remove,
    "accept": _accept,
    "refuse": _refuse,
}


def _time_and_room(slot: Slot) -> dict:
    return {"start": slot.starts_at.isoformat(), "minutes": slot.minutes, "room": _key(slot.room)}


def _key(room: Room | None) -> str:
    return str(room.guid) if room else ""


def _where(slot: Slot) -> str:
    start, end = (timezone.localtime(at, slot.talk.event.zone) for at in (slot.starts_at, slot.ends_at))
    event = slot.talk.event
    words = {
        "title": slot.talk,
        "day": date_format(day_of(event, slot.starts_at), _("D j M")),
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
        "room": slot.room.name if slot.room else _("no room"),
    }
    if event.starts_on == event.ends_on:
        return _("“%(title)s” is at %(start)s–%(end)s, %(room)s.") % words
    return _("“%(title)s” is on %(day)s at %(start)s–%(end)s, %(room)s.") % words
