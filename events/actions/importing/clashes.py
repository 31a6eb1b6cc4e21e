"""Overlaps inside an imported schedule: it took place like that, so each is accepted and reported."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from speakers.models import Speaker

from ...models import AcceptedClash, AcceptedOverlap, Event
from ...schedule import Conflict, find_conflicts
from ..plan import load_plan
from .report import Report


def accept_clashes(event: Event, by: User | None, report: Report) -> None:
    """Accept the overlaps of the event's own slots in a room, and of a speaker's, as pairs of this event alone.

    Clashes with other events stay: a release refuses them. No room is marked as shared.
    """
    plan = load_plan(event)
    own = [
        found for found in find_conflicts(plan.slots, plan.rules) if found.other and not found.other.foreign
    ]
    slots = dict(event.slots.values_list("guid", "pk"))
    rooms = [found for found in own if found.kind == "room_taken"]
    people = [found for found in own if found.kind == "speaker_taken"]
    for found in (*rooms, *people):
        report.add_problem(found.slot.title, _("%(clash)s Accepted.") % {"clash": found}, "info")
    reason = _("It was so in the imported schedule.")
    AcceptedOverlap.objects.bulk_create(
        [
            AcceptedOverlap(
                slot_id=slots[found.slot.key], other_id=slots[found.other.key], reason=reason, accepted_by=by
            )
            for found in rooms
        ],
        ignore_conflicts=True,
    )
    _accept_speakers(people, slots, reason, by)


def _accept_speakers(people: list[Conflict], slots: dict, reason: str, by: User | None) -> None:
    wanted = set()
    for found in people:
        wanted |= {*found.slot.speakers} & {*found.other.speakers}
    speakers = dict(Speaker.objects.filter(guid__in=wanted).values_list("guid", "pk"))
    accepted = {}
    for found in people:
        for guid in {*found.slot.speakers} & {*found.other.speakers}:
            accepted[slots[found.other.key], speakers[guid]] = AcceptedClash(
                slot_id=slots[found.other.key], speaker_id=speakers[guid], reason=reason, accepted_by=by
            )
    AcceptedClash.objects.bulk_create(accepted.values(), ignore_conflicts=True)
