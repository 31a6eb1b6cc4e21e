"""Merge speakers, and copy a talk to another event."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from roadshow.core.models import FormerAddress
from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity
from speakers.models import PROFILE_GRANTED, Speaker

from ..models import AcceptedClash, Booking, Confirmation, EventSpeaker, Talk, TalkLink, TalkSpeaker


class MergeRefused(Exception):  # noqa: N818 - an expected refusal
    """The speakers cannot be merged; the message says why."""


@transaction.atomic
def merge_speakers(*, into: Speaker, other: Speaker) -> Speaker:
    """Move talks, links, resources and import identifiers of `other` to `into`, and delete `other`.

    Empty fields of `into` are filled. Raises MergeRefused when both are the same record, or booked at the same
    time.
    """
    if into.pk == other.pk:
        raise MergeRefused(_("These are the same record."))
    try:
        with transaction.atomic():
            Booking.objects.filter(resource=other.guid).update(resource=into.guid)
    except IntegrityError as error:
        raise MergeRefused(
            _("%(one)s and %(other)s are booked at the same time, so they are not one person.")
            % {"one": into, "other": other}
        ) from error
    shared = TalkSpeaker.objects.filter(speaker=into).values("talk")
    TalkSpeaker.objects.filter(speaker=other, talk__in=shared).delete()
    TalkSpeaker.objects.filter(speaker=other).update(speaker=into)
    accepted = AcceptedClash.objects.filter(speaker=into).values("slot")
    AcceptedClash.objects.filter(speaker=other).exclude(slot__in=accepted).update(speaker=into)
    answered = Confirmation.objects.filter(speaker=into).values("talk")
    Confirmation.objects.filter(speaker=other).exclude(talk__in=answered).update(speaker=into)
    other.links.exclude(url__in=into.links.values("url")).update(speaker=into)
    into.resources.add(*other.resources.all())
    for name in ("headline", "pronouns", "biography", "picture", "picture_credit"):
        setattr(into, name, getattr(into, name) or getattr(other, name))
    _merge_event_data(into, other)
    guids = []
    for speaker in (into, other):
        guids += [str(speaker.guid), *(speaker.imported or {}).get("guids", [])]
    into.imported = (other.imported or {}) | (into.imported or {}) | {"guids": [*dict.fromkeys(guids)]}
    FormerAddress.merge("speakers", other, into)
    other.delete()
    into.save()
    name_activity(Activity.Kind.MERGE, f"{other} → {into}")
    return into


def _merge_event_data(into: Speaker, other: Speaker) -> None:
    """Move what events know of `other`; where an event knows both, empty fields are filled."""
    known = {row.event_id: row for row in EventSpeaker.objects.filter(speaker=into)}
    names = [
        field.name
        for field in EventSpeaker._meta.concrete_fields
        if field.name not in ("id", "event", "speaker", "created_at", "updated_at")
    ]
    for row in EventSpeaker.objects.filter(speaker=other):
        kept = known.get(row.event_id)
        if kept is None:
            row.speaker = into
            row.save()
            continue
        for name in names:
            setattr(kept, name, getattr(kept, name) or getattr(row, name))
        if PROFILE_GRANTED in (kept.profile_access, row.profile_access):
            kept.profile_access = PROFILE_GRANTED
        kept.save()


@transaction.atomic
def repeat_talk(*, talk: Talk, event) -> Talk:
    """Create a draft of the talk at `event` with its texts, speakers, topics and links; no times, no track."""
    copied = {
        name: getattr(talk, name)
        for name in (
            "title",
            "subtitle",
            "abstract",
            "description",
            "kind",
            "type_label",
            "level",
            "language",
            "duration",
        )
    }
    made = Talk(event=event, repeats=talk.repeats or talk, **copied)
    made.full_clean(exclude=["slug"])
    made.save()
    made.topics.set(talk.topics.all())
    credits_ = [TalkSpeaker(speaker_id=one.speaker_id, role=one.role) for one in talk.talk_speakers.all()]
    TalkSpeaker.objects.replace({made: credits_})
    kept_links = talk.links.exclude(kind=TalkLink.Kind.RECORDING)
    links = [TalkLink(url=link.url, title=link.title, kind=link.kind) for link in kept_links]
    TalkLink.objects.replace({made: links})
    return made
