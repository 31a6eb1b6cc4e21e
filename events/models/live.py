"""What changed on the day itself: a layer over the current release, recorded and undone change by change."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from roadshow.api.change_triggers import change_triggers
from roadshow.core.access import can_see_all
from roadshow.core.models import CheckedTexts
from roadshow.core.roles import Permission

from .event import Event
from .event_scope import EventScopedQuerySet
from .release import Release, ReleasedSlot
from .venue import Room


class RoomStatus(models.TextChoices):
    """Whether people can still go into a room."""

    OPEN = "open", pgettext_lazy("a room", "open")
    NEARLY_FULL = "nearly_full", _("nearly full")
    FULL = "full", _("full")
    CLOSED = "closed", _("closed")
    EVACUATE = "evacuate", _("evacuate")


class LiveChangeQuerySet(EventScopedQuerySet):
    permission = Permission.RUN_LIVE

    def listed_for(self, user):
        return self if can_see_all(user) else self.editable_by(user)

    def active(self):
        """Those that attendees see now, the first one first."""
        unexpired = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, undone_at__isnull=True, release__isnull=True).order_by("pk")


class LiveChange(CheckedTexts):
    """One announcement of the day: a talk is late, a room is full, a notice.

    `effects` maps the GUID of each slot that it changes to any of: `starts` and `ends` (minutes to add), `room` (GUID),
    `cancelled` (true). Effects of several changes add up, so that any one of them can be undone.
    """

    class Kind(models.TextChoices):
        LATE = "late", _("late")
        MOVED = "moved", _("other room")
        CANCELLED = "cancelled", _("cancelled")
        SWAPPED = "swapped", _("swapped")
        STATUS = "status", _("status of a room")
        NOTICE = "notice", _("notice")

    guid = models.UUIDField("GUID", default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="live_changes", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    slot = models.UUIDField(_("slot"), null=True, blank=True)
    other = models.UUIDField(_("other slot"), null=True, blank=True)
    room = models.ForeignKey(
        Room, models.CASCADE, null=True, blank=True, related_name="live_changes", verbose_name=_("room")
    )
    day = models.DateField(_("day"), null=True, blank=True)
    minutes = models.SmallIntegerField(_("minutes"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=11, choices=RoomStatus, blank=True)
    text = models.CharField(_("text"), max_length=300, blank=True)
    effects = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("announced"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("announced by"),
    )
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    # In the plan since then; the next release takes it out of the layer.
    planned_at = models.DateTimeField(_("in the plan since"), null=True, editable=False)
    release = models.ForeignKey(
        Release, models.CASCADE, null=True, editable=False, related_name="live_changes"
    )

    objects = LiveChangeQuerySet.as_manager()

    class Meta:
        triggers = change_triggers("events_livechange")
        verbose_name, verbose_name_plural = _("change of the day"), _("changes of the day")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["event", "-id"], name="live_change_of_event")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="late", slot__isnull=False, minutes__isnull=False)
                | Q(kind="moved", slot__isnull=False, room__isnull=False)
                | Q(kind="cancelled", slot__isnull=False)
                | Q(kind="swapped", slot__isnull=False, other__isnull=False)
                | (Q(kind="status", room__isnull=False) & ~Q(status=""))
                | (Q(kind="notice") & ~Q(text="")),
                name="live_change_says_what",
                violation_error_message=_("Say what changed: the minutes, the room, or a text."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.created_at:%Y-%m-%d %H:%M} UTC)"

    @property
    def is_undoable(self) -> bool:
        return self.undone_at is None and self.planned_at is None and self.release_id is None


class LiveSlot(models.Model):
    """What attendees see of a slot of the current release that the layer has changed: times, room, cancelled.

    Made from the changes by `actions.live`; a slot whose changes were all undone keeps its row for the sequence.
    """

    slot = models.OneToOneField(ReleasedSlot, models.CASCADE, related_name="live", verbose_name=_("slot"))
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    room = models.ForeignKey(
        Room, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("room")
    )
    cancelled = models.BooleanField(_("cancelled"), default=False)
    sequence = models.PositiveIntegerField(_("how often it changed"), default=0)
    changed_at = models.DateTimeField(_("last changed"))

    class Meta:
        triggers = change_triggers("events_liveslot")
        verbose_name, verbose_name_plural = _("slot of the day"), _("slots of the day")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="live_slot_ends_after_start"
            ),
        ]

    def __str__(self):
        return str(self.slot)
