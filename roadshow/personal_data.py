"""Everything that the portal stores about a speaker: as one file, and erased everywhere."""

import json
from collections import Counter
from dataclasses import replace

import pgtrigger
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.forms.models import model_to_dict
from django.utils import timezone

from events.formats import document as doc
from events.models import (
    AcceptedClash,
    Booking,
    EventSpeaker,
    MailRefusal,
    Message,
    Release,
    SpeakerPass,
    Talk,
    TalkSpeaker,
)
from events.models.release import chain_digest
from roadshow.api.models import StoredResponse
from roadshow.core.models import FormerAddress
from roadshow.jobs.models import Job
from roadshow.journal.models import Activity, Change
from roadshow.models import Delivery
from speakers.models import Speaker

REMOVED = "removed on request"
HISTORY = [
    "name",
    "slug",
    "headline",
    "pronouns",
    "biography",
    "picture_credit",
    "state",
]
EXPORTED = [*HISTORY, "imported"]
AT_EVENT = [
    "email",
    "phone",
    "requirements",
    "arrival",
    "notes",
    "availability",
    "photo_consent",
    "biography",
    "picture",
    "picture_credit",
    "profile_access",
]


def export_person(speaker: Speaker) -> str:
    """All that is stored about a speaker, as JSON."""
    credits_ = TalkSpeaker.objects.filter(speaker=speaker).select_related("talk__event")
    found = {
        "person": model_to_dict(speaker, EXPORTED)
        | {"guid": speaker.guid, "created_at": speaker.created_at, "updated_at": speaker.updated_at},
        "picture": speaker.picture.name,
        "links": list(speaker.links.values("url", "title")),
        "former_addresses": [one.address for one in _former_addresses(speaker)],
        "talks": [
            {"event": one.talk.event.slug, "talk": one.talk.slug, "title": one.talk.title, "role": one.role}
            for one in credits_
        ],
        "at_events": list(
            EventSpeaker.objects.filter(speaker=speaker).order_by("pk").values("event__slug", *AT_EVENT)
        ),
        "resources": list(speaker.resources.values("slug", "title")),
        "accepted_clashes": list(
            AcceptedClash.objects.filter(speaker=speaker).values("slot__guid", "reason")
        ),
        "bookings": [
            {"event": one.event.slug, "from": one.during.lower, "to": one.during.upper}
            for one in Booking.objects.filter(resource=speaker.guid).select_related("event")
        ],
        "answers": list(speaker.confirmations.values("talk__title", "accepted", "at")),
        "private_links": list(
            SpeakerPass.objects.filter(person__speaker=speaker).values(
                "person__event__slug", "created_at", "expires_at", "used_at"
            )
        ),
        "mail": list(
            Message.objects.filter(speaker=speaker).values(
                "event__slug", "mailing__kind", "email", "values", "state", "sent_at"
            )
        ),
        "releases": list(_releases_of(speaker).values("event__slug", "number")),
        "history": list(speaker.history.values(*HISTORY, "history_date", "history_type")),
        "log_entries": list(_log_entries(speaker).values("action_time", "object_repr", "change_message")),
    }
    return json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


@transaction.atomic
def erase_person(speaker: Speaker) -> Counter:
    """Delete a speaker and their traces everywhere; return how many rows of which kind were changed or deleted.

    Releases keep their numbers and slots: the person is replaced in their documents, which their digests record, see
    `find_altered_releases`. Texts that other people wrote and that mention the name are not changed.
    """
    at_events = EventSpeaker.objects.filter(speaker=speaker)
    names = {
        speaker.name,
        *speaker.history.values_list("name", flat=True),
        *at_events.values_list("email", flat=True),
    } - {""}
    erased = Counter(releases=_erase_from_releases(speaker))
    erased["talks"] = _erase_from_imported(speaker, names)
    mentions = Q(*[("body__contains", text) for text in (str(speaker.guid), *names)], _connector=Q.OR)
    erased["deliveries"] = Delivery.objects.filter(mentions).delete()[0]
    erased["stored responses"] = StoredResponse.objects.filter(mentions).delete()[0]
    erased["jobs"] = _erase_jobs(names)
    erased["log entries"] = _log_entries(speaker).update(object_repr=REMOVED, change_message="")
    erased["former addresses"] = _former_addresses(speaker).delete()[0]
    erased["bookings"] = Booking.objects.filter(resource=speaker.guid).delete()[0]
    erased["credits"] = TalkSpeaker.objects.filter(speaker=speaker).delete()[0]
    addresses_at_events = set(at_events.exclude(email="").values_list("email", flat=True))
    pictures = {speaker.picture.name, *at_events.values_list("picture", flat=True)} - {"", None}
    storage, history = speaker.picture.storage, speaker.history.model.objects.filter(id=speaker.pk)
    erased["data of events"] = at_events.delete()[0]
    erased["mail"] = _erase_mail(speaker, addresses_at_events)
    at_events_history = EventSpeaker.history.filter(speaker_id=speaker.pk)
    key, addresses = speaker.pk, {speaker.slug, *speaker.history.values_list("slug", flat=True)}
    speaker.delete()
    # Also what the deletions themselves recorded.
    erased["history"] = history.delete()[0] + at_events_history.delete()[0]
    erased["activities"] = _erase_from_journal(key, names | addresses)
    erased["pictures"] = len(pictures)
    transaction.on_commit(lambda: _delete_files(storage, pictures))
    return erased


def find_altered_releases(event) -> list[int]:
    """Numbers of the event's releases whose document is not the one that was released, or left by an erasure."""
    altered, before = [], ""
    for release in event.releases.order_by("number"):
        digests = [before, release.digest, *(entry["digest"] for entry in release.erasures)]
        if chain_digest(digests[-2], release.document) != digests[-1]:
            altered.append(release.number)
        before = release.digest
    return altered


def _releases_of(speaker: Speaker):
    return Release.objects.filter(document__contains=str(speaker.guid)).order_by("event", "number")


def _former_addresses(speaker: Speaker):
    return FormerAddress.objects.filter(kind="speakers", record=speaker.pk)


def _log_entries(speaker: Speaker):
    kind = ContentType.objects.get_for_model(Speaker)
    return LogEntry.objects.filter(content_type=kind, object_id=str(speaker.pk))


@pgtrigger.ignore("events.Release:never_changes")
def _erase_from_releases(speaker: Speaker) -> int:
    """Replace the person in the documents of releases, and chain a digest of what is left to the one before."""
    rows = list(_releases_of(speaker).values_list("pk", flat=True))
    for key in rows:
        release = Release.objects.select_for_update().get(pk=key)
        document = doc.decode(release.document)
        talks = [
            replace(talk, persons=[_without(person, speaker) for person in talk.persons])
            for talk in document.talks
        ]
        release.document = doc.encode(replace(document, talks=talks)).decode()
        before = release.erasures[-1]["digest"] if release.erasures else release.digest
        entry = {"at": timezone.now().isoformat(), "digest": chain_digest(before, release.document)}
        release.erasures = [*release.erasures, entry]
        release.save(update_fields=["document", "erasures"])
    return len(rows)


def _without(person: doc.Person, speaker: Speaker) -> doc.Person:
    return doc.Person(name=REMOVED, role=person.role) if person.guid == speaker.guid else person


def _erase_from_imported(speaker: Speaker, names: set[str]) -> int:
    """Remove the names from what talks remember of their import."""
    rows = Talk.objects.filter(talk_speakers__speaker=speaker, imported__isnull=False)
    changed = 0
    for talk in rows:
        text = json.dumps(talk.imported, ensure_ascii=False)
        cleaned = _replace_names(text, names)
        if cleaned != text:
            changed += Talk.objects.filter(pk=talk.pk).update(imported=json.loads(cleaned))
    return changed


def _erase_jobs(names: set[str]) -> int:
    """Delete finished jobs whose arguments, messages or results contain one of the names."""
    keys = [
        job.pk
        for job in Job.objects.filter(finished_at__isnull=False)
        if any(
            name
            in json.dumps(
                [job.arguments, job.result, job.message, job.problem, job.traceback], ensure_ascii=False
            )
            for name in names
        )
    ]
    return Job.objects.filter(pk__in=keys).delete()[0]


def _erase_from_journal(key: int, texts: set[str]) -> int:
    """Delete the changes of the person's rows and those that contain one of the texts: such entries are not undone."""
    found = Q(table="speakers_speaker", row=key) | Q(before__speaker_id=key) | Q(after__speaker_id=key)
    for text in texts:
        found |= Q(old__contains=text) | Q(new__contains=text) | Q(label__contains=text)
    columns = {"old": Cast("before", TextField()), "new": Cast("after", TextField())}
    # The deletion of the person recorded all parts; what inserted them has only the row's key.
    parts = Change.objects.filter(before__speaker_id=key).values("table", "row")
    for part in parts.distinct():
        found |= Q(table=part["table"], row=part["row"])
    changes = Change.objects.alias(**columns).filter(found)
    touched = set(changes.order_by().values_list("activity", flat=True).distinct())
    Change.objects.filter(pk__in=list(changes.order_by().values_list("pk", flat=True))).delete()
    Activity.objects.filter(pk__in=touched).update(erased=True)
    subjects = Q(*[("subject__contains", text) for text in texts], _connector=Q.OR)
    Activity.objects.filter(subjects).update(subject=REMOVED)
    return len(touched)


def _erase_mail(speaker: Speaker, addresses: set[str]) -> int:
    """Delete what the person was told, and that they want no announcements."""
    MailRefusal.objects.filter(email__in={one.lower() for one in addresses}).delete()
    return Message.objects.filter(Q(speaker=speaker) | Q(speaker=None, email__in=addresses)).delete()[0]


def _replace_names(text: str, names: set[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(json.dumps(name, ensure_ascii=False)[1:-1], REMOVED)
    return text


def _delete_files(storage, names: set[str]) -> None:
    for name in names:
        storage.delete(name)
    for cache in caches.all():
        cache.clear()
