"""What an event knows of a person: contact, notes, wishes, times, and the profile that it shows."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.core.content_version import PRIVATE, version_trigger
from roadshow.core.fields import PictureField
from roadshow.core.models import Timestamped
from roadshow.core.roles import Permission
from roadshow.journal.triggers import journal_triggers
from speakers.models import PROFILE_GRANTED, Speaker

from .event import Event
from .event_scope import EventScopedQuerySet

SHOWN = ("biography", "picture", "picture_credit")  # of the event, over those of the portal's profile
_SHOWN_DIFFERS = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in SHOWN)


def _has_shown(row: str) -> str:
    return f"{row}.biography <> '' OR {row}.picture <> ''"


class EventSpeakerQuerySet(EventScopedQuerySet):
    """Nobody but the event's people who may change speakers sees these rows, not even of public events."""

    permission = Permission.EDIT_SPEAKERS

    def visible_to(self, user):
        return self.editable_by(user)

    def listed_for(self, user):
        return self.editable_by(user)

    def of(self, event: Event, speaker: Speaker) -> Any:
        """The row of a person at an event; a new one begins with the contact that the event's series has."""
        row = self.filter(event=event, speaker=speaker).first()
        if row:
            return row
        same_series = Q(event__series=event.series_id, event__series__isnull=False)
        known = self.filter(same_series, speaker=speaker).exclude(email="", phone="").order_by("-updated_at")
        start = known.values("email", "phone").first() or {}
        return self.get_or_create(event=event, speaker=speaker, defaults=start)[0]

    def grant(self, event: Event, speakers) -> None:
        """Let the event's people edit the profiles of persons whom they entered; one statement."""
        access = EventSpeaker.ProfileAccess.GRANTED
        rows: Any = [EventSpeaker(event=event, speaker=one, profile_access=access) for one in speakers]
        self.bulk_create(
            rows,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["event", "speaker"],
            update_fields=["profile_access"],
        )


class EventSpeaker(Timestamped):
    """A person at an event: private data, and the right of the event's people to edit the profile."""

    class ProfileAccess(models.TextChoices):
        NONE = "", _("may not edit the profile")
        REQUESTED = "requested", _("asked to edit the profile")
        GRANTED = PROFILE_GRANTED, _("may edit the profile")

    class PhotoConsent(models.TextChoices):
        UNKNOWN = "", _("not asked")
        YES = "yes", _("agrees to photos")
        NO = "no", _("no photos, please")

    event = models.ForeignKey(Event, models.CASCADE, related_name="event_speakers", verbose_name=_("event"))
    speaker = models.ForeignKey(
        Speaker, models.CASCADE, related_name="event_speakers", verbose_name=_("speaker")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    requirements = models.TextField(
        _("requirements"), blank=True, help_text=_("What the person needs: equipment, access, food.")
    )
    notes = models.TextField(_("notes"), blank=True, help_text=_("Only this event's people see them."))
    arrival = models.TextField(_("arrival and departure"), blank=True)
    # [[start, end], …] as ISO 8601 with offset; empty: no limits are known.
    availability = models.JSONField(_("available"), default=list, blank=True)
    photo_consent = models.CharField(
        _("photos of the person"),
        max_length=3,
        choices=PhotoConsent,
        default=PhotoConsent.UNKNOWN,
        blank=True,
    )
    biography = models.TextField(
        _("biography for this event"),
        blank=True,
        help_text=_("Markdown. Shown here instead of the profile's."),
    )
    picture = PictureField(_("picture for this event"), upload_to="speakers/", blank=True)
    picture_credit = models.CharField(_("credit of the picture"), max_length=200, blank=True)
    profile_access = models.CharField(
        _("profile"),
        max_length=10,
        choices=ProfileAccess,
        default=ProfileAccess.NONE,
        blank=True,
        editable=False,
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = EventSpeakerQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["picture"])

    class Meta:
        triggers = [
            version_trigger(
                "content_version", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete, scope=PRIVATE
            ),
            version_trigger("shown_insert", pgtrigger.Insert, when=_has_shown("NEW")),
            version_trigger("shown_update", pgtrigger.Update, when=_SHOWN_DIFFERS),
            version_trigger("shown_delete", pgtrigger.Delete, when=_has_shown("OLD")),
            *journal_triggers(
                "events_eventspeaker",
                event="r.event_id",
                label="(SELECT name FROM speakers_speaker WHERE id = r.speaker_id)",
            ),
        ]
        verbose_name, verbose_name_plural = _("person at an event"), _("people at an event")
        ordering = ["speaker__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "speaker"],
                name="speaker_once_at_an_event",
                violation_error_message=_("The event has this person already."),
            ),
        ]

    def __str__(self):
        return f"{self.speaker}, {self.event}"

    def clean(self):
        try:
            is_valid = all(start < end for start, end in self.available_times())
        except (TypeError, ValueError):
            is_valid = False
        if not is_valid:
            raise ValidationError(
                {
                    "availability": _(
                        "Give pairs of start and end, each with its offset from UTC, start first."
                    )
                }
            )

    def available_times(self) -> list[tuple[dt.datetime, dt.datetime]]:
        """When the person is there: pairs of aware datetimes; empty when no limits are known.

        Raises TypeError or ValueError for what is no list of pairs.
        """
        spans = [
            (dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end))
            for start, end in self.availability
        ]
        if any(one.tzinfo is None for span in spans for one in span):
            raise ValueError("without an offset")
        return spans

    def is_available(self, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
        """Whether the person is there from start to end, as far as is known."""
        spans = self.available_times()
        return not spans or any(start <= starts_at and ends_at <= end for start, end in spans)


def show_event_profiles(event: Event, speakers: Iterable[Speaker]) -> None:
    """Let loaded speakers show the biography and picture that they have for an event; one query, nothing is saved."""
    loaded = list(speakers)
    rows = EventSpeaker.objects.filter(event=event, speaker__in={one.pk for one in loaded})
    known = {row.speaker_id: row for row in rows.exclude(biography="", picture="").only("speaker_id", *SHOWN)}
    for speaker in loaded:
        if row := known.get(speaker.pk):
            if row.biography:
                speaker.biography = row.biography
            if row.picture:
                speaker.picture, speaker.picture_credit = row.picture, row.picture_credit
