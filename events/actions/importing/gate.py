"""What an import may do only when somebody has confirmed it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...formats.document import Document, Reading
from ...models import Event, Import, Talk
from .report import Concern, Report

_PART = 3  # more than a third of the talks may not vanish unasked
_SEVERAL = 2  # talks that a room or track has to have had to be missed
_MANY = 3  # talks of a speaker


@dataclass(frozen=True, slots=True)
class TalkBefore:
    """An imported talk as it was before."""

    pk: int
    is_active: bool
    rooms: frozenset[str]
    track: str
    speakers: tuple[str, ...]


def take_snapshot(rows: list[Talk]) -> list[TalkBefore]:
    """The imported talks among rows that are loaded as `load_rows` does."""
    found = []
    for row in rows:
        if row.imported:
            rooms = frozenset(slot.room.name for slot in row.slots.all() if slot.room)
            speakers = tuple(credit.speaker.name for credit in row.talk_speakers.all())
            track = row.track.name if row.track else ""
            found.append(TalkBefore(row.pk, row.state == Talk.State.CONFIRMED, rooms, track, speakers))
    return found


def find_concerns(
    event: Event, reading: Reading, before: list[TalkBefore], matched: int, report: Report
) -> list[Concern]:
    """The reasons to ask. `matched` is the number of the file's talks that the event had."""
    document = reading.document
    found = []
    if not document.talks and not reading.is_event:
        found.append(Concern("no_talks", _("The file has no talks.")))
    active = sum(talk.is_active for talk in before)
    if len(report.gone) * _PART > active:
        message = ngettext(
            "%(count)d of %(all)d talk would be cancelled.",
            "%(count)d of %(all)d talks would be cancelled.",
            active,
        )
        found.append(Concern("talks_vanish", message % {"count": len(report.gone), "all": active}))
    found += _find_other_conference(event, reading, len(before), matched)
    if report.days_before != report.days_after and report.days_before:
        message = _("The event's days would change from %(before)s to %(after)s.")
        days = {"before": _days(report.days_before), "after": _days(report.days_after)}
        found.append(Concern("dates", message % days))
    return [*found, *_find_losses(event, before)]


def _days(days: tuple[date, date] | None) -> str:
    first, last = days or (None, None)
    if first is None:
        return "–"
    return date_format(first) if first == last else f"{date_format(first)} – {date_format(last)}"


def is_same_conference(event: Event, document: Document, talks: int, matched: int) -> bool:
    """Whether a file is of the event's conference: by its talks or its title.

    `talks` is the number of talks that the event had, `matched` how many of the file are among them.
    """
    if not talks or matched * _PART >= min(talks, len(document.talks) or 1):
        return True
    known = set(Import.objects.filter(event=event).values_list("title", flat=True)) | {event.name}
    return _plain(document.title) in map(_plain, known) if document.title else False


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _find_other_conference(event: Event, reading: Reading, talks: int, matched: int) -> list[Concern]:
    document = reading.document
    is_table = bool(reading.columns)  # whose title is often the file's name
    last = Import.objects.filter(event=event).exclude(acronym="").first()
    found = []
    if last and document.acronym and _plain(last.acronym) != _plain(document.acronym):
        message = _("The file is of “%(file)s”, the last one was of “%(event)s”.")
        found.append(Concern("other_conference", message % {"file": document.acronym, "event": last.acronym}))
    elif (
        talks and document.talks and not is_table and not is_same_conference(event, document, talks, matched)
    ):
        message = _("The file is of “%(file)s”, and has none of the talks of “%(event)s”.")
        if matched:
            message = _("The file is of “%(file)s”, and has few of the talks of “%(event)s”.")
        found.append(Concern("other_conference", message % {"file": document.title, "event": event.name}))
    return found


def _find_losses(event: Event, before: list[TalkBefore]) -> list[Concern]:
    """Rooms, tracks and speakers all of whose talks would be cancelled or taken out of the plan."""
    rows = event.talks.values_list("pk", "state", "slots").order_by("pk", "slots")
    after = {pk: (state, slot) for pk, state, slot in rows}
    groups: dict[tuple[str, str], list[bool]] = defaultdict(list)
    people: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for talk in before:
        if not talk.is_active:
            continue
        state, slot = after.get(talk.pk, (None, None))
        is_lost = state != Talk.State.CONFIRMED or (slot is None and bool(talk.rooms))
        for room in talk.rooms:
            groups[_("room"), room].append(is_lost)
        if talk.track:
            groups[_("track"), talk.track].append(is_lost)
        for name in talk.speakers:
            people[_("speaker"), name].append(is_lost)
    lost = []
    for found, least in ((groups, _SEVERAL), (people, _MANY)):
        lost += [(*key, len(talks)) for key, talks in found.items() if len(talks) >= least and all(talks)]
    return [Concern("loses_all", _loss(*one)) for one in lost[:20]]


def _loss(kind: str, name: str, count: int) -> str:
    message = _("%(kind)s “%(name)s” would lose all its %(count)d talks.")
    return message % {"kind": kind.capitalize(), "name": name, "count": count}
