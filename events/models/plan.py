"""The plan: slots that are being worked on, and clashes that an organiser accepted."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.core.access import can_see_all
from roadshow.core.models import CheckedTexts
from roadshow.core.roles import Permission
from roadshow.journal.triggers import journal_triggers
from speakers.models import Speaker

from .event import Event
from .release import ReleasedSlot, ScheduledItem
from .talk import Talk
from .venue import Room

EVENT_OF_SLOT = "(SELECT event_id FROM events_slot WHERE id = r.slot_id)"


class Slot(ScheduledItem):
    """A slot of the plan: private, and allowed to be wrong. Its GUID survives rescheduling."""

    event = models.ForeignKey(
        Event, models.CASCADE, related_name="slots", verbose_name=_("event"), editable=False
    )
    talk = models.ForeignKey(Talk, models.CASCADE, related_name="slots", verbose_name=_("talk"))
    room = models.ForeignKey(
        Room, models.SET_NULL, null=True, blank=True, related_name="slots", verbose_name=_("room")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    class QuerySet(models.QuerySet):
        def visible_to(self, user):
            return self if can_see_all(user) else self.filter(event__in=Event.objects.listed_for(user))

        def editable_by(self, user):
            if can_see_all(user):
                return self
            return self.filter(event__in=Event.objects.with_permission(user, Permission.SCHEDULE))

    objects = QuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        triggers = journal_triggers(
            "events_slot",
            event="r.event_id",
            label="(SELECT title FROM events_talk WHERE id = r.talk_id)",
        )
        verbose_name, verbose_name_plural = _("slot of the plan"), _("slots of the plan")
        ordering = ["starts_at", "number"]
        constraints = [
            models.UniqueConstraint(fields=["guid"], name="slot_guid_once"),
            models.UniqueConstraint(fields=["event", "number"], name="slot_number_once_in_an_event"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="slot_ends_after_it_starts",
                violation_error_message=_("The end is not after the start. Correct one of them."),
            ),
        ]

    def clean(self):
        if self.talk_id and self.event_id and self.talk.event_id != self.event_id:
            raise ValidationError({"talk": _("This talk belongs to another event.")})
        if self.room_id and self.event_id and not self.event.event_rooms.filter(room=self.room_id).exists():
            raise ValidationError(
                {"room": _("The event does not use this room yet. Add it to the event first.")}
            )

    def save(self, **options):
        """Stores it with the next free number; actions lock the event before, so that no two get the same."""
        self.event_id = self.talk.event_id
        if not self.number:
            self.number = Slot.next_number(self.event_id)
        super().save(**options)

    @staticmethod
    def next_number(event_id: int) -> int:
        """The next free number of an event, counting what was ever released."""
        highest = models.Max("number")
        return 1 + max(
            Slot.objects.filter(event=event_id).aggregate(n=highest)["n"] or 0,
            ReleasedSlot.objects.filter(release__event=event_id).aggregate(n=highest)["n"] or 0,
        )


class Acceptance(CheckedTexts):
    """An organiser's decision that something in the plan may stay as it is, with the reason."""

    reason = models.CharField(_("reason"), max_length=300)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    created_at = models.DateTimeField(_("accepted"), auto_now_add=True)

    class Meta:
        abstract = True


class AcceptedOverlap(Acceptance):
    """Two slots of an event may be in one room at once; other events stay kept out."""

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="accepted_overlaps", verbose_name=_("slot"))
    other = models.ForeignKey(
        Slot, models.CASCADE, related_name="accepted_overlaps_of_others", verbose_name=_("other slot")
    )

    class Meta:
        triggers = journal_triggers("events_acceptedoverlap", event=EVENT_OF_SLOT, label="r.reason")
        verbose_name, verbose_name_plural = _("accepted overlap"), _("accepted overlaps")
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "other"],
                name="overlap_accepted_once",
                violation_error_message=_("This overlap is accepted already."),
            ),
        ]

    def __str__(self):
        return f"{self.slot} / {self.other}"


class AcceptedClash(Acceptance):
    """A speaker's slot may overlap another: it takes no booking of the speaker."""

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="accepted_clashes", verbose_name=_("slot"))
    speaker = models.ForeignKey(
        Speaker, models.CASCADE, related_name="accepted_clashes", verbose_name=_("speaker")
    )

    class Meta:
        triggers = journal_triggers("events_acceptedclash", event=EVENT_OF_SLOT, label="r.reason")
        verbose_name, verbose_name_plural = _("accepted clash"), _("accepted clashes")
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "speaker"],
                name="clash_accepted_once",
                violation_error_message=_("This clash is accepted already."),
            ),
        ]

    def __str__(self):
        return f"{self.speaker}: {self.slot}"
