"""What the talks of an event lack, and names that are probably the same."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from django.db.models import Exists, OuterRef
from django.db.models.functions import Length
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..models import Confirmation, Event, EventSpeaker, Slot, Talk, TalkSpeaker
from ..schedule import fold_text

LONGEST_ABSTRACT = 2000  # characters; longer ones are not read on a phone
ALIKE = 0.86  # from which two names are probably the same; "Machine learning" and "Machine Learnings" are
MOST_NAMES = 300  # of a kind that are compared
LACKS: dict[str, str | Promise] = {
    "abstract": _("no abstract"),
    "long": _("abstract too long"),
    "speaker": _("no speaker"),
    "picture": _("speaker without a picture"),
    "language": _("no language"),
    "track": _("no track"),
    "slot": _("not in the plan"),
    "room": _("no room"),
    "answer": _("not confirmed by a speaker"),
}


@dataclass(frozen=True, slots=True)
class TalkLacks:
    """A talk and the keys of LACKS that apply to it."""

    talk: Talk
    lacks: list[str]


@dataclass(frozen=True, slots=True)
class Variants:
    """Two names of a kind that are probably the same."""

    kind: str | Promise
    one: str
    other: str


def list_lacks(event: Event) -> list[TalkLacks]:
    """Each draft and confirmed talk that lacks something; 4 queries."""
    slots = Slot.objects.filter(talk=OuterRef("pk"))
    answers = Confirmation.objects.filter(talk=OuterRef("pk"), accepted=True)
    talks = (
        event.talks.filter(state__in=[Talk.State.DRAFT, Talk.State.CONFIRMED])
        .exclude(kind=Talk.Kind.BREAK)
        .annotate(
            abstract_length=Length("abstract"),
            is_planned=Exists(slots),
            has_room=Exists(slots.exclude(room=None)),
            is_answered=Exists(answers),
        )
        .only("title", "language", "track", "event")
        .order_by("title")
    )
    pictured = _load_pictured(event)
    has_tracks = event.tracks.exists()
    found = []
    for talk in talks:
        people = pictured.get(talk.pk, [])
        tests = {
            "abstract": not talk.abstract_length,
            "long": talk.abstract_length > LONGEST_ABSTRACT,
            "speaker": not people,
            "picture": not all(people),
            "language": not talk.language,
            "track": has_tracks and talk.track_id is None,
            "slot": not talk.is_planned,
            "room": talk.is_planned and not talk.has_room,
            "answer": not talk.is_answered,
        }
        if lacks := [key for key, applies in tests.items() if applies]:
            found.append(TalkLacks(talk, lacks))
    return found


def _load_pictured(event: Event) -> dict[int, list[bool]]:
    """For each talk whether each of its speakers has a picture, of their own or at this event."""
    here = EventSpeaker.objects.filter(event=event, speaker=OuterRef("speaker")).exclude(picture="")
    rows = TalkSpeaker.objects.filter(talk__event=event).annotate(is_here=Exists(here))
    pictured = defaultdict(list)
    for talk, picture, is_here in rows.values_list("talk", "speaker__picture", "is_here"):
        pictured[talk].append(bool(picture) or is_here)
    return pictured


def find_variants(event: Event) -> list[Variants]:
    """Pairs of the event's rooms, tracks and topics whose names are probably the same; 3 queries."""
    names = {
        _("room"): event.rooms.values_list("name", flat=True),
        _("track"): event.tracks.values_list("name", flat=True),
        _("topic"): event.talks.exclude(topics=None)
        .order_by()
        .values_list("topics__name", flat=True)
        .distinct(),
    }
    return [
        Variants(kind, one, other)
        for kind, known in names.items()
        for one, other in combinations(sorted(known)[:MOST_NAMES], 2)
        if is_variant(one, other)
    ]


def is_variant(one: str, other: str) -> bool:
    """Whether two names are spelling variants. Those with different numbers, such as "Room 1" and "Room 2", are not."""
    first, second = _simplify(one), _simplify(other)
    if first == second:
        return True
    if [c for c in first if c.isdigit()] != [c for c in second if c.isdigit()]:
        return False
    if min(len(first), len(second)) < 4:
        return False
    return SequenceMatcher(None, first, second).ratio() >= ALIKE


def _simplify(name: str) -> str:
    return "".join(char for char in fold_text(name).replace("&", "and") if char.isalnum())


def list_busy_speakers(event: Event) -> list[tuple[str, list[Talk]]]:
    """(name, talks) of persons with more than one talk at the event; 2 queries."""
    talks = event.talks.filter(state__in=[Talk.State.DRAFT, Talk.State.CONFIRMED])
    rows: Iterable[TalkSpeaker] = (
        TalkSpeaker.objects.filter(talk__in=talks.order_by().values("pk"))
        .select_related("speaker", "talk")
        .only("speaker__name", "talk__title", "talk__event")
        .order_by("speaker__name", "speaker", "talk__title")
    )
    found: dict[int, tuple[str, list[Talk]]] = {}
    for row in rows:
        found.setdefault(row.speaker_id, (row.speaker.name, []))[1].append(row.talk)
    return [(name, own) for name, own in found.values() if len(own) > 1]
