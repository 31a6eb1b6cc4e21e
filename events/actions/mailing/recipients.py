"""Who would get a mail of a kind: each person once for each reason."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from roadshow.core.text import format_event_dates
from speakers.models import Speaker

from ...models import (
    Confirmation,
    Event,
    EventSpeaker,
    MailKind,
    Message,
    ReleasedSlot,
    Room,
    Talk,
    TalkLink,
    TalkSpeaker,
    Track,
)

GIVEN = (Talk.State.CONFIRMED,)
AFTERWARDS = dt.timedelta(days=90)  # for which slides and thanks are proposed


@dataclass(frozen=True, slots=True)
class Audience:
    """Which talks a mailing is about: those of a room, track or day, or all."""

    room: Room | None = None
    track: Track | None = None
    day: dt.date | None = None


@dataclass(slots=True)
class Recipient:
    """A person, the reason (`key`), and the talks it is about; `problem` says why nothing is sent.

    `values` of the placeholders are there after `fill_values`.
    """

    speaker: Speaker
    key: str
    email: str
    language: str
    talks: list[Talk]
    problem: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @property
    def talk(self) -> Talk | None:
        return self.talks[0] if len(self.talks) == 1 else None


def list_recipients(
    event: Event, kind: str, audience: Audience = Audience(), *, key: str = ""
) -> list[Recipient]:
    """Who is to be told, without those who were; a fixed number of queries.

    `key` is what makes an announcement one of its own.
    """
    credits_ = list(_select_credits(event, kind, audience))
    contacts = load_contacts(event, {one.speaker for one in credits_})
    if kind in (MailKind.THANKS, MailKind.ANNOUNCEMENT):
        found = _per_person(event, kind, credits_, key)
    else:
        found = _per_talk(event, kind, credits_)
    told = _load_told(event, kind)
    refused = set()
    if kind == MailKind.ANNOUNCEMENT:
        refused = set(event.mail_refusals.values_list("email", flat=True))
    recipients = []
    for reason, speaker, talks in found:
        email = contacts.get(speaker.pk, "")
        if reason in told or (reason.rpartition(":")[0], email) in told:
            continue
        language = choose_language(event, talks)
        problem = "" if email else _("has no e-mail address")
        if email.lower() in refused:
            problem = _("unsubscribed")
        recipients.append(Recipient(speaker, reason, email, language, talks, problem))
    return recipients


def _load_told(event: Event, kind: str) -> set[str | tuple[str, str]]:
    """Keys of the messages of a kind; of persons who are no more, such as after a merge, reason and address, too."""
    told: set[str | tuple[str, str]] = set()
    rows = Message.objects.filter(event=event, mailing__kind=kind)
    for key, email, speaker in rows.values_list("key", "email", "speaker"):
        told.add(key)
        if speaker is None:
            told.add((key.rpartition(":")[0], email))
    return told


def count_proposals(event: Event) -> dict[str, int]:
    """How many people are to be told what; kinds for which there is a reason now."""
    counts = {}
    for kind in _timely_kinds(event):
        found = list_recipients(event, kind)
        if number := sum(not one.problem for one in found):
            counts[str(kind)] = number
    return counts


def _timely_kinds(event: Event) -> list[MailKind]:
    if event.state == Event.State.DRAFT or event.ends_on < timezone.localdate() - AFTERWARDS:
        return []
    if event.is_over:
        return [MailKind.SLIDES, MailKind.THANKS]
    return [MailKind.ACCEPTED, MailKind.CONFIRM, MailKind.MOVED, MailKind.CANCELLED]


def load_contacts(event: Event, speakers: Iterable[Speaker]) -> dict[int, str]:
    """E-mail addresses of people at an event, by primary key."""
    rows = EventSpeaker.objects.filter(event=event, speaker__in=[one.pk for one in speakers]).exclude(
        email=""
    )
    return dict(rows.values_list("speaker", "email"))


def _select_credits(event: Event, kind: str, audience: Audience) -> QuerySet:
    """The credits of the talks that a kind of mail is about."""
    talks = Talk.objects.filter(event=event).exclude(kind=Talk.Kind.BREAK)
    about = _narrow(talks, event, audience).filter(_condition(event, kind))
    slots = Prefetch(
        "talk__released_slots",
        ReleasedSlot.objects.filter(release=event.current_release_id)
        .select_related("room")
        .order_by("starts_at"),
        to_attr="now_slots",
    )
    rows = TalkSpeaker.objects.filter(talk__in=about.order_by().values("pk"))
    if kind == MailKind.CONFIRM:
        answered = Confirmation.objects.filter(talk=OuterRef("talk"), speaker=OuterRef("speaker"))
        rows = rows.filter(~Exists(answered))
    return (
        rows.select_related("speaker", "talk")
        .defer("speaker__search", "speaker__biography", "talk__search", "talk__description", "talk__imported")
        .prefetch_related(slots)
        .order_by("speaker__name", "speaker", "talk__title")
    )


def _condition(event: Event, kind: str) -> Q:
    current = ReleasedSlot.objects.filter(talk=OuterRef("pk"), release=event.current_release_id)
    links = TalkLink.objects.filter(talk=OuterRef("pk"), kind=TalkLink.Kind.SLIDES)
    given = Q(state__in=GIVEN)
    return {
        MailKind.ACCEPTED: given,
        MailKind.CONFIRM: Q(state__in=[Talk.State.DRAFT, *GIVEN]),
        MailKind.MOVED: given & Q(Exists(current.filter(sequence__gt=0, starts_at__gt=timezone.now()))),
        MailKind.CANCELLED: Q(state=Talk.State.CANCELLED) & Q(Exists(current)),
        MailKind.SLIDES: given & ~Q(Exists(links)),
        MailKind.THANKS: given,
        MailKind.ANNOUNCEMENT: Q(state__in=[Talk.State.DRAFT, *GIVEN]),
    }[MailKind(kind)]


def _narrow(talks: QuerySet, event: Event, audience: Audience) -> QuerySet:
    if audience.room:
        talks = talks.filter(slots__room=audience.room)
    if audience.track:
        talks = talks.filter(track=audience.track)
    if audience.day:
        begin = dt.datetime.combine(audience.day, event.day_change, event.zone)
        talks = talks.filter(slots__starts_at__gte=begin, slots__starts_at__lt=begin + dt.timedelta(days=1))
    return talks


def _per_talk(event: Event, kind: str, credits_: list[TalkSpeaker]) -> list[tuple[str, Speaker, list[Talk]]]:
    found = []
    for one in credits_:
        reasons = [str(one.talk.guid)]
        if kind == MailKind.MOVED:
            reasons = [f"{slot.guid}:{slot.sequence}" for slot in one.talk.now_slots if slot.sequence]  # type: ignore[attr-defined]
        found += [(f"{kind}:{reason}:{one.speaker.guid}", one.speaker, [one.talk]) for reason in reasons]
    return found


def _per_person(
    event: Event, kind: str, credits_: list[TalkSpeaker], key: str
) -> list[tuple[str, Speaker, list[Talk]]]:
    talks = defaultdict(list)
    for one in credits_:
        talks[one.speaker].append(one.talk)
    reason = key if kind == MailKind.ANNOUNCEMENT else str(event.guid)
    return [(f"{kind}:{reason}:{speaker.guid}", speaker, own) for speaker, own in talks.items()]


def choose_language(event: Event, talks: list[Talk]) -> str:
    """The portal's language that is nearest to the talk's, else to the event's."""
    known = {code.partition("-")[0]: code for code, _name in settings.LANGUAGES}
    for tag in (*(talk.language for talk in talks), event.language):
        if found := known.get(tag.lower().partition("-")[0]):
            return found
    return settings.LANGUAGE_CODE


def fill_values(event: Event, recipients: Iterable[Recipient], root: str) -> None:
    """Set the values of the placeholders; `root` is the portal's address in links."""
    for one in recipients:
        one.values = _build_values(event, one.speaker, one.talks, one.language, root)


def _build_values(
    event: Event, speaker: Speaker, talks: list[Talk], language: str, root: str
) -> dict[str, str]:
    slots = [slot for talk in talks for slot in talk.now_slots]  # type: ignore[attr-defined]
    with translation.override(language):
        times = [
            date_format(timezone.localtime(slot.starts_at, event.zone), _("D j M, H:i")) for slot in slots
        ]
        page = event.get_absolute_url()
        if len(talks) == 1:
            page = reverse("events:talk", args=[event.slug, talks[0].slug])
        return {
            "name": speaker.name,
            "event": event.name,
            "dates": str(format_event_dates(event.starts_on, event.ends_on, event.date_precision)),
            "place": event.location_label or _("online"),
            "talk": "; ".join(talk.title for talk in talks),
            "time": "; ".join(times) or _("time to be announced"),
            "room": "; ".join(dict.fromkeys(slot.room.name for slot in slots if slot.room))
            or _("room to be announced"),
            "link": f"{root}{page}",
        }
