"""Job model and queryset: one piece of background work, its progress and its outcome."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from roadshow.core.access import can_see_all, is_organiser


class JobState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


ACTIVE = (JobState.WAITING, JobState.RUNNING)


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The jobs that `user` started; all jobs for superusers."""
        if can_see_all(user):
            return self
        return self.filter(owner=user) if is_organiser(user) else self.none()

    def editable_by(self, user):
        return self.visible_to(user)

    def active(self):
        """Jobs that are waiting or running."""
        return self.filter(state__in=ACTIVE)

    def request_cancel(self) -> int:
        """Cancel waiting jobs at once and ask the worker to stop running ones. Returns the number of jobs."""
        waiting = self.filter(state=JobState.WAITING).update(
            state=JobState.CANCELLED, cancel_requested=True, finished_at=Now()
        )
        return waiting + self.filter(state=JobState.RUNNING).update(cancel_requested=True)


class Job(models.Model):
    """One piece of background work.

    `kind` is the dotted path of its handler, `arguments` the handler's keyword arguments as JSON. `done` of `total`
    units are finished (0 of 0 while unknown). `result` is what the handler returned, `problem` one sentence for the
    owner, `traceback` the details for superusers. A failed job stays until an operator runs or deletes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=200)
    label = models.CharField(_("label"), max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    key = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("At most one job with this key is active; empty for no limit."),
    )
    arguments = models.JSONField(_("arguments"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.WAITING)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), default=0)
    message = models.CharField(_("message"), max_length=500, blank=True)
    cancel_requested = models.BooleanField(_("cancel requested"), default=False)
    result = models.JSONField(_("result"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    traceback = models.TextField(_("traceback"), blank=True)
    language = models.CharField(_("language"), max_length=20, blank=True, db_default="", default="")
    next_url = models.CharField(max_length=500, blank=True, help_text=_("The page that shows the result."))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    seen_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("job"), _("jobs")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(state__in=ACTIVE) & ~models.Q(key=""),
                name="one_active_job_per_key",
                violation_error_message=_("The same work is waiting or running already."),
            )
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="jobs_by_owner"),
            models.Index(fields=["kind", "-created_at"], name="jobs_by_kind"),
            models.Index(fields=["state", "finished_at"], name="jobs_by_state"),
        ]

    def __str__(self):
        return self.label or self.kind.rpartition(".")[2]

    def get_absolute_url(self) -> str:
        return reverse("jobs:job", args=[self.pk])

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def percent(self) -> int | None:
        """Progress from 0 to 100; None while the total is unknown."""
        return min(100, 100 * self.done // self.total) if self.total else None

    def as_dict(self) -> dict:
        """The state as the progress page's script reads it."""
        return {
            "id": str(self.pk),
            "state": self.state,
            "state_label": self.get_state_display(),
            "done": self.done,
            "total": self.total,
            "percent": self.percent,
            "message": self.message,
            "problem": self.problem,
            "result": self.result,
            "active": self.is_active,
            "next_url": self.next_url if self.state == JobState.DONE else "",
        }
