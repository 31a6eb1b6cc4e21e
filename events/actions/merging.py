"""Merge speakers, and copy a talk to another event."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from roadshow.core.models import FormerAddress
from speakers.models import Speaker

from ..models import AcceptedClash, Booking, Talk, TalkLink, TalkSpeaker


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
    other.links.exclude(url__in=into.links.values("url")).update(speaker=into)
    into.resources.add(*other.resources.all())
    for name in ("headline", "pronouns", "biography", "picture", "picture_credit", "email", "notes"):
        setattr(into, name, getattr(into, name) or getattr(other, name))
    guids = []
    for speaker in (into, other):
        guids += [str(speaker.guid), *(speaker.imported or {}).get("guids", [])]
    into.imported = (other.imported or {}) | (into.imported or {}) | {"guids": [*dict.fromkeys(guids)]}
    FormerAddress.merge("speakers", other, into)
    other.delete()
    into.save()
    return into


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
