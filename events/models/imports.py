"""Import: a file brought into an event, as an entry that can be undone."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from roadshow.core.imports import ImportEntry
from roadshow.journal.models import Activity
from roadshow.journal.triggers import journal_triggers

from .event import Event
from .event_scope import EventScopedQuerySet


class Import(ImportEntry):
    """An import of a schedule; its `choices` are order of dates, encoding, mode, zone and meaning of columns."""

    class Mode(models.TextChoices):
        UPDATE = "update", _("add and change")
        ADD = "add", _("add only")
        REPLACE = "replace", _("replace: what is not in the file is cancelled")

    event = models.ForeignKey(Event, models.CASCADE, related_name="imports", verbose_name=_("event"))
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.UPDATE)
    forced = models.BooleanField(_("confirmed in spite of warnings"), default=False)
    title = models.CharField(_("the conference's name in the file"), max_length=500, blank=True)
    acronym = models.CharField(_("its acronym"), max_length=100, blank=True)
    activity = models.ForeignKey(
        Activity, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("activity")
    )

    class QuerySet(EventScopedQuerySet):
        def finished(self):
            """Those that changed the event and were not undone."""
            return self.filter(state=Import.State.DONE)

    objects = models.Manager.from_queryset(QuerySet)()

    class Meta(ImportEntry.Meta):
        triggers = journal_triggers(
            "events_import", event="r.event_id", label="r.source", operations=(pgtrigger.Delete,)
        )
        verbose_name, verbose_name_plural = _("import"), _("imports")
