"""Import: a file brought into an event, as an entry that can be undone."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from roadshow.journal.models import Activity
from roadshow.journal.triggers import journal_triggers

from .event import Event
from .event_scope import EventScopedQuerySet


class Import(models.Model):
    """A file that was previewed, imported, or imported and undone.

    `numbers` are the report's counts, `choices` what was decided about reading the file (order of dates,
    encoding, meaning of columns). `undo` is what `actions.importing.undo` needs to take the import back.
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("previewed")
        DONE = "done", _("done")
        UNDONE = "undone", _("undone")

    class Mode(models.TextChoices):
        UPDATE = "update", _("add and change")
        ADD = "add", _("add only")
        REPLACE = "replace", _("replace: what is not in the file is cancelled")

    event = models.ForeignKey(Event, models.CASCADE, related_name="imports", verbose_name=_("event"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    source = models.CharField(_("file"), max_length=500, blank=True)
    kind = models.CharField(_("kind of file"), max_length=100, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.UPDATE)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DONE, db_index=True)
    forced = models.BooleanField(_("confirmed in spite of warnings"), default=False)
    title = models.CharField(_("the conference's name in the file"), max_length=500, blank=True)
    acronym = models.CharField(_("its acronym"), max_length=100, blank=True)
    choices = models.JSONField(_("choices"), default=dict, blank=True)
    numbers = models.JSONField(_("numbers"), default=dict, blank=True)
    data = models.BinaryField(null=True, editable=False)  # of the file, gzipped, until it is imported
    undo = models.BinaryField(null=True, editable=False)
    activity = models.ForeignKey(
        Activity, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("activity")
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("undone by")
    )

    class QuerySet(EventScopedQuerySet):
        def finished(self):
            """Those that changed the event and were not undone."""
            return self.filter(state=Import.State.DONE)

    objects = models.Manager.from_queryset(QuerySet)()

    class Meta:
        triggers = journal_triggers(
            "events_import", event="r.event_id", label="r.source", operations=(pgtrigger.Delete,)
        )
        verbose_name, verbose_name_plural = _("import"), _("imports")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return f"{self.source or self.kind} ({self.created_at:%Y-%m-%d %H:%M} UTC)"
