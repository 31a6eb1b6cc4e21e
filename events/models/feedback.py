"""What people thought of a talk, an event or a recap."""

import pgtrigger
from django.db import models
from django.db.models import Avg, Count, Q
from django.utils.translation import gettext_lazy as _

from roadshow.core.access import can_see_all
from roadshow.core.content_version import version_trigger
from roadshow.core.models import CheckedTexts
from roadshow.core.roles import Permission
from roadshow.journal.triggers import journal_triggers

from .event import Event
from .recap import Recap
from .talk import Talk


class Feedback(CheckedTexts):
    """A rating, a comment or both; nothing is kept about who sent it but the name they chose to give."""

    class State(models.TextChoices):
        NEW = "new", _("new")
        SHOWN = "shown", _("shown")
        HIDDEN = "hidden", _("hidden")

    event = models.ForeignKey(Event, models.CASCADE, related_name="feedback", verbose_name=_("event"))
    talk = models.ForeignKey(
        Talk, models.CASCADE, null=True, blank=True, related_name="feedback", verbose_name=_("talk")
    )
    recap = models.ForeignKey(
        Recap, models.CASCADE, null=True, blank=True, related_name="feedback", verbose_name=_("recap")
    )
    rating = models.PositiveSmallIntegerField(
        _("stars"), null=True, blank=True, choices=[(n, str(n)) for n in range(1, 6)]
    )
    comment = models.TextField(_("comment"), blank=True, max_length=4000)
    name = models.CharField(_("name"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    answer = models.TextField(
        _("answer of the organisers"),
        blank=True,
        max_length=2000,
        help_text=_("Shown below the comment, when that is shown."),
    )
    created_at = models.DateTimeField(_("sent"), auto_now_add=True)

    class QuerySet(models.QuerySet):
        def visible_to(self, user):
            """Only what organisers chose to show; a user's own events' whole feedback."""
            own = Q(event__in=Event.objects.with_permission(user, Permission.MODERATE))
            shown = Q(state=Feedback.State.SHOWN, event__in=Event.objects.visible_to(user))
            return self if can_see_all(user) else self.filter(own | shown)

        def editable_by(self, user):
            if can_see_all(user):
                return self
            return self.filter(event__in=Event.objects.with_permission(user, Permission.MODERATE))

        def numbers(self) -> dict:
            """How many there are (`total`) and with a comment, how many stars (5 first), and their average or None."""
            stars = {f"stars_{number}": Count("pk", filter=Q(rating=number)) for number in range(5, 0, -1)}
            found = self.order_by().aggregate(
                total=Count("pk"), comments=Count("pk", filter=~Q(comment="")), average=Avg("rating"), **stars
            )
            return {name: found[name] for name in ("total", "comments", "average")} | {
                "stars": [(number, found[f"stars_{number}"]) for number in range(5, 0, -1)]
            }

    objects = QuerySet.as_manager()

    class Meta:
        triggers = [
            version_trigger("shown_insert", pgtrigger.Insert, when="NEW.state = 'shown'"),
            version_trigger(
                "shown_update", pgtrigger.Update, when="OLD.state = 'shown' OR NEW.state = 'shown'"
            ),
            version_trigger("shown_delete", pgtrigger.Delete, when="OLD.state = 'shown'"),
            *journal_triggers(  # not what visitors send
                "events_feedback",
                event="r.event_id",
                label="coalesce(nullif(left(r.comment, 60), ''), r.rating::text || ' ★')",
                is_record=True,
                operations=(pgtrigger.Update, pgtrigger.Delete),
            ),
        ]
        verbose_name, verbose_name_plural = _("feedback"), _("feedback")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(talk__isnull=True) | Q(recap__isnull=True),
                name="feedback_on_one_thing",
                violation_error_message=_("Feedback is about the event, a talk or a recap: choose one."),
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=False, rating__range=(1, 5))
                | (Q(rating__isnull=True) & ~Q(comment="")),
                name="feedback_says_something",
                violation_error_message=_("Give between one and five stars, or write a comment."),
            ),
        ]

    def __str__(self):
        return self.comment[:60] or f"{self.rating} ★"

    @property
    def target(self):
        return self.talk or self.recap or self.event
