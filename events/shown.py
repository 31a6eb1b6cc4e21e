"""What attendees see now of an event, a talk and a person. Every message, list and page of the admin asks here."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from speakers.models import Speaker

from .models import Event, Talk


@dataclass(frozen=True, slots=True)
class Shown:
    """`kind` is "same" (as it is planned), "ahead" (the schedule says something else) or "hidden"; `label` is short."""

    kind: str
    label: str | Promise
    sentence: str | Promise

    @property
    def badge(self) -> tuple[str, str | Promise]:
        return self.kind, self.label


OF_DRAFT_EVENT = Shown(
    "hidden",
    gettext_lazy("event is a draft"),
    gettext_lazy("Attendees see nothing of it: the event is a draft."),
)
UNSCHEDULED = Shown(
    "same",
    gettext_lazy("on its page"),
    gettext_lazy("Attendees see its page; it is not in the schedule."),
)
AS_PLANNED = Shown("same", gettext_lazy("as planned"), gettext_lazy("Attendees see it as it is now."))
DIFFERENT = gettext_lazy("Its page shows this now, the schedule only after the next release.")


def describe_talk(talk: Talk) -> Shown:
    """What attendees see of a talk with its `slots`, `current_slots` and event's `current_release` loaded."""
    if talk.event.state == Event.State.DRAFT:
        return OF_DRAFT_EVENT
    if talk.state not in Talk.PUBLIC:
        text = _("Attendees do not see it: the talk is %(state)s.")
        return Shown("hidden", talk.get_state_display(), text % {"state": talk.get_state_display()})
    planned = {slot.guid: slot for slot in talk.slots.all()}
    shown = {slot.guid: slot for slot in talk.current_slots}
    if not planned and not shown:
        return UNSCHEDULED
    if not shown:
        return Shown("ahead", _("not in the schedule yet"), DIFFERENT)
    if not planned:
        return Shown("ahead", _("still in the schedule"), DIFFERENT)
    if planned.keys() != shown.keys() or any(
        _time_and_room(planned[guid]) != _time_and_room(shown[guid]) for guid in shown
    ):
        return Shown("ahead", _("at its old time or place"), DIFFERENT)
    current = talk.event.current_release
    if current and talk.updated_at > current.created_at:
        return Shown("ahead", _("edited"), DIFFERENT)
    return AS_PLANNED


def _time_and_room(slot) -> tuple:
    return slot.starts_at, slot.ends_at, slot.room_id


def describe_schedule(event: Event, *, unreleased: bool) -> Shown:
    """What attendees see of the schedule of an event whose `current_release` is loaded.

    `unreleased` says whether the plan differs from the release.
    """
    if event.state == Event.State.DRAFT:
        return Shown("hidden", _("nothing: a draft"), _("Attendees see nothing: the event is a draft."))
    if event.current_release is None:
        return Shown("hidden", _("no schedule yet"), _("Attendees see the event, but no schedule yet."))
    number = {"number": event.current_release.number}
    if unreleased:
        return Shown(
            "ahead",
            _("release %(number)s; the plan is ahead") % number,
            _("Attendees see release %(number)s; the plan is ahead of it.") % number,
        )
    return Shown(
        "same",
        _("release %(number)s, as planned") % number,
        _("Attendees see release %(number)s, which is the plan.") % number,
    )


def describe_person(speaker: Speaker) -> Shown:
    if speaker.is_public:
        return Shown("same", _("public"), _("Everybody sees this person."))
    if speaker.state == Speaker.State.DRAFT:
        return Shown("hidden", _("hidden"), _("Nobody else sees this person: the state is draft."))
    return Shown(
        "hidden",
        _("once a talk is public"),
        _("Nobody else sees this person yet: no talk of theirs is public."),
    )
