"""Overlaps inside an imported schedule: it took place like that, so they are settled and recorded."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from speakers.models import Speaker

from ...models import AcceptedClash, Event, Room
from ...schedule import find_conflicts
from ..plan import load_plan
from .report import Report


def settle_clashes(event: Event, by: AbstractBaseUser | None, report: Report) -> None:
    """Share the rooms in which the plan has two talks at once, and accept speakers' clashes, each reported.

    Clashes with other events stay: a release refuses them.
    """
    plan = load_plan(event)
    own = [
        found for found in find_conflicts(plan.slots, plan.rules) if found.other and not found.other.foreign
    ]
    rooms = {found.slot.room for found in own if found.kind == "room_taken"}
    for room in Room.objects.filter(guid__in=rooms):
        report.problem(room.name, _("Two talks at once in this room: it is marked as shared."))
    Room.objects.filter(guid__in=rooms).update(shared=True)
    people = [found for found in own if found.kind == "speaker_taken"]
    slots = dict(event.slots.values_list("guid", "pk"))
    wanted = {guid for found in people for guid in {*found.slot.speakers} & {*found.other.speakers}}
    speakers = dict(Speaker.objects.filter(guid__in=wanted).values_list("guid", "pk"))
    accepted = {}
    for found in people:
        report.problem(found.slot.title, str(found))
        for guid in {*found.slot.speakers} & {*found.other.speakers}:
            accepted[slots[found.other.key], speakers[guid]] = AcceptedClash(
                slot_id=slots[found.other.key],
                speaker_id=speakers[guid],
                reason=_("It was so in the imported schedule."),
                accepted_by=by,
            )
    AcceptedClash.objects.bulk_create(accepted.values(), ignore_conflicts=True)
