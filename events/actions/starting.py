"""Announce talks that begin soon: a semantic event for each slot of the current releases, once for each day."""

from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from roadshow.api.models import Change
from roadshow.api.semantic_events import record_event
from roadshow.jobs.handlers import background_job

from ..models import Event, ReleasedSlot, Talk

SOON = timedelta(minutes=10)
KIND = "talk.starts_soon"


@background_job(seconds=60, label=gettext_noop("Talks that begin soon"))
def announce_starting_talks(report) -> dict:
    return {"announced": announce_starting()}


@transaction.atomic
def announce_starting() -> int:
    """Record an event for each talk that begins within SOON and was not announced today; returns how many.

    A talk that is late by then is announced when its present time comes near.
    """
    now = timezone.now()
    rows = (
        ReleasedSlot.objects.current()
        .with_present()
        .filter(present_starts_at__gt=now, present_starts_at__lte=now + SOON)
        .filter(talk__state=Talk.State.CONFIRMED, talk__event__state=Event.State.PUBLISHED)
        .exclude(talk__kind=Talk.Kind.BREAK)
        .exclude(live__cancelled=True)
        .select_related("talk__event")
        .order_by("present_starts_at", "pk")
    )
    found = {_name(slot): slot for slot in rows}
    known = Change.objects.filter(kind=KIND, guid__in=found).values_list("guid", flat=True)
    new = {guid: slot for guid, slot in found.items() if guid not in set(known)}
    for guid, slot in new.items():
        record_event(
            KIND,
            event=slot.talk.event,
            about=slot.talk.guid,
            guid=guid,
            slot=f"{slot.guid}",
            starts_at=slot.present_starts_at.isoformat(),
            room=f"{slot.present_room_guid}" if slot.present_room_guid else None,
        )
    return len(new)


def _name(slot: ReleasedSlot) -> UUID:
    """The GUID of the event about a slot on its day: the same again is not recorded."""
    return uuid5(NAMESPACE_URL, f"{KIND}:{slot.guid}:{slot.starts_at.date()}")
